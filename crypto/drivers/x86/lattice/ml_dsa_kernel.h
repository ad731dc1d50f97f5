// SPDX-License-Identifier: Apache-2.0
// The kernel of MlDsa (../../portable/lattice/ml_dsa_impl.h) by AVX2: what PortableKernel has, with
// the same bounds, eight coefficients or four sponges at a time. It keeps the matrix and the masks
// of an attempt, which the portable one makes again: up to 56 and 5 KiB of stack.
//
// Constant time, as far as the portable one is.
#pragma once
#if defined(__x86_64__)
#include "crypto/drivers/portable/lattice/ml_dsa_poly.h"
#include "crypto/drivers/x86/lattice/keccak_x4.h"

namespace merlon::crypto::x86 {

struct MlDsaKernel {
  using Poly = ml_dsa::Poly;

  static void Ntt(Poly& poly);
  static void InverseNtt(Poly& poly);
  static void MultiplyAdd(Poly& sum, const Poly& a, const Poly& b);

  template <size_t kRows, size_t kColumns>
  class Matrix {
   public:
    explicit Matrix(Bytes rho) { Uniform(rho, kColumns, absl::MakeSpan(polys_)); }
    const Poly& At(size_t row, size_t column) const { return polys_[row * kColumns + column]; }

   private:
    std::array<Poly, kRows * kColumns> polys_;
  };

  // Not many, and once for a key.
  template <int kEta>
  static void Bounded(Bytes seed, size_t number, Poly& out) {
    ml_dsa::PortableKernel::Bounded<kEta>(seed, number, out);
  }

  template <size_t kCount, size_t kSize>
  class Masks {
   public:
    explicit Masks(Bytes seed) : seed_(seed) {}
    Masks(const Masks&) = delete;
    Masks& operator=(const Masks&) = delete;
    ~Masks() { Wipe(absl::MakeSpan(bytes_)); }
    void Start(size_t first) {
      for (size_t i = 0; i < kCount; i += 4) {
        Shake256OfFour(seed_, first + i, 2, bytes_.data() + i * kStride, kStride);
      }
    }
    Bytes At(size_t i) const { return Bytes(bytes_.data() + i * kStride, kSize); }

   private:
    static constexpr size_t kStride = (kSize + kShake256Rate - 1) / kShake256Rate * kShake256Rate;
    Bytes seed_;
    std::array<uint8_t, (kCount + 3) / 4 * 4 * kStride> bytes_;
  };

 private:
  // The elements of the matrix, row after row.
  static void Uniform(Bytes rho, size_t columns, absl::Span<Poly> out);
};

}  // namespace merlon::crypto::x86
#endif
