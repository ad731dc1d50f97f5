// SPDX-License-Identifier: Apache-2.0
// Constant time but for AppendUniform, whose input is public: it is expanded from rho, a part of
// the encapsulation key.
#include "crypto/drivers/portable/lattice/ml_kem_poly.h"

#include "crypto/base/endian.h"
#include "crypto/base/secret.h"

namespace merlon::crypto::ml_kem {
namespace {

// 2^32 / 128 modulo q: takes Montgomery's factor out and the transform's in, and leaves 2^16.
constexpr int16_t kInverseFactor = 1441;
static_assert(int64_t{kInverseFactor} * 128 % kQ == (int64_t{1} << 32) % kQ);
constexpr int16_t kMontgomerySquared = (int64_t{1} << 32) % kQ;

}  // namespace

size_t AppendUniform(Bytes block, Poly& out, size_t count) {
  for (size_t i = 0; i + 3 <= block.size() && count < kN; i += 3) {  // public: rho, see above
    const uint32_t three = block[i] | block[i + 1] << 8 | block[i + 2] << 16;
    const auto first = static_cast<int16_t>(three & 0xfff);
    const auto second = static_cast<int16_t>(three >> 12);
    if (first < kQ) out.c[count++] = first;  // public: rho, see above
    if (second < kQ && count < kN) {         // public: rho, see above
      out.c[count++] = second;               // public: rho, see above
    }
  }
  return count;
}

template <>
void CentredBinomial<2>(Bytes bytes, Poly& out) {
  if (bytes.size() != 128) __builtin_trap();
  for (size_t i = 0; i < kN; i += 8) {
    const auto word = LoadLittleEndian<uint32_t>(bytes.data() + i / 2);
    const uint32_t sums = (word & 0x55555555) + (word >> 1 & 0x55555555);
    for (size_t j = 0; j < 8; ++j) {
      const uint32_t pair = sums >> (4 * j);
      out.c[i + j] = static_cast<int16_t>(static_cast<int32_t>(pair & 3) -
                                          static_cast<int32_t>(pair >> 2 & 3));
    }
  }
}

template <>
void CentredBinomial<3>(Bytes bytes, Poly& out) {
  if (bytes.size() != 192) __builtin_trap();
  for (size_t i = 0; i < kN; i += 4) {
    const uint8_t* at = bytes.data() + i / 4 * 3;
    const uint32_t word = static_cast<uint32_t>(at[0] | at[1] << 8 | at[2] << 16);
    const uint32_t sums = (word & 0x249249) + (word >> 1 & 0x249249) + (word >> 2 & 0x249249);
    for (size_t j = 0; j < 4; ++j) {
      const uint32_t pair = sums >> (6 * j);
      out.c[i + j] = static_cast<int16_t>(static_cast<int32_t>(pair & 7) -
                                          static_cast<int32_t>(pair >> 3 & 7));
    }
  }
}

void PortableKernel::Ntt(Poly& poly) {
  int16_t* c = poly.c.data();
  size_t k = 1;
  for (size_t length = 128; length >= 2; length /= 2) {  // |c| grows by q in each of 7 layers
    for (size_t start = 0; start < kN; start += 2 * length) {
      const int16_t zeta = kZetas[k++];
      for (size_t i = start; i < start + length; ++i) {
        const int16_t t = MontgomeryMultiply(c[i + length], zeta);
        c[i + length] = static_cast<int16_t>(c[i] - t);
        c[i] = static_cast<int16_t>(c[i] + t);
      }
    }
  }
  for (int16_t& value : poly.c) value = BarrettReduce(value);
}

void PortableKernel::InverseNtt(Poly& poly) {
  int16_t* c = poly.c.data();
  for (int16_t& value : poly.c) value = BarrettReduce(value);
  size_t k = 127;
  for (size_t length = 2; length <= 128; length *= 2) {
    for (size_t start = 0; start < kN; start += 2 * length) {
      const int16_t zeta = kZetas[k--];
      for (size_t i = start; i < start + length; ++i) {
        const int16_t a = c[i], b = c[i + length];
        c[i] = BarrettReduce(static_cast<int16_t>(a + b));
        c[i + length] = MontgomeryMultiply(static_cast<int16_t>(b - a), zeta);
      }
    }
  }
  for (int16_t& value : poly.c) value = MontgomeryMultiply(value, kInverseFactor);
}

void PortableKernel::MultiplyAdd(Poly& sum, const Poly& a, const Poly& b) {
  for (size_t i = 0; i < kN / 2; ++i) {  // modulo X^2 - gamma (FIPS 203 algorithm 12)
    const int16_t root = kZetas[64 + i / 2];
    const int16_t gamma = i % 2 == 0 ? root : static_cast<int16_t>(-root);
    const int16_t a0 = a.c[2 * i], a1 = a.c[2 * i + 1], b0 = b.c[2 * i], b1 = b.c[2 * i + 1];
    const int16_t squares = MontgomeryMultiply(MontgomeryMultiply(a1, b1), gamma);
    sum.c[2 * i] = static_cast<int16_t>(sum.c[2 * i] + MontgomeryMultiply(a0, b0) + squares);
    sum.c[2 * i + 1] = static_cast<int16_t>(sum.c[2 * i + 1] + MontgomeryMultiply(a0, b1) +
                                            MontgomeryMultiply(a1, b0));
  }
}

void PortableKernel::ToMontgomery(Poly& poly) {
  for (int16_t& value : poly.c) value = MontgomeryMultiply(value, kMontgomerySquared);
}

PortableKernel::UniformRow::UniformRow(Bytes rho, size_t i, size_t /*size*/, bool transposed)
    : rho_(rho), i_(static_cast<uint8_t>(i)), transposed_(transposed) {}

const Poly& PortableKernel::UniformRow::Next() {
  // A[i, j] is made of rho | j | i.
  const uint8_t place[] = {transposed_ ? i_ : j_, transposed_ ? j_ : i_};
  ++j_;
  Sponge sponge;
  sponge.Start(kShake128Rate, kShakeSuffix);
  sponge.Absorb(rho_);
  sponge.Absorb(place);
  std::array<uint8_t, kShake128Rate> block;
  for (size_t count = 0; count < kN;) {  // public: rho, see above
    sponge.Squeeze(absl::MakeSpan(block));
    count = AppendUniform(block, poly_, count);
  }
  return poly_;
}

void PortableKernel::Prf(Bytes seed, uint8_t nonce, MutableBytes out) {
  const Bytes parts[] = {seed, Bytes(&nonce, 1)};
  SpongeOf(kShake256Rate, kShakeSuffix, parts, out);
}

}  // namespace merlon::crypto::ml_kem
