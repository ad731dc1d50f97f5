// SPDX-License-Identifier: Apache-2.0
// What every driver's SHA-3 and SHAKE must do, as googletest expectations; the rest of the kit is
// in conformance.h.
#pragma once
#include "crypto/hash.h"
#include "crypto/xof.h"

namespace merlon::crypto::testing {

// NIST's examples for FIPS 202, and what every hash owes.
void CheckSha3(const HashAlgorithm& hash);
// NIST's examples; every split of input and output gives the same; a copy forks; Restart forgets.
void CheckXof(const XofAlgorithm& xof);

}  // namespace merlon::crypto::testing
