// SPDX-License-Identifier: Apache-2.0
// ChaCha20 by AVX2, in two ways. Eight blocks side by side, one in each 32-bit lane, so that word i
// of all eight is one register; the words change places at the end. And four blocks as they are
// drawn, a row of two of them in each register: less work in all, and sooner done. And one block, a
// row in each register, for masks.
//
// Constant time: additions, XORs, shifts and fixed shuffles only. Portable twin:
// ../portable/chacha20.h.
#pragma once
#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

#include "crypto/base/secret.h"
#include "crypto/drivers/portable/chacha20.h"

namespace merlon::crypto::x86 {

inline constexpr size_t kChaCha20Lanes = 8;
inline constexpr size_t kChaCha20Few = 4;

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

[[gnu::target("avx2"), gnu::always_inline]] inline void XorStore(__m256i stream, const uint8_t* in,
                                                                 uint8_t* out) {
  const __m256i text = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_xor_si256(text, stream));
}

// Eight blocks: word(i) is word i of all of them, put(at, stream) takes 32 bytes from `at` on.
template <class Word, class Put>
[[gnu::target("avx2"), gnu::always_inline]] inline void EightBlocks(Word word, Put put) {
  __m256i x[16];
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
    for (int block = 0; block < 8; ++block) put(64 * block + 32 * half, x[8 * half + block]);
  }
  WipeObject(x);
}

// Word i of eight blocks that follow each other.
[[gnu::target("avx2"), gnu::always_inline]] inline __m256i EightWords(const ChaCha20State& state,
                                                                      int i) {
  const __m256i all = _mm256_set1_epi32(static_cast<int>(state[static_cast<size_t>(i)]));
  const __m256i lanes = _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0);
  return i == kChaCha20Counter ? _mm256_add_epi32(all, lanes) : all;
}

// XORs chunks of eight blocks of key stream into `in`, giving `out` (the same bytes or no overlap),
// and moves the counter on.
[[gnu::target("avx2")]] inline void ChaCha20XorAvx2(ChaCha20State& state, const uint8_t* in,
                                                    uint8_t* out, size_t chunks) {
  for (; chunks != 0; --chunks) {
    EightBlocks([&](int i) __attribute__((target("avx2"))) { return EightWords(state, i); },
                [&](int at, __m256i stream)
                    __attribute__((target("avx2"))) { XorStore(stream, in + at, out + at); });
    state[kChaCha20Counter] += kChaCha20Lanes;
    in += kChaCha20Lanes * kChaCha20BlockSize;
    out += kChaCha20Lanes * kChaCha20BlockSize;
  }
}

// Writes seven blocks of key stream, moving the counter on by as many, and the block that 32 bytes
// of `mask_key` and the sample's 16 of counter and nonce give.
[[gnu::target("avx2")]] inline void ChaCha20MaskedAvx2(ChaCha20State& state,
                                                       const uint8_t* mask_key,
                                                       const uint8_t* sample, uint8_t* out) {
  const auto word = [&](int i) __attribute__((target("avx2"))) {
    const __m256i seven = EightWords(state, i);
    if (i < 4) return seven;  // the constants
    int last;
    memcpy(&last, i < 12 ? mask_key + 4 * (i - 4) : sample + 4 * (i - 12), 4);
    return _mm256_blend_epi32(seven, _mm256_set1_epi32(last), 0x80);
  };
  EightBlocks(word, [&](int at, __m256i stream) __attribute__((target("avx2"))) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + at), stream);
  });
  state[kChaCha20Counter] += kChaCha20Lanes - 1;
}

