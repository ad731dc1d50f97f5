// SPDX-License-Identifier: Apache-2.0
// Whether a certificate is the one that was asked for (RFC 9525): its subjectAltName against
// reference identities. Never the common name. The chain is not looked at here.
#pragma once
#include <string_view>

#include "crypto/base/result.h"
#include "x509/certificate.h"

namespace merlon::x509 {

// What a reference identity is, and so what may match it: entries of that type alone.
enum class IdentityType : uint8_t {
  // A DNS name. A wildcard that is presented stands for one whole left-most label (RFC 9525 s6.3).
  kDnsName,
  // An IP address as text: IPv4, or IPv6 without brackets (s6.4).
  kIpAddress,
  // A URI: scheme and host are compared, nothing else of it (s6.5); the host may be an IP address
  // (s6.4). Wildcards are not taken, as RFC 5922 s7.2 demands for SIP.
  kUri,
  // "_service.host" (RFC 4985): both are compared. Wildcards are not taken.
  kSrv,
  // A mailbox: an rfc822Name, or an SmtpUTF8Mailbox when its local part is not ASCII (RFC 9598).
  // The local part is compared octet by octet (RFC 5280 s7.5).
  kEmail,
};

// Hosts are compared without regard to case and with A-labels alone: U-labels are the caller's to
// convert. Of DNS names, URIs and SRV names the host may end in the root's dot, but none that a
// certificate presents may.
struct ReferenceIdentity {
  IdentityType type;
  std::string_view name;
};
// A server by DNS name or IP address, whichever `name` is.
ReferenceIdentity ServerIdentity(std::string_view name);

// Whether `name` is one of its type at all: else nothing matches it.
bool IsIdentity(const ReferenceIdentity& reference);

// kNameMismatch: no entry of the subjectAltName matches, or the name is none of its type. RFC 9525
// leaves the alert open: bad_certificate.
Result<void> CheckIdentity(const Certificate& certificate, const ReferenceIdentity& reference);

// The same for a server's name: see ServerIdentity.
Result<void> CheckServerName(const Certificate& certificate, std::string_view name);

}  // namespace merlon::x509
