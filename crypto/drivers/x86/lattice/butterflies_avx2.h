// SPDX-License-Identifier: Apache-2.0
// The layers of a number-theoretic transform of 256 coefficients by AVX2, over a ring that says how
// two registers are combined; and how what a layer combines gets into two registers, where it
// stands closer together than a register is long.
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

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i Load(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}
[[gnu::target("avx2"), gnu::always_inline]] inline void Store(__m256i value, void* to) {
  _mm256_storeu_si256(static_cast<__m256i*>(to), value);
}

// The roots of a layer of kCount runs, as the forward transform takes them from those of FIPS 203
// and 204, or the inverse one, which takes them from the end.
template <size_t kCount, bool kInverse, class T>
constexpr std::array<T, kCount> RootsOf(const std::array<T, 64 * sizeof(T)>& zetas) {
  std::array<T, kCount> out{};
  for (size_t i = 0; i < kCount; ++i) out[i] = zetas[kInverse ? 2 * kCount - 1 - i : kCount + i];
  return out;
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

// Ring: Element, its roots, Broadcast(root), NarrowRoots<kUnit, kInverse>(pair of registers),
// Combine<kInverse>(a, b, roots).
//
// A layer whose runs, of kLength coefficients to be combined with as many, are registers.
template <class Ring, size_t kLength, bool kInverse>
[[gnu::target("avx2"), gnu::always_inline]] inline void WideLayer(typename Ring::Element* c) {
  static constexpr auto kRoots = RootsOf<128 / kLength, kInverse>(Ring::kZetas);
  for (size_t start = 0; start < 256; start += 2 * kLength) {
    const auto root = Ring::Broadcast(kRoots[start / (2 * kLength)]);
    for (size_t i = start; i < start + kLength; i += 32 / sizeof(*c)) {
      __m256i a = Load(c + i), b = Load(c + i + kLength);
      Ring::template Combine<kInverse>(a, b, root);
      Store(a, c + i);
      Store(b, c + i + kLength);
    }
  }
}
// One whose runs are kUnit bytes, parts of the pair of registers that begins at coefficient `at`.
template <class Ring, int kUnit, bool kInverse>
[[gnu::target("avx2"), gnu::always_inline]] inline void NarrowLayer(__m256i& x, __m256i& y,
                                                                    size_t at) {
  Part<kUnit>(x, y);
  Ring::template Combine<kInverse>(x, y, Ring::template NarrowRoots<kUnit, kInverse>(at / 2));
  Join<kUnit>(x, y);
}

}  // namespace merlon::crypto::x86
#endif
