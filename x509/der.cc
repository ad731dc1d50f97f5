// SPDX-License-Identifier: Apache-2.0
#include "x509/der.h"

namespace merlon::x509 {

bool ReadBoolean(DerReader& reader, bool* value) {
  Bytes contents;
  if (!reader.Element(der::kBoolean, &contents) || contents.size() != 1) return false;
  *value = contents[0] == 0xff;
  return contents[0] == 0xff || contents[0] == 0;
}

bool ReadDefaultFalse(DerReader& reader, bool* value) {
  *value = false;
  return !reader.NextIs(der::kBoolean) || (ReadBoolean(reader, value) && *value);
}

bool ReadBitString(DerReader& reader, Bytes* octets) {
  Bytes contents;
  if (!reader.Element(der::kBitString, &contents) || contents.empty() || contents[0] != 0) {
    return false;
  }
  *octets = Slice(contents, 1);
  return true;
}

bool ReadNamedBits(DerReader& reader, uint16_t* bits) {
  Bytes contents;
  return reader.Element(der::kBitString, &contents) && ParseNamedBits(contents, bits);
}

bool ParseNamedBits(Bytes contents, uint16_t* bits, bool minimal) {
  if (contents.empty()) return false;
  const uint8_t unused = contents[0];
  const Bytes octets = Slice(contents, 1);
  *bits = 0;
  if (octets.empty()) return unused == 0;
  if (octets.size() > 2 || unused > 7) return false;
  // Those that are not used are clear, and the last bit that is used is set.
  const uint8_t last = octets[octets.size() - 1];
  if ((last & ((1u << unused) - 1)) != 0) return false;
  if (minimal && (last >> unused & 1) == 0) return false;
  for (size_t i = 0; i < octets.size() * 8; ++i) {
    if ((octets[i / 8] >> (7 - i % 8) & 1) != 0) *bits = static_cast<uint16_t>(*bits | 1u << i);
  }
  return true;
}

bool ReadOid(DerReader& reader, Bytes* oid) {
  if (!reader.Element(der::kOid, oid) || oid->empty() || (oid->back() & 0x80) != 0) return false;
  bool starts = true;
  for (uint8_t octet : *oid) {
    if (starts && octet == 0x80) return false;
    starts = (octet & 0x80) == 0;
  }
  return true;
}

}  // namespace merlon::x509
