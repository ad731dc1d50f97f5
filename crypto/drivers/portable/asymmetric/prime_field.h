// SPDX-License-Identifier: Apache-2.0
// Arithmetic modulo the primes of elliptic curves, limbs of 64 bits in Montgomery form, in constant
// time. Which primes there are is p256.h's, p384.h's and p521.h's, points are curve.h's.
#pragma once
#include <array>
#include <cstdint>

#include "crypto/base/bytes.h"
#include "crypto/base/constant_time.h"
#include "crypto/base/endian.h"
#include "crypto/base/secret.h"
#include "crypto/base/wide_multiply.h"

namespace merlon::crypto::ec {

// Least significant limb first.
template <size_t kLimbs>
using Words = std::array<uint64_t, kLimbs>;

// 8 * kLimbs big-endian bytes.
template <size_t kLimbs>
Words<kLimbs> LoadBigEndian(Bytes bytes) {
  if (bytes.size() != 8 * kLimbs) __builtin_trap();
  Words<kLimbs> out;
  for (size_t i = 0; i < kLimbs; ++i) {
    out[kLimbs - 1 - i] = merlon::LoadBigEndian<uint64_t>(bytes.data() + 8 * i);
  }
  return out;
}
template <size_t kLimbs>
void StoreBigEndian(const Words<kLimbs>& words, MutableBytes out) {
  if (out.size() != 8 * kLimbs) __builtin_trap();
  for (size_t i = 0; i < kLimbs; ++i) {
    merlon::StoreBigEndian(words[kLimbs - 1 - i], out.data() + 8 * i);
  }
}
// kSize big-endian bytes, of which there may be fewer than the limbs have.
template <size_t kLimbs, size_t kSize>
Words<kLimbs> LoadBytes(Bytes bytes) {
  static_assert(kSize <= 8 * kLimbs);
  if constexpr (kSize == 8 * kLimbs) return LoadBigEndian<kLimbs>(bytes);
  std::array<uint8_t, 8 * kLimbs> padded{};
  memcpy(padded.data() + padded.size() - kSize, Slice(bytes, 0, kSize).data(), kSize);
  const Words<kLimbs> out = LoadBigEndian<kLimbs>(padded);
  WipeObject(padded);
  return out;
}
template <size_t kSize, size_t kLimbs>
void StoreBytes(const Words<kLimbs>& words, MutableBytes out) {
  if constexpr (kSize == 8 * kLimbs) return StoreBigEndian(words, out);
  std::array<uint8_t, 8 * kLimbs> padded;
  StoreBigEndian(words, MutableBytes(padded));
  memcpy(Slice(out, 0, kSize).data(), padded.data() + padded.size() - kSize, kSize);
  WipeObject(padded);
}
// a + b and a - b without what goes beyond the limbs: that is *carry or *borrow, 0 or 1.
template <size_t kLimbs>
Words<kLimbs> Add(const Words<kLimbs>& a, const Words<kLimbs>& b, uint64_t* carry) {
  Words<kLimbs> out;
  *carry = 0;
  for (size_t i = 0; i < kLimbs; ++i) out[i] = AddCarry(a[i], b[i], carry);
  return out;
}
template <size_t kLimbs>
Words<kLimbs> Subtract(const Words<kLimbs>& a, const Words<kLimbs>& b, uint64_t* borrow) {
  Words<kLimbs> out;
  *borrow = 0;
  for (size_t i = 0; i < kLimbs; ++i) out[i] = SubBorrow(a[i], b[i], borrow);
  return out;
}
template <size_t kLimbs>
Mask<uint64_t> MaskIfZero(const Words<kLimbs>& a) {
  uint64_t any = 0;
  for (uint64_t word : a) any |= word;
  return merlon::MaskIfZero(any);
}
template <size_t kLimbs>
Mask<uint64_t> MaskIfLess(const Words<kLimbs>& a, const Words<kLimbs>& b) {
  uint64_t borrow;
  Subtract(a, b, &borrow);
  return MaskFromBit(borrow);
}
template <size_t kLimbs>
Words<kLimbs> Select(Mask<uint64_t> mask, const Words<kLimbs>& a, const Words<kLimbs>& b) {
  const uint64_t m = ValueBarrier(mask.bits);
  Words<kLimbs> out;
  for (size_t i = 0; i < kLimbs; ++i) out[i] = (a[i] & m) | (b[i] & ~m);
  return out;
}
// t / 2^64 modulo a prime, where t has kLimbs + 1 limbs (and room for one more), and the result
// kLimbs and a bit. `negated_inverse` is -prime^-1 modulo 2^64.
template <size_t kLimbs>
void ReduceLimb(const Words<kLimbs>& prime, uint64_t negated_inverse, uint64_t t[kLimbs + 2]) {
  const uint64_t m = t[0] * negated_inverse;
  uint64_t carry = 0, top = 0;
  MultiplyAdd(m, prime[0], t[0], &carry);
  for (size_t i = 1; i < kLimbs; ++i) t[i - 1] = MultiplyAdd(m, prime[i], t[i], &carry);
  t[kLimbs - 1] = AddCarry(t[kLimbs], carry, &top);
  t[kLimbs] = t[kLimbs + 1] + top;
}

// An integer modulo Prime, fully reduced, held as value * R, where R = 2^(64 kLimbs). Prime has
// kLimbs, kValue, kOne (R modulo the prime), kRSquared (R^2), and ReduceLimb as above;
// or, where it knows better, Multiply, Square, Add, Subtract and Inverse of reduced values.
template <class Prime>
class Residue {
 public:
  static constexpr size_t kLimbs = Prime::kLimbs;
  using Modulus = Prime;
  using Words = ec::Words<kLimbs>;

