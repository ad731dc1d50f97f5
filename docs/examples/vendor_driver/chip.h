// SPDX-License-Identifier: Apache-2.0
// Stands in for the library of ACME's secure element: four P-256 keys that never leave it, a
// command that takes its time, a generator. On the real one this is a bus.
#pragma once
#include <cstddef>
#include <cstdint>

namespace acme::chip {

enum class Status : uint8_t { kDone, kBusy, kFull, kNoKey, kBusError };
inline constexpr size_t kKeys = 4, kPublicSize = 65, kMaxSignatureSize = 72;

// A key is named by its place and a serial number, which is not used again.
struct KeyName {
  uint8_t place;
  uint32_t serial;
};
Status NewKey(KeyName* name);
Status EraseKey(KeyName name);
Status PublicKey(KeyName name, uint8_t out[kPublicSize]);

// ECDSA with SHA-256, in DER. One command at a time, which any of the three may find: kBusy of
// BeginSign means another's. Poll: kBusy until it is done.
Status BeginSign(KeyName name, const uint8_t* message, size_t size);
Status Poll(uint8_t out[kMaxSignatureSize], size_t* size);
void Abort();

Status Random(uint8_t* out, size_t size);

// Of the stand-in alone: the n-th exchange from now on fails; 0: none. Whether one did before.
bool FailAt(int n);

}  // namespace acme::chip
