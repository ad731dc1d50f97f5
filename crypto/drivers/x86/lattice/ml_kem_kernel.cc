// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/x86/lattice/ml_kem_kernel.h"

#if defined(__x86_64__)
#include "crypto/drivers/x86/lattice/butterflies_avx2.h"

namespace merlon::crypto::x86 {
namespace {

using ml_kem::kN;
using ml_kem::kQ;
using ml_kem::kZetas;
using ml_kem::Poly;

constexpr size_t kLanes = 16;

// A factor, and it times q^-1 modulo 2^16, which Montgomery's reduction wants.
struct Factor {
  __m256i value, scaled;
};
constexpr int16_t Scale(int16_t factor) { return static_cast<int16_t>(factor * 62209); }
template <size_t kCount>
struct Factors {
  alignas(32) std::array<int16_t, kCount> value{}, scaled{};
};

// The roots of a layer of runs of kUnit bytes, one for each coefficient.
template <int kUnit, bool kInverse>
constexpr Factors<kN / 2> MakeFactors() {
  Factors<kN / 2> out;
  out.value = SpreadRoots<kUnit, int16_t, kN>(RootsOf<256 / kUnit, kInverse>(kZetas).data());
  for (size_t i = 0; i < kN / 2; ++i) out.scaled[i] = Scale(out.value[i]);
  return out;
}
template <int kUnit, bool kInverse>
constexpr Factors<kN / 2> kFactors = MakeFactors<kUnit, kInverse>();

// gamma of FIPS 203 algorithm 12 beside each odd coefficient.
constexpr Factors<kN> MakeGammas() {
  Factors<kN> out;
  for (size_t i = 0; i < kN / 2; ++i) {
    const int16_t root = kZetas[64 + i / 2];
    out.value[2 * i + 1] = i % 2 == 0 ? root : static_cast<int16_t>(-root);
    out.scaled[2 * i + 1] = Scale(out.value[2 * i + 1]);
  }
  return out;
}
constexpr Factors<kN> kGammas = MakeGammas();

[[gnu::target("avx2"), gnu::always_inline]] inline Factor Broadcast(int16_t factor) {
  return {_mm256_set1_epi16(factor), _mm256_set1_epi16(Scale(factor))};
}
template <size_t kCount>
[[gnu::target("avx2"), gnu::always_inline]] inline Factor At(const Factors<kCount>& factors,
                                                             size_t i) {
  return {Load(&factors.value[i]), Load(&factors.scaled[i])};
}

// ml_kem::MontgomeryMultiply: the low halves of a * b and of t * q are equal, so they need not be
// subtracted.
[[gnu::target("avx2"), gnu::always_inline]] inline __m256i Multiply(__m256i a, Factor b) {
  const __m256i t = _mm256_mullo_epi16(a, b.scaled);
  return _mm256_sub_epi16(_mm256_mulhi_epi16(a, b.value),
                          _mm256_mulhi_epi16(t, _mm256_set1_epi16(kQ)));
}
[[gnu::target("avx2"), gnu::always_inline]] inline __m256i Multiply(__m256i a, __m256i b) {
  return Multiply(a, Factor{b, _mm256_mullo_epi16(b, _mm256_set1_epi16(Scale(1)))});
}

// ml_kem::BarrettReduce: (20159 a + 2^25) >> 26, of which the first 16 bits go with mulhi.
[[gnu::target("avx2"), gnu::always_inline]] inline __m256i Reduce(__m256i a) {
  constexpr int16_t kReciprocal = ((1 << 26) + kQ / 2) / kQ;
  const __m256i high = _mm256_mulhi_epi16(a, _mm256_set1_epi16(kReciprocal));
  const __m256i quotient = _mm256_srai_epi16(_mm256_add_epi16(high, _mm256_set1_epi16(512)), 10);
  return _mm256_sub_epi16(a, _mm256_mullo_epi16(quotient, _mm256_set1_epi16(kQ)));
}

// ml_kem::PortableKernel's butterflies.
struct Ring {
  using Element = int16_t;
  static constexpr auto& kZetas = ml_kem::kZetas;

