// SPDX-License-Identifier: Apache-2.0
// Arithmetic of one coefficient of ML-KEM (FIPS 203): integers modulo q = 3329 in 16 bits. Each
// function states what it takes and gives; the test goes through all of it. No division: it takes a
// time of its own on each operand.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace merlon::crypto::ml_kem {

inline constexpr int32_t kQ = 3329;
inline constexpr size_t kN = 256;

// A value congruent to a * 2^-16, in (-q, q), of |a| < q * 2^15 (Montgomery, 1985).
constexpr int16_t MontgomeryReduce(int32_t a) {
  constexpr uint32_t kInverse = 62209;  // q^-1 modulo 2^16
  static_assert(static_cast<uint16_t>(kInverse * kQ) == 1);
  const auto t = static_cast<int16_t>(static_cast<uint32_t>(a) * kInverse);
  return static_cast<int16_t>((a - t * kQ) >> 16);
}

// A value congruent to a * b * 2^-16, in (-q, q), of |a * b| < q * 2^15: any a, if |b| < q.
constexpr int16_t MontgomeryMultiply(int16_t a, int16_t b) {
  return MontgomeryReduce(int32_t{a} * b);
}

// a modulo q, in [-(q-1)/2, (q-1)/2], of any a (Barrett, 1986).
constexpr int16_t BarrettReduce(int16_t a) {
  constexpr int32_t kReciprocal = ((1 << 26) + kQ / 2) / kQ;  // round(2^26 / q)
  const int32_t quotient = (kReciprocal * a + (1 << 25)) >> 26;
  return static_cast<int16_t>(a - quotient * kQ);
}

// a modulo q, in [0, q), of any a.
constexpr uint16_t Canonical(int16_t a) {
  const int32_t reduced = BarrettReduce(a);
  return static_cast<uint16_t>(reduced + ((reduced >> 15) & kQ));
}

// FIPS 203 s4.2.1: round(2^d / q * x) modulo 2^d, of x in [0, q), for d < 12. Numerator and
// reciprocal leave an error too small to reach the next integer.
template <int kBits>
constexpr uint16_t Compress(uint16_t x) {
  static_assert(kBits >= 1 && kBits < 12);
  constexpr uint64_t kReciprocal = ((uint64_t{1} << 36) + kQ - 1) / kQ;  // ceil(2^36 / q)
  const uint32_t numerator = (uint32_t{x} << kBits) + kQ / 2;
  const auto quotient = static_cast<uint32_t>((numerator * kReciprocal) >> 36);
  return static_cast<uint16_t>(quotient & ((1u << kBits) - 1));
}

// round(q / 2^d * y), of y in [0, 2^d).
template <int kBits>
constexpr uint16_t Decompress(uint16_t y) {
  return static_cast<uint16_t>((uint32_t{y} * kQ + (1u << (kBits - 1))) >> kBits);
}

constexpr std::array<int16_t, 128> MakeZetas() {
  std::array<int16_t, 128> zetas{};
  for (uint32_t i = 0; i < 128; ++i) {
    uint32_t exponent = 0;
    for (uint32_t bit = 0; bit < 7; ++bit) exponent |= ((i >> bit) & 1) << (6 - bit);
    int32_t value = 65536 % kQ;
    for (; exponent != 0; --exponent) value = value * 17 % kQ;
    zetas[i] = static_cast<int16_t>(value > kQ / 2 ? value - kQ : value);
  }
  return zetas;
}
// FIPS 203 appendix A: 17^BitRev7(i), in Montgomery's form, centered; the order in which the
// transform uses them.
inline constexpr std::array<int16_t, 128> kZetas = MakeZetas();

}  // namespace merlon::crypto::ml_kem
