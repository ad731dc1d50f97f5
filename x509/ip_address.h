// SPDX-License-Identifier: Apache-2.0
// IP addresses: from text to the octets that an iPAddress holds.
#pragma once
#include <array>
#include <optional>
#include <string_view>

#include "crypto/base/fixed_vector.h"

namespace merlon::x509 {

// 4 octets (IPv4) or 16 (IPv6), in network order.
using IpAddress = FixedBytes<16>;

// Four decimal numbers without leading zeros, or RFC 4291 s2.2 text (with "::" and an embedded IPv4
// address; no zone, no brackets). Nothing: the text is no IP address.
std::optional<IpAddress> ParseIpAddress(std::string_view text);

struct IpText {
  std::array<char, 40> text;
  size_t size = 0;
  std::string_view view() const { return {text.data(), size}; }
};
// The one text that RFC 5952 s4 recommends for 4 or 16 octets (an embedded IPv4 address is not
// looked for); of any other number, no text.
IpText IpAddressText(absl::Span<const uint8_t> octets);

}  // namespace merlon::x509