  [[gnu::target("avx2"), gnu::always_inline]] static inline Factor Broadcast(int16_t root) {
    return x86::Broadcast(root);
  }
  template <int kUnit, bool kInverse>
  [[gnu::target("avx2"), gnu::always_inline]] static inline Factor NarrowRoots(size_t i) {
    return At(kFactors<kUnit, kInverse>, i);
  }
  template <bool kInverse>
  [[gnu::target("avx2"), gnu::always_inline]] static inline void Combine(__m256i& a, __m256i& b,
                                                                         Factor root) {
    if constexpr (kInverse) {
      const __m256i sum = _mm256_add_epi16(a, b);
      b = Multiply(_mm256_sub_epi16(b, a), root);
      a = Reduce(sum);
    } else {
      const __m256i t = Multiply(b, root);
      b = _mm256_sub_epi16(a, t);
      a = _mm256_add_epi16(a, t);
    }
  }
};

// Of eight candidates of which `kept` says which are kept, where each that is kept goes.
constexpr std::array<std::array<uint8_t, 16>, 256> MakePlaces() {
  std::array<std::array<uint8_t, 16>, 256> out{};
  for (size_t kept = 0; kept < 256; ++kept) {
    size_t count = 0;
    for (size_t i = 0; i < 8; ++i) {
      if ((kept >> i & 1) == 0) continue;
      out[kept][2 * count] = static_cast<uint8_t>(2 * i);
      out[kept][2 * count + 1] = static_cast<uint8_t>(2 * i + 1);
      ++count;
    }
  }
  return out;
}
alignas(16) constexpr std::array<std::array<uint8_t, 16>, 256> kPlaces = MakePlaces();
using Bytes16 [[gnu::vector_size(16), gnu::may_alias]] = char;
using Unaligned16 [[gnu::vector_size(16), gnu::may_alias, gnu::aligned(1)]] = char;

// ml_kem::AppendUniform, eight candidates at a time.
[[gnu::target("avx2")]] size_t AppendUniformAvx2(Bytes block, Poly& out, size_t count) {
  const __m128i spread = _mm_setr_epi8(0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 7, 8, 9, 10, 10, 11);
  size_t at = 0;
  for (; count + 8 <= kN && at + 16 <= block.size(); at += 12) {  // public: rho
    const auto* from = reinterpret_cast<const __m128i*>(block.data() + at);
    const __m128i pairs = _mm_shuffle_epi8(_mm_loadu_si128(from), spread);
    const __m128i candidates = _mm_and_si128(_mm_blend_epi16(pairs, _mm_srli_epi16(pairs, 4), 0xaa),
                                             _mm_set1_epi16(0xfff));
    const __m128i below = _mm_cmplt_epi16(candidates, _mm_set1_epi16(kQ));
    const auto kept =
        static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(below, _mm_setzero_si128())));
    // Not by the intrinsics of the header: .ci/constant_time looks for the reason where a table, or
    // a shuffle, is indexed.
    const auto place = reinterpret_cast<const Bytes16*>(kPlaces.data())[kept];  // public: rho
    const auto moved =
        __builtin_ia32_pshufb128(reinterpret_cast<Bytes16>(candidates), place);  // public: rho
    *reinterpret_cast<Unaligned16*>(&out.c[count]) = moved;                      // public: rho
    count += static_cast<size_t>(__builtin_popcount(kept));
  }
  return ml_kem::AppendUniform(Slice(block, at), out, count);
}

}  // namespace

