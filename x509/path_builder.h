// SPDX-License-Identifier: Apache-2.0
// VerifyChain: a ChainVerification whose steps are answered on the spot, by a store of anchors in
// memory and by drivers. What it is to verify a chain is chain_verification's and verify_path's.
#pragma once
#include "x509/chain_verification.h"

namespace merlon::x509 {

// As ChainVerification::result(). RAM: kVerifyMemory beyond the caller's.
Result<VerifiedChain> VerifyChain(const ChainInput& input, const TrustStore& store,
                                  const VerifyOptions& options, Diagnosis* diagnosis = nullptr);

// The same, taking from *budget instead of options.budget: for a path within another's work.
Result<VerifiedChain> VerifyChainWithin(const ChainInput& input, const TrustStore& store,
                                        const VerifyOptions& options, WorkBudget* budget,
                                        Diagnosis* diagnosis = nullptr);

// Answers one step, which is neither Done nor NeedCertificates: the store is asked for anchors,
// options.drivers verify signatures, options.path_check looks at paths.
Result<void> AnswerStep(ChainVerification& verification, const TrustStore& store,
                        const VerifyOptions& options);

}  // namespace merlon::x509
