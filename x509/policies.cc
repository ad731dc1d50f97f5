// SPDX-License-Identifier: Apache-2.0
#include "x509/policies.h"

#include <algorithm>

#include "x509/der.h"
#include "x509/error.h"
#include "x509/oid.h"

namespace merlon::x509 {
namespace {

Error NoValidPolicy() { return CertificateError(Code::kNoValidPolicy); }
bool IsAny(Bytes policy) { return policy == Bytes(oid::kAnyPolicy); }

// The contents of policyQualifiers; *understood: all are the two of s4.2.1.4.
bool ReadQualifiers(DerReader list, bool* understood) {
  if (list.done()) return false;
  while (!list.done()) {
    DerReader fields{Bytes()};
    Bytes id, value;
    uint8_t tag;
    if (!list.Sequence(&fields) || !ReadOid(fields, &id) || !fields.Any(&tag, &value) ||
        !fields.done()) {
      return false;
    }
    *understood = *understood && (id == Bytes(oid::kCpsQualifier) || id == Bytes(oid::kUserNotice));
  }
  return true;
}

bool ReadMapping(DerReader& mappings, Bytes* issuer_policy, Bytes* subject_policy) {
  DerReader fields{Bytes()};
  return mappings.Sequence(&fields) && ReadOid(fields, issuer_policy) &&
         ReadOid(fields, subject_policy) && fields.done();
}

// SkipCerts [n], if it stands there.
bool ReadSkip(DerReader& fields, uint8_t n, std::optional<uint32_t>* skip) {
  Bytes contents;
  bool present;
  if (!fields.Optional(der::Context(n, false), &contents, &present)) return false;
  if (!present) return true;
  // X.690 s8.3: an implicit tag leaves INTEGER's contents as they are.
  if (contents.empty() || contents.size() > 5 || (contents[0] & 0x80) != 0 ||
      (contents.size() > 1 && contents[0] == 0 && (contents[1] & 0x80) == 0) ||
      (contents.size() == 5 && contents[0] != 0)) {
    return false;
  }
  uint32_t value = 0;
  for (uint8_t octet : contents) value = value << 8 | octet;
  *skip = value;
  return true;
}

void Lower(uint32_t& counter, const std::optional<uint32_t>& limit) {
  if (limit) counter = std::min(counter, *limit);
}
void Count(uint32_t& counter) { counter -= counter == 0 ? 0 : 1; }

}  // namespace

bool ReadPolicy(DerReader& policies, Bytes* id) {
  DerReader policy{Bytes()};
  return policies.Sequence(&policy) && ReadOid(policy, id);
}

bool ReadCertificatePolicies(Bytes value, PolicyExtensions& out, bool* understood) {
  DerReader outer(value);
  *understood = true;
  if (!outer.Element(der::kSequence, &out.policies) || !outer.done() || out.policies.empty()) {
    return false;
  }
  FixedVector<Bytes, kMaxPolicies> seen;
  for (DerReader list(out.policies); !list.done();) {
    DerReader policy{Bytes()}, qualifiers{Bytes()};
    Bytes id;
    if (!list.Sequence(&policy) || !ReadOid(policy, &id)) return false;
    // s4.2.1.4: "A certificate policy OID MUST NOT appear more than once".
    if (std::find(seen.begin(), seen.end(), id) != seen.end() || !seen.Push(id).ok()) return false;
    if (policy.done()) continue;
    if (!policy.Sequence(&qualifiers) || !policy.done() ||
        !ReadQualifiers(qualifiers, understood)) {
      return false;
    }
  }
  return true;
}

bool ReadPolicyMappings(Bytes value, PolicyExtensions& out) {
  DerReader outer(value);
  if (!outer.Element(der::kSequence, &out.mappings) || !outer.done() || out.mappings.empty()) {
    return false;
  }
  size_t count = 0;
  for (DerReader list(out.mappings); !list.done(); ++count) {
    Bytes from, to;
    // s4.2.1.5, s6.1.4 (a): "Policies MUST NOT be mapped either to or from the special value
    // anyPolicy".
    if (count == kMaxPolicies || !ReadMapping(list, &from, &to) || IsAny(from) || IsAny(to)) {
      return false;
    }
  }
  return true;
}

bool ReadPolicyConstraints(Bytes value, PolicyExtensions& out) {
  DerReader outer(value), fields{Bytes()};
  // s4.2.1.11: "the policy constraints extension MUST NOT be an empty sequence".
  return outer.Sequence(&fields) && outer.done() && !fields.done() &&
         ReadSkip(fields, 0, &out.require_explicit) && ReadSkip(fields, 1, &out.inhibit_mapping) &&
         fields.done();
}

bool ReadInhibitAnyPolicy(Bytes value, PolicyExtensions& out) {
  DerReader outer(value);
  uint32_t skip;
  if (!outer.SmallInteger(&skip) || !outer.done()) return false;
  out.inhibit_any = skip;
  return true;
}

// RFC 5280 s6.1.2 (d), (e), (f).
PolicyWalk::PolicyWalk(const PolicyOptions& options, size_t length) : options_(options) {
  const uint32_t never = static_cast<uint32_t>(length) + 1;
  explicit_policy_ = options.require_explicit ? 0 : never;
  policy_mapping_ = options.inhibit_mapping ? 0 : never;
  inhibit_any_ = options.inhibit_any ? 0 : never;
}

Result<void> PolicyWalk::Anchor(const PolicyExtensions& anchor) {
  if (!anchor.policies.empty()) {
    List valid;
    MERLON_TRY(Narrow(anchor, true, valid));
    MERLON_TRY(Map(anchor, valid));
  }
  Constrain(anchor);
  return {};
}

Result<void> PolicyWalk::Next(const PolicyExtensions& certificate, bool self_issued, bool is_leaf) {
  List valid;
  if (certificate.policies.empty()) {  // s6.1.3 (e)
    any_ = false;
  } else {
    MERLON_TRY(Narrow(certificate, inhibit_any_ > 0 || (!is_leaf && self_issued), valid));
  }
  if (is_leaf) {
    expected_ = valid;
    // s6.1.3 (f), before what follows lowers the counter.
    if (explicit_policy_ == 0 && is_null()) return NoValidPolicy();
    // s6.1.5 (a), (b), (g).
    Count(explicit_policy_);
    if (certificate.require_explicit == 0u) explicit_policy_ = 0;
    const bool accepted = any_ || std::any_of(valid.begin(), valid.end(),
                                              [](const Expected& e) { return e.acceptable; });
    return explicit_policy_ > 0 || accepted ? Result<void>() : NoValidPolicy();
  }
  // s6.1.3 (f).
  if (explicit_policy_ == 0 && !any_ && valid.empty()) return NoValidPolicy();
  MERLON_TRY(Map(certificate, valid));
  if (!self_issued) {  // s6.1.4 (h)
    Count(explicit_policy_);
    Count(policy_mapping_);
    Count(inhibit_any_);
  }
  Constrain(certificate);
  return {};
}

bool PolicyWalk::IsAcceptable(Bytes policy) const {
  const absl::Span<const Bytes> set = options_.acceptable;
  return set.empty() || std::find(set.begin(), set.end(), policy) != set.end() ||
         std::any_of(set.begin(), set.end(), IsAny);
}

const PolicyWalk::Expected* PolicyWalk::Find(const List& list, Bytes policy) {
  for (const Expected& expected : list) {
    if (expected.policy == policy) return &expected;
  }
  return nullptr;
}

Result<void> PolicyWalk::Add(List& list, Bytes policy, bool acceptable) const {
  for (Expected& expected : list) {
    if (expected.policy != policy) continue;
    expected.acceptable = expected.acceptable || acceptable;
    return {};
  }
  return list.Push({policy, acceptable}).ok() ? Result<void>()
                                              : CertificateError(Code::kWorkBudget);
}

// RFC 9618 s5.3 (RFC 5280 s6.1.3 (d)): which policies stay valid. `any_counts`: anyPolicy in the
// certificate is looked at.
Result<void> PolicyWalk::Narrow(const PolicyExtensions& certificate, bool any_counts, List& valid) {
  bool has_any = false;
  for (DerReader list(certificate.policies); !list.done();) {
    Bytes policy;
    if (!ReadPolicy(list, &policy)) return CertificateError(Code::kBadDer);
    if (IsAny(policy)) {
      has_any = true;
    } else if (const Expected* parent = Find(expected_, policy)) {
      MERLON_TRY(Add(valid, policy, parent->acceptable));  // (d)(1)(i)
    } else if (any_) {
      MERLON_TRY(Add(valid, policy, IsAcceptable(policy)));  // (d)(1)(ii)
    }
  }
  if (has_any && any_counts) {  // (d)(2)
    for (const Expected& parent : expected_) {
      if (Find(valid, parent.policy) == nullptr) {
        MERLON_TRY(Add(valid, parent.policy, parent.acceptable));
      }
    }
  } else {
    any_ = false;
  }
  return {};
}

// RFC 9618 s5.4 (RFC 5280 s6.1.4 (b)): what is expected below.
Result<void> PolicyWalk::Map(const PolicyExtensions& certificate, const List& valid) {
  expected_.Clear();
  for (const Expected& node : valid) {
    bool mapped = false;
    for (DerReader list(certificate.mappings); !list.done();) {
      Bytes from, to;
      if (!ReadMapping(list, &from, &to)) return CertificateError(Code::kBadDer);
      if (from != node.policy) continue;
      mapped = true;
      if (policy_mapping_ > 0) MERLON_TRY(Add(expected_, to, node.acceptable));
    }
    if (!mapped) MERLON_TRY(Add(expected_, node.policy, node.acceptable));
  }
  return any_ && policy_mapping_ > 0 ? MapAny(certificate, valid) : Result<void>();
}

// (b)(1): a policy that no node has is mapped as a child of anyPolicy.
Result<void> PolicyWalk::MapAny(const PolicyExtensions& certificate, const List& valid) {
  for (DerReader list(certificate.mappings); !list.done();) {
    Bytes from, to;
    if (!ReadMapping(list, &from, &to)) return CertificateError(Code::kBadDer);
    if (Find(valid, from) == nullptr) MERLON_TRY(Add(expected_, to, IsAcceptable(from)));
  }
  return {};
}

// s6.1.4 (i), (j).
void PolicyWalk::Constrain(const PolicyExtensions& certificate) {
  Lower(explicit_policy_, certificate.require_explicit);
  Lower(policy_mapping_, certificate.inhibit_mapping);
  Lower(inhibit_any_, certificate.inhibit_any);
}

}  // namespace merlon::x509
