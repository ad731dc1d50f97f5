// SPDX-License-Identifier: Apache-2.0
#include "x509/path_builder.h"

#include <array>

#include "crypto/base/fixed_vector.h"
#include "x509/error.h"
#include "x509/service_identity.h"

namespace merlon::x509 {
namespace {

// How much an error says about why no path was found. Expiry is what users can act upon; a rule
// broken by the right issuer comes before a signature by another of the same name.
int Telling(Code code) {
  switch (code) {
    case Code::kUnknownIssuer:
      return 0;
    case Code::kBadDer:
    case Code::kTrailingData:
    case Code::kBadCertificate:
      return 1;
    case Code::kBadSignature:
    case Code::kBadKey:
      return 2;
    case Code::kUnsupportedAlgorithm:
      return 3;
    case Code::kRevoked:
      return 6;
    case Code::kExpired:
    case Code::kNotYetValid:
      return 5;
    default:
      return 4;
  }
}

bool Same(const Certificate& a, const Certificate& b) {
  return a.public_key().der == b.public_key().der && NamesEqual(a.subject(), b.subject()) &&
         a.extensions().subject_alt_name == b.extensions().subject_alt_name;
}

class PathBuilder {
 public:
  PathBuilder(const ChainInput& input, const TrustStore& store, const VerifyOptions& options,
              WorkBudget* budget)
      : presented_(input.presented),
        leaf_(input.leaf),
        store_(store),
        options_(options),
        budget_(*budget) {}

  Result<VerifiedChain> Build();
  // The certificate that the error of Build is about.
  Bytes culprit() const { return culprit_; }

 private:
  // Errors of these three end the search; what only ends a path is noted.
  Result<const TrustAnchor*> FindAnchor();
  Result<bool> Extend();
  Result<bool> TryPresented(size_t index, bool key_id_matches);

  // Whether the path below the anchor passes what needs all of it.
  Result<bool> AcceptsWhole(const TrustAnchor& anchor);
  // Whether `issuer`, with its certificate if it has one, may stand on the path and signed its top.
  Result<bool> Accepts(const PublicKeyInfo& key, const Certificate* issuer, bool is_anchor);
  const TrustAnchor* AnchorThatIs(const Certificate& leaf) const;
  bool OnPath(const Certificate& candidate) const;
  const Certificate& top() const { return path_[path_.size() - 1]; }
  // What only ends a path: false. What ends the search: the error.
  Result<bool> Refuse(Error error, Bytes culprit);
  void Note(Error error, Bytes culprit) {
    if (Telling(error.code) <= Telling(worst_.code)) return;
    worst_ = error;
    culprit_ = culprit;
  }

