// SPDX-License-Identifier: Apache-2.0
#include "x509/service_identity.h"

#include <optional>

#include "x509/dns_name.h"
#include "x509/error.h"
#include "x509/ip_address.h"
#include "x509/name_forms.h"

namespace merlon::x509 {
namespace {

// `matches` of each entry of the subjectAltName.
template <class Matches>
Result<void> FindName(const Certificate& certificate, Matches matches) {
  GeneralName name;
  for (DerReader reader(certificate.extensions().subject_alt_name);
       !reader.done() && ReadGeneralName(reader, &name);) {
    if (matches(name)) return {};
  }
  return CertificateError(Code::kNameMismatch);
}

// The root's dot is no part of a presented identifier (RFC 9525 s2, RFC 1034 s3.1).
std::string_view WithoutRoot(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

std::optional<IpAddress> HostAddress(std::string_view host) {
  const bool v6 = host.starts_with('[') && host.ends_with(']');
  const std::optional<IpAddress> address =
      ParseIpAddress(v6 ? host.substr(1, host.size() - 2) : host);
  return address && (address->size() == 16) == v6 ? address : std::nullopt;
}

// Neither has a wildcard: a host is a DNS name or an address (RFC 9525 s6.3, s6.4).
bool HostsEqual(std::string_view reference, std::string_view presented) {
  if (const std::optional<IpAddress> address = HostAddress(reference)) {
    const std::optional<IpAddress> other = HostAddress(presented);
    return other && *other == *address;
  }
  reference = WithoutRoot(reference);
  return IsDnsName(reference) && IsDnsName(presented) && DnsNamesEqual(reference, presented);
}

bool DnsMatches(std::string_view reference, const GeneralName& name) {
  const std::string_view presented = AsText(name.value);
  reference = WithoutRoot(reference);
  return name.type == GeneralNameType::kDnsName && IsDnsName(reference) &&
         IsDnsPattern(presented) && DnsPatternMatches(presented, reference);
}

// RFC 9525 s6.4: octet by octet, and never a DNS name.
bool AddressMatches(std::string_view reference, const GeneralName& name) {
  const std::optional<IpAddress> address = ParseIpAddress(reference);
  return name.type == GeneralNameType::kIpAddress && address && name.value == address->view();
}

// RFC 9525 s6.5: "the scheme name portion MUST be matched in a case-insensitive manner".
bool UriMatches(std::string_view reference, const GeneralName& name) {
  UriName wanted, presented;
  return name.type == GeneralNameType::kUri && ReadUri(reference, &wanted) &&
         ReadUri(AsText(name.value), &presented) &&
         DnsNamesEqual(wanted.scheme, presented.scheme) && HostsEqual(wanted.host, presented.host);
}

// RFC 9525 s6.5: "the application service name MUST be matched in a case-insensitive manner".
bool SrvMatches(std::string_view reference, const GeneralName& name) {
  std::string_view text;
  SrvName wanted, presented;
  return SrvText(name, &text) && ReadSrvName(WithoutRoot(reference), &wanted) &&
         ReadSrvName(text, &presented) && DnsNamesEqual(wanted.service, presented.service) &&
         DnsNamesEqual(wanted.host, presented.host);
}

// RFC 9598 s5, and s3: an SmtpUTF8Mailbox has a local part that an rfc822Name cannot have.
bool MailboxMatches(std::string_view reference, const GeneralName& name) {
  std::string_view text;
  Mailbox wanted, presented;
  return MailboxText(name, &text) && ReadMailbox(reference, &wanted) &&
         ReadMailbox(text, &presented) && wanted.local == presented.local &&
         wanted.is_ascii() == (name.type == GeneralNameType::kRfc822Name) &&
         DnsNamesEqual(wanted.host, presented.host);
}

}  // namespace

ReferenceIdentity ServerIdentity(std::string_view name) {
  return {ParseIpAddress(name) ? IdentityType::kIpAddress : IdentityType::kDnsName, name};
}

bool IsIdentity(const ReferenceIdentity& reference) {
  UriName uri;
  SrvName srv;
  Mailbox mailbox;
  switch (reference.type) {
    case IdentityType::kDnsName:
      return IsDnsName(WithoutRoot(reference.name));
    case IdentityType::kIpAddress:
      return ParseIpAddress(reference.name).has_value();
    case IdentityType::kUri:
      return ReadUri(reference.name, &uri) &&
             (HostAddress(uri.host) || IsDnsName(WithoutRoot(uri.host)));
    case IdentityType::kSrv:
      return ReadSrvName(WithoutRoot(reference.name), &srv);
    case IdentityType::kEmail:
      return ReadMailbox(reference.name, &mailbox);
  }
  return false;
}

Result<void> CheckIdentity(const Certificate& certificate, const ReferenceIdentity& reference) {
  return FindName(certificate, [&](const GeneralName& name) {
    switch (reference.type) {
      case IdentityType::kDnsName:
        return DnsMatches(reference.name, name);
      case IdentityType::kIpAddress:
        return AddressMatches(reference.name, name);
      case IdentityType::kUri:
        return UriMatches(reference.name, name);
      case IdentityType::kSrv:
        return SrvMatches(reference.name, name);
      case IdentityType::kEmail:
        return MailboxMatches(reference.name, name);
    }
    return false;
  });
}

Result<void> CheckServerName(const Certificate& certificate, std::string_view name) {
  return CheckIdentity(certificate, ServerIdentity(name));
}

}  // namespace merlon::x509
