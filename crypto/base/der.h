// SPDX-License-Identifier: Apache-2.0
// The strict DER (X.690 s10, s11) that keys and signatures need: tags, definite minimal lengths,
// unsigned INTEGERs. What certificates need beyond that lives in x509/.
#pragma once
#include "crypto/base/bytes.h"
#include "crypto/base/result.h"

namespace merlon {

// The identifier octet of a low-number tag (the only form that PKIX uses).
namespace der {
inline constexpr uint8_t kBoolean = 0x01, kInteger = 0x02, kBitString = 0x03, kOctetString = 0x04,
                         kNull = 0x05, kOid = 0x06, kEnumerated = 0x0a, kUtf8String = 0x0c,
                         kPrintableString = 0x13, kTeletexString = 0x14, kIa5String = 0x16,
                         kUtcTime = 0x17, kGeneralizedTime = 0x18, kUniversalString = 0x1c,
                         kBmpString = 0x1e, kSequence = 0x30, kSet = 0x31;
// Context-specific tag [n].
constexpr uint8_t Context(uint8_t n, bool constructed) {
  return static_cast<uint8_t>(0x80 | (constructed ? 0x20 : 0) | n);
}
}  // namespace der

// Takes elements off the front of borrowed DER. False: no well-formed element of that kind stands
// there; then nothing was taken.
class DerReader {
 public:
  explicit DerReader(Bytes der) : rest_(der) {}

  // Any element: its tag, its contents, and (if wanted) all its bytes.
  [[nodiscard]] bool Any(uint8_t* tag, Bytes* contents, Bytes* whole = nullptr);
  // An element with this tag.
  [[nodiscard]] bool Element(uint8_t tag, Bytes* contents, Bytes* whole = nullptr);
  // Like Element; true with *present = false when another tag, or nothing, stands there.
  [[nodiscard]] bool Optional(uint8_t tag, Bytes* contents, bool* present);
  // A SEQUENCE, to be read by its own reader.
  [[nodiscard]] bool Sequence(DerReader* inner);
  // A non-negative INTEGER: its magnitude without a leading zero (empty for 0).
  [[nodiscard]] bool UnsignedInteger(Bytes* magnitude);
  // A non-negative INTEGER below 2^32.
  [[nodiscard]] bool SmallInteger(uint32_t* value);
  bool done() const { return rest_.empty(); }
  bool NextIs(uint8_t tag) const { return !rest_.empty() && rest_[0] == tag; }
  Bytes rest() const { return rest_; }

 private:
  Bytes rest_;
};

}  // namespace merlon
