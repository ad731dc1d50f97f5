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

// The S-box on each byte of a word: with four equal columns ShiftRows does nothing.
[[gnu::target("aes,sse4.1")]] inline uint32_t SubWord(uint32_t word) {
  const __m128i columns = _mm_set1_epi32(static_cast<int>(word));
  return static_cast<uint32_t>(
      _mm_cvtsi128_si32(_mm_aesenclast_si128(columns, _mm_setzero_si128())));
}

// FIPS 197 s5.2 on little-endian words. `key` is 16 bytes for ten rounds, 32 for fourteen.
template <int kRounds>
[[gnu::target("aes,sse4.1")]] inline void ExpandKey(Bytes key, RoundKeys<kRounds>& out) {
  constexpr size_t kKeyWords = kRounds - 6;
  uint32_t w[4 * (kRounds + 1)];
  memcpy(w, Slice(key, 0, 4 * kKeyWords).data(), 4 * kKeyWords);
  uint32_t round_constant = 1;
  for (size_t i = kKeyWords; i < 4 * (kRounds + 1); ++i) {
    uint32_t t = w[i - 1];
    if (i % kKeyWords == 0) {
      t = SubWord(t >> 8 | t << 24) ^ round_constant;
      round_constant =
          round_constant == 0x80 ? 0x1b : round_constant << 1;  // public: counts rounds
    } else if (kKeyWords > 6 && i % kKeyWords == 4) {
      t = SubWord(t);
    }
    w[i] = w[i - kKeyWords] ^ t;
  }
  memcpy(out.keys, w, sizeof(w));
  WipeObject(w);
}

template <int kRounds>
[[gnu::target("aes,sse4.1")]] inline __m128i EncryptBlock(const RoundKeys<kRounds>& k, __m128i b) {
  b = _mm_xor_si128(b, k.keys[0]);
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
