// SPDX-License-Identifier: Apache-2.0
// Objects of a token by what names them, their attributes, and the encodings in which Cryptoki and
// crypto/key.h differ. All in a session that is given.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"
#include "crypto/drivers/pkcs11/token.h"
#include "crypto/key.h"

namespace merlon::crypto {

using ObjectBytes = std::basic_string<uint8_t>;

// What names a key's objects: its CKA_ID, or its label where it has none. As a reference of the key
// store: the type, 'i' or 'l', and the bytes.
struct ObjectName {
  KeyType type = KeyType::kNone;
  bool by_label = false;
  ObjectBytes bytes;
};
std::optional<ObjectName> ParseObjectName(Bytes reference);
// kNoSpace (misuse).
Result<size_t> WriteObjectName(const ObjectName& name, MutableBytes reference);

// A template for objects: their class and what is said with Set.
class ObjectTemplate {
 public:
  explicit ObjectTemplate(cryptoki::Ulong object_class) { Number(cryptoki::kClass, object_class); }
  ObjectTemplate(const ObjectTemplate&) = default;
  ObjectTemplate(ObjectTemplate&&) = default;
  ObjectTemplate& operator=(const ObjectTemplate&) = default;
  ObjectTemplate& operator=(ObjectTemplate&&) = default;
  ~ObjectTemplate() {  // keys pass through it
    for (Value& value : values_) Wipe(MutableBytes(value.bytes.data(), value.bytes.size()));
  }
  ObjectTemplate& Number(cryptoki::Ulong type, cryptoki::Ulong value) {
    return Raw(type, Bytes(reinterpret_cast<const uint8_t*>(&value), sizeof(value)));
  }
  ObjectTemplate& Flag(cryptoki::Ulong type, bool value) {
    const uint8_t byte = value ? 1 : 0;
    return Raw(type, Bytes(&byte, 1));
  }
  ObjectTemplate& Raw(cryptoki::Ulong type, Bytes value) {
    values_.push_back({type, ObjectBytes(value.begin(), value.end())});
    return *this;
  }
  // As the functions take it; until the next change.
  std::vector<cryptoki::Attribute> attributes() {
    std::vector<cryptoki::Attribute> out;
    for (Value& value : values_) {
      out.push_back({value.type, value.bytes.data(), value.bytes.size()});
    }
    return out;
  }

 private:
  struct Value {
    cryptoki::Ulong type;
    ObjectBytes bytes;
  };
  std::vector<Value> values_;
};

// At most kMostObjects; errors as of Pkcs11Token::Check.
inline constexpr size_t kMostObjects = 256;
Result<std::vector<cryptoki::Object>> FindObjects(const cryptoki::FunctionList& functions,
                                                  cryptoki::Session session, ObjectTemplate wanted);
// The object of this class and name. kNoSuchKey (Origin::kDriver).
Result<cryptoki::Object> FindObject(const Pkcs11Token& token, cryptoki::Session session,
                                    cryptoki::Ulong object_class, const ObjectName& name);
Result<ObjectBytes> AttributeOf(const cryptoki::FunctionList& functions, cryptoki::Session session,
                                cryptoki::Object object, cryptoki::Ulong type);

// What the private key says of itself. kUnsupported (Origin::kDriver): of a kind not known here.
struct DescribedKey {
  KeyAttributes attributes;  // type, bits, usage
  ObjectName name;
  std::string label;
};
Result<DescribedKey> DescribeKey(const cryptoki::FunctionList& functions, cryptoki::Session session,
                                 cryptoki::Object object);

// The CKA_EC_PARAMS of a curve: its object identifier; empty: none is known.
Bytes CurveParameters(KeyType type);
// Bytes of a coordinate of a curve; 0: it is none.
size_t CoordinateSize(KeyType type);
// The contents of a DER OCTET STRING, which CKA_EC_POINT is; of what is none, itself.
Bytes PointOf(Bytes attribute);
// DER of SEQUENCE { INTEGER a, INTEGER b }, of magnitudes.
ObjectBytes TwoIntegers(Bytes a, Bytes b);

}  // namespace merlon::crypto
