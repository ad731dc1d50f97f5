// SPDX-License-Identifier: Apache-2.0
// Unsigned integers of up to 4096 bits for RSA, in constant time but for their sizes: little-endian
// limbs in the caller's memory, and arithmetic modulo an odd number in Montgomery form. What the
// numbers mean is the caller's.
#pragma once
#include <array>
#include <cstdint>

#include "absl/base/attributes.h"
#include "crypto/base/bytes.h"
#include "crypto/base/constant_time.h"

namespace merlon::crypto::bignum {

inline constexpr size_t kMaxLimbs = 64;  // 4096 bits

// Least significant limb first. Operands of one operation have the same size, which is public; an
// output may be one of the inputs.
using Limbs = absl::Span<uint64_t>;
using ConstLimbs = absl::Span<const uint64_t>;

// Big-endian bytes; leading zeros are filled in, and a value that does not fit is refused.
[[nodiscard]] bool Load(Bytes bytes, Limbs out);
// The low out.size() bytes, big-endian; limbs beyond them are not written.
void Store(ConstLimbs value, MutableBytes out);
void Assign(ConstLimbs value, Limbs out);
// The number of significant bits; for public values only.
size_t BitLength(ConstLimbs value);

// a + b and a - b; the carry or borrow out, 0 or 1.
uint64_t Add(ConstLimbs a, ConstLimbs b, Limbs out);
uint64_t Subtract(ConstLimbs a, ConstLimbs b, Limbs out);
// a * b, a.size() + b.size() limbs; `out` is none of the inputs.
void Multiply(ConstLimbs a, ConstLimbs b, Limbs out);
// a modulo m, for any m but 0, into m.size() limbs; one step for each bit of a.
void Remainder(ConstLimbs a, ConstLimbs m, Limbs out);
// The quotient too, into a.size() limbs; no output is an input.
void Divide(ConstLimbs a, ConstLimbs m, Limbs quotient, Limbs remainder);
// a / 2, and the lowest bit that goes.
uint64_t ShiftRightOnce(ConstLimbs a, Limbs out);
// The greatest common divisor of two numbers, b being odd; a step for each of their bits. Spends
// `a`, leaves the divisor in `b`.
void GreatestCommonDivisor(Limbs a, Limbs b);

Mask<uint64_t> MaskIfEqual(ConstLimbs a, ConstLimbs b);
Mask<uint64_t> MaskIfLess(ConstLimbs a, ConstLimbs b);

// What Modulus is made of, in a driver's way; the portable one says how it is meant. `size` limbs
// each; out and t have twice as many.
struct Kernel {
  void (*multiply)(const uint64_t* a, const uint64_t* b, size_t size, uint64_t* out);
  void (*square)(const uint64_t* a, size_t size, uint64_t* out);
  // Adds multiples of the modulus until the lower half of t is zero, or anything; the carry out.
  // `negated_inverse` is that of the modulus's lowest limb, modulo 2^64.
  uint64_t (*reduce)(const uint64_t* modulus, uint64_t negated_inverse, size_t size, uint64_t* t);
};
extern const Kernel kPortableKernel;

// An odd modulus, with what Montgomery multiplication needs. With R = 2^(64 size), a is represented
// by a * R modulo the modulus; all results are below it. Plain data, to be wiped where it is
// secret.
class Modulus {
 public:
  Modulus() = default;
  // `value` is odd, has exactly `bits` significant bits (public), and fills its limbs but for less
  // than one.
  Modulus(ConstLimbs value, size_t bits, const Kernel& kernel = kPortableKernel) {
    Set(value, bits, kernel);
  }
  // The same in place, where no copy of a secret may be left behind.
  void Set(ConstLimbs value, size_t bits, const Kernel& kernel = kPortableKernel);

  size_t size() const { return size_; }
  size_t bits() const { return bits_; }
  ConstLimbs value() const ABSL_ATTRIBUTE_LIFETIME_BOUND { return {value_.data(), size_}; }

  // a * b / R. One operand may be any number below R; the other is below the modulus.
  void Multiply(ConstLimbs a, ConstLimbs b, Limbs out) const;
  void Square(ConstLimbs a, Limbs out) const;
  // a * R, for any a below R; and back.
  void ToMontgomery(ConstLimbs a, Limbs out) const;
  void FromMontgomery(ConstLimbs a, Limbs out) const;
  // a * R modulo the modulus for a of twice the limbs.
  void ReduceToMontgomery(ConstLimbs a, Limbs out) const;
  void Subtract(ConstLimbs a, ConstLimbs b, Limbs out) const;
  // base^exponent, neither in Montgomery form; the exponent is odd and more than 1. The time
  // depends on it.
  void PowerPublic(ConstLimbs base, uint64_t exponent, Limbs out) const;
  // a^x in Montgomery form, in constant time; x has size() limbs.
  void Power(ConstLimbs a, ConstLimbs x, Limbs out) const;
  // a^x * b^y in Montgomery form, in constant time; x and y have size() limbs.
  void PowerTwo(ConstLimbs a, ConstLimbs x, ConstLimbs b, ConstLimbs y, Limbs out) const;

 private:
  struct PowerTable;
  template <class Index>
  void RaiseByTable(const PowerTable& table, size_t step, Index index, Limbs out) const;
  // t / R, for t of 2 * size() limbs that is below the modulus times R; wipes t.
  void Reduce(uint64_t* t, Limbs out) const;
  void DoubleModulo(Limbs a) const;

  const Kernel* kernel_ = &kPortableKernel;
  size_t size_ = 0, bits_ = 0;
  uint64_t negated_inverse_ = 0;  // of the modulus, modulo 2^64
  std::array<uint64_t, kMaxLimbs> value_{}, r_squared_{};
};

}  // namespace merlon::crypto::bignum
