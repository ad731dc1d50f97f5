// SPDX-License-Identifier: Apache-2.0
// ChainStream: verifies a chain that may be larger than memory, certificate by certificate as its
// bytes arrive. What the rest of a path asks of a verified certificate is kept, the others of its
// bytes are forgotten; so it does not come back to one. chain_verification.h tries every path.
#pragma once
#include "x509/chain_verification.h"

namespace merlon::x509 {

// The order that allows this: the leaf first, and who issued a certificate somewhere behind it.
// What did not issue the newest certificate of the path is dropped, right where it stands; so is
// what comes before its time, as in a chain from the root down. Of two issuers that keep the rules,
// the first one that comes is taken. An anchor need not come.
class ChainStream {
 public:
  // What these point to outlives it. In `memory` there must be room for what is kept of the path
  // (see Certificate::Condense; 150 to 600 bytes of a certificate, but all of a long
  // subjectAltName), for all of its newest certificate and for all of the one that arrives. A
  // path_check sees certificates as they are kept, and none of those that are not on the path.
  ChainStream(const TrustStore& store, const VerifyOptions& options, MutableBytes memory);
  ChainStream(const ChainStream&) = delete;
  ChainStream& operator=(const ChainStream&) = delete;

  // Another certificate, of `size` bytes. Misuse, which changes nothing: the one before is not
  // whole. kWorkBudget (it finds no room) and other errors end the verification.
  Result<void> Begin(size_t size);
  // More bytes of it; it is verified with its last ones. Misuse: it has not so many. Errors that
  // end the verification: the leaf breaks a rule, the budget is spent, a driver failed.
  Result<void> Receive(Bytes piece);
  // A path was found: nothing that comes from now on is stored or looked at.
  bool verified() const { return verified_; }
  // No more certificates come: as ChainVerification::result(). The leaf has no der(), tbs() and
  // signature() then, unless it is directly below the anchor.
  Result<VerifiedChain> Finish();
  // Which certificate an error is about: its number, from 0 in the order of arrival.
  size_t culprit() const { return culprit_; }
  // Of the memory, as many bytes were in use at most.
  size_t peak() const { return peak_; }

 private:
  // The certificate that arrives; it stands behind what is kept.
  struct Arriving {
    size_t number = 0, size = 0, received = 0;
    bool whole() const { return received == size; }
  };

  Result<void> Look();
  Result<void> TakeLeaf(const Certificate& leaf);
  Result<void> TryIssuer(const Certificate& candidate);
  // `top` is condensed, and the certificate that arrived is the newest one.
  void Climb();
  void Put();
  Result<void> TryAnchors();
  Result<void> TryAnchor(const TrustAnchor& anchor, size_t* culprit);
  Result<void> CheckTop(const PublicKeyInfo& key);
  Result<void> Accept(const TrustAnchor& anchor, absl::Span<const Certificate> path,
                      size_t* culprit);
  // Notes what only ends a path; ends the verification with others.
  Result<void> Refuse(Error error, size_t number);
  Error Fail(Error error, size_t number);
  const Certificate& top() const { return path_[path_.size() - 1]; }

  const TrustStore& store_;
  const VerifyOptions& options_;
  const MutableBytes memory_;
  WorkBudget budget_;
  FixedVector<Certificate, kMaxPathCertificates> path_;   // the leaf first
  std::array<uint32_t, kMaxPathCertificates> numbers_{};  // of those
  Arriving arriving_;
  const TrustAnchor* anchor_ = nullptr;
  size_t top_at_ = 0, kept_ = 0, peak_ = 0, culprit_ = 0;  // offsets in memory_: of top, its end
  Error error_;                                            // the most telling so far
  bool verified_ = false, failed_ = false;
};

// Bytes of one, besides the memory that it is given.
inline constexpr size_t kChainStreamMemory = sizeof(ChainStream);
static_assert(kChainStreamMemory <= 440 * sizeof(void*) + 256);

}  // namespace merlon::x509
