// SPDX-License-Identifier: Apache-2.0
#include "x509/chain_stream.h"

#include <algorithm>

#include "x509/error.h"
#include "x509/name.h"
#include "x509/signature_algorithm.h"

namespace merlon::x509 {

ChainStream::ChainStream(const TrustStore& store, const VerifyOptions& options, MutableBytes memory)
    : store_(store),
      options_(options),
      memory_(memory),
      budget_(options.budget),
      error_(CertificateError(Code::kUnknownIssuer)) {}

Result<void> ChainStream::Begin(size_t size) {
  if (failed_) return error_;
  if (!arriving_.whole()) return Misuse();
  const size_t number = arriving_.size == 0 ? 0 : arriving_.number + 1;
  // An empty one would be told from none by its number alone.
  if (size == 0) return Misuse();
  if (!verified_ && size > memory_.size() - kept_) {
    return Fail(CertificateError(Code::kWorkBudget), number);
  }
  arriving_ = {number, size};
  return {};
}

Result<void> ChainStream::Receive(Bytes piece) {
  if (failed_) return error_;
  if (piece.size() > arriving_.size - arriving_.received) return Misuse();
  if (piece.empty()) return {};
  if (!verified_) memcpy(memory_.data() + kept_ + arriving_.received, piece.data(), piece.size());
  arriving_.received += piece.size();
  if (verified_ || !arriving_.whole()) return {};
  peak_ = std::max(peak_, kept_ + arriving_.size);
  return Look();
}

Result<VerifiedChain> ChainStream::Finish() {
  if (verified_) {
    const bool is_anchor = anchor_->certificate() != nullptr &&
                           anchor_->certificate()->der() == path_[0].der() && path_.size() == 1;
    return VerifiedChain{path_[0], anchor_, is_anchor ? 0 : path_.size()};
  }
  if (!failed_ && (path_.empty() || !arriving_.whole())) return Misuse();
  return error_;
}

Result<void> ChainStream::Look() {
  const size_t number = arriving_.number;
  const Result<Certificate> parsed =
      Certificate::Parse(Slice(Bytes(memory_), kept_, arriving_.size));
  if (path_.empty()) {
    return parsed.ok() ? TakeLeaf(*parsed) : Result<void>(Fail(parsed.error(), number));
  }
  const size_t steps = 1 + arriving_.size / 4096;
  if (budget_.path_steps < steps) return Fail(CertificateError(Code::kWorkBudget), number);
  budget_.path_steps -= static_cast<uint32_t>(steps);
  if (!parsed.ok()) return Refuse(parsed.error(), number);
  return NamesEqual(parsed->subject(), top().issuer()) ? TryIssuer(*parsed) : Result<void>();
}

Result<void> ChainStream::TakeLeaf(const Certificate& leaf) {
  if (const Result<void> checked = CheckLeaf(leaf, options_); !checked.ok()) {
    return Fail(checked.error(), 0);
  }
  Put();
  // An anchor itself?
  for (size_t i = 0; const TrustAnchor* anchor = store_.FindBySubject(top().subject(), i); ++i) {
    if (anchor->certificate() == nullptr || anchor->certificate()->der() != top().der()) continue;
    Result<void> within = CheckLimits(*anchor, path_.view(), &budget_.name_comparisons);
    size_t about = 0;
    if (within.ok()) within = Accept(*anchor, {}, &about);
    return within.ok() ? within : Result<void>(Fail(within.error(), 0));
  }
  return TryAnchors();
}

Result<void> ChainStream::TryIssuer(const Certificate& candidate) {
  const size_t number = arriving_.number, below = numbers_[path_.size() - 1];
  // The same once more leads nowhere.
  if (candidate.public_key().der == top().public_key().der && candidate.self_issued()) return {};
  if (path_.size() == path_.capacity()) {
    return Refuse(CertificateError(Code::kPathTooLong), below);
  }
  Result<void> checked = CheckKey(candidate.public_key(), options_);
  if (checked.ok()) {
    checked = CheckIssuer(candidate, false, path_.view(), options_, &budget_.name_comparisons);
  }
  if (!checked.ok()) return Refuse(checked.error(), number);
  checked = CheckTop(candidate.public_key());
  if (!checked.ok()) return Refuse(checked.error(), below);
  Climb();
  return TryAnchors();
}

void ChainStream::Climb() {
  const size_t from = kept_;
  Certificate& top = path_[path_.size() - 1];
  kept_ = top_at_ + top.Condense(Slice(memory_, top_at_, kept_ - top_at_));
  memmove(memory_.data() + kept_, memory_.data() + from, arriving_.size);
  Put();
}

void ChainStream::Put() {
  top_at_ = kept_;
  kept_ += arriving_.size;
  // Parsed before, in another place.
  (void)path_.Push(*Certificate::Parse(Slice(Bytes(memory_), top_at_, arriving_.size)));
  numbers_[path_.size() - 1] = static_cast<uint32_t>(arriving_.number);
}

Result<void> ChainStream::TryAnchors() {
  for (size_t i = 0; const TrustAnchor* anchor = store_.FindBySubject(top().issuer(), i); ++i) {
    size_t about = path_.size() - 1;
    const Result<void> checked = TryAnchor(*anchor, &about);
    if (checked.ok()) return {};
    MERLON_TRY(Refuse(checked.error(), numbers_[about]));
  }
  return {};
}

Result<void> ChainStream::TryAnchor(const TrustAnchor& anchor, size_t* culprit) {
  MERLON_TRY(CheckKey(anchor.public_key(), options_));
  if (anchor.certificate() != nullptr) {
    MERLON_TRY(CheckIssuer(*anchor.certificate(), true, path_.view(), options_,
                           &budget_.name_comparisons));
  }
  MERLON_TRY(CheckTop(anchor.public_key()));
  *culprit = 0;
  MERLON_TRY(CheckLimits(anchor, path_.view(), &budget_.name_comparisons));
  MERLON_TRY(CheckPolicies(path_.view(), anchor, options_.policies, culprit));
  return Accept(anchor, path_.view(), culprit);
}

// Whether `key` signed the newest certificate.
Result<void> ChainStream::CheckTop(const PublicKeyInfo& key) {
  MERLON_ASSIGN_OR_RETURN(const crypto::SignAlg algorithm,
                          ParseSignatureAlgorithm(top().signature_algorithm(), key.type));
  if (budget_.signature_checks == 0) return CertificateError(Code::kWorkBudget);
  --budget_.signature_checks;
  return CheckSignature(algorithm, top().tbs(), top().signature(), key, options_.drivers,
                        options_.signatures, options_.prepared);
}

Result<void> ChainStream::Accept(const TrustAnchor& anchor, absl::Span<const Certificate> path,
                                 size_t* culprit) {
  if (options_.path_check != nullptr) {
    MERLON_TRY(options_.path_check->Check({path, &anchor, {}}, options_, &budget_, culprit));
  }
  *culprit = 0;
  MERLON_TRY(CheckIdentities(path_[0], options_));
  anchor_ = &anchor;
  verified_ = true;
  return {};
}

Result<void> ChainStream::Refuse(Error error, size_t number) {
  if (error.code == Code::kWorkBudget || error.origin != Origin::kPeer) return Fail(error, number);
  if (HowTelling(error.code) > HowTelling(error_.code)) {
    error_ = error;
    culprit_ = number;
  }
  return {};
}

Error ChainStream::Fail(Error error, size_t number) {
  failed_ = true;
  error_ = error;
  culprit_ = number;
  return error;
}

}  // namespace merlon::x509
