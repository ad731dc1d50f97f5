// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/cli/cert_facts.h"

#include <array>

#include "crypto/drivers/portable/sha256.h"
#include "io_adapters/sentences.h"
#include "io_adapters/text.h"
#include "x509/ip_address.h"
#include "x509/name.h"
#include "x509/name_forms.h"
#include "x509/oid.h"
#include "x509/pins.h"
#include "x509/signature_algorithm.h"

namespace merlon::cli {
namespace {

using io::Cat;
using Strings = std::vector<std::string>;

// The attributes that have short names (RFC 4514 s3, RFC 5280 A.1), below 2.5.4.
struct ShortName {
  uint8_t last;
  std::string_view name;
};
constexpr ShortName kShortNames[] = {{3, "CN"},
                                     {4, "SN"},
                                     {5, "serialNumber"},
                                     {6, "C"},
                                     {7, "L"},
                                     {8, "ST"},
                                     {9, "street"},
                                     {10, "O"},
                                     {11, "OU"},
                                     {12, "title"},
                                     {17, "postalCode"},
                                     {42, "GN"},
                                     {97, "organizationIdentifier"}};

std::string AttributeText(const x509::NameAttribute& attribute) {
  std::string name = OidText(attribute.type);
  if (attribute.type == Bytes(x509::oid::kEmailAddress)) name = "email";
  for (const ShortName& known : kShortNames) {
    const uint8_t id[] = {0x55, 0x04, known.last};
    if (attribute.type == Bytes(id)) name = known.name;
  }
  return Cat(name, "=", io::Printable(AsText(attribute.value)));
}

std::string KeyText(const x509::PublicKeyInfo& key) {
  switch (key.type) {
    case crypto::KeyType::kEcP256:
      return "EC on P-256";
    case crypto::KeyType::kEcP384:
      return "EC on P-384";
    case crypto::KeyType::kEcP521:
      return "EC on P-521";
    case crypto::KeyType::kRsa:
      return Cat("RSA of ", key.bits, " bits");
    case crypto::KeyType::kRsaPss:
      return Cat("RSA of ", key.bits, " bits, for PSS alone");
    case crypto::KeyType::kEd25519:
      return "Ed25519";
    case crypto::KeyType::kEd448:
      return "Ed448";
    case crypto::KeyType::kMlDsa44:
      return "ML-DSA-44";
    case crypto::KeyType::kMlDsa65:
      return "ML-DSA-65";
    case crypto::KeyType::kMlDsa87:
      return "ML-DSA-87";
    default:
      return "of another kind";
  }
}

std::string SignatureText(Bytes identifier) {
  const Result<crypto::SignAlg> algorithm = x509::ParseSignatureAlgorithm(identifier);
  if (!algorithm.ok()) return "an algorithm that is not accepted";
  if (x509::ParseSignatureAlgorithm(identifier, crypto::KeyType::kEd448).ok() &&
      algorithm->family == crypto::SignFamily::kEddsa) {
    return "Ed448";
  }
  constexpr std::string_view kHashes[] = {"", " with SHA-256", " with SHA-384", " with SHA-512"};
  constexpr std::string_view kFamilies[] = {"",        "ECDSA",     "RSA PKCS#1", "RSA-PSS",
                                            "Ed25519", "ML-DSA-44", "ML-DSA-65",  "ML-DSA-87"};
  const size_t hash = static_cast<size_t>(algorithm->hash);
  const size_t family = static_cast<size_t>(algorithm->family);
  return Cat(family < std::size(kFamilies) ? kFamilies[family] : "?",
             hash < std::size(kHashes) ? kHashes[hash] : "");
}

std::string GeneralNameText(const x509::GeneralName& name) {
  switch (name.type) {
    case x509::GeneralNameType::kDnsName:
    case x509::GeneralNameType::kRfc822Name:
    case x509::GeneralNameType::kUri:
      return io::Printable(AsText(name.value));
    case x509::GeneralNameType::kIpAddress:
      return std::string(x509::IpAddressText(name.value).view());
    case x509::GeneralNameType::kDirectoryName:
      return NameText(name.value);
    case x509::GeneralNameType::kOtherName:
      if (std::string_view text; x509::SrvText(name, &text) || x509::MailboxText(name, &text)) {
        return io::Printable(text);
      }
      return "a name of a type that is not known";
    default:
      return Cat("a name of kind ", static_cast<int>(name.type));
  }
}

Strings GeneralNameTexts(Bytes names) {
  Strings out;
  x509::GeneralName name;
  for (DerReader reader(names); !reader.done() && x509::ReadGeneralName(reader, &name);) {
    out.push_back(GeneralNameText(name));
  }
  return out;
}

Strings UsageTexts(const x509::Extensions& extensions) {
  constexpr std::string_view kUsages[] = {
      "digital signature", "non-repudiation", "key encipherment",
      "data encipherment", "key agreement",   "signing certificates",
      "signing CRLs",      "encipher only",   "decipher only"};
  Strings out;
  for (size_t i = 0; extensions.key_usage && i < std::size(kUsages); ++i) {
    if (x509::Has(*extensions.key_usage, static_cast<x509::KeyUsage>(1u << i))) {
      out.emplace_back(kUsages[i]);
    }
  }
  return out;
}

Strings PurposeTexts(const x509::Extensions& extensions) {
  constexpr std::string_view kPurposes[] = {"anything", "TLS server", "TLS client",
                                            "signing OCSP responses"};
  Strings out;
  for (size_t i = 0; extensions.extended_key_usage && i < std::size(kPurposes); ++i) {
    if (x509::Has(*extensions.extended_key_usage, static_cast<x509::KeyPurpose>(1u << i))) {
      out.emplace_back(kPurposes[i]);
    }
  }
  if (extensions.extended_key_usage && out.empty()) out.emplace_back("other purposes");
  return out;
}

Strings PolicyTexts(const x509::Extensions& extensions) {
  Strings out;
  Bytes id;
  for (DerReader list(extensions.policy().policies); !list.done() && x509::ReadPolicy(list, &id);) {
    out.push_back(OidText(id));
  }
  return out;
}

Strings CrlTexts(const x509::Extensions& extensions) {
  Strings out;
  DerReader outer(extensions.Find(x509::oid::kCrlDistributionPoints)), list{Bytes()};
  x509::DistributionPoint point;
  if (!outer.Sequence(&list)) return out;
  while (!list.done() && x509::ReadDistributionPoint(list, &point)) {
    for (std::string& name : GeneralNameTexts(point.name.full)) out.push_back(std::move(name));
  }
  return out;
}

Strings AccessTexts(const x509::Extensions& extensions, Bytes method) {
  Strings out;
  DerReader outer(extensions.Find(x509::oid::kAuthorityInfoAccess)), list{Bytes()};
  x509::AccessDescription access;
  if (!outer.Sequence(&list)) return out;
  while (!list.done() && x509::ReadAccessDescription(list, &access)) {
    if (access.method == method) out.push_back(GeneralNameText(access.location));
  }
  return out;
}

void AddExtensions(Facts& facts, const x509::Extensions& extensions) {
  facts.Add("names", GeneralNameTexts(extensions.subject_alt_name));
  if (extensions.basic_constraints && extensions.basic_constraints->ca) {
    const std::optional<uint32_t>& length = extensions.basic_constraints->path_length;
    facts.Add("ca", length ? Cat("may issue certificates, with at most ", *length,
                                 " intermediate CAs below it")
                           : "may issue certificates");
  }
  facts.Add("usage", UsageTexts(extensions));
  facts.Add("purposes", PurposeTexts(extensions));
  facts.Add("policies", PolicyTexts(extensions));
  if (extensions.name_constraints) facts.AddTrue("constrains_names");
  facts.Add("crl", CrlTexts(extensions));
  facts.Add("ocsp", AccessTexts(extensions, x509::oid::kAdOcsp));
  facts.Add("issuer_at", AccessTexts(extensions, x509::oid::kAdCaIssuers));
  if (extensions.must_staple) facts.AddTrue("must_staple");
  if (extensions.no_rev_avail) facts.AddTrue("revocation_is_never_told");
  if (extensions.unprocessed_critical) facts.AddTrue("has_a_critical_extension_that_is_not_known");
  facts.Add("key_id", io::ToHex(extensions.subject_key_id));
  facts.Add("issuer_key_id", io::ToHex(extensions.authority_key_id));
}

}  // namespace

Facts FactsOf(const x509::Certificate& certificate) {
  Facts facts;
  facts.Add("subject", NameText(certificate.subject()));
  facts.Add("issuer", certificate.self_issued() ? "itself" : NameText(certificate.issuer()));
  facts.Add("valid_from", io::DescribeTime(certificate.validity().not_before));
  facts.Add("valid_to", io::DescribeTime(certificate.validity().not_after));
  facts.Add("serial", io::ToHex(certificate.serial()));
  facts.Add("key", KeyText(certificate.public_key()));
  facts.Add("pin", io::ToHex(x509::PinOf(crypto::kPortableSha256, certificate.public_key().der)));
  facts.Add("signature", SignatureText(certificate.signature_algorithm()));
  AddExtensions(facts, certificate.extensions());
  return facts;
}

Facts FactsOf(const x509::Request& request, bool signed_by_itself) {
  Facts facts;
  facts.Add("subject", NameText(request.subject()));
  facts.Add("key", KeyText(request.public_key()));
  facts.Add("signature", Cat(SignatureText(request.signature_algorithm()),
                             signed_by_itself ? ", good" : ", NOT of its key"));
  AddExtensions(facts, request.extensions());
  return facts;
}

Facts FactsOf(const x509::Crl& crl) {
  Facts facts;
  facts.Add("issuer", NameText(crl.issuer()));
  facts.Add("updated", io::DescribeTime(crl.this_update()));
  if (crl.next_update()) facts.Add("next_update", io::DescribeTime(*crl.next_update()));
  if (crl.has_number()) facts.Add("number", crl.number().empty() ? "00" : io::ToHex(crl.number()));
  if (crl.is_delta()) facts.Add("changes_since", io::ToHex(crl.base_number()));
  const x509::IssuingDistributionPoint& scope = crl.issuing_distribution_point();
  facts.Add("names", GeneralNameTexts(scope.name.full));
  if (scope.only_users) facts.AddTrue("only_of_end_entities");
  if (scope.only_cas) facts.AddTrue("only_of_cas");
  if (scope.indirect) facts.AddTrue("of_other_issuers_too");
  facts.Add("signature", SignatureText(crl.signature_algorithm()));
  Strings revoked;
  x509::Crl::Entries entries(crl);
  for (x509::CrlEntry entry; entries.Next(&entry);) {
    const std::string_view reason = ReasonText(entry.reason);
    revoked.push_back(Cat(io::ToHex(entry.serial), " on ", io::DescribeTime(entry.date),
                          reason.empty() ? "" : " for ", reason));
  }
  facts.Add("revoked", revoked.empty() ? Strings{"none"} : revoked);
  return facts;
}

std::string NameText(Bytes name) {
  Strings parts;
  DerReader outer(name), rdns{Bytes()};
  Bytes set;
  if (!outer.Sequence(&rdns)) return "(no name)";
  while (!rdns.done() && rdns.Element(der::kSet, &set)) {
    x509::NameAttribute attribute;
    for (DerReader rdn(set); x509::ReadNameAttribute(rdn, &attribute);) {
      parts.push_back(AttributeText(attribute));
    }
  }
  return parts.empty() ? "(no name)" : io::Join(parts, ", ");
}

std::string OidText(Bytes oid) {
  Strings arcs;
  uint64_t arc = 0;
  for (uint8_t octet : oid) {
    arc = arc << 7 | (octet & 0x7f);
    if ((octet & 0x80) != 0) continue;
    if (arcs.empty()) {  // X.690 s8.19.4: the first two share a number
      const uint64_t first = arc < 80 ? arc / 40 : 2;
      arcs.push_back(Cat(first));
      arc -= 40 * first;
    }
    arcs.push_back(Cat(arc));
    arc = 0;
  }
  return io::Join(arcs, ".");
}

std::string_view ReasonText(x509::CrlReason reason) {
  constexpr std::string_view kReasons[] = {"",
                                           "key compromise",
                                           "CA compromise",
                                           "affiliation changed",
                                           "superseded",
                                           "cessation of operation",
                                           "certificate hold",
                                           "",
                                           "removal from the CRL",
                                           "privilege withdrawn",
                                           "AA compromise"};
  return kReasons[static_cast<size_t>(reason)];
}

}  // namespace merlon::cli
