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
  PathBuilder(absl::Span<const Bytes> presented, const TrustStore& store,
              const VerifyOptions& options)
      : presented_(presented), store_(store), options_(options), budget_(options.budget) {}

  Result<VerifiedChain> Build();

 private:
  // Errors of these three end the search; what only ends a path is noted.
  Result<const TrustAnchor*> FindAnchor();
  Result<bool> Extend();
  Result<bool> TryPresented(size_t index, bool key_id_matches);

  // Whether `issuer`, with its certificate if it has one, may stand on the path and signed its top.
  Result<bool> Accepts(const PublicKeyInfo& key, const Certificate* issuer, bool is_anchor);
  const TrustAnchor* AnchorThatIs(const Certificate& leaf) const;
  bool OnPath(const Certificate& candidate) const;
  const Certificate& top() const { return path_[path_.size() - 1]; }
  void Note(Error error) {
    if (Telling(error.code) > Telling(worst_.code)) worst_ = error;
  }

  const absl::Span<const Bytes> presented_;
  const TrustStore& store_;
  const VerifyOptions& options_;
  WorkBudget budget_;
  FixedVector<Certificate, kMaxPathCertificates> path_;
  // For each certificate on the path, the presented ones already tried above it: all are tried
  // twice, first those whose key identifier matches.
  std::array<uint32_t, kMaxPathCertificates> tried_{};
  Error worst_ = CertificateError(Code::kUnknownIssuer);
};

Result<VerifiedChain> PathBuilder::Build() {
  MERLON_ASSIGN_OR_RETURN(const Certificate leaf, Certificate::Parse(presented_[0]));
  MERLON_TRY(CheckLeaf(leaf, options_));
  if (const TrustAnchor* anchor = AnchorThatIs(leaf)) return VerifiedChain{leaf, anchor, 0};
  MERLON_TRY(path_.Push(leaf));
  while (!path_.empty()) {
    // A certificate is new on the path: anchors first, they end the search.
    if (tried_[path_.size() - 1] == 0) {
      MERLON_ASSIGN_OR_RETURN(const TrustAnchor* const anchor, FindAnchor());
      if (anchor != nullptr) return VerifiedChain{leaf, anchor, path_.size()};
    }
    MERLON_ASSIGN_OR_RETURN(const bool extended, Extend());
    if (!extended) path_.Erase(path_.size() - 1);
  }
  return worst_;
}

Result<const TrustAnchor*> PathBuilder::FindAnchor() {
  for (size_t i = 0;; ++i) {
    const TrustAnchor* const anchor = store_.FindBySubject(top().issuer(), i);
    if (anchor == nullptr) return anchor;
    MERLON_ASSIGN_OR_RETURN(const bool accepted,
                            Accepts(anchor->public_key(), anchor->certificate(), true));
    if (accepted) return anchor;
  }
}

Result<bool> PathBuilder::Extend() {
  uint32_t& tried = tried_[path_.size() - 1];
  // The leaf, presented_[0], issues nothing here.
  while (tried < 2 * presented_.size()) {
    const uint32_t at = tried++;
    const size_t index = at % presented_.size();
    if (index == 0) continue;
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
    Note(parsed.error());
    return false;
  }
  if (!NamesEqual(parsed->subject(), top().issuer())) return false;
  // RFC 4158 s3.5.12: key identifiers say which to try first, they do not refuse.
  const Bytes wanted = top().extensions().authority_key_id;
  const bool matches = !wanted.empty() && wanted == parsed->extensions().subject_key_id;
  if (matches != key_id_matches || OnPath(*parsed)) return false;
  if (path_.size() == kMaxPathCertificates) {
    Note(CertificateError(Code::kPathTooLong));
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
  Result<void> checked = CheckKey(key, options_);
  if (checked.ok() && issuer != nullptr) {
    checked = CheckIssuer(*issuer, is_anchor, path_.view(), options_, &budget_.name_comparisons);
  }
  if (checked.ok()) {
    if (budget_.signature_checks == 0) return CertificateError(Code::kWorkBudget);
    --budget_.signature_checks;
    checked = CheckSignature(top(), key, options_);
  }
  if (checked.ok()) return true;
  const Error error = checked.error();
  if (error.code == Code::kWorkBudget || error.origin != Origin::kPeer) return error;
  Note(error);
  return false;
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
                                  const VerifyOptions& options) {
  if (input.presented.empty()) return Misuse();
  Result<VerifiedChain> chain = PathBuilder(input.presented, store, options).Build();
  if (chain.ok() && !options.server_name.empty()) {
    MERLON_TRY(CheckServerName(chain->leaf, options.server_name));
  }
  return chain;
}

}  // namespace merlon::x509
