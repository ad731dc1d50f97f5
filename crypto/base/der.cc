// SPDX-License-Identifier: Apache-2.0
#include "crypto/base/der.h"

namespace merlon {

bool DerReader::Any(uint8_t* tag, Bytes* contents, Bytes* whole) {
  if (rest_.size() < 2) return false;
  const uint8_t identifier = rest_[0];
  if ((identifier & 0x1f) == 0x1f) return false;  // high tag numbers: not used by PKIX
  size_t header = 2;
  size_t length = rest_[1];
  if (length >= 0x80) {
    // X.690 s10.1: definite, in the fewest octets. Four octets are more than we ever hold.
    const size_t octets = length & 0x7f;
    if (octets == 0 || octets > 4 || rest_.size() < 2 + octets) return false;
    uint64_t value = 0;
    for (size_t i = 0; i < octets; ++i) value = value << 8 | rest_[2 + i];
    if (value < 0x80 || value >> 8 * (octets - 1) == 0) return false;
    if (value > rest_.size()) return false;
    length = static_cast<size_t>(value);
    header += octets;
  }
  if (length > rest_.size() - header) return false;
  *tag = identifier;
  *contents = Slice(rest_, header, length);
  if (whole != nullptr) *whole = Slice(rest_, 0, header + length);
  rest_.remove_prefix(header + length);
  return true;
}

bool DerReader::Element(uint8_t tag, Bytes* contents, Bytes* whole) {
  const Bytes start = rest_;
  uint8_t found;
  if (Any(&found, contents, whole) && found == tag) return true;
  rest_ = start;
  return false;
}

bool DerReader::Optional(uint8_t tag, Bytes* contents, bool* present) {
  *present = NextIs(tag);
  return !*present || Element(tag, contents);
}

bool DerReader::Sequence(DerReader* inner) {
  Bytes contents;
  if (!Element(der::kSequence, &contents)) return false;
  *inner = DerReader(contents);
  return true;
}

bool DerReader::UnsignedInteger(Bytes* magnitude) {
  const Bytes start = rest_;
  Bytes value;
  if (!Element(der::kInteger, &value)) return false;
  // X.690 s8.3.2: the first nine bits are neither all ones nor all zeros.
  const bool negative = !value.empty() && (value[0] & 0x80) != 0;
  const bool padded = value.size() > 1 && value[0] == 0 && (value[1] & 0x80) == 0;
  if (value.empty() || negative || padded) {
    rest_ = start;
    return false;
  }
  if (value[0] == 0) value.remove_prefix(1);
  *magnitude = value;
  return true;
}

bool DerReader::SmallInteger(uint32_t* value) {
  const Bytes start = rest_;
  Bytes magnitude;
  if (!UnsignedInteger(&magnitude) || magnitude.size() > 4) {
    rest_ = start;
    return false;
  }
  *value = 0;
  for (uint8_t byte : magnitude) *value = *value << 8 | byte;
  return true;
}

}  // namespace merlon
