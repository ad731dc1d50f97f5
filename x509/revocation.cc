// SPDX-License-Identifier: Apache-2.0
#include "x509/revocation.h"

#include <algorithm>

#include "x509/error.h"
#include "x509/path_builder.h"

namespace merlon::x509 {

Result<bool> IsSignedBy(const StatusQuestion& question, const PublicKeyInfo& key, Bytes algorithm,
                        Bytes signed_data, Bytes signature) {
  if (!CheckKey(key, question.options).ok()) return false;
  if (question.budget->signature_checks == 0) return CertificateError(Code::kWorkBudget);
  --question.budget->signature_checks;
  const Result<void> checked =
      CheckSignature(algorithm, signed_data, signature, key, question.options.drivers,
                     question.options.signatures, question.options.prepared);
  if (checked.ok()) return true;
  if (checked.error().origin != Origin::kPeer) return checked.error();
  return false;
}

Result<void> Revocation::Check(const CertificatePath& path, const VerifyOptions& options,
                               WorkBudget* budget, size_t* culprit) const {
  const size_t count = std::min<size_t>(path.certificates.size(), policy_.leaf_only ? 1 : SIZE_MAX);
  // From the anchor down: a revoked CA says more than what it issued.
  for (size_t i = count; i-- > 0;) {
    *culprit = i;
    MERLON_TRY(CheckOne({path, i, options, budget, *this}));
  }
  return {};
}

Result<void> Revocation::CheckOne(const StatusQuestion& question) const {
  const Extensions& extensions = question.certificate().extensions();
  if (extensions.no_rev_avail) return {};
  // RFC 7633 s4.2.3.1: the server presents a status; for a CA's certificate it is a rule about what
  // the CA issues.
  const bool needs_staple = question.index == 0 && depth_ == 0 && extensions.must_staple;
  for (const StatusSource* source : sources_) {
    MERLON_ASSIGN_OR_RETURN(const CertificateStatus status, source->Ask(question));
    if (status == CertificateStatus::kRevoked) return CertificateError(Code::kRevoked);
    // What is good has to be stapled then; what is revoked, anybody may tell.
    if (status == CertificateStatus::kGood && (!needs_staple || source->is_stapled())) return {};
  }
  return policy_.hard_fail || needs_staple ? CertificateError(Code::kRevocationUnknown)
                                           : Result<void>();
}

Result<bool> Revocation::MaySign(const StatusQuestion& question, size_t candidate,
                                 KeyUsage usage) const {
  if (depth_ == kMaxRevocationDepth) return false;
  const Revocation nested(sources_, {.hard_fail = policy_.hard_fail, .leaf_only = false},
                          static_cast<uint8_t>(depth_ + 1));
  VerifyOptions options = question.options;
  options.purpose = KeyPurpose::kNone;
  options.leaf_usage = usage;
  options.server_name = {};
  options.identities = {};
  options.policies = {};
  options.profile = nullptr;
  options.path_check = &nested;
  // RFC 5280 s6.3.3 (f): "The trust anchor for the certification path MUST be the same as the trust
  // anchor used to validate the target certificate".
  TrustAnchor anchor = *question.path.anchor;
  // A CA that is on its way out goes on telling what it revoked.
  AnchorLimits limits = anchor.limits();
  limits.distrust_after.reset();
  anchor.Limit(limits);
  const TrustAnchors anchors(absl::Span<const TrustAnchor>(&anchor, 1));
  const Result<VerifiedChain> chain =
      VerifyChainWithin({question.path.presented, candidate}, anchors, options, question.budget);
  if (chain.ok()) return true;
  const Error error = chain.error();
  if (error.code == Code::kWorkBudget || error.origin != Origin::kPeer) return error;
  return false;
}

Result<bool> Revocation::IsGood(const StatusQuestion& question,
                                const Certificate& certificate) const {
  if (depth_ == kMaxRevocationDepth) return !policy_.hard_fail;
  const Revocation nested(sources_, policy_, static_cast<uint8_t>(depth_ + 1));
  const Certificate* const issuer = question.path.issuer(question.index);
  const TrustAnchor anchor = issuer == nullptr ? *question.path.anchor : TrustAnchor(*issuer);
  size_t culprit;
  const Result<void> checked = nested.Check(
      {absl::Span<const Certificate>(&certificate, 1), &anchor, question.path.presented},
      question.options, question.budget, &culprit);
  if (checked.ok()) return true;
  const Error error = checked.error();
  if (error.code == Code::kWorkBudget || error.origin != Origin::kPeer) return error;
  return false;
}

}  // namespace merlon::x509
