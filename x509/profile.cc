// SPDX-License-Identifier: Apache-2.0
#include "x509/profile.h"

#include <algorithm>

#include "x509/error.h"
#include "x509/general_name.h"
#include "x509/ip_address.h"
#include "x509/name.h"
#include "x509/oid.h"

namespace merlon::x509 {
namespace {

Error Bad() { return CertificateError(Code::kBadCertificate); }

bool IsCa(const Certificate& certificate) {
  const std::optional<BasicConstraints>& constraints = certificate.extensions().basic_constraints;
  return constraints && constraints->ca;
}

// RFC 5280: s4.2.1.9, s4.2.1.10, s4.2.1.11, s4.2.1.14 each say "MUST mark this extension as
// critical" (basicConstraints: in certificates of CAs).
bool MustBeCritical(Bytes id, bool ca) {
  return id == Bytes(oid::kNameConstraints) || id == Bytes(oid::kPolicyConstraints) ||
         id == Bytes(oid::kInhibitAnyPolicy) || (ca && id == Bytes(oid::kBasicConstraints));
}

Result<void> CheckRfc5280(const Certificate& certificate, Place place) {
  const Extensions& extensions = certificate.extensions();
  const bool ca = IsCa(certificate);
  if (certificate.version() == 1) return place == Place::kAnchor ? Result<void>() : Bad();
  // s4.2.1.1: in all but self-signed certificates. s4.2.1.2: "MUST appear in all conforming CA
  // certificates".
  if (extensions.authority_key_id.empty() && !certificate.self_issued()) return Bad();
  if (ca && extensions.subject_key_id.empty()) return Bad();
  Extension extension;
  for (DerReader reader(extensions.all); !reader.done() && ReadExtension(reader, &extension);) {
    if (!extension.critical && MustBeCritical(extension.oid, ca)) return Bad();
  }
  return {};
}

// BR 7.1.2.1.3, 7.1.2.11.1: a key identifier alone; a root's own.
Result<void> CheckAuthorityKeyIdentifier(const Certificate& certificate) {
  const Extensions& extensions = certificate.extensions();
  const Bytes value = extensions.Find(oid::kAuthorityKeyIdentifier);
  if (value.empty()) return {};
  DerReader outer(value), fields{Bytes()};
  Bytes id;
  if (!outer.Sequence(&fields) || !fields.Element(der::Context(0, false), &id) || !fields.done()) {
    return Bad();
  }
  return certificate.self_issued() && id != extensions.subject_key_id ? Bad() : Result<void>();
}

// Whether others may read it as an address: what ends in a number (WHATWG URL s3.5) or has a colon.
bool LooksLikeAddress(std::string_view text) {
  const std::string_view last = text.substr(text.rfind('.') + 1);  // npos + 1 is 0
  return text.find(':') != text.npos || (!last.empty() && last[0] >= '0' && last[0] <= '9');
}

// BR 7.1.4.3: a common name is "a character-for-character copy" of an entry of the subjectAltName.
// Held to it is what reads as a name of a kind that stands there; the domain that a wildcard is in
// counts as a copy.
bool IsCopied(std::string_view common_name, Bytes subject_alt_name) {
  bool has_dns = false;
  GeneralName name;
  for (DerReader reader(subject_alt_name); !reader.done() && ReadGeneralName(reader, &name);) {
    if (name.type == GeneralNameType::kDnsName) {
      std::string_view dns = AsText(name.value);
      if (dns == common_name) return true;
      if (dns.starts_with("*.") && dns.substr(2) == common_name) return true;
      has_dns = true;
    }
    if (name.type == GeneralNameType::kIpAddress &&
        common_name == IpAddressText(name.value).view()) {
      return true;
    }
  }
  return !LooksLikeAddress(common_name) &&
         !(has_dns && common_name.find('.') != std::string_view::npos);
}

Result<void> CheckCommonName(const Certificate& leaf) {
  DerReader outer(leaf.subject()), rdns{Bytes()};
  Bytes set;
  if (!outer.Sequence(&rdns)) return Bad();
  while (rdns.Element(der::kSet, &set)) {
    NameAttribute attribute;
    for (DerReader rdn(set); ReadNameAttribute(rdn, &attribute);) {
      if (attribute.type == Bytes(oid::kCommonName) &&
          !IsCopied(AsText(attribute.value), leaf.extensions().subject_alt_name)) {
        return CertificateError(Code::kNameMismatch);
      }
    }
  }
  return {};
}

Result<void> CheckWebPki(const Certificate& certificate, Place place) {
  const Extensions& extensions = certificate.extensions();
  // BR 6.1.5: "the modulus size, when encoded, is [...] evenly divisible by 8".
  if (certificate.public_key().bits % 8 != 0) return CertificateError(Code::kUnsupportedAlgorithm);
  MERLON_TRY(CheckAuthorityKeyIdentifier(certificate));
  // BR 7.1.2.1.2: a root has no extKeyUsage.
  if (place == Place::kAnchor && certificate.self_issued() && extensions.extended_key_usage) {
    return CertificateError(Code::kBadExtendedKeyUsage);
  }
  if (place != Place::kLeaf) return {};
  // BR 7.1.2.7.6, 7.1.2.7.10: there, and without anyExtendedKeyUsage.
  if (!extensions.extended_key_usage || Has(*extensions.extended_key_usage, KeyPurpose::kAny)) {
    return CertificateError(Code::kBadExtendedKeyUsage);
  }
  // BR 7.1.2.7.8: "cA MUST be FALSE". BR 7.1.2.7.12: critical with an empty subject, and only then.
  if (IsCa(certificate) ||
      extensions.subject_alt_name_critical != IsEmptyName(certificate.subject())) {
    return Bad();
  }
  return CheckCommonName(certificate);
}

}  // namespace

const Profile kRfc5280Profile = {"rfc5280", CheckRfc5280};
const Profile kWebPkiProfile = {"webpki", CheckWebPki};

}  // namespace merlon::x509
