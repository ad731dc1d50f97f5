// SPDX-License-Identifier: Apache-2.0
// Random probable primes for RSA (FIPS 186-5 A.1.3), in constant time but for the candidates that
// are thrown away. What keys are made of them is rsa_generate.cc's.
#pragma once
#include "crypto/base/result.h"
#include "crypto/drivers/portable/asymmetric/bignum.h"
#include "crypto/random.h"

namespace merlon::crypto {

inline constexpr uint32_t kRsaExponent = 65537;

// A small odd number above 1, which is public, and remainders by it without a division.
class SmallModulus {
 public:
  constexpr explicit SmallModulus(uint32_t value)
      : value_(value), reciprocal_(~uint64_t{0} / value) {}
  uint32_t Remainder(uint64_t a) const;
  uint32_t Remainder(bignum::ConstLimbs a) const;

 private:
  uint32_t value_;
  uint64_t reciprocal_;
};

// Fills `out` with a prime of 64 * out.size() bits, 1024 or more. It is above sqrt(1/2) of what the
// limbs hold, so that the product of two such primes has all its bits; 3 modulo 4; and p - 1 is no
// multiple of kRsaExponent. kEntropyFailure: a working generator would have found one.
Result<void> GenerateRsaPrime(Rng& rng, bignum::Limbs out);

// Miller and Rabin's test (FIPS 186-5 B.3.1) with `rounds` random bases, for a number that is 3
// modulo 4 and whose top bit is set. In constant time where the answer is yes. The generator's
// errors.
Result<bool> IsProbablePrime(bignum::ConstLimbs candidate, int rounds, Rng& rng);

}  // namespace merlon::crypto
