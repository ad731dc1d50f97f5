// SPDX-License-Identifier: Apache-2.0
// Poly1305 by AVX2: four blocks of a message side by side, one in each 64-bit lane.
//
// With powers r^4 r^3 r^2 r of the multiplier, lane i holds the sum over every fourth block, each
// step multiplies all lanes by r^4, and the last by the power that the lane's last block needs. A
// message that is no multiple of four blocks is filled up in front: blocks of zero, without the
// 2^128 that a block of data has, leave the sum at zero.
//
// Constant time: the instructions are (Intel, "Data Operand Independent Timing Instructions").
// Portable twin: ../portable/poly1305.h, whose arithmetic makes the powers and the final sum.
#pragma once
#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

#include "crypto/base/secret.h"
#include "crypto/drivers/portable/poly1305.h"

namespace merlon::crypto::x86 {

// Five limbs of 26 bits, four numbers side by side.
struct PolyLanes {
  __m256i limb[5];
};

// Puts 16 bytes of each lane into limbs. Unpacking leaves the blocks in the order 0 2 1 3.
[[gnu::target("avx2")]] inline PolyLanes SplitFour(const uint8_t* from, __m256i high_bit) {
  const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + 32));
  const __m256i low = _mm256_unpacklo_epi64(a, b), high = _mm256_unpackhi_epi64(a, b);
  const __m256i mask = _mm256_set1_epi64x((1 << 26) - 1);
  const __m256i middle = _mm256_or_si256(_mm256_srli_epi64(low, 52), _mm256_slli_epi64(high, 12));
  return {{_mm256_and_si256(low, mask), _mm256_and_si256(_mm256_srli_epi64(low, 26), mask),
           _mm256_and_si256(middle, mask), _mm256_and_si256(_mm256_srli_epi64(high, 14), mask),
           _mm256_or_si256(_mm256_srli_epi64(high, 40), high_bit)}};
}

// What multiplies: limbs of r, and five times those beyond the first.
struct PolyFactor {
  __m256i r[5], s[5];
};
[[gnu::target("avx2")]] inline void MakeFactor(const __m256i* r, PolyFactor& out) {
  for (int i = 0; i < 5; ++i) {
    out.r[i] = r[i];
    out.s[i] = _mm256_add_epi64(r[i], _mm256_slli_epi64(r[i], 2));
  }
}

// h * f, with limbs below 2^26 but the second and the last, which may be little longer. Limbs of h
// are below 2^28 and those of f below 2^27: sums stay below 2^60.
[[gnu::target("avx2")]] inline PolyLanes MultiplyFour(const PolyLanes& h, const PolyFactor& f) {
  __m256i d[5];
#pragma GCC unroll 5
  for (int i = 0; i < 5; ++i) d[i] = _mm256_mul_epu32(h.limb[0], f.r[i]);
#pragma GCC unroll 5
  for (int j = 1; j < 5; ++j) {
#pragma GCC unroll 5
    for (int i = 0; i < 5; ++i) {
      const __m256i factor = i >= j ? f.r[i - j] : f.s[5 + i - j];
      d[i] = _mm256_add_epi64(d[i], _mm256_mul_epu32(h.limb[j], factor));
    }
  }
  // Two chains of carries at once: 3 to 4 to 0 (times 5) to 1, and 0 to 1 to 2 to 3 to 4.
  const __m256i mask = _mm256_set1_epi64x((1 << 26) - 1);
  __m256i carry = _mm256_srli_epi64(d[3], 26), other = _mm256_srli_epi64(d[0], 26);
  d[3] = _mm256_and_si256(d[3], mask);
  d[4] = _mm256_add_epi64(d[4], carry);
  d[0] = _mm256_and_si256(d[0], mask);
  d[1] = _mm256_add_epi64(d[1], other);
  carry = _mm256_srli_epi64(d[4], 26);
  other = _mm256_srli_epi64(d[1], 26);
  d[4] = _mm256_and_si256(d[4], mask);
  d[0] = _mm256_add_epi64(d[0], _mm256_add_epi64(carry, _mm256_slli_epi64(carry, 2)));
  d[1] = _mm256_and_si256(d[1], mask);
  d[2] = _mm256_add_epi64(d[2], other);
  carry = _mm256_srli_epi64(d[0], 26);
  other = _mm256_srli_epi64(d[2], 26);
  d[0] = _mm256_and_si256(d[0], mask);
  d[1] = _mm256_add_epi64(d[1], carry);
  d[2] = _mm256_and_si256(d[2], mask);
  d[3] = _mm256_add_epi64(d[3], other);
  carry = _mm256_srli_epi64(d[3], 26);
  d[3] = _mm256_and_si256(d[3], mask);
  d[4] = _mm256_add_epi64(d[4], carry);
  return {{d[0], d[1], d[2], d[3], d[4]}};
}

