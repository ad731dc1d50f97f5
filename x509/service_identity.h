// SPDX-License-Identifier: Apache-2.0
// Whether a certificate is the named server's (RFC 9525). The chain is not looked at here.
#pragma once
#include <string_view>

#include "crypto/base/result.h"
#include "x509/certificate.h"

namespace merlon::x509 {

// `name` is a DNS name (a trailing dot is allowed) or an IP address as text, compared with dNSName
// or iPAddress entries of the subjectAltName respectively; never with the common name.
// kNameMismatch: none matches, or `name` is neither. RFC 9525 leaves the alert open:
// bad_certificate.
Result<void> CheckServerName(const Certificate& certificate, std::string_view name);

}  // namespace merlon::x509
