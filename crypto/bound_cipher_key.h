// SPDX-License-Identifier: Apache-2.0
// AES keys by handle, for what they are used for beside AEADs: counter mode, CMAC, wrapping other
// keys of the store. What a key may do, and in which mode, is its policy (key.h).
#pragma once
#include <optional>

#include "crypto/cipher_ctr.h"
#include "crypto/cmac.h"
#include "crypto/key_store.h"
#include "crypto/key_wrap.h"

namespace merlon::crypto {

// All are copyable; the store outlives them. Bind gives kNotPermitted, kStaleHandle, kUnsupported
// (not a kAes key, or no driver has it); the others kStaleHandle if the key was destroyed since.

// Counter mode: Permitted::kCtr.
class BoundCtrKey {
 public:
  // With kEncrypt and kDecrypt: the two are the same.
  static Result<BoundCtrKey> Bind(const KeyStore& store, KeyHandle key);

  // A random counter block, then what `plaintext` becomes; gives the size. kNoSpace (misuse), and
  // the generator's errors. `out` does not overlap it.
  Result<size_t> Encrypt(Bytes plaintext, Rng& rng, MutableBytes out) const;
  // What Encrypt made; gives the size. kTruncated (Origin::kPeer): no counter block; kNoSpace.
  Result<size_t> Decrypt(Bytes ciphertext, MutableBytes out) const;
  // For protocols that bring a counter block (16 bytes, else kMisuse), and text in parts.
  Result<void> Start(Bytes counter, std::optional<CtrCipher>& operation) const;

 private:
  BoundCtrKey() = default;
  const KeyStore* store_ = nullptr;
  KeyHandle key_;
  const CipherAlgorithm* cipher_ = nullptr;
};

// CMAC: Permitted::kCmac.
class BoundCmacKey {
 public:
  static Result<BoundCmacKey> Bind(const KeyStore& store, KeyHandle key);  // with kSign

  // The MAC of data[0] | data[1] | ..., kCmacSize bytes; kMisuse: `out` has another size.
  Result<void> Compute(absl::Span<const Bytes> data, MutableBytes out) const;
  // kBadMac (Origin::kPeer) unless `tag` is all of it.
  Result<void> Verify(absl::Span<const Bytes> data, Bytes tag) const;
  // For a message in parts.
  Result<void> Start(std::optional<Cmac>& operation) const;

 private:
  BoundCmacKey() = default;
  const KeyStore* store_ = nullptr;
  KeyHandle key_;
  const CipherAlgorithm* cipher_ = nullptr;
};

// Key wrapping: Permitted::kKeyWrap, or kKeyWrapPadded.
class BoundWrappingKey {
 public:
  // With kEncrypt to wrap, kDecrypt to unwrap.
  static Result<BoundWrappingKey> Bind(KeyStore& store, KeyHandle key, WrapPadding padding);

  // Wraps another key of the store, whose policy has kExport; gives the size. kNotPermitted,
  // kNoSpace, and kMisuse for material that cannot be wrapped without padding.
  Result<size_t> Wrap(KeyHandle key, MutableBytes out) const;
  // Imports what was wrapped. kBadMac (Origin::kPeer), KeyStore::Import's errors; kNoSpace: more
  // than kMaxWrapped bytes.
  Result<KeyHandle> Unwrap(const KeyAttributes& attributes, Bytes wrapped) const;
  static constexpr size_t kMaxWrapped = 2560;  // a key of RSA-4096, ML-KEM as its seed

 private:
  BoundWrappingKey() = default;
  KeyStore* store_ = nullptr;
  KeyHandle key_;
  WrapPadding padding_ = WrapPadding::kNone;
  const CipherAlgorithm* encrypt_ = nullptr;
  const BlockDecryptAlgorithm* decrypt_ = nullptr;
};

}  // namespace merlon::crypto
