// SPDX-License-Identifier: Apache-2.0
// What every driver's ML-DSA must do, as googletest expectations; the rest of the kit is in
// conformance.h.
#pragma once
#include <string>

#include "crypto/sign.h"

namespace merlon::crypto::testing {

// Known answers, both forms of a key, contexts, hedged and deterministic signatures, signatures and
// keys that are refused, wrong sizes, a generator that fails.
void CheckMlDsa(const SignAlgorithm& dsa);
// Published vectors of this parameter set, as many as there were of each source: none where they
// are absent.
struct MlDsaVectors {
  int nist_key_generation, wycheproof_sign, wycheproof_verify;
  int all() const { return nist_key_generation + wycheproof_sign + wycheproof_verify; }
};
MlDsaVectors CheckMlDsaVectors(const SignAlgorithm& dsa);
// What `count` accumulated tests of CCTV's ML-DSA give, in hexadecimal.
std::string AccumulatedMlDsa(const SignAlgorithm& dsa, int count);
// Both make the same keys and signatures.
void CheckSameMlDsa(const SignAlgorithm& a, const SignAlgorithm& b, uint64_t seed, int rounds);

}  // namespace merlon::crypto::testing
