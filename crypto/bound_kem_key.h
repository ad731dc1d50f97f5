// SPDX-License-Identifier: Apache-2.0
// BoundKemKey: a decapsulation key resolved once to the algorithm that works on it. Encapsulation
// needs no handle: it takes the peer's public key (kem.h).
#pragma once
#include "crypto/key_store.h"

namespace merlon::crypto {

// Copyable; the store outlives it.
class BoundKemKey {
 public:
  // An ML-KEM key with kDecrypt. kNotPermitted, kStaleHandle, kUnsupported.
  static Result<BoundKemKey> Bind(const KeyStore& store, KeyHandle key);

  // The secret of algorithm().secret_size bytes that `ciphertext` stands for. kStaleHandle if the
  // key was destroyed since; kBadPublicValue (Origin::kPeer): not algorithm().ciphertext_size
  // bytes.
  Result<void> Decapsulate(Bytes ciphertext, MutableBytes secret) const;
  const KemAlgorithm& algorithm() const { return *kem_; }
  KeyHandle key() const { return key_; }

 private:
  BoundKemKey() = default;
  const KeyStore* store_ = nullptr;
  KeyHandle key_;
  const KemAlgorithm* kem_ = nullptr;
};

}  // namespace merlon::crypto
