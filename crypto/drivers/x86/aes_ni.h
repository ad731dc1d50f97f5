// SPDX-License-Identifier: Apache-2.0
// The AES-NI pieces that the cipher and GCM share: round keys and blocks side by side.
// Constant time: the instructions are (Intel, "Data Operand Independent Timing Instructions").
#pragma once
#if defined(__x86_64__)
#include <immintrin.h>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"

namespace merlon::crypto::x86 {

template <int kRounds>
struct RoundKeys {
  __m128i keys[kRounds + 1];
};

// Each word XORed with all words before it.
[[gnu::target("sse4.1")]] inline __m128i XorWords(__m128i words) {
  words = _mm_xor_si128(words, _mm_slli_si128(words, 4));
  return _mm_xor_si128(words, _mm_slli_si128(words, 8));
}

// FIPS 197 s5.2, four words at a time. `key` is 16 bytes for ten rounds, 32 for fourteen. The S-box
// is that of a last round: with four equal columns ShiftRows does nothing.
template <int kRounds>
[[gnu::target("aes,ssse3,sse4.1")]] inline void ExpandKey(Bytes key, RoundKeys<kRounds>& out) {
  static_assert(kRounds == 10 || kRounds == 14);
  constexpr int kStart = kRounds == 10 ? 1 : 2;            // round keys that are the key itself
  const __m128i rotate_last = _mm_set1_epi32(0x0c0f0e0d);  // RotWord of the last word, everywhere
  for (int i = 0; i < kStart; ++i) {
    out.keys[i] = _mm_loadu_si128(
        reinterpret_cast<const __m128i*>(Slice(key, 16 * static_cast<size_t>(i), 16).data()));
  }
  __m128i round_constant = _mm_set1_epi32(1);
  for (int i = kStart; i <= kRounds; ++i) {
    const __m128i last = out.keys[i - 1];
    __m128i t;
    if (kRounds == 14 && i % 2 != 0) {
      t = _mm_aesenclast_si128(_mm_shuffle_epi32(last, 0xff), _mm_setzero_si128());
    } else {
      t = _mm_aesenclast_si128(_mm_shuffle_epi8(last, rotate_last), round_constant);
      round_constant = i == 8 && kRounds == 10 ? _mm_set1_epi32(0x1b)  // public: counts rounds
                                               : _mm_slli_epi32(round_constant, 1);
    }
    out.keys[i] = _mm_xor_si128(XorWords(out.keys[i - kStart]), t);
  }
}

template <int kRounds>
[[gnu::target("aes,sse4.1")]] inline __m128i EncryptBlock(const RoundKeys<kRounds>& k, __m128i b) {
  b = _mm_xor_si128(b, k.keys[0]);
#pragma GCC unroll 16
  for (int round = 1; round < kRounds; ++round) b = _mm_aesenc_si128(b, k.keys[round]);
  return _mm_aesenclast_si128(b, k.keys[kRounds]);
}

// Eight blocks side by side: what hides the latency of a round.
template <int kRounds>
[[gnu::target("aes,sse4.1")]] inline void EncryptEight(const RoundKeys<kRounds>& k, __m128i* b) {
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) b[i] = _mm_xor_si128(b[i], k.keys[0]);
  for (int round = 1; round < kRounds; ++round) {
    const __m128i key = k.keys[round];
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) b[i] = _mm_aesenc_si128(b[i], key);
  }
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) b[i] = _mm_aesenclast_si128(b[i], k.keys[kRounds]);
}

[[gnu::target("aes,sse4.1")]] inline __m128i Load(const uint8_t* from) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}
[[gnu::target("aes,sse4.1")]] inline void Store(__m128i value, uint8_t* to) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), value);
}

}  // namespace merlon::crypto::x86
#endif
