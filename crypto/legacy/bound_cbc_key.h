// SPDX-License-Identifier: Apache-2.0
// BoundCbcKey: an AES key by handle, for CBC: Permitted::kCbc or kCbcPkcs7, which its policy names.
#pragma once
#include <optional>

#include "crypto/key_store.h"
#include "crypto/legacy/cbc.h"

namespace merlon::crypto {

// Copyable; the store outlives it.
class BoundCbcKey {
 public:
  // A kAes key with kEncrypt, kDecrypt or both. kNotPermitted, kStaleHandle, kUnsupported.
  static Result<BoundCbcKey> Bind(const KeyStore& store, KeyHandle key, CbcPadding padding);

  // A random IV, then the ciphertext; gives the size, at most plaintext.size() + 32. CbcEncrypt's
  // errors, and the generator's. `out` does not overlap the plaintext.
  Result<size_t> Encrypt(Bytes plaintext, Rng& rng, MutableBytes out) const;
  // What Encrypt made; gives the size. CbcDecrypt's errors.
  Result<size_t> Decrypt(Bytes ciphertext, MutableBytes out) const;
  // For text in parts, and an IV (16 bytes, else kMisuse) that a protocol brings.
  Result<void> Start(Bytes iv, std::optional<CbcEncryption>& operation) const;
  Result<void> Start(Bytes iv, std::optional<CbcDecryption>& operation) const;

 private:
  BoundCbcKey() = default;
  const KeyStore* store_ = nullptr;
  KeyHandle key_;
  CbcPadding padding_ = CbcPadding::kNone;
  const CipherAlgorithm* encrypt_ = nullptr;
  const BlockDecryptAlgorithm* decrypt_ = nullptr;
};

}  // namespace merlon::crypto
