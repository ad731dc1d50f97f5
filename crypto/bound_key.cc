// SPDX-License-Identifier: Apache-2.0
#include "crypto/bound_key.h"

#include <cstring>

#include "crypto/base/secret.h"
#include "crypto/base/writer.h"
#include "crypto/mac.h"
#include "crypto/pbkdf2.h"
#include "crypto/tls12_prf.h"

namespace merlon::crypto {
namespace {

// Bytes of a PSK, or of the ECDHE secret beside it, that a TLS 1.2 pre-master secret has room for.
constexpr size_t kMaxOtherSecret = 122;

Secret<kMaxHashSize> Derive(const SecretDerivation& derivation, Bytes secret) {
  const HashAlgorithm& hash = *derivation.hash;
  const Secret<kMaxHashSize> extracted(
      hash.size, [&](MutableBytes out) { HkdfExtract(hash, {}, secret, out); });
  return Secret<kMaxHashSize>(derivation.size, [&](MutableBytes out) {
    HkdfExpandLabel(hash, extracted.reveal(), derivation.prefix, derivation.label,
                    derivation.context, out);
  });
}

}  // namespace

Result<BoundSigningKey> BoundSigningKey::Bind(const KeyStore& store, KeyHandle key,
                                              SignAlg algorithm) {
  BoundSigningKey bound;
  bound.store_ = &store;
  bound.key_ = key;
  bound.algorithm_ = algorithm;
  MERLON_ASSIGN_OR_RETURN(const KeyStore::OpaqueKey opaque, store.Opaque(key, Usage::kSign));
  MERLON_ASSIGN_OR_RETURN(const KeyAttributes attributes, store.Attributes(key));
  if (!Permits(attributes.algorithm, algorithm)) return Misuse(Code::kNotPermitted);
  bound.sign_ = store.drivers().sign(algorithm.family, attributes.type);
  bound.hash_ = store.drivers().hash(algorithm.hash);
  // Whoever holds the key knows what it takes; how large signatures are is known here.
  if (bound.sign_ == nullptr) return Misuse(Code::kUnsupported);
  if (opaque.keys != nullptr) return bound;
  if (bound.sign_->sign == nullptr || (bound.hash_ != nullptr) != NamesHash(algorithm.family)) {
    return Misuse(Code::kUnsupported);
  }
  return bound;
}

Result<size_t> BoundSigningKey::Sign(Bytes message, Rng& rng, MutableBytes out) const {
  MERLON_ASSIGN_OR_RETURN(const KeyStore::OpaqueKey opaque, store_->Opaque(key_, Usage::kSign));
  if (opaque.keys != nullptr) return opaque.keys->Sign(opaque.reference, algorithm_, message, out);
  return store_->WithMaterial(key_, Usage::kSign, [&](Bytes material, const KeyAttributes&) {
    return sign_->sign(material, hash_, message, rng, out);
  });
}

Result<KeyCall> BoundSigningKey::Start(Bytes message) const {
  MERLON_ASSIGN_OR_RETURN(const KeyStore::OpaqueKey opaque, store_->Opaque(key_, Usage::kSign));
  return opaque.Start({.kind = OpaqueWork::Kind::kSign, .input = message, .algorithm = algorithm_});
}

Result<BoundSecret> BoundSecret::Bind(const KeyStore& store, KeyHandle key) {
  BoundSecret bound;
  bound.store_ = &store;
  bound.key_ = key;
  return store.WithMaterial(key, Usage::kDerive,
                            [&](Bytes, const KeyAttributes& attributes) -> Result<BoundSecret> {
                              if (attributes.type != KeyType::kSecret)
                                return Misuse(Code::kUnsupported);
                              if (!Permits(attributes.permitted, Permitted::kDerivation))
                                return Misuse(Code::kNotPermitted);
                              return bound;
                            });
}

Result<BoundSecret> BoundSecret::BindDerived(const KeyStore& store, KeyHandle key,
                                             const SecretDerivation& derivation) {
  if (derivation.hash == nullptr || derivation.size == 0 || derivation.size > kMaxHashSize) {
    return Misuse();
  }
  MERLON_ASSIGN_OR_RETURN(BoundSecret bound, Bind(store, key));
  bound.derivation_ = &derivation;
  return bound;
}

Result<void> BoundSecret::Extract(const HashAlgorithm& hash, Bytes salt, MutableBytes out) const {
  if (out.size() != hash.size) return Misuse();
  return store_->WithMaterial(key_, Usage::kDerive,
                              [&](Bytes material, const KeyAttributes&) -> Result<void> {
                                if (derivation_ == nullptr) {
                                  HkdfExtract(hash, salt, material, out);
                                } else {
                                  const auto derived = Derive(*derivation_, material);
                                  HkdfExtract(hash, salt, derived.reveal(), out);
                                }
                                return {};
                              });
}

Result<void> BoundSecret::Tls12Master(const HashAlgorithm& hash, std::optional<Bytes> other_secret,
                                      std::string_view label, absl::Span<const Bytes> seed,
                                      MutableBytes out) const {
  return store_->WithMaterial(
      key_, Usage::kDerive, [&](Bytes material, const KeyAttributes&) -> Result<void> {
        const size_t other_size = other_secret ? other_secret->size() : material.size();
        if (other_size > kMaxOtherSecret || material.size() > kMaxOtherSecret) return Misuse();
        // opaque other_secret<0..2^16-1>; opaque psk<0..2^16-1> (RFC 4279 s2).
        Result<size_t> written = size_t{0};
        const Secret<2 * (2 + kMaxOtherSecret)> premaster(
            4 + other_size + material.size(), [&](MutableBytes bytes) {
              Writer writer(bytes);
              writer.Int<2>(other_size);
              const MutableBytes other = writer.Reserve(other_size);
              if (other_secret && !other.empty()) {
                memcpy(other.data(), other_secret->data(), other.size());
              } else if (!other.empty()) {
                memset(other.data(), 0, other.size());
              }
              writer.Int<2>(material.size());
              writer.Raw(material);
              written = writer.Finish();
            });
        if (!written.ok()) return written.error();
        Tls12Prf(Hmac(hash, premaster.reveal()), label, seed, out);
        return {};
      });
}

Result<void> BoundSecret::Pbkdf2(const HashAlgorithm& hash, Bytes salt, uint32_t iterations,
                                 MutableBytes out) const {
  if (derivation_ != nullptr) return Misuse();
  return store_->WithMaterial(key_, Usage::kDerive, [&](Bytes material, const KeyAttributes&) {
    return crypto::Pbkdf2(hash, material, salt, iterations, out);
  });
}

Result<BoundMacKey> BoundMacKey::Bind(const KeyStore& store, KeyHandle key, HashId hash) {
  BoundMacKey bound;
  bound.store_ = &store;
  bound.key_ = key;
  return store.WithMaterial(key, Usage::kSign,
                            [&](Bytes, const KeyAttributes& attributes) -> Result<BoundMacKey> {
                              if (attributes.type != KeyType::kHmac)
                                return Misuse(Code::kUnsupported);
                              bound.hash_ = store.drivers().hash(hash);
                              if (bound.hash_ == nullptr) return Misuse(Code::kUnsupported);
                              return bound;
                            });
}

Result<void> BoundMacKey::Compute(absl::Span<const Bytes> data, MutableBytes out) const {
  if (out.size() != hash_->size) return Misuse();
  return store_->WithMaterial(key_, Usage::kSign,
                              [&](Bytes material, const KeyAttributes&) -> Result<void> {
                                HmacOf(*hash_, material, data, out);
                                return {};
                              });
}

Result<BoundAeadKey> BoundAeadKey::Bind(const KeyStore& store, KeyHandle key) {
  BoundAeadKey bound;
  bound.store_ = &store;
  bound.key_ = key;
  return store.WithMaterial(
      key, Usage::kEncrypt | Usage::kDecrypt,
      [&](Bytes material, const KeyAttributes& attributes) -> Result<BoundAeadKey> {
        if (attributes.type != KeyType::kAes) return Misuse(Code::kUnsupported);
        if (!Permits(attributes.permitted, Permitted::kGcm)) return Misuse(Code::kNotPermitted);
        bound.aead_ = store.drivers().aead(material.size() == 16   ? AeadId::kAes128Gcm
                                           : material.size() == 24 ? AeadId::kAes192Gcm
                                                                   : AeadId::kAes256Gcm);
        if (bound.aead_ == nullptr) return Misuse(Code::kUnsupported);
        return bound;
      });
}

Result<size_t> BoundAeadKey::Seal(Bytes ad, Bytes plaintext, Rng& rng, MutableBytes out) const {
  return store_->WithMaterial(
      key_, Usage::kEncrypt, [&](Bytes material, const KeyAttributes&) -> Result<size_t> {
        if (out.size() < kOverhead || out.size() - kOverhead < plaintext.size()) {
          return Misuse(Code::kNoSpace);
        }
        const size_t size = plaintext.size() + kOverhead;
        const MutableBytes nonce = Slice(out, 0, kAeadIvSize);
        MERLON_TRY(rng.Fill(nonce));
        AeadKey aead;
        aead.Bind(*aead_, material, nonce);
        aead.SealScatter(0, ad, absl::Span<const Bytes>(&plaintext, 1), {},
                         Slice(out, kAeadIvSize, size - kAeadIvSize));
        return size;
      });
}

Result<size_t> BoundAeadKey::Open(Bytes ad, Bytes sealed, MutableBytes out) const {
  return store_->WithMaterial(
      key_, Usage::kDecrypt, [&](Bytes material, const KeyAttributes&) -> Result<size_t> {
        const Error refused = PeerError(Code::kBadMac, Alert::kDecryptError);
        if (sealed.size() < kOverhead) return refused;
        const Bytes body = Slice(sealed, kAeadIvSize);
        if (out.size() < body.size()) return Misuse(Code::kNoSpace);
        const MutableBytes work = Slice(out, 0, body.size());
        AeadKey aead;
        aead.Bind(*aead_, material, Slice(sealed, 0, kAeadIvSize));
        memmove(work.data(), body.data(), body.size());
        if (!aead.OpenInPlace(0, ad, work)) return refused;
        return sealed.size() - kOverhead;
      });
}

}  // namespace merlon::crypto
