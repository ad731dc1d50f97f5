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
// alert to send; kMisuse: nothing presented.
Result<VerifiedChain> VerifyChain(const ChainInput& input, const TrustStore& store,
                                  const VerifyOptions& options);

}  // namespace merlon::x509