  constexpr Residue() = default;
  static constexpr Residue One() { return Residue(Prime::kOne); }
  // From the representation itself: constants.
  static constexpr Residue FromMontgomery(const Words& words) { return Residue(words); }
  // Any value of the limbs; it is reduced.
  static Residue FromWords(const Words& words) {
    return Residue(words) * Residue(Prime::kRSquared);
  }
  Words ToWords() const { return (*this * Residue(Words{1})).words_; }
  const Words& montgomery() const { return words_; }

  friend Residue operator+(const Residue& a, const Residue& b) {
    if constexpr (requires { Prime::Add(a.words_, b.words_); }) {
      return Residue(Prime::Add(a.words_, b.words_));
    }
    uint64_t carry;
    const Words sum = ec::Add(a.words_, b.words_, &carry);
    return Residue(SubtractPrimeOnce(sum, carry));
  }
  friend Residue operator-(const Residue& a, const Residue& b) {
    if constexpr (requires { Prime::Subtract(a.words_, b.words_); }) {
      return Residue(Prime::Subtract(a.words_, b.words_));
    }
    uint64_t borrow;
    Words out = ec::Subtract(a.words_, b.words_, &borrow);
    const uint64_t mask = MaskFromBit(borrow).bits;
    uint64_t carry = 0;
    for (size_t i = 0; i < kLimbs; ++i) out[i] = AddCarry(out[i], Prime::kValue[i] & mask, &carry);
    return Residue(out);
  }
  // One operand may be any value of the limbs (FromWords): the sum stays below 2 * prime * R.
  friend Residue operator*(const Residue& a, const Residue& b) {
    if constexpr (requires { Prime::Multiply(a.words_, b.words_); }) {
      return Residue(Prime::Multiply(a.words_, b.words_));
    }
    uint64_t t[kLimbs + 2] = {};
    for (size_t i = 0; i < kLimbs; ++i) {
      uint64_t carry = 0;
      for (size_t j = 0; j < kLimbs; ++j) {
        t[j] = MultiplyAdd(a.words_[i], b.words_[j], t[j], &carry);
      }
      uint64_t top = 0;
      t[kLimbs] = AddCarry(t[kLimbs], carry, &top);
      t[kLimbs + 1] = top;
      Prime::ReduceLimb(t);
    }
    Words out;
    for (size_t i = 0; i < kLimbs; ++i) out[i] = t[i];
    return Residue(SubtractPrimeOnce(out, t[kLimbs]));
  }
  Residue Square() const {
    if constexpr (requires { Prime::Square(words_); }) return Residue(Prime::Square(words_));
    return *this * *this;
  }
  Residue Doubled() const { return *this + *this; }
  // value^exponent; time depends on the exponent, which is public (prime - 2).
  Residue Power(const Words& exponent) const;
  // value^(prime - 2): the inverse, and 0 for 0.
  Residue Inverse() const;

  Mask<uint64_t> IsZero() const { return ec::MaskIfZero(words_); }
  Mask<uint64_t> Equals(const Residue& o) const { return (*this - o).IsZero(); }
  static Residue Choose(Mask<uint64_t> mask, const Residue& a, const Residue& b) {
    return Residue(ec::Select(mask, a.words_, b.words_));
  }

 private:
  explicit constexpr Residue(const Words& words) : words_(words) {}
  // carry * R + value is below 2 * prime.
  static Words SubtractPrimeOnce(const Words& value, uint64_t carry) {
    uint64_t borrow;
    const Words reduced = ec::Subtract(value, Prime::kValue, &borrow);
    return ec::Select(MaskFromBit<uint64_t>(borrow & ~carry), value, reduced);
  }
  Words words_{};
};

template <class Prime>
Residue<Prime> Residue<Prime>::Power(const Words& exponent) const {
  std::array<Residue, 16> powers;
  powers[0] = One();
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * *this;
  Residue out = One();
  for (size_t nibble = 16 * kLimbs; nibble-- > 0;) {
    for (int i = 0; i < 4; ++i) out = out.Square();
    const uint64_t digit = (exponent[nibble / 16] >> (4 * (nibble % 16))) & 15;
    if (digit != 0) out = out * powers[digit];
  }
  return out;
}

template <class Prime>
Residue<Prime> Residue<Prime>::Inverse() const {
  if constexpr (requires { Prime::Inverse(words_); }) {
    // Of value * R; R^3 makes that value^-1 * R.
    const Residue r_squared(Prime::kRSquared);
    return Residue(Prime::Inverse(words_)) * (r_squared * r_squared);
  }
  // Fermat; all primes' lowest limbs exceed 1, so that no borrow leaves them.
  Words exponent = Prime::kValue;
  exponent[0] -= 2;
  return Power(exponent);
}

}  // namespace merlon::crypto::ec
