// SPDX-License-Identifier: Apache-2.0
// RSASSA-PSS (RFC 8017 s8.1) as TLS and PKIX use it: MGF1 with the message's hash, and a salt as
// long as the hash (RFC 9846 s4.2.3).
// Over any driver's arithmetic; for the files that instantiate it.
#pragma once
#include "crypto/drivers/portable/asymmetric/mgf1.h"
#include "crypto/drivers/portable/asymmetric/rsa_generate.h"
#include "crypto/drivers/portable/asymmetric/rsa_operation.h"
#include "crypto/sign.h"

namespace merlon::crypto {
namespace rsa_internal {

inline constexpr uint8_t kTrailer = 0xbc;

// H = Hash(eight zeros | Hash(message) | salt), s9.1.1 steps 5 and 6.
inline Digest SaltedHash(const HashAlgorithm& hash, Bytes message, Bytes salt) {
  constexpr uint8_t kZeros[8] = {};
  const Digest message_hash = HashOf(hash, message);
  const Bytes parts[] = {kZeros, message_hash.view(), salt};
  return HashOf(hash, parts);
}

// An encoded message of s9.1: masked DB | H | 0xbc, one bit shorter than the modulus.
struct PssEncoded {
  // `all` has the modulus's size; where that has a whole byte for its top bit, it stays in front as
  // 0.
  PssEncoded(const RsaPublicKey& key, const HashAlgorithm& hash, MutableBytes all)
      : lead(Slice(all, 0, key.n.bits() % 8 == 1 ? 1 : 0)),
        top_mask(static_cast<uint8_t>(0xff >> (8 - (key.n.bits() - 1) % 8) % 8)) {
    const MutableBytes body = Slice(all, lead.size());
    db = Slice(body, 0, body.size() - hash.size - 1);
    h = Slice(body, db.size(), hash.size);
    trailer = &body[body.size() - 1];
  }
  MutableBytes lead, db, h;
  uint8_t* trailer;
  uint8_t top_mask;  // the bits of the first byte that the encoding has
};

// s9.1.2; DB is unmasked in place.
inline bool Matches(const PssEncoded& encoded, const HashAlgorithm& hash, Bytes message) {
  if (!encoded.lead.empty() && encoded.lead[0] != 0) return false;
  if (*encoded.trailer != kTrailer) return false;
  if ((encoded.db[0] & ~encoded.top_mask) != 0) return false;
  XorMgf1(hash, encoded.h, encoded.db);
  encoded.db[0] &= encoded.top_mask;
  const size_t zeros = encoded.db.size() - hash.size - 1;
  for (size_t i = 0; i < zeros; ++i) {
    if (encoded.db[i] != 0) return false;
  }
  if (encoded.db[zeros] != 1) return false;
  const Digest h = SaltedHash(hash, message, Slice(encoded.db, zeros + 1));
  return h.view() == Bytes(encoded.h);
}

}  // namespace rsa_internal

template <const bignum::Kernel& kKernel>
class RsaPss {
 public:
  static constexpr SignAlgorithm Algorithm(KeyType type) {
    return {.family = SignFamily::kRsaPss,
            .key_type = type,
            .sign = Sign,
            .verify = Verify,
            .public_key = WriteRsaPublicKey,
            .check_private = CheckRsaPrivateKey,
            .generate = GenerateRsaKey};
  }

 private:
  static Result<size_t> Sign(Bytes private_key, const HashAlgorithm* hash, Bytes message, Rng& rng,
                             MutableBytes out) {
    if (hash == nullptr) return Misuse();
    Wiped<RsaPrivateKey> key;
    if (!LoadRsaPrivateKey(private_key, &*key, kKernel)) return Misuse(Code::kBadKey);
    const size_t size = key->pub.size();
    if (out.size() < size) return NoSpace();
    const MutableBytes all = Slice(out, 0, size);
    for (uint8_t& byte : all) byte = 0;
    // s9.1.1; the salt is drawn where DB ends.
    rsa_internal::PssEncoded encoded(key->pub, *hash, all);
    const MutableBytes salt = Slice(encoded.db, encoded.db.size() - hash->size);
    MERLON_TRY(rng.Fill(salt));
    const Digest h = rsa_internal::SaltedHash(*hash, message, salt);
    encoded.db[encoded.db.size() - hash->size - 1] = 1;
    XorMgf1(*hash, h.view(), encoded.db);
    encoded.db[0] &= encoded.top_mask;
    memcpy(encoded.h.data(), h.view().data(), hash->size);
    *encoded.trailer = rsa_internal::kTrailer;
    MERLON_TRY(RsaPrivateOperation(*key, rng, all));
    return size;
  }

  static Result<void> Verify(Bytes public_key, const HashAlgorithm* hash, Bytes message,
                             Bytes signature) {
    if (hash == nullptr) return Misuse();
    RsaPublicKey key;
    if (!LoadRsaPublicKey(public_key, &key, kKernel)) {
      return PeerError(Code::kBadKey, Alert::kBadCertificate);
    }
    std::array<uint8_t, kMaxRsaBytes> storage;
    const MutableBytes all(storage.data(), key.size());
    if (!RsaPublicOperation(key, signature, all) ||
        !rsa_internal::Matches(rsa_internal::PssEncoded(key, *hash, all), *hash, message)) {
      return PeerError(Code::kBadSignature, Alert::kDecryptError);
    }
    return {};
  }
};

}  // namespace merlon::crypto
