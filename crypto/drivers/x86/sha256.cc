// SPDX-License-Identifier: Apache-2.0
// The block function of SHA-256 by SHA-NI; state, buffering and padding are the portable ones.
// Constant time: the instructions are, and nothing is indexed by data.
#include "crypto/drivers/x86/sha256.h"

#include "crypto/drivers/portable/sha256.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace merlon::crypto {
namespace {

// sha256rnds2 wants the state as (a, b, e, f) and (c, d, g, h), most significant lane first; four
// rounds take two of it, and message words are scheduled four at a time.
[[gnu::target("sha,ssse3,sse4.1")]] void Blocks(std::array<uint32_t, 8>& state, const uint8_t* data,
                                                size_t count) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  const __m128i dcba = _mm_loadu_si128(reinterpret_cast<const __m128i*>(&state[0]));
  const __m128i hgfe = _mm_loadu_si128(reinterpret_cast<const __m128i*>(&state[4]));
  const __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1), efgh = _mm_shuffle_epi32(hgfe, 0x1b);
  __m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
  for (; count != 0; --count, data += 64) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i w[4];  // the schedule, a window of 16 words
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {
      __m128i& now = w[i % 4];
      const __m128i next = w[(i + 1) % 4], third = w[(i + 2) % 4], last = w[(i + 3) % 4];
      if (i < 4) {
        now = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(data) + i),
                               big_endian);
      } else {
        now = _mm_add_epi32(_mm_sha256msg1_epu32(now, next), _mm_alignr_epi8(last, third, 4));
        now = _mm_sha256msg2_epu32(now, last);
      }
      const __m128i sum = _mm_add_epi32(
          now, _mm_load_si128(reinterpret_cast<const __m128i*>(&kSha256RoundConstants[4 * i])));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  const __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(&state[0]), _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(&state[4]), _mm_alignr_epi8(dchg, feba, 8));
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
};

}  // namespace merlon::crypto
#endif
