// SPDX-License-Identifier: Apache-2.0
// Certificate policies: their extensions (RFC 5280 s4.2.1.4, s4.2.1.5, s4.2.1.11, s4.2.1.14) and
// their part of path validation (s6.1, as RFC 9618 mends it). The other rules are verify_path's.
#pragma once
#include <optional>

#include "crypto/base/der.h"
#include "crypto/base/fixed_vector.h"
#include "crypto/base/result.h"

namespace merlon::x509 {

// A certificate has at most this many policies, and as many mappings; the policies expected below
// one are at most as many. Bridges between governments have about twenty.
inline constexpr size_t kMaxPolicies = 32;

// What one certificate says about policies; borrowed. Absent extensions are empty or nullopt.
struct PolicyExtensions {
  Bytes policies;                                             // contents of certificatePolicies
  Bytes mappings;                                             // contents of policyMappings
  std::optional<uint32_t> require_explicit, inhibit_mapping;  // policyConstraints
  std::optional<uint32_t> inhibit_any;                        // inhibitAnyPolicy
};

// Each takes the contents of the extension's OCTET STRING; false: it is malformed, breaks a MUST of
// its section, or has more than kMaxPolicies.
// *understood: all qualifiers are those of s4.2.1.4.
[[nodiscard]] bool ReadCertificatePolicies(Bytes value, PolicyExtensions& out, bool* understood);
[[nodiscard]] bool ReadPolicyMappings(Bytes value, PolicyExtensions& out);
[[nodiscard]] bool ReadPolicyConstraints(Bytes value, PolicyExtensions& out);
[[nodiscard]] bool ReadInhibitAnyPolicy(Bytes value, PolicyExtensions& out);

// Takes the next policy off the contents of certificatePolicies: contents of its OBJECT IDENTIFIER.
[[nodiscard]] bool ReadPolicy(DerReader& policies, Bytes* id);

// The inputs (c), (e), (f), (g) of RFC 5280 s6.1.1.
struct PolicyOptions {
  absl::Span<const Bytes> acceptable;  // user-initial-policy-set; empty: any-policy
  bool require_explicit = false;
  bool inhibit_mapping = false;
  bool inhibit_any = false;
};

// Walks a path from its anchor to its leaf. It keeps no graph: RFC 9618 asks of a path only which
// policies are expected below its last certificate, and whether a policy that the user accepts led
// to each. Memory: two lists of kMaxPolicies.
class PolicyWalk {
 public:
  // A path of `length` certificates below its anchor.
  PolicyWalk(const PolicyOptions& options, size_t length);

  // What the anchor's own certificate says binds the path (RFC 5937 s3.2); without
  // certificatePolicies all hold. kWorkBudget.
  Result<void> Anchor(const PolicyExtensions& anchor);
  // The next certificate below: kNoValidPolicy; kWorkBudget: more than kMaxPolicies are expected.
  Result<void> Next(const PolicyExtensions& certificate, bool self_issued, bool is_leaf);

 private:
  struct Expected {
    Bytes policy;
    bool acceptable = false;  // to the user, as its ancestor in the anchor's domain is
  };
  using List = FixedVector<Expected, kMaxPolicies>;

  bool IsAcceptable(Bytes policy) const;
  Result<void> Add(List& list, Bytes policy, bool acceptable) const;
  static const Expected* Find(const List& list, Bytes policy);
  Result<void> Narrow(const PolicyExtensions& certificate, bool any_counts, List& valid);
  Result<void> Map(const PolicyExtensions& certificate, const List& valid);
  Result<void> MapAny(const PolicyExtensions& certificate, const List& valid);
  void Constrain(const PolicyExtensions& certificate);
  bool is_null() const { return !any_ && expected_.empty(); }

  const PolicyOptions& options_;
  List expected_;
  bool any_ = true;  // whether the node of anyPolicy lives
  uint32_t explicit_policy_, policy_mapping_, inhibit_any_;
};

}  // namespace merlon::x509