[[gnu::target("avx2")]] inline void AddFour(PolyLanes& h, const PolyLanes& m) {
#pragma GCC unroll 5
  for (int i = 0; i < 5; ++i) h.limb[i] = _mm256_add_epi64(h.limb[i], m.limb[i]);
}

// The blocks that RFC 8439 s2.8 hashes: additional data and text, each filled up with zeros, and
// their sizes.
class PolyBlocks {
 public:
  PolyBlocks(Bytes ad, Bytes text)
      : ad_(ad),
        text_(text),
        ad_blocks_((ad.size() + 15) / 16),
        text_blocks_((text.size() + 15) / 16) {}
  size_t count() const { return ad_blocks_ + text_blocks_ + 1; }
  // Where so many blocks from `at` on lie one behind the other; null: they have to be copied.
  const uint8_t* Direct(size_t at, size_t blocks) const {
    if (at < ad_blocks_ || at + blocks > ad_blocks_ + text_.size() / 16) return nullptr;
    return text_.data() + 16 * (at - ad_blocks_);
  }
  void Copy(size_t at, uint8_t* out) const {
    if (at < ad_blocks_) {
      CopyPart(ad_, at, out);
    } else if (at < ad_blocks_ + text_blocks_) {
      CopyPart(text_, at - ad_blocks_, out);
    } else {
      memcpy(out, Poly1305Lengths(ad_, text_).data(), 16);
    }
  }

 private:
  static void CopyPart(Bytes from, size_t block, uint8_t* out) {
    const size_t left = from.size() - 16 * block, size = left < 16 ? left : 16;
    memset(out, 0, 16);
    memcpy(out, from.data() + 16 * block, size);
  }
  Bytes ad_, text_;
  size_t ad_blocks_, text_blocks_;
};

// r^4 in all lanes, and the powers of the last step in the lanes' order: 4 2 3 1.
[[gnu::target("avx2")]] inline void MakeFactors(const uint8_t* key, PolyFactor& every,
                                                PolyFactor& last) {
  Poly1305Limbs powers[4];
  powers[0] = Poly1305Multiplier(key);
  for (int i = 1; i < 4; ++i) {
    powers[i] = powers[i - 1];
    Poly1305Multiply(powers[i], powers[0]);
  }
  __m256i all[5], lanes[5];
  for (size_t i = 0; i < 5; ++i) {
    all[i] = _mm256_set1_epi64x(powers[3][i]);
    lanes[i] = _mm256_set_epi64x(powers[0][i], powers[2][i], powers[1][i], powers[3][i]);
  }
  MakeFactor(all, every);
  MakeFactor(lanes, last);
  WipeObject(powers);
}

// The sum of the four lanes.
[[gnu::target("avx2")]] inline Poly1305Limbs SumOfLanes(const PolyLanes& h) {
  Poly1305Limbs out;
  for (size_t i = 0; i < 5; ++i) {
    const __m128i two =
        _mm_add_epi64(_mm256_castsi256_si128(h.limb[i]), _mm256_extracti128_si256(h.limb[i], 1));
    out[i] = static_cast<uint32_t>(_mm_cvtsi128_si64(_mm_add_epi64(two, _mm_srli_si128(two, 8))));
  }
  return out;
}

// Poly1305AeadTag of the portable driver.
[[gnu::target("avx2")]] inline void Poly1305AeadTagAvx2(const uint8_t* key, Bytes ad, Bytes text,
                                                        uint8_t* tag) {
  PolyFactor every, last;
  MakeFactors(key, every, last);
  const PolyBlocks blocks(ad, text);
  const size_t empty = (4 - blocks.count() % 4) % 4;
  alignas(32) uint8_t copied[64] = {};
  const __m256i high_bit = _mm256_set1_epi64x(1 << 24);
  for (size_t i = empty; i < 4; ++i) blocks.Copy(i - empty, copied + 16 * i);
  PolyLanes h = SplitFour(
      copied, _mm256_and_si256(
                  high_bit, _mm256_cmpgt_epi64(_mm256_set_epi64x(4, 2, 3, 1),
                                               _mm256_set1_epi64x(static_cast<long long>(empty)))));
  for (size_t at = 4 - empty; at < blocks.count(); at += 4) {
    const uint8_t* from = blocks.Direct(at, 4);
    if (from == nullptr) {
      for (size_t i = 0; i < 4; ++i) blocks.Copy(at + i, copied + 16 * i);
      from = copied;
    }
    const PolyLanes m = SplitFour(from, high_bit);
    h = MultiplyFour(h, every);
    AddFour(h, m);
  }
  Poly1305Finish(SumOfLanes(MultiplyFour(h, last)), key, tag);
  WipeObject(every);
  WipeObject(last);
  WipeObject(h);
  WipeObject(copied);
}

}  // namespace merlon::crypto::x86
#endif