[[gnu::target("avx2")]] void MlKemKernel::Ntt(Poly& poly) {
  int16_t* c = poly.c.data();
  WideLayer<Ring, 128, false>(c);
  WideLayer<Ring, 64, false>(c);
  WideLayer<Ring, 32, false>(c);
  WideLayer<Ring, 16, false>(c);
  for (size_t i = 0; i < kN; i += 2 * kLanes) {
    __m256i x = Load(c + i), y = Load(c + i + kLanes);
    NarrowLayer<Ring, 16, false>(x, y, i);
    NarrowLayer<Ring, 8, false>(x, y, i);
    NarrowLayer<Ring, 4, false>(x, y, i);
    Store(Reduce(x), c + i);
    Store(Reduce(y), c + i + kLanes);
  }
}

[[gnu::target("avx2")]] void MlKemKernel::InverseNtt(Poly& poly) {
  constexpr int16_t kFactor = 1441;  // 2^32 / 128 modulo q, see ml_kem_poly.cc
  int16_t* c = poly.c.data();
  for (size_t i = 0; i < kN; i += 2 * kLanes) {
    __m256i x = Reduce(Load(c + i)), y = Reduce(Load(c + i + kLanes));
    NarrowLayer<Ring, 4, true>(x, y, i);
    NarrowLayer<Ring, 8, true>(x, y, i);
    NarrowLayer<Ring, 16, true>(x, y, i);
    Store(x, c + i);
    Store(y, c + i + kLanes);
  }
  WideLayer<Ring, 16, true>(c);
  WideLayer<Ring, 32, true>(c);
  WideLayer<Ring, 64, true>(c);
  WideLayer<Ring, 128, true>(c);
  for (size_t i = 0; i < kN; i += kLanes) Store(Multiply(Load(c + i), Broadcast(kFactor)), c + i);
}

[[gnu::target("avx2")]] void MlKemKernel::MultiplyAdd(Poly& sum, const Poly& a, const Poly& b) {
  for (size_t i = 0; i < kN; i += kLanes) {  // pairs modulo X^2 - gamma
    const __m256i x = Load(&a.c[i]), y = Load(&b.c[i]);
    const __m256i turned = _mm256_or_si256(_mm256_slli_epi32(y, 16), _mm256_srli_epi32(y, 16));
    const __m256i straight = Multiply(x, y);      // a0 b0 | a1 b1
    const __m256i crossed = Multiply(x, turned);  // a0 b1 | a1 b0
    const __m256i squares = Multiply(straight, At(kGammas, i));
    const __m256i even = _mm256_add_epi16(straight, _mm256_srli_epi32(squares, 16));
    const __m256i odd = _mm256_add_epi16(crossed, _mm256_slli_epi32(crossed, 16));
    Store(_mm256_add_epi16(Load(&sum.c[i]), _mm256_blend_epi16(even, odd, 0xaa)), &sum.c[i]);
  }
}

[[gnu::target("avx2")]] void MlKemKernel::ToMontgomery(Poly& poly) {
  constexpr int16_t kSquare = (int64_t{1} << 32) % kQ;
  int16_t* c = poly.c.data();
  for (size_t i = 0; i < kN; i += kLanes) Store(Multiply(Load(c + i), Broadcast(kSquare)), c + i);
}

MlKemKernel::UniformRow::UniformRow(Bytes rho, size_t i, size_t size, bool transposed) {
  std::array<uint16_t, 4> places{};  // A[i, j] is made of rho | j | i
  for (size_t j = 0; j < 4; ++j) {
    places[j] = static_cast<uint16_t>(transposed ? j << 8 | i : i << 8 | j);
  }
  ShakeX4 shake;
  shake.Start(kShake128Rate, rho, places, 2);
  std::array<uint8_t, 4 * kShake128Rate> blocks;
  std::array<size_t, 4> counts{};
  for (bool more = true; more;) {  // public: rho
    shake.NextBlocks(blocks.data(), kShake128Rate);
    more = false;
    for (size_t j = 0; j < size; ++j) {
      const Bytes block = Slice(Bytes(blocks), j * kShake128Rate, kShake128Rate);
      counts[j] = AppendUniformAvx2(block, row_[j], counts[j]);
      more |= counts[j] < kN;
    }
  }
}

}  // namespace merlon::crypto::x86
#endif
