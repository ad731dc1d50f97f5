// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/x86/lattice/ml_dsa_kernel.h"

#if defined(__x86_64__)
#include "crypto/drivers/x86/lattice/butterflies_avx2.h"

namespace merlon::crypto::x86 {
namespace {

using ml_dsa::kN;
using ml_dsa::kQ;
using ml_dsa::kZetas;
using ml_dsa::Poly;

constexpr size_t kLanes = 8;
constexpr int32_t kReciprocal = 58728449;  // q^-1 modulo 2^32

// The roots of a layer of runs of kUnit bytes, one for each coefficient.
template <int kUnit, bool kInverse>
constexpr std::array<int32_t, kN / 2> kRoots =
    SpreadRoots<kUnit, int32_t, kN>(RootsOf<512 / kUnit, kInverse>(kZetas).data());

// ml_dsa::MontgomeryReduce of the four products of the lower halves; the result is in the upper
// halves.
[[gnu::target("avx2"), gnu::always_inline]] inline __m256i ReduceProduct(__m256i product) {
  const __m256i t = _mm256_mul_epi32(product, _mm256_set1_epi32(kReciprocal));
  return _mm256_sub_epi64(product, _mm256_mul_epi32(t, _mm256_set1_epi32(kQ)));
}
// ml_dsa::MontgomeryMultiply: even and odd coefficients apart.
[[gnu::target("avx2"), gnu::always_inline]] inline __m256i Multiply(__m256i a, __m256i b) {
  const __m256i even = ReduceProduct(_mm256_mul_epi32(a, b));
  const __m256i odd =
      ReduceProduct(_mm256_mul_epi32(_mm256_srli_epi64(a, 32), _mm256_srli_epi64(b, 32)));
  return _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
}

// ml_dsa::Reduce.
[[gnu::target("avx2"), gnu::always_inline]] inline __m256i Reduce(__m256i a) {
  const __m256i quotient = _mm256_srai_epi32(_mm256_add_epi32(a, _mm256_set1_epi32(1 << 22)), 23);
  return _mm256_sub_epi32(a, _mm256_mullo_epi32(quotient, _mm256_set1_epi32(kQ)));
}

// ml_dsa::PortableKernel's butterflies; the inverse one's root is negative there: here the
// difference.
struct Ring {
  using Element = int32_t;
  static constexpr auto& kZetas = ml_dsa::kZetas;