// The rows of two blocks.
struct TwoBlocks {
  __m256i a, b, c, d;
};
[[gnu::target("avx2"), gnu::always_inline]] inline __m256i BothHalves(const uint8_t* row) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(row)));
}
// Four quarter rounds, on columns.
[[gnu::target("avx2"), gnu::always_inline]] inline void RowRounds(TwoBlocks& x) {
  x.a = _mm256_add_epi32(x.a, x.b);
  x.d = RotateLeft<16>(_mm256_xor_si256(x.d, x.a));
  x.c = _mm256_add_epi32(x.c, x.d);
  x.b = RotateLeft<12>(_mm256_xor_si256(x.b, x.c));
  x.a = _mm256_add_epi32(x.a, x.b);
  x.d = RotateLeft<8>(_mm256_xor_si256(x.d, x.a));
  x.c = _mm256_add_epi32(x.c, x.d);
  x.b = RotateLeft<7>(_mm256_xor_si256(x.b, x.c));
}
// Turns rows so that diagonals become columns, and back.
template <bool kBack>
[[gnu::target("avx2"), gnu::always_inline]] inline void TurnRows(TwoBlocks& x) {
  x.b = _mm256_shuffle_epi32(x.b, kBack ? 0x93 : 0x39);
  x.c = _mm256_shuffle_epi32(x.c, 0x4e);
  x.d = _mm256_shuffle_epi32(x.d, kBack ? 0x39 : 0x93);
}
// Four blocks: those that `first` begins with.
template <class Put>
[[gnu::target("avx2"), gnu::always_inline]] inline void FourBlocks(const TwoBlocks* first,
                                                                   Put put) {
  TwoBlocks x[2] = {first[0], first[1]};
  for (int i = 0; i < 10; ++i) {
    RowRounds(x[0]);
    RowRounds(x[1]);
    TurnRows<false>(x[0]);
    TurnRows<false>(x[1]);
    RowRounds(x[0]);
    RowRounds(x[1]);
    TurnRows<true>(x[0]);
    TurnRows<true>(x[1]);
  }
  for (int i = 0; i < 2; ++i) {
    const __m256i a = _mm256_add_epi32(x[i].a, first[i].a);
    const __m256i b = _mm256_add_epi32(x[i].b, first[i].b);
    const __m256i c = _mm256_add_epi32(x[i].c, first[i].c);
    const __m256i d = _mm256_add_epi32(x[i].d, first[i].d);
    put(128 * i, _mm256_permute2x128_si256(a, b, 0x20));
    put(128 * i + 32, _mm256_permute2x128_si256(c, d, 0x20));
    put(128 * i + 64, _mm256_permute2x128_si256(a, b, 0x31));
    put(128 * i + 96, _mm256_permute2x128_si256(c, d, 0x31));
  }
  WipeObject(x);
}
// Four that follow each other.
[[gnu::target("avx2"), gnu::always_inline]] inline void FourRows(const ChaCha20State& state,
                                                                 TwoBlocks* first) {
  const auto row = [&](size_t i) __attribute__((target("avx2"))) {
    return BothHalves(reinterpret_cast<const uint8_t*>(state.data() + i));
  };
  for (int i = 0; i < 2; ++i) {
    const __m256i counters = _mm256_set_epi32(0, 0, 0, 2 * i + 1, 0, 0, 0, 2 * i);
    first[i] = {row(0), row(4), row(8), _mm256_add_epi32(row(12), counters)};
  }
}
// The same as ChaCha20XorAvx2 with four blocks.
[[gnu::target("avx2")]] inline void ChaCha20XorFewAvx2(ChaCha20State& state, const uint8_t* in,
                                                       uint8_t* out) {
  TwoBlocks first[2];
  FourRows(state, first);
  FourBlocks(first, [&](int at, __m256i stream)
                        __attribute__((target("avx2"))) { XorStore(stream, in + at, out + at); });
  state[kChaCha20Counter] += kChaCha20Few;
  WipeObject(first);
}
// The same as ChaCha20MaskedAvx2 with four blocks, three of key stream.
[[gnu::target("avx2")]] inline void ChaCha20MaskedFewAvx2(ChaCha20State& state,
                                                          const uint8_t* mask_key,
                                                          const uint8_t* sample, uint8_t* out) {
  TwoBlocks first[2];
  FourRows(state, first);
  first[1].b = _mm256_blend_epi32(first[1].b, BothHalves(mask_key), 0xf0);
  first[1].c = _mm256_blend_epi32(first[1].c, BothHalves(mask_key + 16), 0xf0);
  first[1].d = _mm256_blend_epi32(first[1].d, BothHalves(sample), 0xf0);
  FourBlocks(first, [&](int at, __m256i stream) __attribute__((target("avx2"))) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + at), stream);
  });
  state[kChaCha20Counter] += kChaCha20Few - 1;
  WipeObject(first);
}

// The first 16 bytes of the block that 32 bytes of key and 16 of counter and nonce give. In the
// lower half of each register: the upper one computes the same.
[[gnu::target("avx2")]] inline void ChaCha20MaskAvx2(const uint8_t* key,
                                                     const uint8_t* counter_and_nonce,
                                                     uint8_t* out) {
  const __m256i constants = _mm256_broadcastsi128_si256(
      _mm_set_epi32(0x6b206574, 0x79622d32, 0x3320646e, 0x61707865));  // "expand 32-byte k"
  TwoBlocks x = {constants, BothHalves(key), BothHalves(key + 16), BothHalves(counter_and_nonce)};
  for (int i = 0; i < 10; ++i) {
    RowRounds(x);
    TurnRows<false>(x);
    RowRounds(x);
    TurnRows<true>(x);
  }
  const __m256i first = _mm256_add_epi32(x.a, constants);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm256_castsi256_si128(first));
  WipeObject(x);
}

}  // namespace merlon::crypto::x86
#endif
