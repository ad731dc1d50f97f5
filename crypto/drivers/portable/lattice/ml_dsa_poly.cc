// SPDX-License-Identifier: Apache-2.0
// Constant time, but for three things. AppendUniform: its input is expanded from rho, a part of the
// public key. AppendBounded: which candidates are refused shows, and says nothing of those that are
// kept, of which there are always 256. SampleInBall: the challenge is a part of the signature; that
// of an attempt that is rejected is a hash of a commitment nobody can guess, as if it were random.
#include "crypto/drivers/portable/lattice/ml_dsa_poly.h"

#include "crypto/base/endian.h"
#include "crypto/drivers/portable/asymmetric/wiped.h"

namespace merlon::crypto::ml_dsa {
namespace {

// 2^64 / 256 modulo q: takes Montgomery's factor out and the transform's in, and leaves 2^32.
constexpr int32_t kInverseFactor = 41978;
constexpr int64_t kMontgomery = (int64_t{1} << 32) % kQ;
static_assert(int64_t{kInverseFactor} * 256 % kQ == kMontgomery * kMontgomery % kQ);

// FIPS 204 s7.1: IntegerToBytes(number, 2).
std::array<uint8_t, 2> TwoBytes(size_t number) {
  return {static_cast<uint8_t>(number), static_cast<uint8_t>(number >> 8)};
}

// A half-byte modulo 5.
constexpr int32_t Modulo5(int32_t half) { return half - ((half * 205) >> 10) * 5; }

}  // namespace

size_t AppendUniform(Bytes block, Poly& out, size_t count) {
  for (size_t i = 0; i + 3 <= block.size() && count < kN; i += 3) {  // public: rho, see above
    const int32_t value = block[i] | block[i + 1] << 8 | (block[i + 2] & 0x7f) << 16;
    if (value < kQ) out.c[count++] = value;  // public: rho, see above
  }
  return count;
}

template <int kEta>
size_t AppendBounded(Bytes block, Poly& out, size_t count) {
  constexpr int32_t kLimit = kEta == 2 ? 15 : 9;
  for (const uint8_t byte : block) {
    for (const int32_t half : {byte & 15, byte >> 4}) {
      const int32_t value = kEta == 2 ? 2 - Modulo5(half) : 4 - half;
      if (half < kLimit && count < kN) {  // public: refused candidates, see above
        out.c[count++] = value;           // public: refused candidates, see above
      }
    }
  }
  return count;
}
template size_t AppendBounded<2>(Bytes, Poly&, size_t);
template size_t AppendBounded<4>(Bytes, Poly&, size_t);

void SampleInBall(Bytes seed, int weight, Poly& out) {
  Sponge sponge;
  sponge.Start(kShake256Rate, kShakeSuffix);
  sponge.Absorb(seed);
  std::array<uint8_t, 8> sign_bytes;
  sponge.Squeeze(absl::MakeSpan(sign_bytes));
  auto signs = LoadLittleEndian<uint64_t>(sign_bytes.data());
  out = {};
  for (size_t i = kN - static_cast<size_t>(weight); i < kN; ++i) {
    uint8_t place;
    do {
      sponge.Squeeze(MutableBytes(&place, 1));
    } while (place > i);  // public: the challenge, see above
    out.c[i] = out.c[place];                                 // public: the challenge, see above
    out.c[place] = 1 - 2 * static_cast<int32_t>(signs & 1);  // public: the challenge, see above
    signs >>= 1;
  }
}

void PortableKernel::Ntt(Poly& poly) {
  int32_t* c = poly.c.data();
  size_t k = 1;
  for (size_t length = 128; length >= 1; length /= 2) {  // |c| grows by q in each of 8 layers
    for (size_t start = 0; start < kN; start += 2 * length) {
      const int32_t zeta = kZetas[k++];
      for (size_t i = start; i < start + length; ++i) {
        const int32_t t = MontgomeryMultiply(c[i + length], zeta);
        c[i + length] = c[i] - t;
        c[i] += t;
      }
    }
  }
}

void PortableKernel::InverseNtt(Poly& poly) {
  int32_t* c = poly.c.data();
  for (int32_t& value : poly.c) value = Reduce(value);  // 256 times that fits 32 bits
  size_t k = kN;
  for (size_t length = 1; length < kN; length *= 2) {
    for (size_t start = 0; start < kN; start += 2 * length) {
      const int32_t zeta = -kZetas[--k];
      for (size_t i = start; i < start + length; ++i) {
        const int32_t a = c[i], b = c[i + length];
        c[i] = a + b;
        c[i + length] = MontgomeryMultiply(a - b, zeta);
      }
    }
  }
  for (int32_t& value : poly.c) value = MontgomeryMultiply(value, kInverseFactor);
}

void PortableKernel::MultiplyAdd(Poly& sum, const Poly& a, const Poly& b) {
  for (size_t i = 0; i < kN; ++i) sum.c[i] += MontgomeryMultiply(a.c[i], b.c[i]);
}

void PortableKernel::Uniform(Bytes rho, size_t row, size_t column, Poly& out) {
  const uint8_t place[] = {static_cast<uint8_t>(column), static_cast<uint8_t>(row)};
  Sponge sponge;
  sponge.Start(kShake128Rate, kShakeSuffix);
  sponge.Absorb(rho);
  sponge.Absorb(place);
  std::array<uint8_t, kShake128Rate> block;
  for (size_t count = 0; count < kN;) {  // public: rho, see above
    sponge.Squeeze(absl::MakeSpan(block));
    count = AppendUniform(block, out, count);
  }
}

template <int kEta>
void PortableKernel::Bounded(Bytes seed, size_t number, Poly& out) {
  Wiped<Sponge> sponge;
  Wiped<std::array<uint8_t, kShake256Rate>> block;
  sponge->Start(kShake256Rate, kShakeSuffix);
  sponge->Absorb(seed);
  sponge->Absorb(TwoBytes(number));
  for (size_t count = 0; count < kN;) {  // public: refused candidates, see above
    sponge->Squeeze(absl::MakeSpan(*block));
    count = AppendBounded<kEta>(*block, out, count);
  }
}
template void PortableKernel::Bounded<2>(Bytes, size_t, Poly&);
template void PortableKernel::Bounded<4>(Bytes, size_t, Poly&);

void PortableKernel::MaskBytes(Bytes seed, size_t number, MutableBytes out) {
  const std::array<uint8_t, 2> two = TwoBytes(number);
  const Bytes parts[] = {seed, two};
  SpongeOf(kShake256Rate, kShakeSuffix, parts, out);
}

}  // namespace merlon::crypto::ml_dsa
