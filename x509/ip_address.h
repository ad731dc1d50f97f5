// SPDX-License-Identifier: Apache-2.0
// IP addresses: from text to the octets that an iPAddress holds.
#pragma once
#include <optional>
#include <string_view>

#include "crypto/base/fixed_vector.h"

namespace merlon::x509 {

// 4 octets (IPv4) or 16 (IPv6), in network order.
using IpAddress = FixedBytes<16>;

// Four decimal numbers without leading zeros, or RFC 4291 s2.2 text (with "::" and an embedded IPv4
// address; no zone, no brackets). Nothing: the text is no IP address.
std::optional<IpAddress> ParseIpAddress(std::string_view text);

}  // namespace merlon::x509
