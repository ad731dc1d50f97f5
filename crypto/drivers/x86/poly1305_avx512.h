// SPDX-License-Identifier: Apache-2.0
// Poly1305 by AVX-512: eight blocks side by side, one in each 64-bit lane, in the way of
// poly1305_avx2.h, which explains it and has what both share.
//
// Constant time: the instructions are (Intel, "Data Operand Independent Timing Instructions").
// Needs AVX512F.
#pragma once
#if defined(__x86_64__)
#include <immintrin.h>

#include "crypto/base/secret.h"
#include "crypto/drivers/portable/poly1305.h"
#include "crypto/drivers/x86/poly1305_avx2.h"

// GCC 12 takes what its own intrinsics leave undefined for an accident (its bug 105593).
#pragma GCC diagnostic push
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

namespace merlon::crypto::x86 {

// Five limbs of 26 bits, eight numbers side by side.
struct PolyLanes8 {
  __m512i limb[5];
};
// What multiplies: limbs of r, and five times those beyond the first.
struct PolyFactor8 {
  __m512i r[5], s[5];
};

// Puts 16 bytes of each lane into limbs. Unpacking leaves the blocks in the order 0 4 1 5 2 6 3 7.
[[gnu::target("avx512f"), gnu::always_inline]] inline PolyLanes8 SplitEight(const uint8_t* from,
                                                                            __m512i high_bit) {
  const __m512i a = _mm512_loadu_si512(from), b = _mm512_loadu_si512(from + 64);
  const __m512i low = _mm512_unpacklo_epi64(a, b), high = _mm512_unpackhi_epi64(a, b);
  const __m512i mask = _mm512_set1_epi64((1 << 26) - 1);
  const __m512i middle = _mm512_or_si512(_mm512_srli_epi64(low, 52), _mm512_slli_epi64(high, 12));
  return {{_mm512_and_si512(low, mask), _mm512_and_si512(_mm512_srli_epi64(low, 26), mask),
           _mm512_and_si512(middle, mask), _mm512_and_si512(_mm512_srli_epi64(high, 14), mask),
           _mm512_or_si512(_mm512_srli_epi64(high, 40), high_bit)}};
}

// MultiplyFour of eight, with the same bounds.
[[gnu::target("avx512f"), gnu::always_inline]] inline PolyLanes8 MultiplyEight(
    const PolyLanes8& h, const PolyFactor8& f) {
  __m512i d[5];
#pragma GCC unroll 5
  for (int i = 0; i < 5; ++i) d[i] = _mm512_mul_epu32(h.limb[0], f.r[i]);
#pragma GCC unroll 5
  for (int j = 1; j < 5; ++j) {
#pragma GCC unroll 5
    for (int i = 0; i < 5; ++i) {
      const __m512i factor = i >= j ? f.r[i - j] : f.s[5 + i - j];
      d[i] = _mm512_add_epi64(d[i], _mm512_mul_epu32(h.limb[j], factor));
    }
  }
  // Two chains of carries at once: 3 to 4 to 0 (times 5) to 1, and 0 to 1 to 2 to 3 to 4.
  const __m512i mask = _mm512_set1_epi64((1 << 26) - 1);
  const auto carry = [&](int from) __attribute__((target("avx512f"), always_inline)) {
    const __m512i out = _mm512_srli_epi64(d[from], 26);
    d[from] = _mm512_and_si512(d[from], mask);
    return out;
  };
  d[4] = _mm512_add_epi64(d[4], carry(3));
  d[1] = _mm512_add_epi64(d[1], carry(0));
  const __m512i back = carry(4);
  d[0] = _mm512_add_epi64(d[0], _mm512_add_epi64(back, _mm512_slli_epi64(back, 2)));
  d[2] = _mm512_add_epi64(d[2], carry(1));
  d[1] = _mm512_add_epi64(d[1], carry(0));
  d[3] = _mm512_add_epi64(d[3], carry(2));
  d[4] = _mm512_add_epi64(d[4], carry(3));
  return {{d[0], d[1], d[2], d[3], d[4]}};
}

// r^8 in all lanes, and the powers of the last step in the lanes' order: 8 4 7 3 6 2 5 1.
[[gnu::target("avx512f")]] inline void MakeFactors8(const uint8_t* key, PolyFactor8& every,
                                                    PolyFactor8& last) {
  Poly1305Limbs powers[8];
  powers[0] = Poly1305Multiplier(key);
  for (int i = 1; i < 8; ++i) {
    powers[i] = powers[i - 1];
    Poly1305Multiply(powers[i], powers[0]);
  }
  for (size_t i = 0; i < 5; ++i) {
    every.r[i] = _mm512_set1_epi64(powers[7][i]);
    last.r[i] = _mm512_set_epi64(powers[0][i], powers[4][i], powers[1][i], powers[5][i],
                                 powers[2][i], powers[6][i], powers[3][i], powers[7][i]);
  }
  for (PolyFactor8* factor : {&every, &last}) {
    for (int i = 0; i < 5; ++i) {
      factor->s[i] = _mm512_add_epi64(factor->r[i], _mm512_slli_epi64(factor->r[i], 2));
    }
  }
  WipeObject(powers);
}

// Poly1305AeadTag of the portable driver.
[[gnu::target("avx512f")]] inline void Poly1305AeadTagAvx512(const uint8_t* key, Bytes ad,
                                                             Bytes text, uint8_t* tag) {
  PolyFactor8 every, last;
  MakeFactors8(key, every, last);
  const PolyBlocks blocks(ad, text);
  const size_t empty = (8 - blocks.count() % 8) % 8;
  alignas(64) uint8_t copied[128] = {};
  const __m512i high_bit = _mm512_set1_epi64(1 << 24);
  for (size_t i = empty; i < 8; ++i) blocks.Copy(i - empty, copied + 16 * i);
  const __m512i order = _mm512_set_epi64(7, 3, 6, 2, 5, 1, 4, 0);
  const __mmask8 filled =
      _mm512_cmpge_epi64_mask(order, _mm512_set1_epi64(static_cast<long long>(empty)));
  PolyLanes8 h = SplitEight(copied, _mm512_maskz_mov_epi64(filled, high_bit));
  for (size_t at = 8 - empty; at < blocks.count(); at += 8) {
    const uint8_t* from = blocks.Direct(at, 8);
    if (from == nullptr) {
      for (size_t i = 0; i < 8; ++i) blocks.Copy(at + i, copied + 16 * i);
      from = copied;
    }
    const PolyLanes8 m = SplitEight(from, high_bit);
    h = MultiplyEight(h, every);
#pragma GCC unroll 5
    for (int i = 0; i < 5; ++i) h.limb[i] = _mm512_add_epi64(h.limb[i], m.limb[i]);
  }
  h = MultiplyEight(h, last);
  Poly1305Limbs sum;
  for (size_t i = 0; i < 5; ++i) sum[i] = static_cast<uint32_t>(_mm512_reduce_add_epi64(h.limb[i]));
  Poly1305Finish(sum, key, tag);
  WipeObject(every);
  WipeObject(last);
  WipeObject(h);
  WipeObject(sum);
  WipeObject(copied);
}

}  // namespace merlon::crypto::x86

#pragma GCC diagnostic pop
#endif
