// SPDX-License-Identifier: Apache-2.0
// The block function of SHA-256 by SHA-NI, for one block and for two of two messages; state,
// buffering, padding and HMAC are the portable ones.
// Constant time: the instructions are, and nothing is indexed by data.
#include "crypto/drivers/x86/sha256.h"

#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/portable/sha2_hmac.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace merlon::crypto {
namespace {

// sha256rnds2 wants the state as (a, b, e, f) and (c, d, g, h), most significant lane first; four
// rounds take two of it, and message words are scheduled four at a time.
struct Lane {
  __m128i abef, cdgh;
  __m128i w[4];  // the schedule, a window of 16 words
};

[[gnu::target("sha,ssse3,sse4.1"), gnu::always_inline]] inline void Load(
    const std::array<uint32_t, 8>& chain, Lane& lane) {
  const __m128i dcba = _mm_loadu_si128(reinterpret_cast<const __m128i*>(&chain[0]));
  const __m128i hgfe = _mm_loadu_si128(reinterpret_cast<const __m128i*>(&chain[4]));
  const __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1), efgh = _mm_shuffle_epi32(hgfe, 0x1b);
  lane.abef = _mm_alignr_epi8(cdab, efgh, 8);
  lane.cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
}

[[gnu::target("sha,ssse3,sse4.1"), gnu::always_inline]] inline void Store(
    const Lane& lane, std::array<uint32_t, 8>& chain) {
  const __m128i feba = _mm_shuffle_epi32(lane.abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(lane.cdgh, 0xb1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(&chain[0]), _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(&chain[4]), _mm_alignr_epi8(dchg, feba, 8));
}

// Rounds 4 * i to 4 * i + 3.
[[gnu::target("sha,ssse3,sse4.1"), gnu::always_inline]] inline void FourRounds(int i,
                                                                               const uint8_t* block,
                                                                               Lane& lane) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i& now = lane.w[i % 4];
  const __m128i next = lane.w[(i + 1) % 4], third = lane.w[(i + 2) % 4], last = lane.w[(i + 3) % 4];
  if (i < 4) {
    now =
        _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(block) + i), big_endian);
  } else {
    now = _mm_add_epi32(_mm_sha256msg1_epu32(now, next), _mm_alignr_epi8(last, third, 4));
    now = _mm_sha256msg2_epu32(now, last);
  }
  const __m128i sum = _mm_add_epi32(
      now, _mm_load_si128(reinterpret_cast<const __m128i*>(&kSha256RoundConstants[4 * i])));
  lane.cdgh = _mm_sha256rnds2_epu32(lane.cdgh, lane.abef, sum);
  lane.abef = _mm_sha256rnds2_epu32(lane.abef, lane.cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

[[gnu::target("sha,ssse3,sse4.1")]] void Blocks(std::array<uint32_t, 8>& state, const uint8_t* data,
                                                size_t count) {
  Lane lane{};
  Load(state, lane);
  for (; count != 0; --count, data += 64) {
    const __m128i abef_before = lane.abef, cdgh_before = lane.cdgh;
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) FourRounds(i, data, lane);
    lane.abef = _mm_add_epi32(lane.abef, abef_before);
    lane.cdgh = _mm_add_epi32(lane.cdgh, cdgh_before);
  }
  Store(lane, state);
}

// Two chains side by side: what one waits for, the other computes. Takes about 1.6 times as long as
// one. What is added at the end is loaded anew, for want of registers.
[[gnu::target("sha,ssse3,sse4.1")]] void TwoBlocks(std::array<uint32_t, 8>& chain_a,
                                                   const uint8_t* block_a,
                                                   std::array<uint32_t, 8>& chain_b,
                                                   const uint8_t* block_b) {
  Lane a{}, b{}, before{};
  Load(chain_a, a);
  Load(chain_b, b);
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) {
    FourRounds(i, block_a, a);
    FourRounds(i, block_b, b);
  }
  Load(chain_a, before);
  a.abef = _mm_add_epi32(a.abef, before.abef);
  a.cdgh = _mm_add_epi32(a.cdgh, before.cdgh);
  Store(a, chain_a);
  Load(chain_b, before);
  b.abef = _mm_add_epi32(b.abef, before.abef);
  b.cdgh = _mm_add_epi32(b.cdgh, before.cdgh);
  Store(b, chain_b);
}

// A chaining value, most significant bytes first: stored as the next block is loaded.
[[gnu::target("ssse3")]] void StoreHash256(const std::array<uint32_t, 8>& chain, uint8_t* out) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  for (size_t i = 0; i < 2; ++i) {
    const __m128i half = _mm_loadu_si128(reinterpret_cast<const __m128i*>(&chain[4 * i]));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 16 * i), _mm_shuffle_epi8(half, big_endian));
  }
}

}  // namespace

constinit const HashAlgorithm kX86Sha256 = {
    .id = HashId::kSha256,
    .size = 32,
    .block_size = 64,
    .context_size = sizeof(Sha256Context),
    .start = Sha256Start,
    .update = [](void* context, Bytes data) { Sha256Update(context, data, Blocks); },
    .finish = [](void* context, MutableBytes out) { Sha256Finish(context, out, Blocks); },
    .hmac = &Sha2Hmac<uint32_t, 32, kSha256Start, Blocks, TwoBlocks, StoreHash256>::kKernel,
};

}  // namespace merlon::crypto
#endif
