// SPDX-License-Identifier: Apache-2.0
// ML-KEM: arithmetic over all of its range, the transform against its definition, and the
// conformance kit.
#include "crypto/drivers/portable/lattice/ml_kem.h"

#include <gtest/gtest.h>

#include "crypto/drivers/portable/lattice/ml_kem_codec.h"
#include "crypto/drivers/testing/conformance_kem.h"
#include "crypto/testing/deterministic_rng.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto::ml_kem {
namespace {

int32_t Modulo(int64_t a) { return static_cast<int32_t>(((a % kQ) + kQ) % kQ); }

// Every a that it may be given: 218 million.
TEST(MlKemFieldTest, MontgomeryReducesAllOfItsRange) {
  constexpr int32_t kEnd = kQ << 15;
  int32_t a = -kEnd + 1, wrong = 0;
  // r * 2^16 - a is a multiple of q whenever it is one of 2^16 q + ...: counted, not divided.
  int32_t expected = Modulo(int64_t{a} * 169);  // 169 = 2^-16 modulo q
  ASSERT_EQ(Modulo(int64_t{169} << 16), 1);
  for (; a < kEnd; ++a) {
    const int32_t r = MontgomeryReduce(a);
    const int32_t canonical = r + (r < 0 ? kQ : 0);
    wrong += r <= -kQ || r >= kQ || canonical != expected;
    expected += 169;
    if (expected >= kQ) expected -= kQ;
  }
  EXPECT_EQ(wrong, 0);
}

TEST(MlKemFieldTest, BarrettReducesAll16BitNumbers) {
  for (int32_t a = INT16_MIN; a <= INT16_MAX; ++a) {
    const int32_t r = BarrettReduce(static_cast<int16_t>(a));
    ASSERT_TRUE(r >= -(kQ - 1) / 2 && r <= (kQ - 1) / 2) << a;
    ASSERT_EQ(Modulo(r), Modulo(a));
    ASSERT_EQ(Canonical(static_cast<int16_t>(a)), Modulo(a));
  }
}

// FIPS 203 s4.2.1 in whole numbers: round(n / d) is floor((2 n + d) / 2 d).
template <int kBits>
void CheckCompression() {
  constexpr int32_t kEnd = 1 << kBits;
  for (int32_t x = 0; x < kQ; ++x) {
    ASSERT_EQ(Compress<kBits>(static_cast<uint16_t>(x)), (2 * x * kEnd + kQ) / (2 * kQ) % kEnd);
  }
  for (int32_t y = 0; y < kEnd; ++y) {
    const uint16_t x = Decompress<kBits>(static_cast<uint16_t>(y));
    ASSERT_EQ(x, (2 * y * kQ + kEnd) / (2 * kEnd));
    ASSERT_EQ(Compress<kBits>(x), y);
  }
}
TEST(MlKemFieldTest, CompressesAndDecompressesEachValueAsDefined) {
  CheckCompression<1>();
  CheckCompression<4>();
  CheckCompression<5>();
  CheckCompression<10>();
  CheckCompression<11>();
}

Poly RandomPoly(Rng& rng, int32_t low, int32_t high) {
  Poly out;
  for (int16_t& c : out.c) {
    std::array<uint8_t, 4> bytes;
    EXPECT_TRUE(rng.Fill(absl::MakeSpan(bytes)).ok());
    const uint32_t word = bytes[0] | bytes[1] << 8 | uint32_t{bytes[2]} << 16;
    c = static_cast<int16_t>(low + static_cast<int32_t>(word % static_cast<uint32_t>(high - low)));
  }
  return out;
}

TEST(MlKemPolyTest, TransformsMultiplyAsPolynomialsDo) {
  testing::DeterministicRng rng(1);
  for (int round = 0; round < 20; ++round) {
    const Poly a = RandomPoly(rng, -kQ + 1, kQ), b = RandomPoly(rng, -kQ + 1, kQ);
    std::array<int64_t, kN> expected{};  // modulo X^256 + 1
    for (size_t i = 0; i < kN; ++i) {
      for (size_t j = 0; j < kN; ++j) {
        const int64_t product = int64_t{a.c[i]} * b.c[j];
        expected[(i + j) % kN] += i + j < kN ? product : -product;
      }
    }
    Poly x = a, y = b, sum = {};
    PortableKernel::Ntt(x);
    PortableKernel::Ntt(y);
    PortableKernel::MultiplyAdd(sum, x, y);
    PortableKernel::InverseNtt(sum);
    for (size_t i = 0; i < kN; ++i) {
      ASSERT_EQ(Canonical(sum.c[i]), Modulo(expected[i]));
      ASSERT_LE(std::abs(x.c[i]), kQ / 2);
      ASSERT_LT(std::abs(sum.c[i]), kQ);
    }
  }
}

// What the functions promise at the ends of what they take.
TEST(MlKemPolyTest, StaysInBoundsAtTheExtremes) {
  for (const int extreme : {-kQ + 1, kQ - 1}) {
    Poly poly;
    poly.c.fill(static_cast<int16_t>(extreme));
    PortableKernel::Ntt(poly);
    for (int16_t c : poly.c) ASSERT_LE(std::abs(c), kQ / 2);
    Poly sum = {}, twelve_bits;
    twelve_bits.c.fill(4095);
    for (int i = 0; i < 4; ++i) PortableKernel::MultiplyAdd(sum, twelve_bits, poly);
    for (int16_t c : sum.c) ASSERT_LT(std::abs(c), 8 * kQ);
  }
  for (const int extreme : {INT16_MIN, INT16_MAX}) {
    Poly poly;
    poly.c.fill(static_cast<int16_t>(extreme));
    PortableKernel::InverseNtt(poly);
    for (int16_t c : poly.c) ASSERT_LT(std::abs(c), kQ);
  }
}

template <int kBits>
void CheckCodec() {
  testing::DeterministicRng rng(kBits);
  const Poly poly = RandomPoly(rng, 0, 1 << kBits);
  std::array<uint8_t, EncodedSize(kBits)> bytes;
  EncodeBits<kBits>(poly, absl::MakeSpan(bytes),
                    [](int16_t c) { return static_cast<uint16_t>(c); });
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {  // FIPS 203 algorithm 5, bit by bit
    ASSERT_EQ(bytes[bit / 8] >> (bit % 8) & 1, poly.c[bit / kBits] >> (bit % kBits) & 1);
  }
  Poly decoded;
  DecodeBits<kBits>(bytes, decoded, [](uint32_t c) { return c; });
  EXPECT_EQ(decoded.c, poly.c);
}
TEST(MlKemCodecTest, PacksBitsAsDefined) {
  CheckCodec<1>();
  CheckCodec<4>();
  CheckCodec<5>();
  CheckCodec<10>();
  CheckCodec<11>();
  CheckCodec<12>();
}

TEST(MlKemCodecTest, AMessageIsHalfOfQWhereItHasOnes) {
  std::array<uint8_t, 32> message;
  for (size_t i = 0; i < 32; ++i) message[i] = static_cast<uint8_t>(i * 37 + 1);
  Poly poly = {};
  AddMessage(message, poly);
  for (size_t i = 0; i < kN; ++i) {
    ASSERT_EQ(poly.c[i], (message[i / 8] >> (i % 8) & 1) != 0 ? 1665 : 0);
  }
}

// FIPS 203 algorithm 8, bit by bit.
template <int kEta>
void CheckCentredBinomial() {
  testing::DeterministicRng rng(kEta);
  std::array<uint8_t, size_t{64} * kEta> bytes;
  ASSERT_TRUE(rng.Fill(absl::MakeSpan(bytes)).ok());
  const auto sum = [&](size_t from) {
    int out = 0;
    for (size_t bit = from; bit < from + kEta; ++bit) out += bytes[bit / 8] >> (bit % 8) & 1;
    return out;
  };
  Poly poly;
  CentredBinomial<kEta>(bytes, poly);
  for (size_t i = 0; i < kN; ++i) {
    ASSERT_EQ(poly.c[i], sum(2 * i * kEta) - sum(2 * i * kEta + kEta));
  }
}
TEST(MlKemPolyTest, SamplesNoiseAsDefined) {
  CheckCentredBinomial<2>();
  CheckCentredBinomial<3>();
}

constexpr const KemAlgorithm* kKems[] = {&kPortableMlKem512, &kPortableMlKem768,
                                         &kPortableMlKem1024};

TEST(PortableMlKemTest, Conforms) {
  for (const KemAlgorithm* kem : kKems) testing::CheckKem(*kem);
}

TEST(PortableMlKemTest, PassesPublishedVectors) {
  const struct {
    const KemAlgorithm& kem;
    int boringssl, wycheproof;
  } rows[] = {{kPortableMlKem512, 0, 452},  // BoringSSL has no ML-KEM-512
              {kPortableMlKem768, 10, 455},
              {kPortableMlKem1024, 10, 458}};
  for (const auto& row : rows) {
    const testing::KemVectors ran = testing::CheckKemVectors(row.kem);
    if (ran.all() == 0) GTEST_SKIP() << testing::kNoVectors;
    EXPECT_EQ(ran.nist_key_generation, 25);
    EXPECT_EQ(ran.cctv, 1);
    EXPECT_EQ(ran.boringssl, row.boringssl);
    EXPECT_EQ(ran.wycheproof, row.wycheproof);
  }
}

}  // namespace
}  // namespace merlon::crypto::ml_kem
