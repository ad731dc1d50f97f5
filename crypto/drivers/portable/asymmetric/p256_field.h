// SPDX-License-Identifier: Apache-2.0
// Arithmetic modulo the two primes of P-256 (p of the coordinates, n of the scalars), four limbs of
// 64 bits in Montgomery form, in constant time. Points are p256_point.h's.
#pragma once
#include <array>
#include <cstdint>

#include "crypto/base/bytes.h"
#include "crypto/base/constant_time.h"
#include "crypto/base/wide_multiply.h"

namespace merlon::crypto::p256 {

// 256 bits, least significant limb first.
using Words = std::array<uint64_t, 4>;

// 32 big-endian bytes.
Words LoadBigEndian(Bytes bytes);
void StoreBigEndian(const Words& words, MutableBytes out);
// a - b modulo 2^256; *borrow (0 or 1) is set.
inline Words Subtract(const Words& a, const Words& b, uint64_t* borrow) {
  Words out;
  *borrow = 0;
  for (int i = 0; i < 4; ++i) out[i] = SubBorrow(a[i], b[i], borrow);
  return out;
}
inline Mask<uint64_t> MaskIfZero(const Words& a) {
  return merlon::MaskIfZero(a[0] | a[1] | a[2] | a[3]);
}
inline Mask<uint64_t> MaskIfLess(const Words& a, const Words& b) {
  uint64_t borrow;
  Subtract(a, b, &borrow);
  return MaskFromBit(borrow);
}
inline Words Select(Mask<uint64_t> mask, const Words& a, const Words& b) {
  const uint64_t m = ValueBarrier(mask.bits);
  Words out;
  for (int i = 0; i < 4; ++i) out[i] = (a[i] & m) | (b[i] & ~m);
  return out;
}

// SEC 2 s2.4.2. kRSquared is 2^512 modulo the prime; kNegatedInverse is -prime^-1 modulo 2^64.
struct CoordinatePrime {
  static constexpr Words kValue = {0xffffffffffffffff, 0x00000000ffffffff, 0, 0xffffffff00000001};
  static constexpr Words kOne = {1, 0xffffffff00000000, 0xffffffffffffffff, 0xfffffffe};
  static constexpr Words kRSquared = {3, 0xfffffffbffffffff, 0xfffffffffffffffe, 0x4fffffffd};
  // t / 2^64 modulo p, where t has five limbs and the result four and a bit. -p^-1 modulo 2^64 is
  // 1, and p + 1 has 2^96 for its low half, which leaves one multiplication.
  static void ReduceLimb(uint64_t t[6]) {
    const uint64_t m = t[0];
    t[0] = t[1] + (m << 32);
    uint64_t carry = (m >> 32) + static_cast<uint64_t>(t[0] < t[1]);
    t[1] = t[2] + carry;
    carry = static_cast<uint64_t>(t[1] < carry);
    t[2] = MultiplyAdd(m, kValue[3], t[3], &carry);
    t[3] = t[4] + carry;
    t[4] = t[5] + static_cast<uint64_t>(t[3] < carry);
  }
};
struct ScalarPrime {
  static constexpr Words kValue = {0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff,
                                   0xffffffff00000000};
  static constexpr Words kOne = {0x0c46353d039cdaaf, 0x4319055258e8617b, 0, 0xffffffff};
  static constexpr Words kRSquared = {0x83244c95be79eea2, 0x4699799c49bd6fa6, 0x2845b2392b6bec59,
                                      0x66e12d94f3d95620};
  static constexpr uint64_t kNegatedInverse = 0xccd1c8aaee00bc4f;
  static void ReduceLimb(uint64_t t[6]) {
    const uint64_t m = t[0] * kNegatedInverse;
    uint64_t carry = 0;
    MultiplyAdd(m, kValue[0], t[0], &carry);
    for (int i = 1; i < 4; ++i) t[i - 1] = MultiplyAdd(m, kValue[i], t[i], &carry);
    uint64_t top = 0;
    t[3] = AddCarry(t[4], carry, &top);
    t[4] = t[5] + top;
  }
};

// An integer modulo Prime, fully reduced, held as value * 2^256.
template <class Prime>
class Residue {
 public:
  constexpr Residue() = default;
  static constexpr Residue One() { return Residue(Prime::kOne); }
  // From the representation itself: constants.
  static constexpr Residue FromMontgomery(const Words& words) { return Residue(words); }
  // Any 256-bit value; it is reduced.
  static Residue FromWords(const Words& words) {
    return Residue(words) * Residue(Prime::kRSquared);
  }
  Words ToWords() const { return (*this * Residue(Words{1})).words_; }
  const Words& montgomery() const { return words_; }

  friend Residue operator+(const Residue& a, const Residue& b) {
    Words sum;
    uint64_t carry = 0;
    for (int i = 0; i < 4; ++i) sum[i] = AddCarry(a.words_[i], b.words_[i], &carry);
    return Residue(SubtractPrimeOnce(sum, carry));
  }
  friend Residue operator-(const Residue& a, const Residue& b) {
    uint64_t borrow;
    Words out = Subtract(a.words_, b.words_, &borrow);
    const uint64_t mask = MaskFromBit(borrow).bits;
    uint64_t carry = 0;
    for (int i = 0; i < 4; ++i) out[i] = AddCarry(out[i], Prime::kValue[i] & mask, &carry);
    return Residue(out);
  }
  // One operand may be any 256-bit value (FromWords): the sum stays below 2 * prime * 2^256.
  friend Residue operator*(const Residue& a, const Residue& b) {
    uint64_t t[6] = {};
    for (int i = 0; i < 4; ++i) {
      uint64_t carry = 0;
      for (int j = 0; j < 4; ++j) t[j] = MultiplyAdd(a.words_[i], b.words_[j], t[j], &carry);
      uint64_t top = 0;
      t[4] = AddCarry(t[4], carry, &top);
      t[5] = top;
      Prime::ReduceLimb(t);
    }
    return Residue(SubtractPrimeOnce({t[0], t[1], t[2], t[3]}, t[4]));
  }
  Residue Square() const { return *this * *this; }
  Residue Doubled() const { return *this + *this; }
  // value^exponent; time depends on the exponent, which is public (prime - 2).
  Residue Power(const Words& exponent) const;
  // value^(prime - 2): the inverse, and 0 for 0.
  Residue Inverse() const;

  Mask<uint64_t> IsZero() const { return p256::MaskIfZero(words_); }
  Mask<uint64_t> Equals(const Residue& o) const { return (*this - o).IsZero(); }
  static Residue Choose(Mask<uint64_t> mask, const Residue& a, const Residue& b) {
    return Residue(p256::Select(mask, a.words_, b.words_));
  }

 private:
  explicit constexpr Residue(const Words& words) : words_(words) {}
  // carry * 2^256 + value is below 2 * prime.
  static Words SubtractPrimeOnce(const Words& value, uint64_t carry) {
    uint64_t borrow;
    const Words reduced = Subtract(value, Prime::kValue, &borrow);
    return p256::Select(MaskFromBit<uint64_t>(borrow & ~carry), value, reduced);
  }
  Words words_{};
};

using Coordinate = Residue<CoordinatePrime>;
using Scalar = Residue<ScalarPrime>;

}  // namespace merlon::crypto::p256
