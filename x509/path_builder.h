// SPDX-License-Identifier: Apache-2.0
// VerifyChain: from the certificates that a peer presents to a trust anchor, depth-first, with
// backtracking (RFC 4158), under a budget. The rules that each step must keep are verify_path's.
#pragma once
#include "x509/trust_store.h"
#include "x509/verify_path.h"

namespace merlon::x509 {

// A path has at most this many certificates below its anchor.
inline constexpr size_t kMaxPathCertificates = 10;

struct ChainInput {
  // DER, the leaf first; the others in any order, useful or not (RFC 9846 s4.4.2).
  absl::Span<const Bytes> presented;
  size_t leaf = 0;  // which of them is to be verified
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

// The leaf, once a path from it to an anchor was found that keeps all rules, and its name matches.
// Of several paths that fail, the most telling error: what stopped a path that is right in other
// ways comes before kUnknownIssuer. kWorkBudget once the budget is spent. Origin::kPeer, with the
// alert to send; kMisuse: nothing presented. RAM: kVerifyMemory beyond the caller's.
Result<VerifiedChain> VerifyChain(const ChainInput& input, const TrustStore& store,
                                  const VerifyOptions& options, Diagnosis* diagnosis = nullptr);

// The same, taking from *budget instead of options.budget: for a path within another's work.
Result<VerifiedChain> VerifyChainWithin(const ChainInput& input, const TrustStore& store,
                                        const VerifyOptions& options, WorkBudget* budget,
                                        Diagnosis* diagnosis = nullptr);

// Bytes that one search for a path keeps on the stack, besides what the calls themselves need. With
// CRLs, the search for the path of a CRL's issuer comes on top (revocation.h).
inline constexpr size_t kVerifyMemory = kMaxPathCertificates * (sizeof(Certificate) + 4) + 256;

}  // namespace merlon::x509
