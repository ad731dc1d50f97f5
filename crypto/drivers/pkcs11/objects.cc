// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/pkcs11/objects.h"

#include <algorithm>
#include <cstring>

#include "crypto/base/der.h"

namespace merlon::crypto {

using cryptoki::Object;
using cryptoki::Session;
using cryptoki::Ulong;

namespace {

constexpr size_t kLargestAttribute = 4096;

// RFC 5480 s2.1.1.1, RFC 8410 s3.
constexpr uint8_t kP256[] = {6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7},
                  kP384[] = {6, 5, 0x2b, 0x81, 4, 0, 0x22},
                  kP521[] = {6, 5, 0x2b, 0x81, 4, 0, 0x23}, kEd25519[] = {6, 3, 0x2b, 0x65, 0x70};
// The name that v3.0 allows beside (Current Mechanisms, 2.3.10): a PrintableString.
constexpr uint8_t kEd25519Name[] = {19,  12,  'e', 'd', 'w', 'a', 'r',
                                    'd', 's', '2', '5', '5', '1', '9'};
struct Curve {
  KeyType type;
  uint16_t bits;
  uint16_t coordinate;
  Bytes parameters;
};
const Curve kCurves[] = {{KeyType::kEcP256, 256, 32, kP256},
                         {KeyType::kEcP384, 384, 48, kP384},
                         {KeyType::kEcP521, 521, 66, kP521},
                         {KeyType::kEd25519, 255, 32, kEd25519},
                         {KeyType::kEd25519, 255, 32, kEd25519Name}};

const Curve* CurveOf(KeyType type) {
  const auto* const at = std::find_if(std::begin(kCurves), std::end(kCurves),
                                      [&](const Curve& curve) { return curve.type == type; });
  return at == std::end(kCurves) ? nullptr : at;
}

Ulong NumberOf(const ObjectBytes& bytes) {
  Ulong out = ~Ulong{0};
  if (bytes.size() == sizeof(out)) memcpy(&out, bytes.data(), sizeof(out));
  return out;
}

void AppendDer(ObjectBytes& out, uint8_t tag, const ObjectBytes& contents) {
  out.push_back(tag);
  const size_t size = contents.size();  // below 2^16: numbers of RSA keys
  if (size >= 256) {
    out.push_back(0x82);
    out.push_back(static_cast<uint8_t>(size >> 8));
  } else if (size >= 128) {
    out.push_back(0x81);
  }
  out.push_back(static_cast<uint8_t>(size));
  out += contents;
}

// Whether a flag of the private key is set; one that it does not have is not.
Result<bool> FlagOf(const cryptoki::FunctionList& functions, Session session, Object object,
                    Ulong type) {
  const Result<ObjectBytes> flag = AttributeOf(functions, session, object, type);
  if (flag.ok()) return flag->size() == 1 && (*flag)[0] != 0;
  if (flag.error().code == Code::kUnsupported) return false;
  return flag.error();
}

Result<void> DescribeType(const cryptoki::FunctionList& functions, Session session, Object object,
                          KeyAttributes& out) {
  MERLON_ASSIGN_OR_RETURN(const ObjectBytes type,
                          AttributeOf(functions, session, object, cryptoki::kKeyType));
  if (NumberOf(type) == cryptoki::kRsa) {
    MERLON_ASSIGN_OR_RETURN(const ObjectBytes modulus,
                            AttributeOf(functions, session, object, cryptoki::kModulus));
    const size_t zeros = modulus.find_first_not_of(uint8_t{0});
    if (zeros == modulus.npos) return DriverError(Code::kUnsupported);
    size_t bits = (modulus.size() - zeros) * 8;
    for (uint8_t top = modulus[zeros]; (top & 0x80) == 0; top = static_cast<uint8_t>(top << 1)) {
      --bits;
    }
    out.type = KeyType::kRsa;
    out.bits = static_cast<uint16_t>(bits);
    return {};
  }
  MERLON_ASSIGN_OR_RETURN(const ObjectBytes parameters,
                          AttributeOf(functions, session, object, cryptoki::kEcParams));
  for (const Curve& curve : kCurves) {
    if (curve.parameters != Bytes(parameters)) continue;
    out.type = curve.type;
    out.bits = curve.bits;
    return {};
  }
  return DriverError(Code::kUnsupported);
}

}  // namespace

std::optional<ObjectName> ParseObjectName(Bytes reference) {
  if (reference.size() < 3 || (reference[1] != 'i' && reference[1] != 'l')) return std::nullopt;
  const Bytes bytes = Slice(reference, 2);
  return ObjectName{static_cast<KeyType>(reference[0]), reference[1] == 'l',
                    ObjectBytes(bytes.begin(), bytes.end())};
}

Result<size_t> WriteObjectName(const ObjectName& name, MutableBytes reference) {
  const size_t size = 2 + name.bytes.size();
  if (reference.size() < size) return Misuse(Code::kNoSpace);
  reference[0] = static_cast<uint8_t>(name.type);
  reference[1] = name.by_label ? 'l' : 'i';
  std::copy(name.bytes.begin(), name.bytes.end(), reference.begin() + 2);
  return size;
}

Result<std::vector<Object>> FindObjects(const cryptoki::FunctionList& functions, Session session,
                                        ObjectTemplate wanted) {
  std::vector<cryptoki::Attribute> attributes = wanted.attributes();
  MERLON_TRY(Pkcs11Token::Check(
      functions.find_objects_init(session, attributes.data(), attributes.size())));
  std::vector<Object> found(kMostObjects);
  size_t size = 0;
  Ulong count = 1;
  Result<void> searched;
  // 5.7: fewer than there is room for do not mean that there are no more; none do.
  while (searched.ok() && count != 0 && size < found.size()) {
    count = 0;
    searched = Pkcs11Token::Check(
        functions.find_objects(session, found.data() + size, found.size() - size, &count));
    size += std::min<size_t>(count, found.size() - size);
  }
  const Result<void> ended = Pkcs11Token::Check(functions.find_objects_final(session));
  if (!searched.ok()) return searched.error();
  if (!ended.ok()) return ended.error();
  found.resize(size);
  return found;
}

Result<Object> FindObject(const Pkcs11Token& token, Session session, Ulong object_class,
                          const ObjectName& name) {
  ObjectTemplate wanted(object_class);
  wanted.Raw(name.by_label ? cryptoki::kLabel : cryptoki::kId, name.bytes);
  MERLON_ASSIGN_OR_RETURN(const std::vector<Object> found,
                          FindObjects(token.functions(), session, wanted));
  if (!found.empty()) return found[0];
  MERLON_TRY(token.CheckLogin(session));
  return DriverError(Code::kNoSuchKey);
}

Result<ObjectBytes> AttributeOf(const cryptoki::FunctionList& functions, Session session,
                                Object object, Ulong type) {
  ObjectBytes out(kLargestAttribute, 0);
  cryptoki::Attribute attribute = {type, out.data(), out.size()};
  MERLON_TRY(Pkcs11Token::Check(functions.get_attribute_value(session, object, &attribute, 1)));
  // CK_UNAVAILABLE_INFORMATION, -1: it has no such attribute, or does not show it.
  if (attribute.size > out.size()) return DriverError(Code::kUnsupported);
  out.resize(attribute.size);
  return out;
}

Result<DescribedKey> DescribeKey(const cryptoki::FunctionList& functions, Session session,
                                 Object object) {
  DescribedKey out;
  MERLON_TRY(DescribeType(functions, session, object, out.attributes));
  MERLON_ASSIGN_OR_RETURN(const ObjectBytes label,
                          AttributeOf(functions, session, object, cryptoki::kLabel));
  MERLON_ASSIGN_OR_RETURN(const ObjectBytes id,
                          AttributeOf(functions, session, object, cryptoki::kId));
  out.label.assign(label.begin(), label.end());
  out.name = {out.attributes.type, id.empty(), id.empty() ? label : id};
  const struct {
    Ulong flag;
    Usage usage;
  } flags[] = {{cryptoki::kSignBit, Usage::kSign},
               {cryptoki::kDecryptBit, Usage::kDecrypt},
               {cryptoki::kDeriveBit, Usage::kDerive}};
  for (const auto& entry : flags) {
    MERLON_ASSIGN_OR_RETURN(const bool set, FlagOf(functions, session, object, entry.flag));
    if (set) out.attributes.usage = out.attributes.usage | entry.usage;
  }
  return out;
}

Bytes CurveParameters(KeyType type) {
  const Curve* const curve = CurveOf(type);
  return curve == nullptr ? Bytes() : curve->parameters;
}

size_t CoordinateSize(KeyType type) {
  const Curve* const curve = CurveOf(type);
  return curve == nullptr ? 0 : curve->coordinate;
}

Bytes PointOf(Bytes attribute) {
  DerReader reader(attribute);
  Bytes point;
  return reader.Element(der::kOctetString, &point) && reader.done() ? point : attribute;
}

ObjectBytes TwoIntegers(Bytes a, Bytes b) {
  ObjectBytes body, out;
  for (Bytes number : {a, b}) {
    while (number.size() > 1 && number[0] == 0) number.remove_prefix(1);
    ObjectBytes contents;
    if (number.empty() || (number[0] & 0x80) != 0) contents.push_back(0);
    contents.append(number.begin(), number.end());
    AppendDer(body, der::kInteger, contents);
  }
  AppendDer(out, der::kSequence, body);
  return out;
}

}  // namespace merlon::crypto
