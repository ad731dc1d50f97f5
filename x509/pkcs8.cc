// SPDX-License-Identifier: Apache-2.0
#include "x509/pkcs8.h"

#include <array>

#include "crypto/base/constant_time.h"
#include "crypto/base/secret.h"
#include "x509/der.h"
#include "x509/der_writer.h"
#include "x509/oid.h"
#include "x509/pem.h"
#include "x509/wiper.h"

namespace merlon::x509 {
namespace {

using crypto::KeyHandle;
using crypto::KeyStore;
using crypto::KeyType;

// RSA-4096 with PKCS#8 around it is 2,374 bytes; attributes may follow.
constexpr size_t kMaxKeyDer = 2560;
// ML-DSA-87 as seed and expanded, with its public key.
constexpr size_t kMaxLatticeKeyDer = 7680;
constexpr size_t kMlDsaSeedSize = 32;
constexpr size_t kMaxPublicKeySize = 544;  // RSAPublicKey of 4096 bits, and some
constexpr size_t kMaxEcKeySize = 66, kMaxEcPublicKeySize = 133;

Error BadKey() { return Misuse(Code::kBadKey); }
Error Unsupported() { return Misuse(Code::kUnsupported); }

// What a file says about one key; borrowed.
struct ParsedKey {
  KeyType type = KeyType::kNone;
  Bytes material;    // in the format of crypto/key.h
  Bytes public_key;  // empty when the file has none
  Bytes expanded{};  // of a seed that is the material; empty when the file has none
};

KeyType CurveOf(Bytes id) {
  if (id == Bytes(oid::kSecp256r1)) return KeyType::kEcP256;
  if (id == Bytes(oid::kSecp384r1)) return KeyType::kEcP384;
  if (id == Bytes(oid::kSecp521r1)) return KeyType::kEcP521;
  return KeyType::kNone;
}

// ECPrivateKey (RFC 5915 s3). `type` is known from PKCS#8, or kNone: then its parameters say it.
Result<ParsedKey> ParseSec1(Bytes der, KeyType type) {
  DerReader outer(der), fields{Bytes()};
  uint32_t version;
  ParsedKey out{type, {}, {}};
  Bytes parameters, public_key;
  bool has_parameters, has_public_key;
  if (!outer.Sequence(&fields) || !outer.done() || !fields.SmallInteger(&version) || version != 1 ||
      !fields.Element(der::kOctetString, &out.material) ||
      !fields.Optional(der::Context(0, true), &parameters, &has_parameters) ||
      !fields.Optional(der::Context(1, true), &public_key, &has_public_key) || !fields.done()) {
    return BadKey();
  }
  if (has_parameters) {
    DerReader reader(parameters);
    Bytes curve;
    if (!ReadOid(reader, &curve) || !reader.done()) return BadKey();
    const KeyType named = CurveOf(curve);
    if (named == KeyType::kNone) return Unsupported();
    if (type != KeyType::kNone && named != type) return BadKey();
    out.type = named;
  }
  if (out.type == KeyType::kNone) return BadKey();
  if (has_public_key) {
    DerReader reader(public_key);
    if (!ReadBitString(reader, &out.public_key) || !reader.done()) return BadKey();
  }
  // RFC 5915 s3: the private key is as long as the order, leading zeros kept.
  const size_t size = out.type == KeyType::kEcP256 ? 32 : out.type == KeyType::kEcP384 ? 48 : 66;
  if (out.material.size() != size) return BadKey();
  return out;
}

KeyType MlDsaOf(Bytes id) {
  if (id == Bytes(oid::kMlDsa44)) return KeyType::kMlDsa44;
  if (id == Bytes(oid::kMlDsa65)) return KeyType::kMlDsa65;
  return id == Bytes(oid::kMlDsa87) ? KeyType::kMlDsa87 : KeyType::kNone;
}

// ML-DSA-PrivateKey (RFC 9881 s6): a seed, an expanded key, or both.
bool ParseMlDsa(Bytes key, ParsedKey& parsed) {
  DerReader reader(key), both{Bytes()};
  if (reader.NextIs(der::kOctetString)) {
    return reader.Element(der::kOctetString, &parsed.material) && reader.done();
  }
  if (reader.NextIs(der::kSequence)) {
    if (!reader.Sequence(&both) || !both.Element(der::kOctetString, &parsed.material) ||
        !both.Element(der::kOctetString, &parsed.expanded) || !both.done()) {
      return false;
    }
  } else if (!reader.Element(der::Context(0, false), &parsed.material)) {
    return false;
  }
  return reader.done() && parsed.material.size() == kMlDsaSeedSize;
}

// OneAsymmetricKey (RFC 5958 s2).
Result<ParsedKey> ParsePkcs8(DerReader fields, uint32_t version) {
  DerReader algorithm{Bytes()};
  Bytes id, key, attributes, public_key;
  bool has_attributes, has_public_key;
  if (version > 1 || !fields.Sequence(&algorithm) || !ReadOid(algorithm, &id) ||
      !fields.Element(der::kOctetString, &key) ||
      !fields.Optional(der::Context(0, true), &attributes, &has_attributes) ||
      !fields.Optional(der::Context(1, false), &public_key, &has_public_key) || !fields.done() ||
      (has_public_key && version == 0)) {
    return BadKey();
  }
  if (id == Bytes(oid::kEcPublicKey)) {
    Bytes curve;
    if (!ReadOid(algorithm, &curve) || !algorithm.done()) return BadKey();
    if (CurveOf(curve) == KeyType::kNone) return Unsupported();
    MERLON_ASSIGN_OR_RETURN(ParsedKey parsed, ParseSec1(key, CurveOf(curve)));
    if (!has_public_key) return parsed;
    // An IMPLICIT BIT STRING: the octet that counts unused bits, then the point (RFC 5480 s2.2).
    if (public_key.empty() || public_key[0] != 0) return BadKey();
    public_key.remove_prefix(1);
    if (!parsed.public_key.empty() && parsed.public_key != public_key) return BadKey();
    parsed.public_key = public_key;
    return parsed;
  }
  ParsedKey parsed{KeyType::kNone, key, public_key};
  if (id == Bytes(oid::kEd25519) || id == Bytes(oid::kEd448)) {
    // RFC 8410 s7: the 32 or 57 bytes are an OCTET STRING of their own inside.
    DerReader inner(key);
    if (!algorithm.done() || !inner.Element(der::kOctetString, &parsed.material) || !inner.done()) {
      return BadKey();
    }
    parsed.type = id == Bytes(oid::kEd448) ? KeyType::kEd448 : KeyType::kEd25519;
  } else if (id == Bytes(oid::kRsaEncryption)) {
    Bytes null;
    if (!algorithm.Element(der::kNull, &null) || !null.empty() || !algorithm.done()) {
      return BadKey();
    }
    parsed.type = KeyType::kRsa;
  } else if (id == Bytes(oid::kRsassaPss) && algorithm.done()) {
    parsed.type = KeyType::kRsaPss;  // with parameters: see PublicKeyInfo::Parse
  } else if (parsed.type = MlDsaOf(id); parsed.type != KeyType::kNone) {
    if (!algorithm.done() || !ParseMlDsa(key, parsed)) return BadKey();
  } else {
    return Unsupported();
  }
  if (!has_public_key) return parsed;
  if (public_key.empty() || public_key[0] != 0) return BadKey();
  parsed.public_key.remove_prefix(1);
  return parsed;
}

// Which of the three forms it is shows in the second field.
Result<ParsedKey> ParseKey(Bytes der) {
  DerReader outer(der), fields{Bytes()};
  uint32_t version;
  if (!outer.Sequence(&fields) || !outer.done() || !fields.SmallInteger(&version)) return BadKey();
  if (fields.NextIs(der::kSequence)) return ParsePkcs8(fields, version);
  if (fields.NextIs(der::kOctetString)) return ParseSec1(der, KeyType::kNone);
  if (fields.NextIs(der::kInteger)) return ParsedKey{KeyType::kRsa, der, {}};
  return BadKey();
}

// The public key that the file gives is that of the private one.
template <size_t kRoom>
[[gnu::noinline]] Result<void> CheckPublicKey(const KeyStore& store, KeyHandle key, Bytes claimed) {
  std::array<uint8_t, kRoom> room;
  MERLON_ASSIGN_OR_RETURN(const size_t size, store.PublicKey(key, absl::MakeSpan(room)));
  return Bytes(room.data(), size) == claimed ? Result<void>() : BadKey();
}

// RFC 9881 s6: who is given both forms may see to it that they are one key.
[[gnu::noinline]] Result<void> CheckExpanded(const KeyStore& store, const ParsedKey& parsed) {
  const crypto::SignAlgorithm* sign = store.drivers().any_sign(parsed.type);
  if (sign == nullptr || sign->with_context == nullptr) return Unsupported();
  const crypto::ContextSignAlgorithm& more = *sign->with_context;
  std::array<uint8_t, crypto::kMaxLatticePrivateSize> secret;
  const Wiper wiper(absl::MakeSpan(secret));
  std::array<uint8_t, crypto::kMaxLatticePublicSize> public_key;
  if (more.private_size > secret.size() || more.public_size > public_key.size()) {
    return Unsupported();
  }
  const MutableBytes expanded = Slice(absl::MakeSpan(secret), 0, more.private_size);
  MERLON_TRY(more.expand(parsed.material, expanded,
                         Slice(absl::MakeSpan(public_key), 0, more.public_size)));
  return ConstantTimeEqual(expanded, parsed.expanded) ? Result<void>() : BadKey();
}

// ECPrivateKey inside PKCS#8: the curve is named outside.
Result<size_t> WriteEc(const KeyStore& store, KeyHandle key, KeyType type, MutableBytes out) {
  std::array<uint8_t, kMaxEcKeySize> secret;
  const Wiper wiper(absl::MakeSpan(secret));
  std::array<uint8_t, kMaxEcPublicKeySize> point;
  MERLON_ASSIGN_OR_RETURN(const size_t secret_size, store.Export(key, absl::MakeSpan(secret)));
  MERLON_ASSIGN_OR_RETURN(const size_t point_size, store.PublicKey(key, absl::MakeSpan(point)));
  DerWriter writer(out);
  writer.Element(der::kSequence, [&] {
    writer.SmallInteger(0);
    WriteKeyAlgorithm(writer, type);
    writer.Element(der::kOctetString, [&] {
      writer.Element(der::kSequence, [&] {
        writer.SmallInteger(1);
        writer.Element(der::kOctetString, Bytes(secret.data(), secret_size));
        writer.Element(der::Context(1, true),
                       [&] { writer.BitString(Bytes(point.data(), point_size)); });
      });
    });
  });
  return writer.Finish();
}

// The inner element that the bytes of a key stand in: an OCTET STRING of their own (RFC 8410 s7,
// RFC 9881 s6 for an expanded key), a seed under [0] (there), none for RSA.
uint8_t InnerTag(KeyType type, size_t size) {
  if (type == KeyType::kRsa || type == KeyType::kRsaPss) return 0;
  const bool edwards = type == KeyType::kEd25519 || type == KeyType::kEd448;
  const bool seed = !edwards && size == kMlDsaSeedSize;
  return seed ? der::Context(0, false) : der::kOctetString;
}

bool IsBytes(KeyType type) {
  return type == KeyType::kRsa || type == KeyType::kRsaPss || type == KeyType::kEd25519 ||
         type == KeyType::kEd448 || type == KeyType::kMlDsa44 || type == KeyType::kMlDsa65 ||
         type == KeyType::kMlDsa87;
}

// Without the public key, as all others write it. The key is exported to the end of `out`, and
// moves from there into its place.
Result<size_t> WriteBytes(const KeyStore& store, KeyHandle key, KeyType type, MutableBytes out) {
  if (out.size() <= kPkcs8Overhead) return NoSpace();
  const MutableBytes tail = Slice(out, kPkcs8Overhead);
  MERLON_ASSIGN_OR_RETURN(const size_t size, store.Export(key, tail));
  DerWriter writer(out);
  writer.Element(der::kSequence, [&] {
    writer.SmallInteger(0);
    WriteKeyAlgorithm(writer, type);
    const Bytes bytes = Slice(Bytes(tail), 0, size);
    const uint8_t inner = InnerTag(type, size);
    if (inner == 0) return writer.Element(der::kOctetString, bytes);
    writer.Element(der::kOctetString, [&] { writer.Element(inner, bytes); });
  });
  MERLON_ASSIGN_OR_RETURN(const size_t written, writer.Finish());
  Wipe(Slice(out, written));
  return written;
}

}  // namespace

Result<KeyHandle> ImportPrivateKeyDer(KeyStore& store, Bytes der, crypto::Usage usage) {
  MERLON_ASSIGN_OR_RETURN(const ParsedKey parsed, ParseKey(der));
  const crypto::KeyAttributes attributes{.type = parsed.type, .usage = usage};
  MERLON_ASSIGN_OR_RETURN(const KeyHandle key, store.Import(attributes, parsed.material));
  Result<void> checked;
  if (!parsed.expanded.empty()) checked = CheckExpanded(store, parsed);
  if (checked.ok() && !parsed.public_key.empty()) {
    const bool small = parsed.public_key.size() <= kMaxPublicKeySize;
    checked = small ? CheckPublicKey<kMaxPublicKeySize>(store, key, parsed.public_key)
                    : CheckPublicKey<crypto::kMaxLatticePublicSize>(store, key, parsed.public_key);
  }
  if (checked.ok()) return key;
  MERLON_TRY(store.Destroy(key));
  return checked.error();
}

namespace {

// With room for the DER, so that who has small keys takes little stack.
template <size_t kRoom>
[[gnu::noinline]] Result<KeyHandle> ImportBlock(KeyStore& store, const PemBlock& block,
                                                crypto::Usage usage) {
  std::array<uint8_t, kRoom> room;
  const Wiper wiper(absl::MakeSpan(room));
  MERLON_ASSIGN_OR_RETURN(const Bytes der, DecodePem(block, absl::MakeSpan(room)));
  return ImportPrivateKeyDer(store, der, usage);
}

}  // namespace

Result<KeyHandle> ImportPrivateKeyPem(KeyStore& store, std::string_view text, crypto::Usage usage) {
  PemReader reader(text);
  for (;;) {
    MERLON_ASSIGN_OR_RETURN(const std::optional<PemBlock> block, reader.Next());
    if (!block) return Misuse(Code::kBadPem);
    if (block->label == "ENCRYPTED PRIVATE KEY") return Unsupported();
    if (block->label != "PRIVATE KEY" && block->label != "EC PRIVATE KEY" &&
        block->label != "RSA PRIVATE KEY") {
      continue;
    }
    return block->max_size() <= kMaxKeyDer ? ImportBlock<kMaxKeyDer>(store, *block, usage)
                                           : ImportBlock<kMaxLatticeKeyDer>(store, *block, usage);
  }
}

Result<size_t> ExportPkcs8(const KeyStore& store, KeyHandle key, MutableBytes out) {
  MERLON_ASSIGN_OR_RETURN(const crypto::KeyAttributes attributes, store.Attributes(key));
  Result<size_t> written = Unsupported();
  if (attributes.type == KeyType::kEcP256 || attributes.type == KeyType::kEcP384 ||
      attributes.type == KeyType::kEcP521) {
    written = WriteEc(store, key, attributes.type, out);
  } else if (IsBytes(attributes.type)) {
    written = WriteBytes(store, key, attributes.type, out);
  }
  if (!written.ok()) Wipe(out);
  return written;
}

}  // namespace merlon::x509
