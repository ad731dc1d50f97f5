// SPDX-License-Identifier: Apache-2.0
// The kit on a whole driver, as googletest expectations: whatever its table has goes through the
// checks for it, against the algorithms of another driver. What is not here has headers of its own:
// conformance_sha3.h, conformance_kem.h, conformance_ml_dsa.h, conformance_opaque.h.
#pragma once
#include "crypto/driver.h"
#include "crypto/random.h"

namespace merlon::crypto::testing {

// How many algorithms of each kind were checked, for the test to say how many it must be.
struct DriverChecked {
  int hashes = 0, ciphers = 0, aeads = 0, key_agreements = 0, signs = 0;
};

// Known answers, duties and wrong inputs (conformance.h and below), and the same on random inputs
// as `reference` has. A hash goes through HMAC, HKDF and PBKDF2 too where the vectors are.
DriverChecked CheckDriver(const Driver& driver, const DriverTable& reference);

// Signs and verifies across both; forged, short and long signatures, malformed keys, room that is
// too small, a generator that fails at each call. `private_key` is one of its type; empty: it makes
// one. Which `hash` the family names, or null.
void CheckSign(const SignAlgorithm& algorithm, const SignAlgorithm& reference,
               const HashAlgorithm* hash, Bytes private_key = {});
// Agrees across both, as initiator and responder; the same verdict on shares of wrong sizes, zeros
// and others that are none; a generator that fails at each call.
void CheckKeyAgreement(const KeyAgreementAlgorithm& algorithm,
                       const KeyAgreementAlgorithm& reference);
// Fills what it is given and no more, never twice the same. What a source says of its own health is
// its own to test.
void CheckEntropySource(const EntropySource& source);

}  // namespace merlon::crypto::testing
