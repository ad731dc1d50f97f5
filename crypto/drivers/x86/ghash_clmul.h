// SPDX-License-Identifier: Apache-2.0
// GHASH by PCLMULQDQ: up to eight blocks multiplied by powers of H, one reduction for all of them.
// Constant time: carry-less multiplication and bitwise operations only.
//
// Works on POLYVAL's side of RFC 8452 appendix A: GHASH(H, X) is POLYVAL of byte-reversed blocks
// under the byte-reversed H times x. There a product needs no shift, and Montgomery reduction (a b
// x^-128) takes two multiplications.
#pragma once
#if defined(__x86_64__)
#include "crypto/drivers/x86/aes_ni.h"

namespace merlon::crypto::x86 {

inline constexpr int kGhashPowers = 8;

struct GhashKey {
  __m128i power[kGhashPowers];    // H^1 to H^8
  uint64_t folded[kGhashPowers];  // each one's halves added, for Karatsuba
};

// Products not reduced yet.
struct GhashSum {
  __m128i low, middle, high;
};

[[gnu::target("pclmul,ssse3,sse4.1")]] inline __m128i ReverseBytes(__m128i x) {
  return _mm_shuffle_epi8(x, _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
}
[[gnu::target("pclmul,ssse3,sse4.1")]] inline __m128i SwapHalves(__m128i x) {
  return _mm_shuffle_epi32(x, 0x4e);
}

// Adds x * H^(index + 1).
[[gnu::target("pclmul,ssse3,sse4.1")]] inline void Accumulate(const GhashKey& key, int index,
                                                              __m128i x, GhashSum& sum) {
  const __m128i h = key.power[index];
  const __m128i folded = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(&key.folded[index]));
  sum.low = _mm_xor_si128(sum.low, _mm_clmulepi64_si128(x, h, 0x00));
  sum.high = _mm_xor_si128(sum.high, _mm_clmulepi64_si128(x, h, 0x11));
  sum.middle = _mm_xor_si128(sum.middle,
                             _mm_clmulepi64_si128(_mm_xor_si128(x, SwapHalves(x)), folded, 0x00));
}

[[gnu::target("pclmul,ssse3,sse4.1")]] inline __m128i Reduce(GhashSum sum) {
  const __m128i polynomial = _mm_set_epi64x(static_cast<long long>(0xc200000000000000), 1);
  const __m128i middle = _mm_xor_si128(sum.middle, _mm_xor_si128(sum.low, sum.high));
  __m128i low = _mm_xor_si128(sum.low, _mm_slli_si128(middle, 8));
  const __m128i high = _mm_xor_si128(sum.high, _mm_srli_si128(middle, 8));
  low = _mm_xor_si128(SwapHalves(low), _mm_clmulepi64_si128(low, polynomial, 0x10));
  low = _mm_xor_si128(SwapHalves(low), _mm_clmulepi64_si128(low, polynomial, 0x10));
  return _mm_xor_si128(high, low);
}

// The powers of H = AES(0), in the byte order of memory.
[[gnu::target("pclmul,ssse3,sse4.1")]] inline void BindGhash(__m128i h, GhashKey& key) {
  // Times x: one bit to the left, and what falls off comes back as x^128 = x^127+x^126+x^121+1.
  const __m128i reversed = ReverseBytes(h);
  const __m128i carries = _mm_srli_epi64(reversed, 63);
  const __m128i shifted = _mm_or_si128(_mm_slli_epi64(reversed, 1), _mm_slli_si128(carries, 8));
  const __m128i top = _mm_srli_si128(carries, 8);  // 0 or 1
  const __m128i mask = _mm_shuffle_epi32(_mm_sub_epi32(_mm_setzero_si128(), top), 0x00);
  key.power[0] = _mm_xor_si128(
      shifted, _mm_and_si128(mask, _mm_set_epi64x(static_cast<long long>(0xc200000000000000), 1)));
  for (int i = 0; i < kGhashPowers; ++i) {
    if (i > 0) {  // H^(i+1) of two about half as high: none waits for more than three products
      const int half = (i + 1) / 2;
      GhashSum sum = {};
      Accumulate(key, half - 1, key.power[i - half], sum);
      key.power[i] = Reduce(sum);
    }
    const __m128i both = _mm_xor_si128(key.power[i], SwapHalves(key.power[i]));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(&key.folded[i]), both);
  }
}

}  // namespace merlon::crypto::x86
#endif
