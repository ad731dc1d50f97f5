// SPDX-License-Identifier: Apache-2.0
// What every driver's ML-KEM must do, as googletest expectations; the rest of the kit is in
// conformance.h.
#pragma once
#include <string>

#include "crypto/kem.h"

namespace merlon::crypto::testing {

// Known answers, both forms of a key, implicit rejection, wrong sizes, keys that FIPS 203 s7
// refuses, a generator that fails.
void CheckKem(const KemAlgorithm& kem);
// Published vectors of this parameter set, as many as there were of each source: none where they
// are absent.
struct KemVectors {
  int nist_key_generation, cctv, boringssl, wycheproof;
  int all() const { return nist_key_generation + cctv + boringssl + wycheproof; }
};
KemVectors CheckKemVectors(const KemAlgorithm& kem);
// What `count` accumulated tests of CCTV's ML-KEM give, in hexadecimal.
std::string AccumulatedKem(const KemAlgorithm& kem, int count);
// Both make the same keys, ciphertexts and secrets, also of ciphertexts that are rejected.
void CheckSameKem(const KemAlgorithm& a, const KemAlgorithm& b, uint64_t seed, int rounds);

}  // namespace merlon::crypto::testing
