// SPDX-License-Identifier: Apache-2.0
// Polynomials of ML-DSA in portable C++: the number-theoretic transform, products, sampling. The
// portable kernel of MlDsa (ml_dsa_impl.h), and what other kernels share with it.
#pragma once
#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"
#include "crypto/drivers/portable/keccak.h"
#include "crypto/drivers/portable/lattice/bit_packing.h"
#include "crypto/drivers/portable/lattice/ml_dsa_field.h"

namespace merlon::crypto::ml_dsa {

using lattice::DecodeBits;
using lattice::EncodeBits;
using lattice::EncodedSize;

// 256 coefficients, or the transform of them. Each is any representative of its class in 32 bits;
// functions say how large.
struct Poly {
  std::array<int32_t, kN> c;
};

// FIPS 204 algorithms 14 and 30: appends to `out`, which has `count` coefficients, the candidates
// in `block` that are below q; gives the new count, at most 256.
size_t AppendUniform(Bytes block, Poly& out, size_t count);
// FIPS 204 algorithms 15 and 31, for eta of 2 or 4: the same of half-bytes, in [-eta, eta].
template <int kEta>
size_t AppendBounded(Bytes block, Poly& out, size_t count);
// FIPS 204 algorithm 29: `weight` coefficients of 1 or -1.
void SampleInBall(Bytes seed, int weight, Poly& out);

// The kernel: what a driver may replace by faster code. Stack: each function less than 500 bytes,
// the matrix a polynomial and what it is made with.
struct PortableKernel {
  // FIPS 204 algorithm 41, of |c| < q; gives |c| < 9 q.
  static void Ntt(Poly& poly);
  // FIPS 204 algorithm 42 times 2^32, of |c| < 2^31 - 2^22; gives |c| < q.
  static void InverseNtt(Poly& poly);
  // sum += a * b * 2^-32 between transforms; |a * b| < q * 2^31 for every pair of coefficients; |c|
  // of sum grows by less than q.
  static void MultiplyAdd(Poly& sum, const Poly& a, const Poly& b);

  // The matrix A (FIPS 204 algorithm 32), an element at a time. The seed is public, and outlives
  // it.
  template <size_t kRows, size_t kColumns>
  class Matrix {
   public:
    explicit Matrix(Bytes rho) : rho_(rho) {}
    // Until the next call.
    const Poly& At(size_t row, size_t column) {
      Uniform(rho_, row, column, poly_);
      return poly_;
    }

   private:
    Bytes rho_;
    Poly poly_;
  };

  // The polynomial with this number, of those that are made of `seed` (64 bytes): ExpandS (FIPS
  // 204 algorithm 33).
  template <int kEta>
  static void Bounded(Bytes seed, size_t number, Poly& out);
  // The masks of an attempt (FIPS 204 algorithm 34): kSize bytes of H(seed | number), for kCount
  // numbers; one at a time here, so made again where they are read again.
  template <size_t kCount, size_t kSize>
  class Masks {
   public:
    explicit Masks(Bytes seed) : seed_(seed) {}
    Masks(const Masks&) = delete;
    Masks& operator=(const Masks&) = delete;
    ~Masks() { WipeObject(bytes_); }
    void Start(size_t first) { first_ = first; }
    // Until the next call.
    Bytes At(size_t i) {
      MaskBytes(seed_, first_ + i, absl::MakeSpan(bytes_));
      return bytes_;
    }

   private:
    Bytes seed_;
    size_t first_ = 0;
    std::array<uint8_t, kSize> bytes_;
  };

 private:
  static void Uniform(Bytes rho, size_t row, size_t column, Poly& out);
  static void MaskBytes(Bytes seed, size_t number, MutableBytes out);
};

}  // namespace merlon::crypto::ml_dsa
