// SPDX-License-Identifier: Apache-2.0
// The extensions of a certificate or a request, from a CertificateSpec.
#include "x509/extension_writer.h"

#include "x509/name.h"
#include "x509/oid.h"
#include "x509/writer.h"

namespace merlon::x509 {
namespace {

// RFC 5280 s4.2.1.9, s4.2.1.3: both critical.
void PutUsage(DerWriter& writer, const CertificateSpec& spec) {
  if (spec.ca) {
    PutExtension(writer, oid::kBasicConstraints, true, [&] {
      writer.Element(der::kSequence, [&] {
        writer.Boolean(true);
        if (spec.path_length) writer.SmallInteger(*spec.path_length);
      });
    });
  }
  if (!spec.key_usage) return;
  PutExtension(writer, oid::kKeyUsage, true, [&] {
    const KeyUsage usual =
        spec.ca ? KeyUsage::kKeyCertSign | KeyUsage::kCrlSign : KeyUsage::kDigitalSignature;
    writer.NamedBits(static_cast<uint16_t>(spec.usages.value_or(usual)));
  });
}

void PutPurposes(DerWriter& writer, const CertificateSpec& spec) {
  if (spec.purposes == KeyPurpose::kNone) return;
  PutExtension(writer, oid::kExtendedKeyUsage, false, [&] {
    writer.Element(der::kSequence, [&] {
      const auto put = [&](KeyPurpose purpose, Bytes id) {
        if (Has(spec.purposes, purpose)) writer.Element(der::kOid, id);
      };
      put(KeyPurpose::kServerAuth, oid::kServerAuth);
      put(KeyPurpose::kClientAuth, oid::kClientAuth);
      put(KeyPurpose::kOcspSigning, oid::kOcspSigning);
      put(KeyPurpose::kAny, oid::kAnyExtendedKeyUsage);
    });
  });
}

void PutNames(DerWriter& writer, uint8_t type, absl::Span<const std::string_view> names) {
  for (std::string_view name : names) {
    writer.Element(der::Context(type, false), AsBytes(name));
  }
}

bool HasAltName(const CertificateSpec& spec) {
  return !spec.dns_names.empty() || !spec.ip_addresses.empty() || !spec.emails.empty() ||
         !spec.uris.empty() || !spec.subject_alt_name.empty();
}

// Critical when there is no subject (RFC 5280 s4.1.2.6).
void PutSubjectAltName(DerWriter& writer, const CertificateSpec& spec) {
  if (!HasAltName(spec)) return;
  const bool no_subject =
      spec.subject_name.empty() ? spec.subject.empty() : IsEmptyName(spec.subject_name);
  PutExtension(writer, oid::kSubjectAltName, no_subject, [&] {
    writer.Element(der::kSequence, [&] {
      PutNames(writer, 1, spec.emails);
      PutNames(writer, 2, spec.dns_names);
      PutNames(writer, 6, spec.uris);
      for (Bytes address : spec.ip_addresses) writer.Element(der::Context(7, false), address);
      writer.Raw(spec.subject_alt_name);
    });
  });
}

// RFC 5280 s4.2.1.10: critical.
void PutNameConstraints(DerWriter& writer, const CertificateSpec& spec) {
  if (spec.permitted_dns_names.empty() && spec.excluded_dns_names.empty()) return;
  const auto subtrees = [&](uint8_t n, absl::Span<const std::string_view> names) {
    if (names.empty()) return;
    writer.Element(der::Context(n, true), [&] {
      for (std::string_view name : names) {
        writer.Element(der::kSequence,
                       [&] { writer.Element(der::Context(2, false), AsBytes(name)); });
      }
    });
  };
  PutExtension(writer, oid::kNameConstraints, true, [&] {
    writer.Element(der::kSequence, [&] {
      subtrees(0, spec.permitted_dns_names);
      subtrees(1, spec.excluded_dns_names);
    });
  });
}

// RFC 5280 s4.2.1.4.
void PutPolicies(DerWriter& writer, const CertificateSpec& spec) {
  if (spec.policies.empty()) return;
  PutExtension(writer, oid::kCertificatePolicies, false, [&] {
    writer.Element(der::kSequence, [&] {
      for (Bytes policy : spec.policies) {
        writer.Element(der::kSequence, [&] { writer.Element(der::kOid, policy); });
      }
    });
  });
}

// RFC 5280 s4.2.1.13: a distribution point for each URL; s4.2.2.1.
void PutLocations(DerWriter& writer, const CertificateSpec& spec) {
  if (!spec.crl_urls.empty()) {
    PutExtension(writer, oid::kCrlDistributionPoints, false, [&] {
      writer.Element(der::kSequence, [&] {
        for (const std::string_view& url : spec.crl_urls) {
          writer.Element(der::kSequence, [&] {
            writer.Element(der::Context(0, true), [&] {
              writer.Element(der::Context(0, true), [&] { PutNames(writer, 6, {&url, 1}); });
            });
          });
        }
      });
    });
  }
  if (spec.ocsp_urls.empty() && spec.issuer_urls.empty()) return;
  const auto access = [&](Bytes method, absl::Span<const std::string_view> urls) {
    for (const std::string_view& url : urls) {
      writer.Element(der::kSequence, [&] {
        writer.Element(der::kOid, method);
        PutNames(writer, 6, {&url, 1});
      });
    }
  };
  PutExtension(writer, oid::kAuthorityInfoAccess, false, [&] {
    writer.Element(der::kSequence, [&] {
      access(oid::kAdOcsp, spec.ocsp_urls);
      access(oid::kAdCaIssuers, spec.issuer_urls);
    });
  });
}

// RFC 7633 s4, with status_request (5); RFC 6960 s4.2.2.2.1.
void PutRevocationMarks(DerWriter& writer, const CertificateSpec& spec) {
  if (spec.must_staple) {
    PutExtension(writer, oid::kTlsFeature, false,
                 [&] { writer.Element(der::kSequence, [&] { writer.SmallInteger(5); }); });
  }
  if (spec.ocsp_no_check) {
    PutExtension(writer, oid::kOcspNoCheck, false, [&] { writer.Element(der::kNull, Bytes()); });
  }
}

void PutKeyIdentifiers(DerWriter& writer, const CertificateSpec& spec) {
  if (!spec.subject_key_id.empty()) {
    PutExtension(writer, oid::kSubjectKeyIdentifier, false,
                 [&] { writer.Element(der::kOctetString, spec.subject_key_id); });
  }
  if (!spec.authority_key_id.empty()) {
    PutExtension(writer, oid::kAuthorityKeyIdentifier, false, [&] {
      writer.Element(der::kSequence,
                     [&] { writer.Element(der::Context(0, false), spec.authority_key_id); });
    });
  }
}

}  // namespace

void WriteExtensions(DerWriter& writer, const CertificateSpec& spec) {
  PutUsage(writer, spec);
  PutPurposes(writer, spec);
  PutSubjectAltName(writer, spec);
  PutNameConstraints(writer, spec);
  PutPolicies(writer, spec);
  PutLocations(writer, spec);
  PutRevocationMarks(writer, spec);
  PutKeyIdentifiers(writer, spec);
  for (const Extension& extension : spec.more) {
    PutExtension(writer, extension.oid, extension.critical, [&] { writer.Raw(extension.value); });
  }
}

bool HasExtensions(const CertificateSpec& spec) {
  return spec.ca || spec.key_usage || spec.purposes != KeyPurpose::kNone || HasAltName(spec) ||
         !spec.permitted_dns_names.empty() || !spec.excluded_dns_names.empty() ||
         !spec.policies.empty() || !spec.crl_urls.empty() || !spec.ocsp_urls.empty() ||
         !spec.issuer_urls.empty() || spec.must_staple || spec.ocsp_no_check ||
         !spec.subject_key_id.empty() || !spec.authority_key_id.empty() || !spec.more.empty();
}

}  // namespace merlon::x509
