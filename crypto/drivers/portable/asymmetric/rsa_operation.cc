// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/rsa_operation.h"

namespace merlon::crypto {
namespace {

using bignum::ConstLimbs;
using bignum::kMaxLimbs;
using bignum::Limbs;
using bignum::Modulus;
using Half = RsaPrivateKey::Half;

// value^exponent modulo a prime, not in Montgomery form; value has twice the prime's limbs.
//
// The base that is raised is value * w for a fresh random w. What that leaves behind, w^exponent,
// is taken away by raising w to prime - 1 - exponent in the same pass: (value * w)^exponent *
// w^(prime - 1 - exponent) = value^exponent, as w^(prime - 1) = 1. So no inverse is needed, and
// what the pass holds is multiplied with a random power at each step but the last.
Result<void> PowerBlinded(const Modulus& prime, ConstLimbs value, const Half& exponent, Rng& rng,
                          Limbs out) {
  struct Scratch {
    std::array<uint8_t, sizeof(Half)> random;
    Half blinder, base, rest;
  };
  Wiped<Scratch> scratch;
  const size_t size = prime.size();
  const Limbs blinder(scratch->blinder.data(), size), base(scratch->base.data(), size),
      rest(scratch->rest.data(), size);
  const ConstLimbs x(exponent.data(), size);

  const MutableBytes random(scratch->random.data(), 8 * size);
  MERLON_TRY(rng.Fill(random));
  if (!bignum::Load(random, blinder)) return LocalError(Code::kInternal);
  prime.ToMontgomery(blinder, blinder);
  prime.ReduceToMontgomery(value, base);
  prime.Multiply(base, blinder, base);

  bignum::Assign(prime.value(), rest);
  rest[0] -= 1;                     // the prime is odd
  bignum::Subtract(rest, x, rest);  // not negative: the exponent is below the prime
  prime.PowerTwo(base, x, blinder, rest, out);
  prime.FromMontgomery(out, out);
  return {};
}

}  // namespace

bool IsBelowModulus(const RsaPublicKey& key, Bytes value) {
  std::array<uint64_t, kMaxLimbs> storage;
  const Limbs limbs(storage.data(), key.n.size());
  return value.size() == key.size() && bignum::Load(value, limbs) &&
         bignum::MaskIfLess(limbs, key.n.value()).bits != 0;
}

bool RsaPublicOperation(const RsaPublicKey& key, Bytes signature, MutableBytes out) {
  if (out.size() != key.size() || !IsBelowModulus(key, signature)) return false;
  std::array<uint64_t, kMaxLimbs> storage;
  const Limbs value(storage.data(), key.n.size());
  if (!bignum::Load(signature, value)) return false;
  key.n.PowerPublic(value, key.e, value);
  bignum::Store(value, out);
  return true;
}

Result<void> RsaPrivateOperation(const RsaPrivateKey& key, Rng& rng, MutableBytes in_out) {
  struct Scratch {
    std::array<uint64_t, kMaxLimbs> value, product;
    Half modulo_p, modulo_q, difference;
    std::array<uint8_t, kMaxRsaBytes> signature, check;
  };
  Wiped<Scratch> scratch;
  const size_t half = key.half(), bytes = key.pub.size();
  const Limbs value(scratch->value.data(), 2 * half), product(scratch->product.data(), 2 * half),
      modulo_p(scratch->modulo_p.data(), half), modulo_q(scratch->modulo_q.data(), half),
      difference(scratch->difference.data(), half);
  if (in_out.size() != bytes || !bignum::Load(in_out, value)) return Misuse();
  if (bignum::MaskIfLess(value, key.pub.n.value()).bits == 0) return Misuse();

  MERLON_TRY(PowerBlinded(key.p, value, key.dp, rng, modulo_p));
  MERLON_TRY(PowerBlinded(key.q, value, key.dq, rng, modulo_q));

  // RFC 8017 s5.1.2, step 2.b: m_2 + q * ((m_1 - m_2) * q_inverse mod p). In Montgomery form for
  // the subtraction, because m_2 may exceed p; the plain q_inverse takes the product out of it.
  key.p.ToMontgomery(modulo_p, modulo_p);
  key.p.ToMontgomery(modulo_q, difference);
  key.p.Subtract(modulo_p, difference, difference);
  key.p.Multiply(difference, ConstLimbs(key.q_inverse.data(), half), difference);
  bignum::Multiply(key.q.value(), difference, product);
  for (uint64_t& limb : value) limb = 0;
  bignum::Assign(modulo_q, Slice(value, 0, half));
  bignum::Add(product, value, value);

  const MutableBytes signature(scratch->signature.data(), bytes);
  const MutableBytes check(scratch->check.data(), bytes);
  bignum::Store(value, signature);
  if (!RsaPublicOperation(key.pub, signature, check) || !ConstantTimeEqual(check, in_out)) {
    Wipe(in_out);
    return DriverError(Code::kFaultDetected);
  }
  memcpy(in_out.data(), signature.data(), bytes);
  return {};
}

}  // namespace merlon::crypto
