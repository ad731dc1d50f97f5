// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/pkcs11/pkcs11_keys.h"

#include <algorithm>
#include <cstring>

#include "crypto/base/der.h"
#include "crypto/base/secret.h"
#include "crypto/drivers/pkcs11/objects.h"

namespace merlon::crypto {

using cryptoki::Mechanism;
using cryptoki::Object;
using cryptoki::Session;
using cryptoki::Ulong;
using Where = Pkcs11Token::Where;

namespace {

constexpr size_t kIdSize = 16;           // bytes of the CKA_ID of keys that are made here
constexpr size_t kLargestResult = 1024;  // bytes: RSA-8192

Result<size_t> CopyTo(Bytes from, MutableBytes out) {
  if (out.size() < from.size()) return Misuse(Code::kNoSpace);
  if (!from.empty()) memcpy(out.data(), from.data(), from.size());
  return from.size();
}

// The functions take pointers to what they do not change.
cryptoki::Byte* In(Bytes bytes) { return const_cast<cryptoki::Byte*>(bytes.data()); }

struct HashNumbers {
  HashId id;
  Ulong hash, mgf;
  // DigestInfo up to the digest (RFC 8017 s9.2, note 1).
  uint8_t digest_info[19];
};
constexpr HashNumbers kHashes[] = {
    {HashId::kSha256,
     cryptoki::kSha256,
     cryptoki::kMgf1Sha256,
     {0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20}},
    {HashId::kSha384,
     cryptoki::kSha384,
     cryptoki::kMgf1Sha384,
     {0x30, 0x41, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2, 5, 0, 4, 0x30}},
    {HashId::kSha512,
     cryptoki::kSha512,
     cryptoki::kMgf1Sha512,
     {0x30, 0x51, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3, 5, 0, 4, 0x40}},
};
const HashNumbers* NumbersOf(HashId id) {
  for (const HashNumbers& numbers : kHashes) {
    if (numbers.id == id) return &numbers;
  }
  return nullptr;
}

bool Suits(SignFamily family, KeyType type) {
  switch (family) {
    case SignFamily::kEcdsa:
      return type == KeyType::kEcP256 || type == KeyType::kEcP384 || type == KeyType::kEcP521;
    case SignFamily::kRsaPkcs1:
    case SignFamily::kRsaPss:
      return type == KeyType::kRsa;
    case SignFamily::kEddsa:
      return type == KeyType::kEd25519;
    default:
      return false;
  }
}

// Templates of a new pair.
struct PairTemplates {
  Mechanism mechanism{};
  ObjectTemplate public_key{cryptoki::kPublicKey}, private_key{cryptoki::kPrivateKey};
};

// What both kinds of new keys say of their use (Base Specification, 4.8 and 4.9).
void SetPolicy(const KeyAttributes& attributes, Bytes id, PairTemplates& out) {
  const bool stays = attributes.lifetime == Lifetime::kPersistent;
  const bool signs = Allows(attributes.usage, Usage::kSign);
  for (ObjectTemplate* half : {&out.public_key, &out.private_key}) {
    half->Flag(cryptoki::kToken, stays)
        .Raw(cryptoki::kId, id)
        .Raw(cryptoki::kLabel, attributes.name.view());
  }
  out.public_key.Flag(cryptoki::kVerifyBit, signs);
  out.private_key.Flag(cryptoki::kPrivate, true)
      .Flag(cryptoki::kSensitive, true)
      .Flag(cryptoki::kExtractable, false)
      .Flag(cryptoki::kSignBit, signs)
      .Flag(cryptoki::kDecryptBit, Allows(attributes.usage, Usage::kDecrypt))
      .Flag(cryptoki::kDeriveBit, Allows(attributes.usage, Usage::kDerive));
}

Result<PairTemplates> TemplatesOf(const KeyAttributes& attributes, Bytes id) {
  PairTemplates out;
  if (attributes.type == KeyType::kRsa) {
    constexpr uint8_t kF4[] = {1, 0, 1};
    out.mechanism.mechanism = cryptoki::kRsaKeyPairGen;
    out.public_key.Number(cryptoki::kModulusBits, attributes.bits)
        .Raw(cryptoki::kPublicExponent, kF4);
  } else if (const Bytes curve = CurveParameters(attributes.type); !curve.empty()) {
    const bool edwards = attributes.type == KeyType::kEd25519;
    out.mechanism.mechanism = edwards ? cryptoki::kEdwardsKeyPairGen : cryptoki::kEcKeyPairGen;
    out.public_key.Raw(cryptoki::kEcParams, curve);
  } else {
    return Misuse(Code::kUnsupported);
  }
  SetPolicy(attributes, id, out);
  return out;
}

// The halves of a key that exists, from its material (formats: key.h).
Result<PairTemplates> ImportTemplatesOf(const KeyAttributes& attributes, Bytes material,
                                        Bytes public_key, Bytes id) {
  PairTemplates out;
  const Bytes curve = CurveParameters(attributes.type);
  const bool edwards = attributes.type == KeyType::kEd25519;
  const Ulong kind = attributes.type == KeyType::kRsa ? cryptoki::kRsa
                     : edwards                        ? cryptoki::kEcEdwards
                                                      : cryptoki::kEc;
  out.public_key.Number(cryptoki::kKeyType, kind);
  out.private_key.Number(cryptoki::kKeyType, kind);
  SetPolicy(attributes, id, out);
  if (attributes.type != KeyType::kRsa) {
    if (curve.empty()) return Misuse(Code::kUnsupported);
    // CKA_EC_POINT is a DER OCTET STRING of less than 256 bytes.
    ObjectBytes point = {der::kOctetString};
    if (public_key.size() >= 128) point.push_back(0x81);
    point.push_back(static_cast<uint8_t>(public_key.size()));
    point.append(public_key.begin(), public_key.end());
    out.public_key.Raw(cryptoki::kEcParams, curve).Raw(cryptoki::kEcPoint, point);
    out.private_key.Raw(cryptoki::kEcParams, curve).Raw(cryptoki::kValue, material);
    return out;
  }
  // RSAPrivateKey: version, n, e, d, p, q, dP, dQ, qInv (RFC 8017 A.1.2).
  constexpr Ulong kNumbers[] = {cryptoki::kModulus,         cryptoki::kPublicExponent,
                                cryptoki::kPrivateExponent, cryptoki::kPrime1,
                                cryptoki::kPrime2,          cryptoki::kExponent1,
                                cryptoki::kExponent2,       cryptoki::kCoefficient};
  DerReader outer(material), numbers{Bytes()};
  uint32_t version = 0;
  if (!outer.Sequence(&numbers) || !numbers.SmallInteger(&version)) return Misuse(Code::kBadKey);
  for (const Ulong type : kNumbers) {
    Bytes number;
    if (!numbers.UnsignedInteger(&number)) return Misuse(Code::kBadKey);
    out.private_key.Raw(type, number);
    const bool open = type == cryptoki::kModulus || type == cryptoki::kPublicExponent;
    if (open) out.public_key.Raw(type, number);
  }
  return out;
}

Result<void> DestroyObjects(const Pkcs11Token& token, Session session, const ObjectName& name) {
  MERLON_ASSIGN_OR_RETURN(const Object key,
                          FindObject(token, session, cryptoki::kPrivateKey, name));
  MERLON_TRY(Pkcs11Token::Check(token.functions().destroy_object(session, key)));
  const Result<Object> other = FindObject(token, session, cryptoki::kPublicKey, name);
  // A token need not have one.
  if (!other.ok()) return other.error().code == Code::kNoSuchKey ? Result<void>() : other.error();
  return Pkcs11Token::Check(token.functions().destroy_object(session, *other));
}

}  // namespace

Result<size_t> Pkcs11Keys::FindKey(const std::string& label, const std::string& id,
                                   KeyAttributes& attributes, MutableBytes reference) const {
  ObjectTemplate wanted(cryptoki::kPrivateKey);
  if (!label.empty()) wanted.Raw(cryptoki::kLabel, AsBytes(label));
  if (!id.empty()) wanted.Raw(cryptoki::kId, AsBytes(id));
  return token_->With(Where::kAny, [&](Session session) -> Result<size_t> {
    MERLON_ASSIGN_OR_RETURN(const auto found, FindObjects(token_->functions(), session, wanted));
    if (found.empty()) {
      MERLON_TRY(token_->CheckLogin(session));
      return DriverError(Code::kNoSuchKey);
    }
    if (found.size() > 1) return Misuse();
    MERLON_ASSIGN_OR_RETURN(const DescribedKey key,
                            DescribeKey(token_->functions(), session, found[0]));
    attributes.type = key.attributes.type;
    attributes.bits = key.attributes.bits;
    attributes.usage = key.attributes.usage;
    return WriteObjectName(key.name, reference);
  });
}

Result<size_t> Pkcs11Keys::Find(const KeyName& name, KeyAttributes& attributes,
                                MutableBytes reference) const {
  return FindKey(std::string(AsText(name.view())), "", attributes, reference);
}

Result<KeyHandle> Pkcs11Keys::OpenKey(KeyStore& keys, const std::string& label,
                                      const std::string& id) const {
  uint8_t reference[256];
  KeyAttributes attributes{.location = driver_.location};
  MERLON_ASSIGN_OR_RETURN(const size_t size,
                          FindKey(label, id, attributes, MutableBytes(reference)));
  return keys.Register(attributes, Slice(Bytes(reference), 0, size), *this);
}

Result<std::vector<Pkcs11Keys::Entry>> Pkcs11Keys::List() const {
  return token_->With(Where::kAny, [&](Session session) -> Result<std::vector<Entry>> {
    MERLON_TRY(token_->CheckLogin(session));
    MERLON_ASSIGN_OR_RETURN(const auto found, FindObjects(token_->functions(), session,
                                                          ObjectTemplate(cryptoki::kPrivateKey)));
    std::vector<Entry> out;
    for (const Object object : found) {
      const auto key = DescribeKey(token_->functions(), session, object);
      if (key.ok()) {
        out.push_back({key->label, key->attributes});
      } else if (key.error() == Pkcs11Token::kLost) {
        return key.error();
      } else {
        out.push_back({"", key.error()});
      }
    }
    return out;
  });
}

Result<size_t> Pkcs11Keys::PublicKey(Bytes reference, MutableBytes out) const {
  const std::optional<ObjectName> name = ParseObjectName(reference);
  if (!name) return DriverError(Code::kNoSuchKey);
  return token_->With(Where::kAny, [&](Session session) -> Result<size_t> {
    const auto attribute = [&](Ulong object_class, Ulong type) -> Result<ObjectBytes> {
      MERLON_ASSIGN_OR_RETURN(const Object object,
                              FindObject(*token_, session, object_class, *name));
      return AttributeOf(token_->functions(), session, object, type);
    };
    if (name->type == KeyType::kRsa) {  // both are in the private key too (2.1.3)
      MERLON_ASSIGN_OR_RETURN(const ObjectBytes n,
                              attribute(cryptoki::kPrivateKey, cryptoki::kModulus));
      MERLON_ASSIGN_OR_RETURN(const ObjectBytes e,
                              attribute(cryptoki::kPrivateKey, cryptoki::kPublicExponent));
      return CopyTo(TwoIntegers(n, e), out);
    }
    MERLON_ASSIGN_OR_RETURN(const ObjectBytes point,
                            attribute(cryptoki::kPublicKey, cryptoki::kEcPoint));
    return CopyTo(PointOf(point), out);
  });
}

// Has `make(session, name)` make a key, behind what `existing` says of one that has its name.
template <class Make>
Result<size_t> Pkcs11Keys::MakeNamed(const KeyAttributes& attributes, Existing existing,
                                     Make make) const {
  KeyAttributes old_attributes;
  uint8_t old_reference[256];
  Result<size_t> old = DriverError(Code::kNoSuchKey);
  if (attributes.lifetime == Lifetime::kPersistent) {
    old = Find(attributes.name, old_attributes, MutableBytes(old_reference));
  }
  if (!old.ok() && old.error() != DriverError(Code::kNoSuchKey)) return old.error();
  if (old.ok() && existing == Existing::kRefuse) return Misuse(Code::kKeyExists);
  // What does not stay ends with its session: that is the one that lives longest.
  MERLON_ASSIGN_OR_RETURN(
      const size_t size, token_->With(Where::kHome, [&](Session session) -> Result<size_t> {
        ObjectName name{attributes.type, false, ObjectBytes(kIdSize, 0)};
        MERLON_TRY(Pkcs11Token::Check(
            token_->functions().generate_random(session, name.bytes.data(), name.bytes.size())));
        return make(session, name);
      }));
  if (old.ok()) MERLON_TRY(Destroy(Slice(Bytes(old_reference), 0, *old)));
  return size;
}

Result<size_t> Pkcs11Keys::Generate(KeyAttributes& attributes, Existing existing,
                                    MutableBytes reference) const {
  if (attributes.type == KeyType::kRsa && attributes.bits == 0) return Misuse(Code::kBadKey);
  const auto generate = [&](Session session, const ObjectName& name) -> Result<size_t> {
    const cryptoki::FunctionList& functions = token_->functions();
    MERLON_ASSIGN_OR_RETURN(PairTemplates pair, TemplatesOf(attributes, name.bytes));
    std::vector<cryptoki::Attribute> open = pair.public_key.attributes(),
                                     closed = pair.private_key.attributes();
    // Nothing is made that could not be named.
    MERLON_ASSIGN_OR_RETURN(const size_t size, WriteObjectName(name, reference));
    Object public_key = 0, private_key = 0;
    MERLON_TRY(Pkcs11Token::Check(
        functions.generate_key_pair(session, &pair.mechanism, open.data(), open.size(),
                                    closed.data(), closed.size(), &public_key, &private_key)));
    const Result<DescribedKey> made = DescribeKey(functions, session, private_key);
    const bool as_wanted =
        made.ok() && (attributes.bits == 0 || made->attributes.bits == attributes.bits);
    if (!as_wanted) {
      (void)functions.destroy_object(session, private_key);
      (void)functions.destroy_object(session, public_key);
      if (!made.ok()) return made.error();
      return Misuse(Code::kBadKey);
    }
    attributes.bits = made->attributes.bits;
    return size;
  };
  return MakeNamed(attributes, existing, generate);
}

Result<size_t> Pkcs11Keys::Import(KeyAttributes& attributes, Bytes material, Existing existing,
                                  MutableBytes reference) const {
  const SignAlgorithm* algorithm = local_.any_sign(attributes.type);
  if (algorithm == nullptr || algorithm->check_private == nullptr) {
    return Misuse(Code::kUnsupported);
  }
  MERLON_ASSIGN_OR_RETURN(const uint16_t bits, algorithm->check_private(material));
  if (attributes.bits != 0 && attributes.bits != bits) return Misuse(Code::kBadKey);
  uint8_t raw[kLargestResult + 16];
  MERLON_ASSIGN_OR_RETURN(const size_t public_size,
                          algorithm->public_key(material, MutableBytes(raw)));
  const auto create = [&](Session session, const ObjectName& name) -> Result<size_t> {
    const cryptoki::FunctionList& functions = token_->functions();
    MERLON_ASSIGN_OR_RETURN(
        PairTemplates pair,
        ImportTemplatesOf(attributes, material, Slice(Bytes(raw), 0, public_size), name.bytes));
    MERLON_ASSIGN_OR_RETURN(const size_t size, WriteObjectName(name, reference));
    std::vector<cryptoki::Attribute> open = pair.public_key.attributes(),
                                     closed = pair.private_key.attributes();
    Object public_key = 0, private_key = 0;
    MERLON_TRY(Pkcs11Token::Check(
        functions.create_object(session, open.data(), open.size(), &public_key)));
    const Result<void> created = Pkcs11Token::Check(
        functions.create_object(session, closed.data(), closed.size(), &private_key));
    if (!created.ok()) {
      (void)functions.destroy_object(session, public_key);
      return created.error();
    }
    attributes.bits = bits;
    return size;
  };
  return MakeNamed(attributes, existing, create);
}

Result<void> Pkcs11Keys::Destroy(Bytes reference) const {
  const std::optional<ObjectName> name = ParseObjectName(reference);
  if (!name) return DriverError(Code::kNoSuchKey);
  return token_->With(Where::kAny,
                      [&](Session session) { return DestroyObjects(*token_, session, *name); });
}

// Signs with what the mechanism takes.
Result<size_t> Pkcs11Keys::Raw(Bytes reference, Mechanism mechanism, Bytes message,
                               MutableBytes out) const {
  const std::optional<ObjectName> name = ParseObjectName(reference);
  if (!name) return DriverError(Code::kNoSuchKey);
  return token_->With(Where::kAny, [&](Session session) -> Result<size_t> {
    MERLON_ASSIGN_OR_RETURN(const Object key,
                            FindObject(*token_, session, cryptoki::kPrivateKey, *name));
    const cryptoki::FunctionList& functions = token_->functions();
    MERLON_TRY(Pkcs11Token::Check(functions.sign_init(session, &mechanism, key)));
    Ulong size = out.size();
    MERLON_TRY(Pkcs11Token::Check(
        functions.sign(session, In(message), message.size(), out.data(), &size)));
    if (size > out.size()) return DriverError(Code::kFaultDetected);
    return size_t{size};
  });
}

Result<size_t> Pkcs11Keys::Sign(Bytes reference, SignAlg algorithm, Bytes message,
                                MutableBytes out) const {
  const std::optional<ObjectName> name = ParseObjectName(reference);
  if (!name) return DriverError(Code::kNoSuchKey);
  if (!Suits(algorithm.family, name->type)) return Misuse(Code::kUnsupported);
  uint8_t raw[kLargestResult];
  if (algorithm.family == SignFamily::kEddsa) {
    MERLON_ASSIGN_OR_RETURN(const size_t size,
                            Raw(reference, {cryptoki::kEddsa, nullptr, 0}, message, raw));
    return CopyTo(Slice(Bytes(raw), 0, size), out);
  }
  const HashAlgorithm* hash = local_.hash(algorithm.hash);
  const HashNumbers* numbers = NumbersOf(algorithm.hash);
  if (hash == nullptr || numbers == nullptr) return Misuse(Code::kUnsupported);
  const Digest digest = HashOf(*hash, message);
  Result<size_t> size = Misuse(Code::kUnsupported);
  if (algorithm.family == SignFamily::kRsaPkcs1) {
    ObjectBytes info(std::begin(numbers->digest_info), std::end(numbers->digest_info));
    info.append(digest.view().begin(), digest.view().end());
    size = Raw(reference, {cryptoki::kRsaPkcs, nullptr, 0}, info, raw);
  } else if (algorithm.family == SignFamily::kRsaPss) {
    cryptoki::RsaPssParams params = {numbers->hash, numbers->mgf, hash->size};
    size = Raw(reference, {cryptoki::kRsaPss, &params, sizeof(params)}, digest.view(), raw);
  } else {
    size = Raw(reference, {cryptoki::kEcdsa, nullptr, 0}, digest.view(), raw);
  }
  if (!size.ok()) return size.error();
  const Bytes signature = Slice(Bytes(raw), 0, *size);
  if (algorithm.family != SignFamily::kEcdsa) return CopyTo(signature, out);
  // r | s (Current Mechanisms, 2.3.1); DER to the outside.
  const size_t half = CoordinateSize(name->type);
  if (signature.size() != 2 * half) return DriverError(Code::kFaultDetected);
  return CopyTo(TwoIntegers(Slice(signature, 0, half), Slice(signature, half)), out);
}

Result<size_t> Pkcs11Keys::Decrypt(Bytes reference, Permitted scheme,
                                   const EncryptionParameters& parameters, Bytes ciphertext,
                                   MutableBytes out) const {
  const std::optional<ObjectName> name = ParseObjectName(reference);
  if (!name) return DriverError(Code::kNoSuchKey);
  if (scheme != Permitted::kRsaOaep || name->type != KeyType::kRsa) {
    return Misuse(Code::kUnsupported);
  }
  if (parameters.hash == nullptr) return Misuse();
  if (out.size() < ciphertext.size()) return Misuse(Code::kNoSpace);
  const HashNumbers* numbers = NumbersOf(parameters.hash->id);
  const HashNumbers* mask =
      parameters.mask_hash == nullptr ? numbers : NumbersOf(parameters.mask_hash->id);
  if (numbers == nullptr || mask == nullptr) return Misuse(Code::kUnsupported);
  cryptoki::RsaOaepParams params = {numbers->hash, mask->mgf, cryptoki::kOaepLabel,
                                    In(parameters.label), parameters.label.size()};
  Mechanism mechanism = {cryptoki::kRsaOaep, &params, sizeof(params)};
  return token_->With(Where::kAny, [&](Session session) -> Result<size_t> {
    MERLON_ASSIGN_OR_RETURN(const Object key,
                            FindObject(*token_, session, cryptoki::kPrivateKey, *name));
    const cryptoki::FunctionList& functions = token_->functions();
    MERLON_TRY(Pkcs11Token::Check(functions.decrypt_init(session, &mechanism, key)));
    Ulong size = out.size();
    MERLON_TRY(Pkcs11Token::Check(
        functions.decrypt(session, In(ciphertext), ciphertext.size(), out.data(), &size)));
    if (size > out.size()) return DriverError(Code::kFaultDetected);
    return size_t{size};
  });
}

Result<size_t> Pkcs11Keys::Agree(Bytes reference, Bytes peer_public, MutableBytes secret) const {
  const std::optional<ObjectName> name = ParseObjectName(reference);
  if (!name) return DriverError(Code::kNoSuchKey);
  const size_t size = CoordinateSize(name->type);
  if (size == 0 || name->type == KeyType::kEd25519) return Misuse(Code::kUnsupported);
  if (secret.size() < size) return Misuse(Code::kNoSpace);
  // Uncompressed (SEC 1 s2.3.3); whether it is on the curve the token sees.
  const Error bad = PeerError(Code::kBadPublicValue, Alert::kIllegalParameter);
  if (peer_public.size() != 1 + 2 * size || peer_public[0] != 4) return bad;
  cryptoki::Ecdh1Params params = {cryptoki::kKdfNull, 0, nullptr, peer_public.size(),
                                  In(peer_public)};
  Mechanism mechanism = {cryptoki::kEcdh1Derive, &params, sizeof(params)};
  ObjectTemplate shared(cryptoki::kSecretKey);
  shared.Number(cryptoki::kKeyType, cryptoki::kGenericSecret)
      .Flag(cryptoki::kToken, false)
      .Flag(cryptoki::kSensitive, false)
      .Flag(cryptoki::kExtractable, true)
      .Number(cryptoki::kValueLen, size);
  std::vector<cryptoki::Attribute> wanted = shared.attributes();
  return token_->With(Where::kAny, [&](Session session) -> Result<size_t> {
    MERLON_ASSIGN_OR_RETURN(const Object key,
                            FindObject(*token_, session, cryptoki::kPrivateKey, *name));
    const cryptoki::FunctionList& functions = token_->functions();
    Object derived = cryptoki::kNoObject;
    const cryptoki::Rv rv =
        functions.derive_key(session, &mechanism, key, wanted.data(), wanted.size(), &derived);
    const Result<void> done = Pkcs11Token::Check(rv);
    // Of all that was given only the point is not ours.
    const Error failed = done.error();
    if (!done.ok() && failed != Pkcs11Token::kLost && failed.code != Code::kNotPermitted &&
        rv != cryptoki::kDeviceError && failed.code != Code::kNoSuchKey) {
      return bad;
    }
    if (!done.ok()) return failed;
    Result<ObjectBytes> value = AttributeOf(functions, session, derived, cryptoki::kValue);
    const Result<void> gone = Pkcs11Token::Check(functions.destroy_object(session, derived));
    if (!value.ok()) return value.error();
    const bool right = value->size() == size;
    if (right && gone.ok()) memcpy(secret.data(), value->data(), size);
    Wipe(MutableBytes(value->data(), value->size()));
    if (!gone.ok()) return gone.error();
    if (!right) return DriverError(Code::kFaultDetected);
    return size;
  });
}

}  // namespace merlon::crypto
