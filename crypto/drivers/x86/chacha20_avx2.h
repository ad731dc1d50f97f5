// SPDX-License-Identifier: Apache-2.0
// ChaCha20 by AVX2: eight blocks side by side, one in each 32-bit lane, so that word i of all eight
// is one register; the words change places at the end.
//
// Constant time: additions, XORs, shifts and fixed shuffles only. Portable twin:
// ../portable/chacha20.h.
#pragma once
#if defined(__x86_64__)
#include <immintrin.h>

#include "crypto/base/secret.h"
#include "crypto/drivers/portable/chacha20.h"

namespace merlon::crypto::x86 {

inline constexpr size_t kChaCha20Lanes = 8;

template <int kBits>
[[gnu::target("avx2"), gnu::always_inline]] inline __m256i RotateLeft(__m256i x) {
  if constexpr (kBits == 16) {
    return _mm256_shuffle_epi8(x, _mm256_broadcastsi128_si256(_mm_set_epi8(
                                      13, 12, 15, 14, 9, 8, 11, 10, 5, 4, 7, 6, 1, 0, 3, 2)));
  } else if constexpr (kBits == 8) {
    return _mm256_shuffle_epi8(x, _mm256_broadcastsi128_si256(_mm_set_epi8(
                                      14, 13, 12, 15, 10, 9, 8, 11, 6, 5, 4, 7, 2, 1, 0, 3)));
  } else {
    return _mm256_or_si256(_mm256_slli_epi32(x, kBits), _mm256_srli_epi32(x, 32 - kBits));
  }
}

// Four quarter rounds (RFC 8439 s2.1) on words a+i, b+(i+o)%4, ...: columns, or diagonals with
// kShift = 1.
template <int kShift>
[[gnu::target("avx2"), gnu::always_inline]] inline void QuarterRounds(__m256i* x) {
  const auto b = [](int i) { return 4 + (i + kShift) % 4; };
  const auto c = [](int i) { return 8 + (i + 2 * kShift) % 4; };
  const auto d = [](int i) { return 12 + (i + 3 * kShift) % 4; };
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    x[i] = _mm256_add_epi32(x[i], x[b(i)]);
    x[d(i)] = RotateLeft<16>(_mm256_xor_si256(x[d(i)], x[i]));
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    x[c(i)] = _mm256_add_epi32(x[c(i)], x[d(i)]);
    x[b(i)] = RotateLeft<12>(_mm256_xor_si256(x[b(i)], x[c(i)]));
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    x[i] = _mm256_add_epi32(x[i], x[b(i)]);
    x[d(i)] = RotateLeft<8>(_mm256_xor_si256(x[d(i)], x[i]));
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    x[c(i)] = _mm256_add_epi32(x[c(i)], x[d(i)]);
    x[b(i)] = RotateLeft<7>(_mm256_xor_si256(x[b(i)], x[c(i)]));
  }
}

// x[i], lane j to x[j], lane i: then each register is eight words of one block.
[[gnu::target("avx2"), gnu::always_inline]] inline void TransposeEight(__m256i* x) {
  __m256i a[8], b[8];
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    a[i] = _mm256_unpacklo_epi32(x[i], x[i + 1]);
    a[i + 1] = _mm256_unpackhi_epi32(x[i], x[i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 8; i += 4) {
    b[i] = _mm256_unpacklo_epi64(a[i], a[i + 2]);
    b[i + 1] = _mm256_unpackhi_epi64(a[i], a[i + 2]);
    b[i + 2] = _mm256_unpacklo_epi64(a[i + 1], a[i + 3]);
    b[i + 3] = _mm256_unpackhi_epi64(a[i + 1], a[i + 3]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    x[i] = _mm256_permute2x128_si256(b[i], b[i + 4], 0x20);
    x[i + 4] = _mm256_permute2x128_si256(b[i], b[i + 4], 0x31);
  }
}

// XORs chunks of eight blocks of key stream into `in`, giving `out` (the same bytes or no overlap),
// and moves the counter on.
[[gnu::target("avx2")]] inline void ChaCha20XorAvx2(ChaCha20State& state, const uint8_t* in,
                                                    uint8_t* out, size_t chunks) {
  const __m256i lanes = _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0);
  __m256i x[16];
  for (; chunks != 0; --chunks) {
    const auto word = [&](int i) __attribute__((target("avx2"))) {
      const __m256i all = _mm256_set1_epi32(static_cast<int>(state[static_cast<size_t>(i)]));
      return i == kChaCha20Counter ? _mm256_add_epi32(all, lanes) : all;
    };
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) x[i] = word(i);
    for (int i = 0; i < 10; ++i) {
      QuarterRounds<0>(x);
      QuarterRounds<1>(x);
    }
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) x[i] = _mm256_add_epi32(x[i], word(i));
#pragma GCC unroll 2
    for (int half = 0; half < 2; ++half) {
      TransposeEight(x + 8 * half);
#pragma GCC unroll 8
      for (int block = 0; block < 8; ++block) {
        const int at = 64 * block + 32 * half;
        const __m256i text = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in + at));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + at),
                            _mm256_xor_si256(text, x[8 * half + block]));
      }
    }
    state[kChaCha20Counter] += kChaCha20Lanes;
    in += kChaCha20Lanes * kChaCha20BlockSize;
    out += kChaCha20Lanes * kChaCha20BlockSize;
  }
  WipeObject(x);
}

}  // namespace merlon::crypto::x86
#endif