  const absl::Span<const Bytes> presented_;
  const size_t leaf_;
  const TrustStore& store_;
  const VerifyOptions& options_;
  WorkBudget& budget_;
  FixedVector<Certificate, kMaxPathCertificates> path_;
  // For each certificate on the path, the presented ones already tried above it: all are tried
  // twice, first those whose key identifier matches.
  std::array<uint32_t, kMaxPathCertificates> tried_{};
  Error worst_ = CertificateError(Code::kUnknownIssuer);
  Bytes culprit_;
  size_t deepest_ = 0;  // of the paths that found no issuer
};
static_assert(sizeof(PathBuilder) <= kVerifyMemory);

Result<VerifiedChain> PathBuilder::Build() {
  culprit_ = presented_[leaf_];
  MERLON_ASSIGN_OR_RETURN(const Certificate leaf, Certificate::Parse(presented_[leaf_]));
  MERLON_TRY(CheckLeaf(leaf, options_));
  if (const TrustAnchor* anchor = AnchorThatIs(leaf)) {
    MERLON_TRY(
        CheckLimits(*anchor, absl::Span<const Certificate>(&leaf, 1), &budget_.name_comparisons));
    return VerifiedChain{leaf, anchor, 0};
  }
  MERLON_TRY(path_.Push(leaf));
  while (!path_.empty()) {
    // A certificate is new on the path: anchors first, they end the search.
    if (tried_[path_.size() - 1] == 0) {
      MERLON_ASSIGN_OR_RETURN(const TrustAnchor* const anchor, FindAnchor());
      if (anchor != nullptr) return VerifiedChain{leaf, anchor, path_.size()};
    }
    MERLON_ASSIGN_OR_RETURN(const bool extended, Extend());
    if (extended) continue;
    if (worst_.code == Code::kUnknownIssuer && path_.size() > deepest_) {
      deepest_ = path_.size();
      culprit_ = top().der();
    }
    path_.Erase(path_.size() - 1);
  }
  return worst_;
}

Result<const TrustAnchor*> PathBuilder::FindAnchor() {
  for (size_t i = 0;; ++i) {
    const TrustAnchor* const anchor = store_.FindBySubject(top().issuer(), i);
    if (anchor == nullptr) return anchor;
    MERLON_ASSIGN_OR_RETURN(const bool accepted,
                            Accepts(anchor->public_key(), anchor->certificate(), true));
    if (!accepted) continue;
    MERLON_ASSIGN_OR_RETURN(const bool whole, AcceptsWhole(*anchor));
    if (whole) return anchor;
  }
}

Result<bool> PathBuilder::AcceptsWhole(const TrustAnchor& anchor) {
  size_t culprit = 0;
  Result<void> checked = CheckLimits(anchor, path_.view(), &budget_.name_comparisons);
  if (checked.ok()) {
    checked = CheckPolicies(path_.view(), anchor, options_.policies, &culprit);
  }
  if (checked.ok() && options_.path_check != nullptr) {
    checked = options_.path_check->Check({path_.view(), &anchor, presented_}, options_, &budget_,
                                         &culprit);
  }
  if (checked.ok()) return true;
  return Refuse(checked.error(), path_[culprit].der());
}

Result<bool> PathBuilder::Refuse(Error error, Bytes culprit) {
  if (error.code == Code::kWorkBudget || error.origin != Origin::kPeer) {
    culprit_ = culprit;
    return error;
  }
  Note(error, culprit);
  return false;
}

Result<bool> PathBuilder::Extend() {
  uint32_t& tried = tried_[path_.size() - 1];
  // The leaf issues nothing here.
  while (tried < 2 * presented_.size()) {
    const uint32_t at = tried++;
    const size_t index = at % presented_.size();
    if (index == leaf_) continue;
    MERLON_ASSIGN_OR_RETURN(const bool extended, TryPresented(index, at < presented_.size()));
    if (extended) return true;
  }
  return false;
}

Result<bool> PathBuilder::TryPresented(size_t index, bool key_id_matches) {
  if (budget_.path_steps == 0) return CertificateError(Code::kWorkBudget);
  --budget_.path_steps;
  const Result<Certificate> parsed = Certificate::Parse(presented_[index]);
  if (!parsed.ok()) {
    Note(parsed.error(), presented_[index]);
    return false;
  }
  if (!NamesEqual(parsed->subject(), top().issuer())) return false;
  // RFC 4158 s3.5.12: key identifiers say which to try first, they do not refuse.
  const Bytes wanted = top().extensions().authority_key_id;
  const bool matches = !wanted.empty() && wanted == parsed->extensions().subject_key_id;
  if (matches != key_id_matches || OnPath(*parsed)) return false;
  if (path_.size() == kMaxPathCertificates) {
    Note(CertificateError(Code::kPathTooLong), top().der());
    return false;
  }
  MERLON_ASSIGN_OR_RETURN(const bool accepted, Accepts(parsed->public_key(), &*parsed, false));
  if (!accepted) return false;
  tried_[path_.size()] = 0;
  MERLON_TRY(path_.Push(*parsed));
  return true;
}

Result<bool> PathBuilder::Accepts(const PublicKeyInfo& key, const Certificate* issuer,
                                  bool is_anchor) {
  const Bytes above = issuer == nullptr ? top().der() : issuer->der();
  Result<void> checked = CheckKey(key, options_);
  if (checked.ok() && issuer != nullptr) {
    checked = CheckIssuer(*issuer, is_anchor, path_.view(), options_, &budget_.name_comparisons);
  }
  if (!checked.ok()) return Refuse(checked.error(), above);
  if (budget_.signature_checks == 0) {
    return Refuse(CertificateError(Code::kWorkBudget), top().der());
  }
  --budget_.signature_checks;
  checked = CheckSignature(top(), key, options_);
  if (!checked.ok()) return Refuse(checked.error(), top().der());
  return true;
}

const TrustAnchor* PathBuilder::AnchorThatIs(const Certificate& leaf) const {
  for (size_t i = 0;; ++i) {
    const TrustAnchor* const anchor = store_.FindBySubject(leaf.subject(), i);
    if (anchor == nullptr) return nullptr;
    if (anchor->certificate() != nullptr && anchor->certificate()->der() == leaf.der()) {
      return anchor;
    }
  }
}

// RFC 4158 s5.2: no name with the same key twice, or cycles would never end.
bool PathBuilder::OnPath(const Certificate& candidate) const {
  for (const Certificate& certificate : path_) {
    if (Same(certificate, candidate)) return true;
  }
  return false;
}

}  // namespace

Result<VerifiedChain> VerifyChain(const ChainInput& input, const TrustStore& store,
                                  const VerifyOptions& options, Diagnosis* diagnosis) {
  WorkBudget budget = options.budget;
  return VerifyChainWithin(input, store, options, &budget, diagnosis);
}

Result<VerifiedChain> VerifyChainWithin(const ChainInput& input, const TrustStore& store,
                                        const VerifyOptions& options, WorkBudget* budget,
                                        Diagnosis* diagnosis) {
  if (input.leaf >= input.presented.size()) return Misuse();
  PathBuilder builder(input, store, options, budget);
  Result<VerifiedChain> chain = builder.Build();
  Bytes culprit = builder.culprit();
  if (chain.ok() && !options.server_name.empty()) {
    culprit = input.presented[input.leaf];
    const Result<void> named = CheckServerName(chain->leaf, options.server_name);
    if (!named.ok()) chain = named.error();
  }
  if (!chain.ok() && diagnosis != nullptr) *diagnosis = {chain.error(), culprit};
  return chain;
}

}  // namespace merlon::x509
