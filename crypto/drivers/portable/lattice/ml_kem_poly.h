// SPDX-License-Identifier: Apache-2.0
// Polynomials of ML-KEM in portable C++: the number-theoretic transform, products, sampling. The
// portable kernel of MlKem (ml_kem_impl.h), and what other kernels share with it.
#pragma once
#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"
#include "crypto/drivers/portable/keccak.h"
#include "crypto/drivers/portable/lattice/ml_kem_field.h"

namespace merlon::crypto::ml_kem {

// 256 coefficients, or the transform of them in the order of FIPS 203 s4.3. Each is any
// representative of its class in 16 bits; functions say how large.
struct Poly {
  std::array<int16_t, kN> c;
};

// Sums and differences of coefficients: they must fit 16 bits.
inline void Add(Poly& a, const Poly& b) {
  for (size_t i = 0; i < kN; ++i) a.c[i] = static_cast<int16_t>(a.c[i] + b.c[i]);
}
inline void SubtractFrom(const Poly& a, Poly& b) {  // b = a - b
  for (size_t i = 0; i < kN; ++i) b.c[i] = static_cast<int16_t>(a.c[i] - b.c[i]);
}

// FIPS 203 algorithm 7: appends to `out`, which has `count` coefficients, the candidates in
// `block` that are below q; gives the new count, at most 256.
size_t AppendUniform(Bytes block, Poly& out, size_t count);
// FIPS 203 algorithm 8, of 64 * kEta bytes.
template <int kEta>
void CentredBinomial(Bytes bytes, Poly& out);

// The kernel: what a driver may replace by faster code. Stack: each function less than 450 bytes,
// the two streams below as they say.
struct PortableKernel {
  // FIPS 203 algorithm 9, of |c| < q; gives |c| <= q / 2.
  static void Ntt(Poly& poly);
  // FIPS 203 algorithm 10 times 2^16, of any c; gives |c| < q.
  static void InverseNtt(Poly& poly);
  // sum += a * b * 2^-16 between transforms (FIPS 203 algorithm 11); |a * b| < q * 2^15 for every
  // pair of coefficients; |c| of sum grows by less than 2 q.
  static void MultiplyAdd(Poly& sum, const Poly& a, const Poly& b);
  // Times 2^16; |c| < q.
  static void ToMontgomery(Poly& poly);

  // Row i of the matrix A, or of its transpose, element by element (FIPS 203 algorithm 13, lines 3
  // to 7). The seed is public.
  class UniformRow {
   public:
    UniformRow(Bytes rho, size_t i, size_t size, bool transposed);
    const Poly& Next();

   private:
    Bytes rho_;
    uint8_t i_, j_ = 0;
    bool transposed_;
    Poly poly_;
  };

  // The polynomials that PRF(seed, 0), PRF(seed, 1), ... give (FIPS 203 s4.1). kMaxEta: the largest
  // eta that is asked for.
  template <int kMaxEta>
  class NoiseStream {
   public:
    explicit NoiseStream(Bytes seed) : seed_(seed) {}
    template <int kEta>
    void Next(Poly& out) {
      std::array<uint8_t, size_t{64} * kEta> bytes;
      Prf(seed_, nonce_++, absl::MakeSpan(bytes));
      CentredBinomial<kEta>(bytes, out);
      Wipe(absl::MakeSpan(bytes));
    }

   private:
    Bytes seed_;
    uint8_t nonce_ = 0;
  };

 private:
  static void Prf(Bytes seed, uint8_t nonce, MutableBytes out);
};

}  // namespace merlon::crypto::ml_kem