  [[gnu::target("avx2"), gnu::always_inline]] static inline __m256i Broadcast(int32_t root) {
    return _mm256_set1_epi32(root);
  }
  template <int kUnit, bool kInverse>
  [[gnu::target("avx2"), gnu::always_inline]] static inline __m256i NarrowRoots(size_t i) {
    return Load(&kRoots<kUnit, kInverse>[i]);
  }
  template <bool kInverse>
  [[gnu::target("avx2"), gnu::always_inline]] static inline void Combine(__m256i& a, __m256i& b,
                                                                         __m256i root) {
    if constexpr (kInverse) {
      const __m256i difference = _mm256_sub_epi32(b, a);
      a = _mm256_add_epi32(a, b);
      b = Multiply(difference, root);
    } else {
      const __m256i t = Multiply(b, root);
      b = _mm256_sub_epi32(a, t);
      a = _mm256_add_epi32(a, t);
    }
  }
};

// ml_dsa::AppendUniform, eight candidates at a time while all of them are kept, as they mostly are.
// 4 bytes behind the block are read as well.
[[gnu::target("avx2")]] size_t AppendUniformAvx2(const uint8_t* block, Poly& out, size_t count) {
  const __m256i spread = _mm256_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1,  //
                                          0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
  for (size_t at = 0; at < kShake128Rate; at += 24) {
    const auto* from = reinterpret_cast<const __m128i*>(block + at);
    const auto* next = reinterpret_cast<const __m128i*>(block + at + 12);
    const __m256i bytes = _mm256_set_m128i(_mm_loadu_si128(next), _mm_loadu_si128(from));
    const __m256i candidates =
        _mm256_and_si256(_mm256_shuffle_epi8(bytes, spread), _mm256_set1_epi32(0x7fffff));
    const __m256i below = _mm256_cmpgt_epi32(_mm256_set1_epi32(kQ), candidates);
    if (count + 8 <= kN && _mm256_movemask_epi8(below) == -1) {  // public: rho
      Store(candidates, &out.c[count]);                          // public: rho
      count += 8;
    } else {
      count = ml_dsa::AppendUniform(Bytes(block + at, 24), out, count);
    }
  }
  return count;
}

}  // namespace

[[gnu::target("avx2")]] void MlDsaKernel::Ntt(Poly& poly) {
  int32_t* c = poly.c.data();
  WideLayer<Ring, 128, false>(c);
  WideLayer<Ring, 64, false>(c);
  WideLayer<Ring, 32, false>(c);
  WideLayer<Ring, 16, false>(c);
  WideLayer<Ring, 8, false>(c);
  for (size_t i = 0; i < kN; i += 2 * kLanes) {
    __m256i x = Load(c + i), y = Load(c + i + kLanes);
    NarrowLayer<Ring, 16, false>(x, y, i);
    NarrowLayer<Ring, 8, false>(x, y, i);
    NarrowLayer<Ring, 4, false>(x, y, i);
    Store(x, c + i);
    Store(y, c + i + kLanes);
  }
}

[[gnu::target("avx2")]] void MlDsaKernel::InverseNtt(Poly& poly) {
  const __m256i factor = _mm256_set1_epi32(41978);  // 2^64 / 256 modulo q, see ml_dsa_poly.cc
  int32_t* c = poly.c.data();
  for (size_t i = 0; i < kN; i += 2 * kLanes) {
    __m256i x = Reduce(Load(c + i)), y = Reduce(Load(c + i + kLanes));
    NarrowLayer<Ring, 4, true>(x, y, i);
    NarrowLayer<Ring, 8, true>(x, y, i);
    NarrowLayer<Ring, 16, true>(x, y, i);
    Store(x, c + i);
    Store(y, c + i + kLanes);
  }
  WideLayer<Ring, 8, true>(c);
  WideLayer<Ring, 16, true>(c);
  WideLayer<Ring, 32, true>(c);
  WideLayer<Ring, 64, true>(c);
  WideLayer<Ring, 128, true>(c);
  for (size_t i = 0; i < kN; i += kLanes) Store(Multiply(Load(c + i), factor), c + i);
}

[[gnu::target("avx2")]] void MlDsaKernel::MultiplyAdd(Poly& sum, const Poly& a, const Poly& b) {
  for (size_t i = 0; i < kN; i += kLanes) {
    const __m256i product = Multiply(Load(&a.c[i]), Load(&b.c[i]));
    Store(_mm256_add_epi32(Load(&sum.c[i]), product), &sum.c[i]);
  }
}

void MlDsaKernel::Uniform(Bytes rho, size_t columns, absl::Span<Poly> out) {
  for (size_t first = 0; first < out.size(); first += 4) {
    std::array<uint16_t, 4> places;
    for (size_t n = 0; n < 4; ++n) {  // rho | column | row
      const size_t row = (first + n) / columns, column = (first + n) % columns;
      places[n] = static_cast<uint16_t>(row << 8 | column);
    }
    ShakeX4 shake;
    shake.Start(kShake128Rate, rho, places, 2);
    std::array<uint8_t, 4 * kShake128Rate + 4> blocks{};
    std::array<size_t, 4> counts{};
    const size_t used = out.size() - first < 4 ? out.size() - first : 4;
    for (bool more = true; more;) {  // public: rho
      shake.NextBlocks(blocks.data(), kShake128Rate);
      more = false;
      for (size_t n = 0; n < used; ++n) {
        counts[n] = AppendUniformAvx2(blocks.data() + n * kShake128Rate, out[first + n], counts[n]);
        more |= counts[n] < kN;
      }
    }
  }
}

}  // namespace merlon::crypto::x86
#endif
