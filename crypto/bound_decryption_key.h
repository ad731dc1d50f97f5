// SPDX-License-Identifier: Apache-2.0
// BoundDecryptionKey: a private key that decrypts, resolved once to the algorithm that works on it.
// Encrypting needs no handle: it takes the peer's public key (encryption.h).
#pragma once
#include "crypto/key_store.h"

namespace merlon::crypto {

// Copyable; the store outlives it.
class BoundDecryptionKey {
 public:
  // A key with kDecrypt whose policy permits `scheme`. kNotPermitted, kStaleHandle, kUnsupported.
  static Result<BoundDecryptionKey> Bind(const KeyStore& store, KeyHandle key, Permitted scheme);

  // Decrypts; gives the plaintext's size. `out` has room for the whole ciphertext, else kNoSpace
  // (misuse). kStaleHandle if the key was destroyed since; the algorithm's errors.
  Result<size_t> Decrypt(const EncryptionParameters& parameters, Bytes ciphertext, Rng& rng,
                         MutableBytes out) const;
  // The same without waiting. kUnsupported (misuse): with this key only Decrypt does it.
  Result<KeyCall> Start(const EncryptionParameters& parameters, Bytes ciphertext) const;
  const EncryptionAlgorithm& algorithm() const { return *algorithm_; }

 private:
  BoundDecryptionKey() = default;
  const KeyStore* store_ = nullptr;
  KeyHandle key_;
  const EncryptionAlgorithm* algorithm_ = nullptr;
};

}  // namespace merlon::crypto
