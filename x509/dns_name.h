// SPDX-License-Identifier: Apache-2.0
// DNS names as text: syntax, comparison, wildcards (RFC 9525). A-labels only: what is not ASCII is
// no DNS name here.
#pragma once
#include <string_view>

namespace merlon::x509 {

// Labels of letters, digits and inner hyphens (RFC 1034 s3.5), 1 to 63 characters each, 253 in all,
// no trailing dot. The last is not all digits: that would be an IPv4 address to others.
bool IsDnsName(std::string_view name);
// A presented identifier: a DNS name, or "*." before one of at least two labels. A wildcard is the
// whole left-most label (RFC 9525 s6.3); over a top-level domain it is refused.
bool IsDnsPattern(std::string_view pattern);

// ASCII letters compare without case (RFC 9525 s6.3).
bool DnsNamesEqual(std::string_view a, std::string_view b);
// `pattern` is a DNS pattern, `name` a DNS name. A wildcard stands for exactly one label.
bool DnsPatternMatches(std::string_view pattern, std::string_view name);
// Whether `name` is `base` or below it; all are below the empty one.
bool DnsNameWithin(std::string_view name, std::string_view base);

}  // namespace merlon::x509
