// SPDX-License-Identifier: Apache-2.0
#include "x509/path_builder.h"

namespace merlon::x509 {

Result<void> AnswerStep(ChainVerification& verification, const TrustStore& store,
                        const VerifyOptions& options) {
  const VerificationStep& step = verification.step();
  if (const auto* anchor = std::get_if<NeedAnchor>(&step)) {
    return verification.AnswerAnchor(store.FindBySubject(anchor->subject, anchor->index));
  }
  if (const auto* signature = std::get_if<NeedSignature>(&step)) {
    return verification.AnswerSignature(
        CheckSignature(signature->algorithm, signature->signed_data, signature->signature,
                       signature->key, options.drivers, options.signatures, options.prepared));
  }
  if (const auto* check = std::get_if<NeedPathCheck>(&step)) {
    size_t culprit = 0;
    const Result<void> checked =
        options.path_check->Check(check->path, options, &verification.budget(), &culprit);
    return verification.AnswerPathCheck(checked, culprit);
  }
  return Misuse();
}

Result<VerifiedChain> VerifyChain(const ChainInput& input, const TrustStore& store,
                                  const VerifyOptions& options, Diagnosis* diagnosis) {
  WorkBudget budget = options.budget;
  return VerifyChainWithin(input, store, options, &budget, diagnosis);
}

Result<VerifiedChain> VerifyChainWithin(const ChainInput& input, const TrustStore& store,
                                        const VerifyOptions& options, WorkBudget* budget,
                                        Diagnosis* diagnosis) {
  ChainVerification verification(input, options, *budget);
  while (!verification.done()) MERLON_TRY(AnswerStep(verification, store, options));
  *budget = verification.budget();
  Result<VerifiedChain> chain = verification.result();
  if (!chain.ok() && diagnosis != nullptr) *diagnosis = verification.diagnosis();
  return chain;
}

}  // namespace merlon::x509
