// SPDX-License-Identifier: Apache-2.0
#include "x509/service_identity.h"

#include <optional>

#include "x509/dns_name.h"
#include "x509/error.h"
#include "x509/general_name.h"
#include "x509/ip_address.h"

namespace merlon::x509 {
namespace {

template <class Matches>
Result<void> FindName(const Certificate& certificate, GeneralNameType type, Matches matches) {
  GeneralName name;
  for (DerReader reader(certificate.extensions().subject_alt_name);
       !reader.done() && ReadGeneralName(reader, &name);) {
    if (name.type == type && matches(name.value)) return {};
  }
  return CertificateError(Code::kNameMismatch);
}

}  // namespace

Result<void> CheckServerName(const Certificate& certificate, std::string_view name) {
  // RFC 9525 s6.5: an address matches octet by octet, and never a DNS name.
  if (const std::optional<IpAddress> address = ParseIpAddress(name)) {
    return FindName(certificate, GeneralNameType::kIpAddress,
                    [&](Bytes presented) { return presented == address->view(); });
  }
  // The root's dot is no part of a presented identifier (RFC 9525 s2, RFC 1034 s3.1).
  if (name.ends_with('.')) name.remove_suffix(1);
  if (!IsDnsName(name)) return CertificateError(Code::kNameMismatch);
  return FindName(certificate, GeneralNameType::kDnsName, [&](Bytes presented) {
    return IsDnsPattern(AsText(presented)) && DnsPatternMatches(AsText(presented), name);
  });
}

}  // namespace merlon::x509
