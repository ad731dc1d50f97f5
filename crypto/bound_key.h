// SPDX-License-Identifier: Apache-2.0
// BoundKey: a key resolved once to the algorithm that works on it. Configurations hold these.
#pragma once
#include <optional>
#include <string_view>

#include "crypto/key_derivation.h"
#include "crypto/key_store.h"

namespace merlon::crypto {

// A signing key with the driver's algorithm for it. Copyable; the store outlives it.
class BoundSigningKey {
 public:
  // kNotPermitted, kStaleHandle, kUnsupported (no driver signs so with keys of this type).
  static Result<BoundSigningKey> Bind(const KeyStore& store, KeyHandle key, SignAlg algorithm);

  // Signs `message`; gives the signature's size. kStaleHandle if the key was destroyed since.
  Result<size_t> Sign(Bytes message, Rng& rng, MutableBytes out) const;
  // The same without waiting: the message is not needed after the call. kUnsupported (misuse): with
  // this key only Sign does it, as with all that are not in another location.
  Result<KeyCall> Start(Bytes message) const;
  SignAlg algorithm() const { return algorithm_; }
  KeyType key_type() const { return sign_->key_type; }
  // Bytes that a signature takes at most.
  size_t max_signature_size() const { return sign_->max_signature_size; }
  KeyHandle key() const { return key_; }

 private:
  BoundSigningKey() = default;
  const KeyStore* store_ = nullptr;
  KeyHandle key_;
  SignAlg algorithm_;
  const SignAlgorithm* sign_ = nullptr;
  const HashAlgorithm* hash_ = nullptr;
};

// How one secret is made of another: HKDF-Expand-Label(HKDF-Extract(0, secret), label, context,
// size), RFC 9846 s7.1.
struct SecretDerivation {
  const HashAlgorithm* hash = nullptr;
  LabelPrefix prefix = LabelPrefix::kTls13;
  std::string_view label;
  Bytes context;
  size_t size = 0;  // bytes, at most kMaxHashSize
};

// A secret from which others are derived: an external PSK. Copyable; the store outlives it.
class BoundSecret {
 public:
  // A kSecret key with kDerive. kNotPermitted, kStaleHandle, kUnsupported.
  static Result<BoundSecret> Bind(const KeyStore& store, KeyHandle key);
  // The secret that `derivation`, which outlives it, makes of such a key. It is made whenever it is
  // used, where the key is; no byte of either comes out. kMisuse: no hash, or of a wrong size.
  static Result<BoundSecret> BindDerived(const KeyStore& store, KeyHandle key,
                                         const SecretDerivation& derivation);

  // HKDF-Extract(salt, key), hash.size bytes into `out`: TLS 1.3's early secret.
  Result<void> Extract(const HashAlgorithm& hash, Bytes salt, MutableBytes out) const;
  // TLS 1.2's PRF under the pre-master secret that RFC 4279 s2 and RFC 5489 s2 make of this key and
  // of `other_secret` (none: as many zeros as the key has bytes), into `out`: its master secret.
  Result<void> Tls12Master(const HashAlgorithm& hash, std::optional<Bytes> other_secret,
                           std::string_view label, absl::Span<const Bytes> seed,
                           MutableBytes out) const;
  // PBKDF2 (RFC 8018 s5.2) with this key as the password, into `out`. kMisuse: see Pbkdf2.
  Result<void> Pbkdf2(const HashAlgorithm& hash, Bytes salt, uint32_t iterations,
                      MutableBytes out) const;
  KeyHandle key() const { return key_; }

 private:
  BoundSecret() = default;
  const KeyStore* store_ = nullptr;
  KeyHandle key_;
  const SecretDerivation* derivation_ = nullptr;  // null: the key itself
};

// A key under which messages are authenticated with HMAC: a listener's cookies. Copyable; the store
// outlives it.
class BoundMacKey {
 public:
  // A kHmac key with kSign. kNotPermitted, kStaleHandle, kUnsupported (no driver has the hash).
  static Result<BoundMacKey> Bind(const KeyStore& store, KeyHandle key, HashId hash);

  // HMAC(key, data[0] | data[1] | ...), size() bytes, into `out`. kStaleHandle if the key was
  // destroyed since; kMisuse: `out` has another size.
  Result<void> Compute(absl::Span<const Bytes> data, MutableBytes out) const;
  size_t size() const { return hash_->size; }

 private:
  BoundMacKey() = default;
  const KeyStore* store_ = nullptr;
  KeyHandle key_;
  const HashAlgorithm* hash_ = nullptr;
};

// A key that protects blobs with AES-GCM: session tickets. Copyable; the store outlives
// it.
class BoundAeadKey {
 public:
  // A kAes key for GCM with kEncrypt and kDecrypt. kNotPermitted, kStaleHandle,
  // kUnsupported. Nonces are random: a key serves for 2^32 calls of Seal (SP 800-38D s8.3).
  static Result<BoundAeadKey> Bind(const KeyStore& store, KeyHandle key);

  // Bytes that Seal adds: a 12-byte random nonce in front, a tag behind.
  static constexpr size_t kOverhead = 12 + 16;
  // nonce | ciphertext | tag into `out`, which overlaps neither argument; gives its size. kNoSpace,
  // kStaleHandle (misuse), and the generator's errors.
  Result<size_t> Seal(Bytes ad, Bytes plaintext, Rng& rng, MutableBytes out) const;
  // Opens what Seal made into `out`; gives the plaintext's size. `out` has room for the tag too,
  // that is sealed.size() - 12 bytes, else kNoSpace (misuse). kBadMac (Origin::kPeer) when it is
  // not ours.
  Result<size_t> Open(Bytes ad, Bytes sealed, MutableBytes out) const;

 private:
  BoundAeadKey() = default;
  const KeyStore* store_ = nullptr;
  KeyHandle key_;
  const AeadAlgorithm* aead_ = nullptr;
};

}  // namespace merlon::crypto
