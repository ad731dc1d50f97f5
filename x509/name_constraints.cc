// SPDX-License-Identifier: Apache-2.0
#include "x509/name_constraints.h"

#include <string_view>

#include "x509/dns_name.h"
#include "x509/error.h"
#include "x509/ip_address.h"
#include "x509/name.h"
#include "x509/name_forms.h"
#include "x509/oid.h"

namespace merlon::x509 {
namespace {

// How the names under a subtree stand to one name.
enum class Relation { kOutside, kInside, kUnclear };

// An address and a mask whose ones come first (CIDR).
bool IsIpRange(Bytes range) {
  if (range.size() != 8 && range.size() != 32) return false;
  bool ended = false;
  for (uint8_t octet : Slice(range, range.size() / 2)) {
    if (ended && octet != 0) return false;
    const uint8_t zeros = static_cast<uint8_t>(~octet);
    if ((zeros & (zeros + 1)) != 0) return false;
    ended = ended || octet != 0xff;
  }
  return true;
}

bool IsHostOrDomain(std::string_view text) {
  if (text.starts_with('.')) text.remove_prefix(1);
  return IsDnsName(text);
}

// RFC 4985 s4: a whole SRVName, its service alone or its host alone. Either part may be empty.
bool ReadSrvBase(std::string_view text, SrvName* base) {
  const bool has_service = text.starts_with('_');
  const size_t dot = has_service ? text.find('.') : 0;
  base->service = has_service ? text.substr(0, dot) : std::string_view();
  base->host = has_service ? text.substr(dot == text.npos ? text.size() : dot + 1) : text;
  if (has_service && !IsSrvService(base->service)) return false;
  return (has_service && dot == text.npos) || IsDnsName(base->host);
}

// What may stand as the base of a subtree. A type that is not understood matters only once a name
// of that type appears.
bool IsBase(const GeneralName& base) {
  const std::string_view text = AsText(base.value);
  switch (base.type) {
    case GeneralNameType::kDnsName:  // no leading dot, no wildcard
      return text.empty() || IsDnsName(text);
    case GeneralNameType::kIpAddress:
      return IsIpRange(base.value);
    case GeneralNameType::kRfc822Name:
      return text.empty() || IsHostOrDomain(text.substr(text.rfind('@') + 1));
    case GeneralNameType::kUri:
      return IsHostOrDomain(text);
    case GeneralNameType::kOtherName: {
      std::string_view srv_text;
      SrvName srv;
      return !SrvText(base, &srv_text) || ReadSrvBase(srv_text, &srv);
    }
    default:
      return true;
  }
}

// A GeneralSubtree: minimum is always 0, its default, and maximum absent (s4.2.1.10).
bool ReadSubtree(DerReader& reader, GeneralName* base) {
  DerReader subtree{Bytes()};
  return reader.Sequence(&subtree) && ReadGeneralName(subtree, base) && subtree.done();
}

bool AreSubtrees(Bytes contents) {
  if (contents.empty()) return false;
  for (DerReader reader(contents); !reader.done();) {
    GeneralName base;
    if (!ReadSubtree(reader, &base) || !IsBase(base)) return false;
  }
  return true;
}

Relation InsideIf(bool inside) { return inside ? Relation::kInside : Relation::kOutside; }

// `excluding`: a wildcard is inside when any name that it stands for is; else when all are.
Relation DnsRelation(std::string_view name, std::string_view base, bool excluding) {
  if (!IsDnsPattern(name)) return Relation::kUnclear;
  if (!name.starts_with("*.")) return InsideIf(DnsNameWithin(name, base));
  if (DnsNameWithin(name.substr(2), base)) return Relation::kInside;
  return InsideIf(excluding && DnsPatternMatches(name, base));
}

Relation IpRelation(Bytes address, Bytes range) {
  if (address.size() * 2 != range.size()) return Relation::kOutside;
  const Bytes mask = Slice(range, address.size());
  for (size_t i = 0; i < address.size(); ++i) {
    if (((address[i] ^ range[i]) & mask[i]) != 0) return Relation::kOutside;
  }
  return Relation::kInside;
}

// A host against "host" or ".domain", the form that mail and URIs share.
bool HostMatches(std::string_view host, std::string_view base) {
  if (!base.starts_with('.')) return DnsNamesEqual(host, base);
  return host.size() > base.size() && DnsNamesEqual(host.substr(host.size() - base.size()), base);
}

// Of rfc822Names and SmtpUTF8Mailboxes alike (RFC 9598 s6).
Relation MailRelation(std::string_view text, std::string_view base) {
  Mailbox mailbox;
  if (!ReadMailbox(text, &mailbox)) return Relation::kUnclear;
  if (base.empty()) return Relation::kInside;
  const size_t base_at = base.rfind('@');
  if (base_at == base.npos) return InsideIf(HostMatches(mailbox.host, base));
  // A mailbox: the local part octet by octet (RFC 5280 s7.5).
  return InsideIf(mailbox.local == base.substr(0, base_at) &&
                  DnsNamesEqual(mailbox.host, base.substr(base_at + 1)));
}

// RFC 4985 s4: "The name restriction of the service name part and the DNS name part of SRVName are
// handled separately"; the host as of a dNSName.
Relation SrvRelation(std::string_view text, std::string_view base_text) {
  SrvName name, base;
  if (!ReadSrvName(text, &name) || !ReadSrvBase(base_text, &base)) return Relation::kUnclear;
  return InsideIf((base.service.empty() || DnsNamesEqual(name.service, base.service)) &&
                  DnsNameWithin(name.host, base.host));
}

Relation UriRelation(std::string_view text, std::string_view base) {
  // s4.2.1.10: a URI whose authority has no fully qualified host name is to be refused.
  UriName uri;
  if (!ReadUri(text, &uri) || !uri.has_authority || !IsDnsName(uri.host)) return Relation::kUnclear;
  return InsideIf(HostMatches(uri.host, base));
}

// Of an otherName: a constraint on SRVNames, or one on mailboxes, to which an SmtpUTF8Mailbox is
// held. What other types mean is not known here.
Relation OtherRelation(const GeneralName& name, const GeneralName& base) {
  std::string_view text, base_text;
  if (base.type == GeneralNameType::kRfc822Name && MailboxText(name, &text)) {
    return MailRelation(text, AsText(base.value));
  }
  if (SrvText(name, &text) && SrvText(base, &base_text)) return SrvRelation(text, base_text);
  return Relation::kUnclear;
}

// Whether a constraint of `base`'s form is one on names of `name`'s form. The form of an otherName
// is its type.
bool Constrains(const GeneralName& base, const GeneralName& name) {
  OtherName other, base_other;
  if (name.type != GeneralNameType::kOtherName || !ReadOtherName(name.value, &other)) {
    return base.type == name.type;
  }
  if (base.type == GeneralNameType::kRfc822Name) {
    return other.type == Bytes(oid::kSmtpUtf8Mailbox);
  }
  return base.type == GeneralNameType::kOtherName && ReadOtherName(base.value, &base_other) &&
         base_other.type == other.type;
}

Relation RelationOf(const GeneralName& name, const GeneralName& subtree, bool excluding) {
  const Bytes base = subtree.value;
  switch (name.type) {
    case GeneralNameType::kDnsName:
      return DnsRelation(AsText(name.value), AsText(base), excluding);
    case GeneralNameType::kIpAddress:
      return IpRelation(name.value, base);
    case GeneralNameType::kDirectoryName:
      return InsideIf(NameWithin(name.value, base));
    case GeneralNameType::kRfc822Name:
      return MailRelation(AsText(name.value), AsText(base));
    case GeneralNameType::kUri:
      return UriRelation(AsText(name.value), AsText(base));
    case GeneralNameType::kOtherName:
      return OtherRelation(name, subtree);
    default:
      return Relation::kUnclear;
  }
}

// Whether some subtree of the name's type has it inside, and whether there is a subtree of its
// type.
Result<void> Search(Bytes subtrees, const GeneralName& name, bool excluding, uint32_t* budget,
                    bool* inside, bool* constrained) {
  *inside = *constrained = false;
  for (DerReader reader(subtrees); !reader.done();) {
    if (*budget == 0) return CertificateError(Code::kWorkBudget);
    --*budget;
    GeneralName base;
    if (!ReadSubtree(reader, &base)) return CertificateError(Code::kBadDer);
    if (!Constrains(base, name)) continue;
    *constrained = true;
    const Relation relation = RelationOf(name, base, excluding);
    // s4.2.1.10: "MUST either process this constraint or reject the certificate".
    if (relation == Relation::kUnclear) return CertificateError(Code::kNameConstraint);
    *inside = *inside || relation == Relation::kInside;
  }
  return {};
}

Result<void> CheckName(Bytes permitted, Bytes excluded, const GeneralName& name, uint32_t* budget) {
  bool inside, constrained;
  MERLON_TRY(Search(excluded, name, true, budget, &inside, &constrained));
  if (inside) return CertificateError(Code::kNameConstraint);
  MERLON_TRY(Search(permitted, name, false, budget, &inside, &constrained));
  if (constrained && !inside) return CertificateError(Code::kNameConstraint);
  return {};
}

}  // namespace

Result<NameConstraints> NameConstraints::Parse(Bytes der) {
  DerReader outer(der), fields{Bytes()};
  NameConstraints out;
  bool permitted, excluded;
  if (!outer.Sequence(&fields) || !outer.done() ||
      !fields.Optional(der::Context(0, true), &out.permitted_, &permitted) ||
      !fields.Optional(der::Context(1, true), &out.excluded_, &excluded) || !fields.done()) {
    return CertificateError(Code::kBadDer);
  }
  // s4.2.1.10: "either the permittedSubtrees field or the excludedSubtrees MUST be present".
  if ((!permitted && !excluded) || (permitted && !AreSubtrees(out.permitted_)) ||
      (excluded && !AreSubtrees(out.excluded_))) {
    return CertificateError(Code::kBadCertificate);
  }
  return out;
}

Result<void> NameConstraints::Check(Bytes subject, Bytes subject_alt_name, uint32_t* budget) const {
  if (permitted_.empty() && excluded_.empty()) return {};
  if (!IsEmptyName(subject)) {
    MERLON_TRY(
        CheckName(permitted_, excluded_, {GeneralNameType::kDirectoryName, subject}, budget));
  }
  for (DerReader reader(subject_alt_name); !reader.done();) {
    GeneralName name;
    if (!ReadGeneralName(reader, &name)) return CertificateError(Code::kBadDer);
    MERLON_TRY(CheckName(permitted_, excluded_, name, budget));
  }
  if (!subject_alt_name.empty()) return {};
  // s4.2.1.10: without a subjectAltName, mail constraints apply to emailAddress in the subject.
  DerReader outer(subject), rdns{Bytes()};
  if (!outer.Sequence(&rdns)) return CertificateError(Code::kBadDer);
  Bytes set;
  while (rdns.Element(der::kSet, &set)) {
    NameAttribute attribute;
    for (DerReader rdn(set); ReadNameAttribute(rdn, &attribute);) {
      if (attribute.type != Bytes(oid::kEmailAddress)) continue;
      MERLON_TRY(CheckName(permitted_, excluded_, {GeneralNameType::kRfc822Name, attribute.value},
                           budget));
    }
  }
  return {};
}

}  // namespace merlon::x509
