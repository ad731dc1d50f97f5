// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/rsa_prime.h"

#include "crypto/base/wide_multiply.h"
#include "crypto/drivers/portable/asymmetric/wiped.h"

namespace merlon::crypto {
namespace {

using bignum::ConstLimbs;
using bignum::Limbs;
using Storage = std::array<uint64_t, bignum::kMaxLimbs / 2>;

// FIPS 186-5 table B.1 asks for no more from 1024 bits on.
constexpr int kRounds = 5;

// The odd primes below 4096: what a seventh of all candidates passes.
constexpr size_t kSmallPrimes = 563;
constexpr std::array<uint16_t, kSmallPrimes> FindSmallPrimes() {
  std::array<uint16_t, kSmallPrimes> out{};
  size_t found = 0;
  for (uint32_t n = 3; found < kSmallPrimes; n += 2) {
    bool prime = true;
    for (size_t i = 0; i < found && out[i] * out[i] <= n && prime; ++i) prime = n % out[i] != 0;
    if (prime) out[found++] = static_cast<uint16_t>(n);
  }
  return out;
}
constexpr std::array<uint16_t, kSmallPrimes> kPrimes = FindSmallPrimes();
static_assert(kPrimes.back() == 4093);

// The 64 bits behind the point of sqrt(1/2). FIPS 186-5 A.1.3 step 4.4 wants more than that.
constexpr uint64_t kSquareRootOfHalf = 0xb504f333f9de6484;

bool HasSmallFactor(ConstLimbs candidate) {
  for (uint16_t prime : kPrimes) {
    if (SmallModulus(prime).Remainder(candidate) == 0) return true;
  }
  return false;
}

Result<void> FillLimbs(Rng& rng, Limbs out) {
  Wiped<std::array<uint8_t, sizeof(Storage)>> bytes;
  const MutableBytes random(bytes->data(), 8 * out.size());
  MERLON_TRY(rng.Fill(random));
  return bignum::Load(random, out) ? Result<void>() : LocalError(Code::kInternal);
}

}  // namespace

uint32_t SmallModulus::Remainder(uint64_t a) const {
  // The quotient by the reciprocal is at most 2 too small.
  uint64_t rest = a - MultiplyWide(a, reciprocal_).high * value_;
  for (int i = 0; i < 2; ++i) rest -= value_ & (~merlon::MaskIfLess<uint64_t>(rest, value_)).bits;
  return static_cast<uint32_t>(rest);
}

uint32_t SmallModulus::Remainder(ConstLimbs a) const {
  uint64_t rest = 0;
  for (size_t i = a.size(); i-- > 0;) {
    rest = Remainder(rest << 32 | a[i] >> 32);
    rest = Remainder(rest << 32 | (a[i] & 0xffffffff));
  }
  return static_cast<uint32_t>(rest);
}

Result<bool> IsProbablePrime(ConstLimbs candidate, int rounds, Rng& rng) {
  const size_t size = candidate.size();
  struct Scratch {
    bignum::Modulus modulus;
    Storage exponent, base, one, minus_one;
  };
  Wiped<Scratch> scratch;
  scratch->modulus.Set(candidate, 64 * size);
  const bignum::Modulus& modulus = scratch->modulus;
  const Limbs exponent(scratch->exponent.data(), size), base(scratch->base.data(), size),
      one(scratch->one.data(), size), minus_one(scratch->minus_one.data(), size);
  // w - 1 is twice an odd number, so a round is one power, which must be 1 or -1.
  bignum::ShiftRightOnce(candidate, exponent);
  base[0] = 1;
  modulus.ToMontgomery(base, one);
  bignum::Subtract(candidate, one, minus_one);
  for (int round = 0; round < rounds; ++round) {
    // The limbs' random value modulo w: where it is 0, 1 or -1, which no one will see, the round
    // proves nothing wrong.
    MERLON_TRY(FillLimbs(rng, base));
    modulus.ToMontgomery(base, base);
    modulus.Power(base, exponent, base);
    if ((bignum::MaskIfEqual(base, one) | bignum::MaskIfEqual(base, minus_one)).bits == 0) {
      return false;
    }
  }
  return true;
}

Result<void> GenerateRsaPrime(Rng& rng, Limbs out) {
  const size_t limit = 10 * 64 * out.size();  // A.1.3 step 4.7: 5 * nlen
  for (size_t attempt = 0; attempt < limit;) {
    MERLON_TRY(FillLimbs(rng, out));
    // Half of the values are above sqrt(1/2) once the top bit is set; the others do not count.
    out[out.size() - 1] |= uint64_t{1} << 63;
    out[0] |= 3;
    if (out[out.size() - 1] <= kSquareRootOfHalf) continue;
    ++attempt;
    if (HasSmallFactor(out) || SmallModulus(kRsaExponent).Remainder(out) == 1) continue;
    const Result<bool> prime = IsProbablePrime(out, kRounds, rng);
    if (prime.ok() && !*prime) continue;
    if (prime.ok()) return {};
    for (uint64_t& limb : out) limb = 0;
    return prime.error();
  }
  for (uint64_t& limb : out) limb = 0;
  return DriverError(Code::kEntropyFailure);
}

}  // namespace merlon::crypto
