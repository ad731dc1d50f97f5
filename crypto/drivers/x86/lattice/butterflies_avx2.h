// SPDX-License-Identifier: Apache-2.0
// How coefficients that a layer of a number-theoretic transform combines get into two registers of
// AVX2, where they stand closer together than a register is long; and back.
#pragma once
#if defined(__x86_64__)
#include <immintrin.h>

#include <array>
#include <cstddef>

namespace merlon::crypto::x86 {

// Of two registers in a row, the first halves of each run of 2 * kUnit bytes into `low`, the second
// halves into `high`. kUnit is 16, 8 or 4.
template <int kUnit>
[[gnu::target("avx2"), gnu::always_inline]] inline void Part(__m256i& low, __m256i& high) {
  const __m256i x = low, y = high;
  if constexpr (kUnit == 16) {
    low = _mm256_permute2x128_si256(x, y, 0x20);
    high = _mm256_permute2x128_si256(x, y, 0x31);
  } else if constexpr (kUnit == 8) {
    low = _mm256_unpacklo_epi64(x, y);
    high = _mm256_unpackhi_epi64(x, y);
  } else {
    const __m256 a = _mm256_castsi256_ps(x), b = _mm256_castsi256_ps(y);
    low = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0x88));
    high = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0xdd));
  }
}
// The inverse.
template <int kUnit>
[[gnu::target("avx2"), gnu::always_inline]] inline void Join(__m256i& x, __m256i& y) {
  const __m256i low = x, high = y;
  if constexpr (kUnit == 4) {
    x = _mm256_unpacklo_epi32(low, high);
    y = _mm256_unpackhi_epi32(low, high);
  } else {
    Part<kUnit>(x, y);  // it is its own
  }
}

// Which run the n-th unit of `low` and of `high` is of, after Part.
template <int kUnit>
constexpr size_t RunOf(size_t n) {
  constexpr size_t kOf8[] = {0, 2, 1, 3}, kOf4[] = {0, 1, 4, 5, 2, 3, 6, 7};
  return kUnit == 16 ? n : kUnit == 8 ? kOf8[n] : kOf4[n];
}

// For the layer of runs of kUnit bytes of T: of `roots`, which has one for each run from
// `first` on, those of each coefficient in the order in which Part leaves them.
template <int kUnit, class T, size_t kCount>
constexpr std::array<T, kCount / 2> SpreadRoots(const T* roots) {
  constexpr size_t kPerUnit = kUnit / sizeof(T), kPerRegister = 32 / sizeof(T);
  std::array<T, kCount / 2> out{};
  for (size_t i = 0; i < kCount / 2; ++i) {
    const size_t pair = i / kPerRegister, unit = i % kPerRegister / kPerUnit;
    out[i] = roots[pair * (32 / kUnit) + RunOf<kUnit>(unit)];
  }
  return out;
}

}  // namespace merlon::crypto::x86
#endif
