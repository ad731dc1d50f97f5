// SPDX-License-Identifier: Apache-2.0
// RSA key pairs (FIPS 186-5 A.1.3): two random probable primes and the numbers that belong to them.
#pragma once
#include "crypto/drivers/portable/asymmetric/rsa_key.h"
#include "crypto/random.h"

namespace merlon::crypto {

// A key of `bits`, 2048 to 4096 and a multiple of 128, with the exponent 65537: a DER
// RSAPrivateKey; gives its size. Misuse(kUnsupported): other sizes; kNoSpace; kEntropyFailure.
Result<size_t> GenerateRsaKey(uint16_t bits, Rng& rng, MutableBytes private_key);

}  // namespace merlon::crypto
