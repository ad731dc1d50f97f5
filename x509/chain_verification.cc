// SPDX-License-Identifier: Apache-2.0
#include "x509/chain_verification.h"

#include "x509/error.h"
#include "x509/signature_algorithm.h"

namespace merlon::x509 {
namespace {

bool Same(const Certificate& a, const Certificate& b) {
  return a.public_key().der == b.public_key().der && NamesEqual(a.subject(), b.subject()) &&
         a.extensions().subject_alt_name == b.extensions().subject_alt_name;
}

}  // namespace

ChainVerification::ChainVerification(const ChainInput& input, const VerifyOptions& options,
                                     const WorkBudget& budget, Arrival arrival)
    : presented_(input.presented),
      known_(input.known),
      options_(options),
      leaf_(input.leaf),
      budget_(budget),
      error_(CertificateError(Code::kUnknownIssuer)),
      arrival_(arrival) {
  Start();
}

void ChainVerification::Start() {
  if (leaf_ >= presented_.size()) {
    if (arrival_ == Arrival::kMayContinue) return Ask(NeedCertificates{});
    return Finish(Misuse(), {});
  }
  culprit_ = presented_[leaf_];
  const Result<Certificate> leaf = Certificate::Parse(culprit_);
  if (!leaf.ok()) return Finish(leaf.error(), culprit_);
  if (const Result<void> checked = CheckLeaf(*leaf, options_); !checked.ok()) {
    return Finish(checked.error(), culprit_);
  }
  (void)path_.Push(*leaf);  // the first of several
  AskAnchor(0);
}

Result<void> ChainVerification::AnswerAnchor(const TrustAnchor* anchor) {
  const auto* const asked = std::get_if<NeedAnchor>(&step_);
  if (asked == nullptr) return Misuse();
  waiting_ = false;
  next_anchor_ = asked->index + 1;
  anchor_ = anchor;
  if (phase_ == Phase::kIsAnchor) {
    if (anchor == nullptr) {
      StartLevel();
    } else if (anchor->certificate() != nullptr && anchor->certificate()->der() == top().der()) {
      const Result<void> within = CheckLimits(*anchor, path_.view(), &budget_.name_comparisons);
      within.ok() ? AskPathCheck() : Finish(within.error(), top().der());
    } else {
      AskAnchor(next_anchor_);
    }
  } else if (anchor == nullptr) {
    phase_ = Phase::kIssuer;
    TryIssuers();
  } else if (Allows(anchor->public_key(), anchor->certificate(), true)) {
    AskSignature(anchor->public_key(), top());
    if (!waiting_) AskAnchor(next_anchor_);
  } else if (!waiting_) {
    AskAnchor(next_anchor_);
  }
  return {};
}

Result<void> ChainVerification::AnswerSignature(Result<void> verified) {
  if (!std::holds_alternative<NeedSignature>(step_)) return Misuse();
  waiting_ = false;
  const bool by_anchor = phase_ == Phase::kAnchor;
  if (verified.ok()) {
    by_anchor ? CheckWhole() : StartLevel();
    return {};
  }
  if (!by_anchor) path_.Erase(path_.size() - 1);
  Refuse(verified.error(), top().der());
  if (waiting_) return {};
  by_anchor ? AskAnchor(next_anchor_) : TryIssuers();
  return {};
}

Result<void> ChainVerification::AnswerCertificates(absl::Span<const Bytes> presented,
                                                   Arrival arrival) {
  if (!std::holds_alternative<NeedCertificates>(step_) || presented.size() < presented_.size()) {
    return Misuse();
  }
  waiting_ = false;
  presented_ = presented;
  arrival_ = arrival;
  path_.empty() ? Start() : TryIssuers();
  return {};
}

Result<void> ChainVerification::AnswerPathCheck(Result<void> checked, size_t culprit) {
  if (!std::holds_alternative<NeedPathCheck>(step_) || culprit >= path_.size()) return Misuse();
  waiting_ = false;
  if (checked.ok()) {
    Accept();
    return {};
  }
  Refuse(checked.error(), path_[culprit].der());
  if (!waiting_) AskAnchor(next_anchor_);
  return {};
}

absl::Span<const Certificate> ChainVerification::below_anchor() const {
  return phase_ == Phase::kIsAnchor ? absl::Span<const Certificate>() : path_.view();
}

Result<VerifiedChain> ChainVerification::result() const {
  if (!done()) return Misuse();
  if (!verified_) return error_;
  return VerifiedChain{path_[0], anchor_, below_anchor().size()};
}

void ChainVerification::Ask(VerificationStep step) {
  step_ = step;
  waiting_ = true;
}

void ChainVerification::AskAnchor(size_t index) {
  const bool itself = phase_ == Phase::kIsAnchor;
  Ask(NeedAnchor{itself ? top().subject() : top().issuer(),
                 itself ? top().extensions().subject_key_id : top().extensions().authority_key_id,
                 index});
}

// A certificate is new on the path: anchors first, they end the search.
void ChainVerification::StartLevel() {
  tried_[path_.size() - 1] = Tried();
  phase_ = Phase::kAnchor;
  AskAnchor(0);
}

void ChainVerification::AskSignature(const PublicKeyInfo& key, const Certificate& below) {
  const Result<crypto::SignAlg> algorithm =
      ParseSignatureAlgorithm(below.signature_algorithm(), key.type);
  if (!algorithm.ok()) return Refuse(algorithm.error(), below.der());
  if (budget_.signature_checks == 0) {
    return Refuse(CertificateError(Code::kWorkBudget), below.der());
  }
  --budget_.signature_checks;
  Ask(NeedSignature{key, *algorithm, below.tbs(), below.signature()});
}

void ChainVerification::TryIssuers() {
  while (!waiting_) {
    Tried& tried = tried_[path_.size() - 1];
    if (tried.matching < presented_.size()) {
      TryPresented(tried.matching++, true);
    } else if (tried.others < presented_.size()) {
      TryPresented(tried.others++, false);
    } else if (tried.known < known_.size()) {
      const Certificate& candidate = known_[tried.known++];
      if (SpendSteps(candidate.der().size()) && NamesEqual(candidate.subject(), top().issuer()))
        TryCandidate(candidate);
    } else if (arrival_ == Arrival::kMayContinue) {
      Ask(NeedCertificates{});
    } else {
      Backtrack();
    }
  }
}

bool ChainVerification::SpendSteps(size_t size) {
  const size_t steps = 1 + size / 4096;
  if (budget_.path_steps < steps) {
    Finish(CertificateError(Code::kWorkBudget), top().der());
    return false;
  }
  budget_.path_steps -= static_cast<uint32_t>(steps);
  return true;
}

void ChainVerification::TryPresented(size_t index, bool key_id_matches) {
  // The leaf issues nothing here.
  if (index == leaf_ || !SpendSteps(presented_[index].size())) return;
  const Result<Certificate> parsed = Certificate::Parse(presented_[index]);
  if (!parsed.ok()) return Note(parsed.error(), presented_[index]);
  if (!NamesEqual(parsed->subject(), top().issuer())) return;
  // RFC 4158 s3.5.12: key identifiers say which to try first, they do not refuse.
  const Bytes wanted = top().extensions().authority_key_id;
  const bool matches = !wanted.empty() && wanted == parsed->extensions().subject_key_id;
  if (matches == key_id_matches) TryCandidate(*parsed);
}

void ChainVerification::TryCandidate(const Certificate& candidate) {
  if (OnPath(candidate)) return;
  if (path_.size() == kMaxPathCertificates) {
    return Note(CertificateError(Code::kPathTooLong), top().der());
  }
  if (!Allows(candidate.public_key(), &candidate, false)) return;
  AskSignature(candidate.public_key(), top());
  if (waiting_ && !done()) (void)path_.Push(candidate);
}

void ChainVerification::Backtrack() {
  if (error_.code == Code::kUnknownIssuer && path_.size() > deepest_) {
    deepest_ = path_.size();
    culprit_ = top().der();
  }
  if (path_.size() == 1) return Finish(error_, culprit_);
  path_.Erase(path_.size() - 1);
}

// What needs the whole path, up to the anchor.
void ChainVerification::CheckWhole() {
  size_t culprit = 0;
  Result<void> checked = CheckLimits(*anchor_, path_.view(), &budget_.name_comparisons);
  if (checked.ok()) {
    checked = CheckPolicies(path_.view(), *anchor_, options_.policies, &culprit);
  }
  if (!checked.ok()) {
    Refuse(checked.error(), path_[culprit].der());
    if (!waiting_) AskAnchor(next_anchor_);
  } else {
    AskPathCheck();
  }
}

void ChainVerification::AskPathCheck() {
  if (options_.path_check == nullptr) return Accept();
  Ask(NeedPathCheck{{below_anchor(), anchor_, presented_}});
}

void ChainVerification::Accept() {
  const Result<void> named = CheckIdentities(path_[0], options_);
  verified_ = named.ok();
  Finish(verified_ ? Error{} : named.error(), verified_ ? Bytes() : path_[0].der());
}

bool ChainVerification::Allows(const PublicKeyInfo& key, const Certificate* issuer,
                               bool is_anchor) {
  Result<void> checked = CheckKey(key, options_);
  if (checked.ok() && issuer != nullptr) {
    checked = CheckIssuer(*issuer, is_anchor, path_.view(), options_, &budget_.name_comparisons);
  }
  if (!checked.ok()) Refuse(checked.error(), issuer == nullptr ? top().der() : issuer->der());
  return checked.ok();
}

// RFC 4158 s5.2: no name with the same key twice, or cycles would never end.
bool ChainVerification::OnPath(const Certificate& candidate) const {
  for (const Certificate& certificate : path_) {
    if (Same(certificate, candidate)) return true;
  }
  return false;
}

void ChainVerification::Refuse(Error error, Bytes culprit) {
  if (error.code == Code::kWorkBudget || error.origin != Origin::kPeer) {
    return Finish(error, culprit);
  }
  Note(error, culprit);
}

void ChainVerification::Note(Error error, Bytes culprit) {
  if (HowTelling(error.code) <= HowTelling(error_.code)) return;
  error_ = error;
  culprit_ = culprit;
}

void ChainVerification::Finish(Error error, Bytes culprit) {
  error_ = error;
  culprit_ = culprit;
  Ask(Done{});
}

}  // namespace merlon::x509
