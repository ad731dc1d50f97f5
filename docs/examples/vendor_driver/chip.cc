// SPDX-License-Identifier: Apache-2.0
#include "chip.h"

#include <array>
#include <cstring>
#include <utility>

#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/system_rng.h"

namespace acme::chip {
namespace {

using merlon::Bytes;
using merlon::MutableBytes;
using merlon::crypto::kPortableEcdsaP256;

constexpr int kPolls = 3;  // that a signature takes

struct Key {
  uint32_t serial = 0;  // 0: none
  std::array<uint8_t, 32> scalar{};
};
std::array<Key, kKeys> keys;
uint32_t last_serial = 0;
int polls_left = 0;  // 0: no command
std::array<uint8_t, kMaxSignatureSize> signature;
size_t signature_size = 0;
int fail_at = 0;
bool failed = false;

merlon::crypto::SystemRng& Generator() {
  static merlon::crypto::SystemRng rng;
  return rng;
}

bool BusFails() {
  if (fail_at == 0 || --fail_at != 0) return false;
  return failed = true;
}

Key* At(KeyName name) {
  if (name.place >= kKeys || name.serial == 0) return nullptr;
  return keys[name.place].serial == name.serial ? &keys[name.place] : nullptr;
}

}  // namespace

Status NewKey(KeyName* name) {
  if (BusFails()) return Status::kBusError;
  for (size_t i = 0; i < kKeys; ++i) {
    if (keys[i].serial != 0) continue;
    if (!kPortableEcdsaP256.generate(256, Generator(), MutableBytes(keys[i].scalar)).ok()) {
      return Status::kBusError;
    }
    keys[i].serial = ++last_serial;
    *name = {static_cast<uint8_t>(i), keys[i].serial};
    return Status::kDone;
  }
  return Status::kFull;
}

Status EraseKey(KeyName name) {
  if (BusFails()) return Status::kBusError;
  Key* key = At(name);
  if (key == nullptr) return Status::kNoKey;
  *key = {};
  return Status::kDone;
}

Status PublicKey(KeyName name, uint8_t out[kPublicSize]) {
  if (BusFails()) return Status::kBusError;
  const Key* key = At(name);
  if (key == nullptr) return Status::kNoKey;
  (void)kPortableEcdsaP256.public_key(Bytes(key->scalar), MutableBytes(out, kPublicSize));
  return Status::kDone;
}

Status BeginSign(KeyName name, const uint8_t* message, size_t size) {
  if (BusFails()) return Status::kBusError;
  if (polls_left != 0) return Status::kBusy;
  const Key* key = At(name);
  if (key == nullptr) return Status::kNoKey;
  const auto done =
      kPortableEcdsaP256.sign(Bytes(key->scalar), &merlon::crypto::kPortableSha256,
                              Bytes(message, size), Generator(), MutableBytes(signature));
  if (!done.ok()) return Status::kBusError;
  signature_size = *done;
  polls_left = kPolls;
  return Status::kDone;
}

Status Poll(uint8_t out[kMaxSignatureSize], size_t* size) {
  if (BusFails()) {
    polls_left = 0;
    return Status::kBusError;
  }
  if (polls_left == 0) return Status::kNoKey;
  if (--polls_left != 0) return Status::kBusy;
  memcpy(out, signature.data(), signature_size);
  *size = signature_size;
  return Status::kDone;
}

void Abort() { polls_left = 0; }

Status Random(uint8_t* out, size_t size) {
  if (BusFails()) return Status::kBusError;
  return Generator().Fill(MutableBytes(out, size)).ok() ? Status::kDone : Status::kBusError;
}

bool FailAt(int n) {
  fail_at = n;
  return std::exchange(failed, false);
}

}  // namespace acme::chip
