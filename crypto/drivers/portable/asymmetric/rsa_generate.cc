// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/rsa_generate.h"

#include "crypto/base/wide_multiply.h"
#include "crypto/drivers/portable/asymmetric/rsa_prime.h"

namespace merlon::crypto {
namespace {

using bignum::ConstLimbs;
using bignum::kMaxLimbs;
using bignum::Limbs;
using Half = RsaPrivateKey::Half;

constexpr SmallModulus kExponent(kRsaExponent);

// value^-1 modulo 65537, a prime, by Fermat: the exponent is 65535.
uint32_t InvertModuloExponent(uint32_t value) {
  uint64_t out = value;
  for (int i = 0; i < 15; ++i) {
    out = kExponent.Remainder(out * out);
    out = kExponent.Remainder(out * value);
  }
  return static_cast<uint32_t>(out);
}

// 65537^-1 modulo m, for m that is no multiple of it: (1 + m * k) / 65537, where k makes that a
// whole number. `out` has as many limbs as m.
void InvertExponent(ConstLimbs m, Limbs out) {
  constexpr uint64_t kInverse = [] {  // of 65537 modulo 2^64, by Newton's iteration
    uint64_t inverse = kRsaExponent;
    for (int i = 0; i < 5; ++i) inverse *= 2 - kRsaExponent * inverse;
    return inverse;
  }();
  const uint64_t k = kRsaExponent - InvertModuloExponent(kExponent.Remainder(m));
  // Limb by limb: the product, and its exact quotient, whose limbs come lowest first.
  uint64_t carry = 1, borrow = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    const uint64_t product = MultiplyAdd(m[i], k, 0, &carry);
    const uint64_t rest = product - borrow;
    const uint64_t below = static_cast<uint64_t>(product < borrow);
    out[i] = rest * kInverse;
    borrow = MultiplyWide(out[i], kRsaExponent).high + below;
  }
}

// A.1.3 step 5.4: |p - q| > 2^(nlen / 2 - 100).
bool AreFarApart(ConstLimbs p, ConstLimbs q) {
  Wiped<Half> storage;
  const Limbs difference(storage->data(), p.size());
  const uint64_t negative = MaskFromBit(bignum::Subtract(p, q, difference)).bits;
  // The absolute value, but for 1: its complement where it is negative.
  const uint64_t top = difference[p.size() - 1] ^ negative;
  const uint64_t next = difference[p.size() - 2] ^ negative;
  return (top | next >> 28) != 0;
}

// lcm(p - 1, q - 1). Both primes are 3 modulo 4, so that the halves are odd: twice one half, times
// the other divided by what they share.
void LeastCommonMultiple(ConstLimbs p, ConstLimbs q, Limbs out) {
  struct Scratch {
    Half half_p, half_q, spent, divisor, quotient, remainder;
  };
  Wiped<Scratch> scratch;
  const auto limbs = [&](Half& storage) { return Limbs(storage.data(), p.size()); };
  const Limbs half_p = limbs(scratch->half_p), half_q = limbs(scratch->half_q),
              spent = limbs(scratch->spent), divisor = limbs(scratch->divisor),
              quotient = limbs(scratch->quotient);
  bignum::ShiftRightOnce(p, half_p);
  bignum::ShiftRightOnce(q, half_q);
  bignum::Assign(half_p, spent);
  bignum::Assign(half_q, divisor);
  bignum::GreatestCommonDivisor(spent, divisor);
  bignum::Divide(half_q, divisor, quotient, limbs(scratch->remainder));
  bignum::Multiply(half_p, quotient, out);
  bignum::Add(out, out, out);  // below p * q
}

// All that follows from p and q. False: d is too small, which no one will see (A.1.1, criterion 3).
bool Complete(RsaPrivateKey& key) {
  const size_t half = key.half();
  struct Scratch {
    std::array<uint64_t, kMaxLimbs> product;
    Half minus_one, base;
  };
  Wiped<Scratch> scratch;
  const Limbs product(scratch->product.data(), 2 * half), d(key.d.data(), 2 * half),
      minus_one(scratch->minus_one.data(), half), base(scratch->base.data(), half),
      q_inverse(key.q_inverse.data(), half);
  bignum::Multiply(key.p.value(), key.q.value(), product);
  key.pub.n.Set(product, 128 * half);
  key.pub.e = kRsaExponent;
  LeastCommonMultiple(key.p.value(), key.q.value(), product);
  InvertExponent(product, d);
  bignum::Assign(key.p.value(), minus_one);
  minus_one[0] -= 1;  // the primes are odd
  InvertExponent(minus_one, Limbs(key.dp.data(), half));
  bignum::Assign(key.q.value(), minus_one);
  minus_one[0] -= 1;
  InvertExponent(minus_one, Limbs(key.dq.data(), half));
  // q^(p - 2) modulo p.
  bignum::Assign(key.p.value(), minus_one);
  minus_one[0] -= 2;  // p is 3 modulo 4
  key.p.ToMontgomery(key.q.value(), base);
  key.p.Power(base, minus_one, base);
  key.p.FromMontgomery(base, q_inverse);
  uint64_t upper = 0;
  for (size_t i = half; i < 2 * half; ++i) upper |= d[i];
  return upper != 0;
}

}  // namespace

Result<size_t> GenerateRsaKey(uint16_t bits, Rng& rng, MutableBytes private_key) {
  if (bits < 2048 || bits > 4096 || bits % 128 != 0) return Misuse(Code::kUnsupported);
  const size_t half = bits / 128;
  struct Scratch {
    RsaPrivateKey key;
    Half p, q;
  };
  Wiped<Scratch> scratch;
  RsaPrivateKey& key = scratch->key;
  const Limbs p(scratch->p.data(), half), q(scratch->q.data(), half);
  // What makes a pair unfit is as rare as a broken generator's way of giving one prime twice.
  for (int attempt = 0; attempt < 4; ++attempt) {
    MERLON_TRY(GenerateRsaPrime(rng, p));
    MERLON_TRY(GenerateRsaPrime(rng, q));
    if (!AreFarApart(p, q)) continue;
    key.p.Set(p, 64 * half);
    key.q.Set(q, 64 * half);
    if (!Complete(key)) continue;
    if (!IsConsistent(key)) return DriverError(Code::kFaultDetected);
    const Result<size_t> size = WriteRsaPrivateKey(key, private_key);
    if (!size.ok()) Wipe(private_key);
    return size;
  }
  return DriverError(Code::kEntropyFailure);
}

}  // namespace merlon::crypto
