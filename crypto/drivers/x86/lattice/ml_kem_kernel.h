// SPDX-License-Identifier: Apache-2.0
// The kernel of MlKem (../../portable/lattice/ml_kem_impl.h) by AVX2: what PortableKernel has, with
// the same bounds, 16 coefficients or four sponges at a time.
//
// Constant time, but for the rejection of candidates for the matrix, which is public.
#pragma once
#if defined(__x86_64__)
#include "crypto/drivers/portable/lattice/ml_kem_poly.h"
#include "crypto/drivers/x86/lattice/keccak_x4.h"

namespace merlon::crypto::x86 {

struct MlKemKernel {
  using Poly = ml_kem::Poly;

  static void Ntt(Poly& poly);
  static void InverseNtt(Poly& poly);
  static void MultiplyAdd(Poly& sum, const Poly& a, const Poly& b);
  static void ToMontgomery(Poly& poly);

  // A whole row at once: 2 KiB, and as much to make it.
  class UniformRow {
   public:
    UniformRow(Bytes rho, size_t i, size_t size, bool transposed);
    const Poly& Next() { return row_[next_++]; }

   private:
    size_t next_ = 0;
    std::array<Poly, 4> row_;
  };

  // Four polynomials at once.
  template <int kMaxEta>
  class NoiseStream {
   public:
    explicit NoiseStream(Bytes seed) : seed_(seed) {}
    NoiseStream(const NoiseStream&) = delete;
    NoiseStream& operator=(const NoiseStream&) = delete;
    ~NoiseStream() { WipeObject(bytes_); }

    template <int kEta>
    void Next(Poly& out) {
      static_assert(kEta <= kMaxEta);
      const size_t at = number_ % 4;
      if (at == 0) Shake256OfFour(seed_, number_, 1, bytes_.data(), kStride);
      ++number_;
      ml_kem::CentredBinomial<kEta>(Bytes(bytes_.data() + at * kStride, size_t{64} * kEta), out);
    }

   private:
    static constexpr size_t kStride =
        (size_t{64} * kMaxEta + kShake256Rate - 1) / kShake256Rate * kShake256Rate;
    Bytes seed_;
    size_t number_ = 0;
    std::array<uint8_t, 4 * kStride> bytes_;
  };
};

}  // namespace merlon::crypto::x86
#endif
