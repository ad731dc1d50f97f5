// SPDX-License-Identifier: Apache-2.0
// SoftElement: a secure element in memory, with all that OpaqueKeys offers: for tests of what works
// with keys in other locations. Its cryptography is the drivers' that it is given.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/context.h"
#include "crypto/testing/deterministic_rng.h"

namespace merlon::crypto::testing {

// Not thread-safe.
class SoftElement final : public OpaqueKeys {
 public:
  static constexpr size_t kCalls = 2;  // at once

  explicit SoftElement(DriverTable drivers) : keys_(drivers) {}

  // How often Resume says that a call is not done.
  void set_delay(int resumes) { delay_ = resumes; }
  // The n-th thing that it is asked from now on fails with kUnreachable; 0: nothing does. Whether
  // something did since the last call.
  bool FailAt(int n) const {
    fail_at_ = n;
    return std::exchange(failed_, false);
  }
  size_t keys() const { return held_.size(); }
  size_t calls() const;

  Result<size_t> PublicKey(Bytes reference, MutableBytes out) const override;
  Result<size_t> Import(KeyAttributes& attributes, Bytes material, Existing existing,
                        MutableBytes reference) const override;
  Result<size_t> Generate(KeyAttributes& attributes, Existing existing,
                          MutableBytes reference) const override;
  Result<size_t> Derive(Bytes secret, const HkdfInputs& inputs, KeyAttributes& attributes,
                        MutableBytes reference) const override;
  Result<size_t> Find(const KeyName& name, KeyAttributes& attributes,
                      MutableBytes reference) const override;
  Result<void> Destroy(Bytes reference) const override;
  Result<size_t> Sign(Bytes reference, SignAlg algorithm, Bytes message,
                      MutableBytes out) const override;
  Result<size_t> Decrypt(Bytes reference, Permitted scheme, const EncryptionParameters& parameters,
                         Bytes ciphertext, MutableBytes out) const override;
  Result<size_t> Agree(Bytes reference, Bytes peer_public, MutableBytes secret) const override;
  Result<OpaqueCall> Start(const OpaqueWork& work) const override;
  Result<std::optional<size_t>> Resume(OpaqueCall call, MutableBytes out) const override;
  void Cancel(OpaqueCall call) const override;

 private:
  struct Held {
    std::string reference;
    KeyName name;  // empty: volatile
    KeyHandle handle;
  };
  struct Call {
    uint32_t number = 0;  // 0: none
    int delay = 0;
    Result<size_t> size = size_t{0};
    std::vector<uint8_t> result{};
  };
  Result<void> Step() const;
  Result<KeyHandle> At(Bytes reference) const;
  const Held* Named(const KeyName& name) const;
  Result<size_t> Keep(Result<KeyHandle> made, KeyAttributes& attributes, Existing existing,
                      MutableBytes reference) const;
  Result<size_t> Do(const OpaqueWork& work, MutableBytes out) const;

  mutable InlineKeyStore<8> keys_;
  mutable std::vector<Held> held_;
  mutable std::array<Call, kCalls> calls_;
  mutable DeterministicRng rng_{77};
  mutable uint32_t next_ = 1;
  mutable int fail_at_ = 0;
  mutable bool failed_ = false;
  int delay_ = 2;
};

}  // namespace merlon::crypto::testing
