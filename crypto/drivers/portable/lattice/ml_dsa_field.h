// SPDX-License-Identifier: Apache-2.0
// Arithmetic of one coefficient of ML-DSA (FIPS 204): integers modulo q = 2^23 - 2^13 + 1 in 32
// bits. Each function states what it takes and gives; the test goes through all of it, or through
// its ends. No division: it takes a time of its own on each operand.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace merlon::crypto::ml_dsa {

inline constexpr int32_t kQ = 8380417;
inline constexpr size_t kN = 256;
inline constexpr int kDroppedBits = 13;  // d

// A value congruent to a * 2^-32, in (-q, q), of |a| < q * 2^31 (Montgomery, 1985).
constexpr int32_t MontgomeryReduce(int64_t a) {
  constexpr uint32_t kInverse = 58728449;  // q^-1 modulo 2^32
  static_assert(kInverse * static_cast<uint32_t>(kQ) == 1);
  const auto t = static_cast<int32_t>(static_cast<uint32_t>(a) * kInverse);
  return static_cast<int32_t>((a - int64_t{t} * kQ) >> 32);
}

// A value congruent to a * b * 2^-32, in (-q, q), of |a * b| < q * 2^31: any a, if |b| < q.
constexpr int32_t MontgomeryMultiply(int32_t a, int32_t b) {
  return MontgomeryReduce(int64_t{a} * b);
}

// A value congruent to a, in [-6283008, 6283008], of a < 2^31 - 2^22: 2^23 is 2^13 - 1 modulo q.
constexpr int32_t Reduce(int32_t a) { return a - ((a + (1 << 22)) >> 23) * kQ; }

// All ones if a is below 0, else 0.
constexpr int32_t SignMask(int32_t a) {
  return -static_cast<int32_t>(static_cast<uint32_t>(a) >> 31);
}

// a modulo q, in [0, q), of a < 2^31 - 2^22.
constexpr int32_t Canonical(int32_t a) {
  const int32_t reduced = Reduce(a);
  return reduced + (SignMask(reduced) & kQ);
}

// a modulo q, in [-(q-1)/2, (q-1)/2], of a < 2^31 - 2^22.
constexpr int32_t Centred(int32_t a) {
  const int32_t canonical = Canonical(a);
  return canonical - (SignMask(kQ / 2 - canonical) & kQ);
}

// All ones if |a| >= bound, else 0; a is centred.
constexpr int32_t MaskIfNotBelow(int32_t a, int32_t bound) {
  const int32_t sign = SignMask(a);
  return SignMask(bound - 1 - ((a ^ sign) - sign));
}

// a = high * something + low, with |low| at most half of that.
struct HighLow {
  int32_t high, low;
};

// FIPS 204 algorithm 35, of a in [0, q): a = high * 2^d + low.
constexpr HighLow Power2Round(int32_t a) {
  const int32_t high = (a + (1 << (kDroppedBits - 1)) - 1) >> kDroppedBits;
  return {high, a - (high << kDroppedBits)};
}

// FIPS 204 algorithm 36, of a in [0, q): a = high * 2 kGamma2 + low modulo q. The two gamma2 of
// the standard; their reciprocals, of 2^-7 a rounded up, are exact for all a.
inline constexpr int32_t kGamma2Of44 = (kQ - 1) / 88, kGamma2 = (kQ - 1) / 32;
template <int32_t kGamma>
constexpr HighLow Decompose(int32_t a) {
  static_assert(kGamma == kGamma2 || kGamma == kGamma2Of44);
  int32_t high = (a + 127) >> 7;
  if constexpr (kGamma == kGamma2) {
    high = ((high * 1025 + (1 << 21)) >> 22) & 15;  // 16 is 0, with a low of -1
  } else {
    high = (high * 11275 + (1 << 23)) >> 24;
    high &= ~SignMask(43 - high);  // 44 is 0
  }
  const int32_t low = a - high * 2 * kGamma;
  return {high, low - (SignMask(kQ / 2 - low) & kQ)};
}

// FIPS 204 algorithm 40: the high part of a, corrected where hint is 1, else (0) as it is.
template <int32_t kGamma>
constexpr int32_t UseHint(int32_t hint, int32_t a) {
  constexpr int32_t kCount = (kQ - 1) / (2 * kGamma);
  const HighLow parts = Decompose<kGamma>(a);
  const int32_t step = -1 - 2 * SignMask(-parts.low);  // 1 of a low part above 0, else -1
  int32_t high = parts.high + (step & -hint);
  high += SignMask(high) & kCount;
  high -= ~SignMask(high - kCount) & kCount;
  return high;
}

constexpr std::array<int32_t, kN> MakeZetas() {
  std::array<int32_t, kN> powers{}, zetas{};
  int64_t value = (int64_t{1} << 32) % kQ;
  for (int32_t& power : powers) {
    power = static_cast<int32_t>(value > kQ / 2 ? value - kQ : value);
    value = value * 1753 % kQ;
  }
  for (uint32_t i = 0; i < kN; ++i) {
    uint32_t reversed = 0;
    for (uint32_t bit = 0; bit < 8; ++bit) reversed |= ((i >> bit) & 1) << (7 - bit);
    zetas[i] = powers[reversed];
  }
  return zetas;
}
// FIPS 204 appendix B: 1753^BitRev8(i), in Montgomery's form, centred; the order in which the
// transform uses them.
inline constexpr std::array<int32_t, kN> kZetas = MakeZetas();

}  // namespace merlon::crypto::ml_dsa
