// SPDX-License-Identifier: Apache-2.0
#include "x509/signature_algorithm.h"

#include <array>

#include "crypto/base/der.h"
#include "x509/der.h"
#include "x509/error.h"
#include "x509/oid.h"

namespace merlon::x509 {
namespace {

using crypto::HashId;
using crypto::KeyType;
using crypto::SignAlg;
using crypto::SignFamily;

// RFC 5758 s3.2: ecdsa-with-SHA256 and so on, parameters absent.
constexpr std::array<uint8_t, 12> Ecdsa(uint8_t last) {
  return {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, last};
}
// RFC 4055 s5: sha256WithRSAEncryption and so on, parameters NULL.
constexpr std::array<uint8_t, 15> RsaPkcs1(uint8_t last) {
  return {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, last, 0x05, 0x00};
}
// RFC 4055 s3.1: id-RSASSA-PSS; hash and MGF1 with the same SHA-2, whose parameters are NULL here
// (absent is read as well); salt length.
constexpr std::array<uint8_t, 67> RsaPss(uint8_t hash, uint8_t salt) {
  return {0x30, 0x41, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, 0x30,
          0x34, 0xa0, 0x0f, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
          0x02, hash, 0x05, 0x00, 0xa1, 0x1c, 0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
          0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
          0x03, 0x04, 0x02, hash, 0x05, 0x00, 0xa2, 0x03, 0x02, 0x01, salt};
}
constexpr auto kEcdsaSha256 = Ecdsa(2), kEcdsaSha384 = Ecdsa(3), kEcdsaSha512 = Ecdsa(4);
constexpr auto kRsaSha256 = RsaPkcs1(11), kRsaSha384 = RsaPkcs1(12), kRsaSha512 = RsaPkcs1(13);
constexpr auto kPssSha256 = RsaPss(1, 32), kPssSha384 = RsaPss(2, 48), kPssSha512 = RsaPss(3, 64);
// RFC 8410 s3, parameters absent.
constexpr std::array<uint8_t, 7> kEd25519 = {0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70};
constexpr std::array<uint8_t, 7> kEd448 = {0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x71};
// RFC 9881 s2, parameters absent.
constexpr std::array<uint8_t, 13> MlDsa(uint8_t last) {
  return {0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, last};
}
constexpr auto kMlDsa44 = MlDsa(0x11), kMlDsa65 = MlDsa(0x12), kMlDsa87 = MlDsa(0x13);

struct Entry {
  SignAlg algorithm;
  Bytes identifier;
  KeyType key = KeyType::kNone;  // that it is for; kNone: the family says
};
// Each has one encoding, but those of RSA: so reading is comparing.
constexpr Entry kEntries[] = {
    {{SignFamily::kEcdsa, HashId::kSha256}, kEcdsaSha256},
    {{SignFamily::kEcdsa, HashId::kSha384}, kEcdsaSha384},
    {{SignFamily::kEcdsa, HashId::kSha512}, kEcdsaSha512},
    {{SignFamily::kRsaPkcs1, HashId::kSha256}, kRsaSha256},
    {{SignFamily::kRsaPkcs1, HashId::kSha384}, kRsaSha384},
    {{SignFamily::kRsaPkcs1, HashId::kSha512}, kRsaSha512},
    {{SignFamily::kRsaPss, HashId::kSha256}, kPssSha256},
    {{SignFamily::kRsaPss, HashId::kSha384}, kPssSha384},
    {{SignFamily::kRsaPss, HashId::kSha512}, kPssSha512},
    {{SignFamily::kEddsa, HashId::kNone}, kEd25519, KeyType::kEd25519},
    {{SignFamily::kEddsa, HashId::kNone}, kEd448, KeyType::kEd448},
    {{SignFamily::kMlDsa44, HashId::kNone}, kMlDsa44},
    {{SignFamily::kMlDsa65, HashId::kNone}, kMlDsa65},
    {{SignFamily::kMlDsa87, HashId::kNone}, kMlDsa87},
};

// RFC 4055 s5, of sha256WithRSAEncryption and its kin: "the parameters MUST be NULL. Implementations
// MUST accept the parameters being absent as well as present."
bool ParsePkcs1WithoutNull(Bytes id, SignAlg* algorithm) {
  for (const Entry& entry : kEntries) {
    if (entry.algorithm.family == SignFamily::kRsaPkcs1 && Slice(entry.identifier, 4, 9) == id) {
      *algorithm = entry.algorithm;
      return true;
    }
  }
  return false;
}

// sha1WithRSAEncryption and md5WithRSAEncryption (RFC 3279 s2.2.1), ecdsa-with-SHA1 (s2.2.3).
constexpr uint8_t kOidRsaSha1[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05};
constexpr uint8_t kOidRsaMd5[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x04};
constexpr uint8_t kOidEcdsaSha1[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01};
constexpr uint8_t kOidMgf1[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08};
constexpr uint8_t kOidSha2[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02};  // and one more

// A hash's AlgorithmIdentifier. RFC 4055 s2.1: NULL and absent parameters are both legal.
bool ReadSha2(DerReader& reader, HashId* hash) {
  DerReader fields{Bytes()};
  Bytes id, null;
  bool has_null;
  if (!reader.Sequence(&fields) || !ReadOid(fields, &id) ||
      !fields.Optional(der::kNull, &null, &has_null) || !null.empty() || !fields.done()) {
    return false;
  }
  if (id.size() != sizeof(kOidSha2) + 1 || Slice(id, 0, sizeof(kOidSha2)) != Bytes(kOidSha2)) {
    return false;
  }
  if (id.back() < 1 || id.back() > 3) return false;
  *hash = static_cast<HashId>(id.back());
  return true;
}
static_assert(static_cast<int>(HashId::kSha256) == 1 && static_cast<int>(HashId::kSha384) == 2 &&
              static_cast<int>(HashId::kSha512) == 3);

// RSASSA-PSS-params. The defaults are SHA-1, so hash and MGF1 must be there; the trailer field's
// only value is its default, which DER leaves out.
bool ParsePss(DerReader& params, SignAlg* algorithm) {
  DerReader fields{Bytes()}, mgf_fields{Bytes()};
  Bytes hash_field, mgf_field, salt_field, mgf_id;
  if (!params.Sequence(&fields) || !params.done() ||
      !fields.Element(der::Context(0, true), &hash_field) ||
      !fields.Element(der::Context(1, true), &mgf_field) ||
      !fields.Element(der::Context(2, true), &salt_field) || !fields.done()) {
    return false;
  }
  DerReader hash_reader(hash_field), mgf_reader(mgf_field), salt_reader(salt_field);
  HashId hash, mgf_hash;
  uint32_t salt;
  if (!ReadSha2(hash_reader, &hash) || !hash_reader.done() || !mgf_reader.Sequence(&mgf_fields) ||
      !mgf_reader.done() || !ReadOid(mgf_fields, &mgf_id) || mgf_id != Bytes(kOidMgf1) ||
      !ReadSha2(mgf_fields, &mgf_hash) || !mgf_fields.done() || !salt_reader.SmallInteger(&salt) ||
      !salt_reader.done()) {
    return false;
  }
  const uint32_t hash_size = 16 + 16 * static_cast<uint32_t>(hash);  // 32, 48, 64
  *algorithm = {SignFamily::kRsaPss, hash};
  return mgf_hash == hash && salt == hash_size;
}

}  // namespace

Result<SignAlg> ParseSignatureAlgorithm(Bytes identifier, KeyType key) {
  for (const Entry& entry : kEntries) {
    if (entry.identifier != identifier) continue;
    const bool suits = key == KeyType::kNone || entry.key == KeyType::kNone || entry.key == key;
    if (!suits) return CertificateError(Code::kUnsupportedAlgorithm);
    return entry.algorithm;
  }
  DerReader outer(identifier), fields{Bytes()};
  Bytes id;
  if (!outer.Sequence(&fields) || !outer.done() || !ReadOid(fields, &id)) {
    return CertificateError(Code::kBadDer);
  }
  SignAlg algorithm;
  if (id == Bytes(oid::kRsassaPss) && ParsePss(fields, &algorithm)) return algorithm;
  if (fields.done() && ParsePkcs1WithoutNull(id, &algorithm)) return algorithm;
  if (id == Bytes(kOidRsaSha1) || id == Bytes(kOidRsaMd5) || id == Bytes(kOidEcdsaSha1)) {
    return PeerError(Code::kUnsupportedAlgorithm, Alert::kBadCertificate);
  }
  return CertificateError(Code::kUnsupportedAlgorithm);
}

Result<Bytes> SignatureAlgorithmIdentifier(SignAlg algorithm, KeyType key) {
  for (const Entry& entry : kEntries) {
    const bool suits = entry.key != KeyType::kEd448 || key == KeyType::kEd448;
    const bool other = entry.key == KeyType::kEd25519 && key == KeyType::kEd448;
    if (entry.algorithm == algorithm && suits && !other) return entry.identifier;
  }
  return Misuse(Code::kUnsupportedAlgorithm);
}

}  // namespace merlon::x509
