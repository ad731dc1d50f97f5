// SPDX-License-Identifier: Apache-2.0
// ChaCha20 by AVX-512 for long texts: sixteen blocks side by side, one in each 32-bit lane, as
// chacha20_avx2.h has eight. Shorter things are that file's.
//
// Constant time: additions, XORs, rotations and fixed shuffles only. Needs AVX512F.
#pragma once
#if defined(__x86_64__)
#include <immintrin.h>

#include "crypto/base/secret.h"
#include "crypto/drivers/portable/chacha20.h"
#include "crypto/drivers/x86/chacha20_avx2.h"

// GCC 12 takes what its own intrinsics leave undefined for an accident (its bug 105593).
#pragma GCC diagnostic push
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

namespace merlon::crypto::x86 {

// Four quarter rounds (RFC 8439 s2.1), on columns, or on diagonals with kShift = 1.
template <int kShift>
[[gnu::target("avx512f"), gnu::always_inline]] inline void QuarterRounds16(__m512i* x) {
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    __m512i &a = x[i], &b = x[4 + (i + kShift) % 4], &c = x[8 + (i + 2 * kShift) % 4],
            &d = x[12 + (i + 3 * kShift) % 4];
    a = _mm512_add_epi32(a, b);
    d = _mm512_rol_epi32(_mm512_xor_si512(d, a), 16);
    c = _mm512_add_epi32(c, d);
    b = _mm512_rol_epi32(_mm512_xor_si512(b, c), 12);
    a = _mm512_add_epi32(a, b);
    d = _mm512_rol_epi32(_mm512_xor_si512(d, a), 8);
    c = _mm512_add_epi32(c, d);
    b = _mm512_rol_epi32(_mm512_xor_si512(b, c), 7);
  }
}

// Word i of sixteen blocks that follow each other.
[[gnu::target("avx512f"), gnu::always_inline]] inline __m512i SixteenWords(
    const ChaCha20State& state, int i) {
  const __m512i all = _mm512_set1_epi32(static_cast<int>(state[static_cast<size_t>(i)]));
  const __m512i lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  return i == kChaCha20Counter ? _mm512_add_epi32(all, lanes) : all;
}

// Words 4 w to 4 w + 3 of all blocks, a word in each register, to those words of block 4 k + j in
// quarter k of x[4 w + j].
[[gnu::target("avx512f"), gnu::always_inline]] inline void TransposeQuarters(__m512i* x) {
#pragma GCC unroll 4
  for (int w = 0; w < 16; w += 4) {
    const __m512i a = _mm512_unpacklo_epi32(x[w], x[w + 1]);
    const __m512i b = _mm512_unpackhi_epi32(x[w], x[w + 1]);
    const __m512i c = _mm512_unpacklo_epi32(x[w + 2], x[w + 3]);
    const __m512i d = _mm512_unpackhi_epi32(x[w + 2], x[w + 3]);
    x[w] = _mm512_unpacklo_epi64(a, c);
    x[w + 1] = _mm512_unpackhi_epi64(a, c);
    x[w + 2] = _mm512_unpacklo_epi64(b, d);
    x[w + 3] = _mm512_unpackhi_epi64(b, d);
  }
}

[[gnu::target("avx512f"), gnu::always_inline]] inline void XorStore(__m512i stream,
                                                                    const uint8_t* in,
                                                                    uint8_t* out) {
  _mm512_storeu_si512(out, _mm512_xor_si512(stream, _mm512_loadu_si512(in)));
}

// ChaCha20XorAvx2, whose chunks of eight blocks go by twos while there are that many, if it is long:
// to begin takes more than one pair gains.
[[gnu::target("avx512f")]] inline void ChaCha20XorAvx512(ChaCha20State& state, const uint8_t* in,
                                                         uint8_t* out, size_t chunks) {
  constexpr size_t kSize = 2 * kChaCha20Lanes * kChaCha20BlockSize, kLong = 4;  // chunks
  if (chunks < kLong) return ChaCha20XorAvx2(state, in, out, chunks);
  __m512i x[16];
  for (; chunks >= 2; chunks -= 2, in += kSize, out += kSize) {
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) x[i] = SixteenWords(state, i);
    for (int i = 0; i < 10; ++i) {
      QuarterRounds16<0>(x);
      QuarterRounds16<1>(x);
    }
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) x[i] = _mm512_add_epi32(x[i], SixteenWords(state, i));
    TransposeQuarters(x);
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
      const __m512i even_low = _mm512_shuffle_i32x4(x[j], x[4 + j], 0x88);
      const __m512i even_high = _mm512_shuffle_i32x4(x[8 + j], x[12 + j], 0x88);
      const __m512i odd_low = _mm512_shuffle_i32x4(x[j], x[4 + j], 0xdd);
      const __m512i odd_high = _mm512_shuffle_i32x4(x[8 + j], x[12 + j], 0xdd);
      const __m512i blocks[4] = {_mm512_shuffle_i32x4(even_low, even_high, 0x88),
                                 _mm512_shuffle_i32x4(odd_low, odd_high, 0x88),
                                 _mm512_shuffle_i32x4(even_low, even_high, 0xdd),
                                 _mm512_shuffle_i32x4(odd_low, odd_high, 0xdd)};
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) {
        const int at = 64 * (4 * k + j);
        XorStore(blocks[k], in + at, out + at);
      }
    }
    state[kChaCha20Counter] += 2 * kChaCha20Lanes;
  }
  WipeObject(x);
  if (chunks != 0) ChaCha20XorAvx2(state, in, out, chunks);
}

}  // namespace merlon::crypto::x86

#pragma GCC diagnostic pop
#endif
