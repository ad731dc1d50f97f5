// SPDX-License-Identifier: Apache-2.0
// UTCTime and GeneralizedTime in the one form each that RFC 5280 s4.1.2.5 allows.
#pragma once
#include <array>

#include "crypto/base/bytes.h"
#include "crypto/base/der.h"
#include "crypto/base/time.h"

namespace merlon::x509 {

// Takes a Time. Both forms are read for any year, as s4.1.2.5 demands of applications; seconds are
// there, "Z" ends it, no fraction, no leap second. False: something else stands there.
[[nodiscard]] bool ReadTime(DerReader& reader, UnixTime* time);

// The contents octets of a Time, and the tag that goes with them.
struct EncodedTime {
  uint8_t tag;
  uint8_t size;  // of `text` in use
  std::array<uint8_t, 15> text;
  Bytes contents() const { return Bytes(text.data(), size); }
};
// UTCTime from 1950 through 2049, else GeneralizedTime (s4.1.2.5). Years 0 to 9999, else it traps.
EncodedTime EncodeTime(UnixTime time);

}  // namespace merlon::x509
