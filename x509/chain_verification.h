// SPDX-License-Identifier: Apache-2.0
// ChainVerification: from the certificates that a peer presents to a trust anchor, depth-first,
// with backtracking (RFC 4158), under a budget, as a machine that asks for what it cannot do
// itself. The rules that each step must keep are verify_path's; a loop that answers at once is
// path_builder's.
#pragma once
#include <variant>

#include "crypto/base/fixed_vector.h"
#include "x509/trust_store.h"
#include "x509/verify_path.h"

namespace merlon::x509 {

// A path has at most this many certificates below its anchor.
inline constexpr size_t kMaxPathCertificates = 10;

struct ChainInput {
  // DER, the leaf first; the others in any order, useful or not (RFC 9846 s4.4.2).
  absl::Span<const Bytes> presented;
  size_t leaf = 0;  // which of them is to be verified
  // Intermediates that are at hand already parsed, for any number of verifications. They are tried
  // when those presented lead nowhere.
  absl::Span<const Certificate> known = {};
};

// What a verification was stopped by.
struct Diagnosis {
  Error error{};      // as returned
  Bytes certificate;  // DER of the one that the error is about; empty: of none
};

struct VerifiedChain {
  Certificate leaf;
  // Borrowed from the store. For a leaf that is an anchor itself, that anchor.
  const TrustAnchor* anchor;
  size_t length;  // certificates below the anchor, the leaf among them; 0: the leaf is the anchor
};

// What a verification waits for; borrowed until it is answered.
//
// The `index`-th trust anchor (from 0) with this subject, a Name. `key_id` is what a certificate
// says of its issuer's key identifier, if it does: a hint. Answer: AnswerAnchor.
struct NeedAnchor {
  Bytes subject, key_id;
  size_t index;
};
// Whether `key` made a signature. Answer: AnswerSignature.
struct NeedSignature {
  PublicKeyInfo key;
  crypto::SignAlg algorithm;
  Bytes signed_data, signature;
};
// More certificates: those that are there lead nowhere. Answer: AnswerCertificates.
struct NeedCertificates {};
// What VerifyOptions::path_check says of a path. Answer: AnswerPathCheck.
struct NeedPathCheck {
  CertificatePath path;
};
// Nothing: see result().
struct Done {};
using VerificationStep =
    std::variant<NeedAnchor, NeedSignature, NeedCertificates, NeedPathCheck, Done>;

// Whether more certificates may arrive.
enum class Arrival : uint8_t { kComplete, kMayContinue };

// Steps are answered one by one, by whoever can: another thread, a token, a store in flash, many at
// once for many verifications. It calls nothing: a driver is looked up, to know what is accepted,
// never used. Neither movable nor copyable; all memory is its own.
class ChainVerification {
 public:
  // `options`, what it points to, and the certificates outlive it; options.budget is not looked at.
  // With kMayContinue certificates may be presented later, the leaf too: it asks for more whenever
  // those that are there lead to no anchor.
  ChainVerification(const ChainInput& input, const VerifyOptions& options, const WorkBudget& budget,
                    Arrival arrival = Arrival::kComplete);
  ChainVerification(const ChainVerification&) = delete;
  ChainVerification& operator=(const ChainVerification&) = delete;

  const VerificationStep& step() const { return step_; }
  bool done() const { return std::holds_alternative<Done>(step_); }

  // Each answers the step of its name, and goes on to the next one. Misuse, which changes nothing:
  // the step is another.
  //
  // Null: there is none with this index. It lives until another is answered; the last one is that
  // of result().
  Result<void> AnswerAnchor(const TrustAnchor* anchor);
  // What CheckSignature (verify_path.h) gives. An error that is not the peer's ends the search.
  Result<void> AnswerSignature(Result<void> verified);
  // All that are presented by now, those of before first. kComplete: no more will come.
  Result<void> AnswerCertificates(absl::Span<const Bytes> presented, Arrival arrival);
  // As of PathCheck. What that costs is taken from budget().
  Result<void> AnswerPathCheck(Result<void> checked, size_t culprit);

  // The leaf, once a path from it to an anchor was found that keeps all rules, and it is who it
  // must be. Of several paths that fail, the most telling error: what stopped a path that is right
  // in other ways comes before kUnknownIssuer. kWorkBudget once the budget is spent. Origin::kPeer,
  // with the alert to send. kMisuse: it is not done, or nothing is presented.
  Result<VerifiedChain> result() const;
  // What the error of result() is about.
  Diagnosis diagnosis() const { return {error_, culprit_}; }
  // What is left.
  WorkBudget& budget() { return budget_; }

 private:
  // What is being looked for.
  enum class Phase : uint8_t { kIsAnchor, kAnchor, kIssuer };

  // What was tried above one certificate. Presented ones are looked at twice, first for those whose
  // key identifier matches.
  struct Tried {
    uint32_t matching = 0, others = 0, known = 0;
  };

  void Start();
  void StartLevel();
  void AskAnchor(size_t index);
  void Ask(VerificationStep step);
  void AskSignature(const PublicKeyInfo& key, const Certificate& below);
  void TryIssuers();
  void TryPresented(size_t index, bool key_id_matches);
  void TryCandidate(const Certificate& candidate);
  void Backtrack();
  void CheckWhole();
  void AskPathCheck();
  void Accept();
  // Whether `key`, with its certificate if it has one, may stand on the path.
  bool Allows(const PublicKeyInfo& key, const Certificate* issuer, bool is_anchor);
  bool OnPath(const Certificate& candidate) const;
  // Of looking at a certificate of so many bytes.
  bool SpendSteps(size_t size);
  absl::Span<const Certificate> below_anchor() const;
  const Certificate& top() const { return path_[path_.size() - 1]; }
  // Notes what only ends a path; ends the search with others.
  void Refuse(Error error, Bytes culprit);
  void Note(Error error, Bytes culprit);
  void Finish(Error error, Bytes culprit);

  absl::Span<const Bytes> presented_;
  const absl::Span<const Certificate> known_;
  const VerifyOptions& options_;
  const size_t leaf_;
  WorkBudget budget_;
  VerificationStep step_ = Done{};
  // The leaf first; while the signature by a candidate is asked for (kIssuer), that is the last.
  FixedVector<Certificate, kMaxPathCertificates> path_;
  std::array<Tried, kMaxPathCertificates> tried_{};
  const TrustAnchor* anchor_ = nullptr;
  size_t next_anchor_ = 0, deepest_ = 0;  // deepest_: of the paths that found no issuer
  Error error_;                           // the most telling so far
  Bytes culprit_;
  Arrival arrival_;
  Phase phase_ = Phase::kIsAnchor;
  bool waiting_ = false, verified_ = false;
};

// Bytes that one search for a path takes, besides what the calls themselves need and what is
// borrowed. With CRLs, the search for the path of a CRL's issuer comes on top (revocation.h).
inline constexpr size_t kVerifyMemory = sizeof(ChainVerification);
// 3,624 bytes where pointers have eight, 2,088 where they have four.
static_assert(kVerifyMemory <= 480 * sizeof(void*) + 256);

}  // namespace merlon::x509
