// SPDX-License-Identifier: Apache-2.0
#include "x509/public_key.h"

#include <bit>

#include "crypto/base/der.h"
#include "x509/der.h"
#include "x509/der_writer.h"
#include "x509/error.h"
#include "x509/oid.h"

namespace merlon::x509 {
namespace {

using crypto::KeyType;

// RSAPublicKey (RFC 8017 A.1.1), nothing behind it; its modulus' size in bits.
bool RsaBits(Bytes key, uint16_t* bits) {
  DerReader outer(key), fields{Bytes()};
  Bytes modulus, exponent;
  if (!outer.Sequence(&fields) || !outer.done() || !fields.UnsignedInteger(&modulus) ||
      !fields.UnsignedInteger(&exponent) || !fields.done() || modulus.empty() || exponent.empty() ||
      modulus.size() > 4096) {
    return false;
  }
  *bits = static_cast<uint16_t>(modulus.size() * 8 - 8 + std::bit_width(modulus[0]));
  return true;
}

// The parameters are a named curve (RFC 5480 s2.1.1); the key an uncompressed point (s2.2).
Result<void> ParseEc(Bytes parameters, PublicKeyInfo& out) {
  DerReader reader(parameters);
  Bytes curve;
  if (!ReadOid(reader, &curve) || !reader.done()) return CertificateError(Code::kBadKey);
  size_t size;
  if (curve == Bytes(oid::kSecp256r1)) {
    out.type = KeyType::kEcP256;
    size = 65;
  } else if (curve == Bytes(oid::kSecp384r1)) {
    out.type = KeyType::kEcP384;
    size = 97;
  } else if (curve == Bytes(oid::kSecp521r1)) {
    out.type = KeyType::kEcP521;
    size = 133;
  } else {
    return {};
  }
  if (!out.key.empty() && (out.key[0] == 2 || out.key[0] == 3)) {
    out.type = KeyType::kNone;  // compressed: allowed by s2.2, not supported
  } else if (out.key.size() != size || out.key[0] != 4) {
    return CertificateError(Code::kBadKey);
  }
  return {};
}

struct LatticeKey {
  KeyType type;
  Bytes id;
  size_t size;
};
constexpr LatticeKey kLatticeKeys[] = {{KeyType::kMlDsa44, oid::kMlDsa44, 1312},
                                       {KeyType::kMlDsa65, oid::kMlDsa65, 1952},
                                       {KeyType::kMlDsa87, oid::kMlDsa87, 2592}};

// RFC 9881 s2, s4: parameters absent; the key as FIPS 204 has it.
Result<void> ParseMlDsa(Bytes id, Bytes parameters, PublicKeyInfo& out) {
  for (const LatticeKey& key : kLatticeKeys) {
    if (id != key.id) continue;
    if (!parameters.empty() || out.key.size() != key.size) return CertificateError(Code::kBadKey);
    out.type = key.type;
  }
  return {};
}

}  // namespace

Result<PublicKeyInfo> PublicKeyInfo::Parse(Bytes der) {
  PublicKeyInfo out;
  out.der = der;
  DerReader outer(der), fields{Bytes()}, algorithm{Bytes()};
  Bytes id;
  if (!outer.Sequence(&fields) || !outer.done() || !fields.Sequence(&algorithm) ||
      !ReadOid(algorithm, &id) || !ReadBitString(fields, &out.key) || !fields.done()) {
    return CertificateError(Code::kBadDer);
  }
  const Bytes parameters = algorithm.rest();
  if (id == Bytes(oid::kEcPublicKey)) {
    MERLON_TRY(ParseEc(parameters, out));
  } else if (id == Bytes(oid::kRsaEncryption)) {
    // RFC 3279 s2.3.1: "The parameters field MUST have ASN.1 type NULL".
    Bytes null;
    if (!algorithm.Element(der::kNull, &null) || !null.empty() || !algorithm.done() ||
        !RsaBits(out.key, &out.bits)) {
      return CertificateError(Code::kBadKey);
    }
    out.type = KeyType::kRsa;
  } else if (id == Bytes(oid::kRsassaPss)) {
    // RFC 4055 s3.1: without parameters any hash and salt length go. With them the key is bound to
    // some, which is not supported.
    if (!RsaBits(out.key, &out.bits)) return CertificateError(Code::kBadKey);
    if (parameters.empty()) out.type = KeyType::kRsaPss;
  } else if (id == Bytes(oid::kEd25519) || id == Bytes(oid::kEd448)) {
    // RFC 8410 s3: parameters absent.
    const bool ed448 = id == Bytes(oid::kEd448);
    if (!parameters.empty() || out.key.size() != (ed448 ? 57 : 32)) {
      return CertificateError(Code::kBadKey);
    }
    out.type = ed448 ? KeyType::kEd448 : KeyType::kEd25519;
  } else {
    MERLON_TRY(ParseMlDsa(id, parameters, out));
  }
  return out;
}

Result<PublicKeyInfo> PublicKeyInfo::FromPkcs1(Bytes der) {
  PublicKeyInfo out;
  out.type = KeyType::kRsa;
  out.key = der;
  return RsaBits(der, &out.bits) ? Result<PublicKeyInfo>(out) : CertificateError(Code::kBadKey);
}

Result<size_t> WritePublicKey(KeyType type, Bytes key, MutableBytes out) {
  DerWriter writer(out);
  bool supported = true;
  writer.Element(der::kSequence, [&] {
    supported = WriteKeyAlgorithm(writer, type);
    writer.BitString(key);
  });
  if (!supported) return Misuse(Code::kUnsupportedAlgorithm);
  return writer.Finish();
}

}  // namespace merlon::x509
