// SPDX-License-Identifier: Apache-2.0
// The lattice algorithms by AVX2: each kernel against its portable twin, then the conformance kit.
#include <gtest/gtest.h>

#include "crypto/drivers/portable/lattice/ml_dsa.h"
#include "crypto/drivers/portable/lattice/ml_kem.h"
#include "crypto/drivers/testing/conformance_kem.h"
#include "crypto/drivers/testing/conformance_ml_dsa.h"
#include "crypto/drivers/x86/cpu.h"
#include "crypto/drivers/x86/lattice/algorithms.h"
#include "crypto/drivers/x86/lattice/keccak_x4.h"
#include "crypto/drivers/x86/lattice/ml_dsa_kernel.h"
#include "crypto/drivers/x86/lattice/ml_kem_kernel.h"
#include "crypto/testing/deterministic_rng.h"
#include "crypto/testing/vectors.h"

#if defined(__x86_64__)
namespace merlon::crypto::x86 {
namespace {

class X86LatticeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!X86HasAvx2()) GTEST_SKIP() << "no AVX2";
  }
  // A number in [-bound, bound].
  int32_t Random(int32_t bound) {
    std::array<uint8_t, 4> bytes;
    EXPECT_TRUE(rng_.Fill(absl::MakeSpan(bytes)).ok());
    const uint32_t word =
        bytes[0] | bytes[1] << 8 | bytes[2] << 16 | static_cast<uint32_t>(bytes[3]) << 24;
    return static_cast<int32_t>(int64_t{word % (2 * static_cast<uint32_t>(bound) + 1)} - bound);
  }
  ml_kem::Poly KemPoly(int32_t bound) {
    ml_kem::Poly out;
    for (int16_t& c : out.c) c = static_cast<int16_t>(Random(bound));
    return out;
  }
  ml_dsa::Poly DsaPoly(int32_t bound) {
    ml_dsa::Poly out;
    for (int32_t& c : out.c) c = Random(bound);
    return out;
  }
  testing::DeterministicRng rng_{1};
};

TEST_F(X86LatticeTest, FourSpongesGiveWhatOneByOneGives) {
  std::array<uint8_t, 64> seed;
  for (size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<uint8_t>(7 * i + 1);
  const std::array<uint16_t, 4> numbers = {0x0102, 0, 0xffff, 0x00fe};
  for (const size_t rate : {kShake128Rate, kShake256Rate}) {
    for (const size_t seed_size : {32, 64}) {
      for (const size_t number_size : {1, 2}) {
        std::array<uint16_t, 4> fitting = numbers;
        for (uint16_t& n : fitting) n &= number_size == 1 ? 0xff : 0xffff;
        ShakeX4 shake;
        shake.Start(rate, Slice(Bytes(seed), 0, seed_size), fitting, number_size);
        std::vector<uint8_t> out(4 * 3 * rate), expected(3 * rate);
        for (size_t block = 0; block < 3; ++block) shake.NextBlocks(&out[block * rate], 3 * rate);
        for (size_t n = 0; n < 4; ++n) {
          const std::array<uint8_t, 2> tail = {static_cast<uint8_t>(fitting[n]),
                                               static_cast<uint8_t>(fitting[n] >> 8)};
          const Bytes parts[] = {Slice(Bytes(seed), 0, seed_size),
                                 Slice(Bytes(tail), 0, number_size)};
          SpongeOf(rate, kShakeSuffix, parts, absl::MakeSpan(expected));
          EXPECT_EQ(Slice(Bytes(out), n * 3 * rate, 3 * rate), Bytes(expected));
        }
      }
    }
  }
}

// Not only congruent: the same representatives, whose bounds the portable twin is tested for.
TEST_F(X86LatticeTest, MlKemsPolynomialsAreThoseOfThePortableKernel) {
  using ml_kem::kQ;
  using Portable = ml_kem::PortableKernel;
  for (int round = 0; round < 200; ++round) {
    const ml_kem::Poly small = KemPoly(kQ - 1), any = KemPoly(INT16_MAX), twelve = KemPoly(4095);
    ml_kem::Poly a = small, b = small;
    Portable::Ntt(a);
    MlKemKernel::Ntt(b);
    ASSERT_EQ(a.c, b.c);
    ml_kem::Poly sum = small, other = small;
    Portable::MultiplyAdd(sum, twelve, a);
    MlKemKernel::MultiplyAdd(other, twelve, a);
    ASSERT_EQ(sum.c, other.c);
    a = b = any;
    Portable::InverseNtt(a);
    MlKemKernel::InverseNtt(b);
    ASSERT_EQ(a.c, b.c);
    a = b = small;
    Portable::ToMontgomery(a);
    MlKemKernel::ToMontgomery(b);
    ASSERT_EQ(a.c, b.c);
  }
}

TEST_F(X86LatticeTest, MlKemConforms) {
  const struct {
    const KemAlgorithm& kem;
    const KemAlgorithm& portable;
  } rows[] = {{kX86MlKem512, kPortableMlKem512},
              {kX86MlKem768, kPortableMlKem768},
              {kX86MlKem1024, kPortableMlKem1024}};
  for (const auto& row : rows) {
    testing::CheckKem(row.kem);
    testing::CheckSameKem(row.kem, row.portable, 3, 50);
  }
}

TEST_F(X86LatticeTest, MlKemPassesPublishedVectors) {
  const testing::KemVectors ran = testing::CheckKemVectors(kX86MlKem768);
  if (ran.all() == 0) GTEST_SKIP() << testing::kNoVectors;
  EXPECT_EQ(ran.nist_key_generation, 25);
  EXPECT_EQ(ran.boringssl, 10);
  EXPECT_EQ(ran.wycheproof, 455);
}

TEST_F(X86LatticeTest, MlDsasPolynomialsAreThoseOfThePortableKernel) {
  using ml_dsa::kQ;
  using Portable = ml_dsa::PortableKernel;
  for (int round = 0; round < 200; ++round) {
    const ml_dsa::Poly small = DsaPoly(kQ - 1), any = DsaPoly((1 << 30) - 1 + (1 << 29));
    ml_dsa::Poly a = small, b = small;
    Portable::Ntt(a);
    MlDsaKernel::Ntt(b);
    ASSERT_EQ(a.c, b.c);
    ml_dsa::Poly sum = small, other = small;
    Portable::MultiplyAdd(sum, small, a);
    MlDsaKernel::MultiplyAdd(other, small, a);
    ASSERT_EQ(sum.c, other.c);
    a = b = any;
    Portable::InverseNtt(a);
    MlDsaKernel::InverseNtt(b);
    ASSERT_EQ(a.c, b.c);
  }
}

TEST_F(X86LatticeTest, MlDsaConforms) {
  const struct {
    const SignAlgorithm& dsa;
    const SignAlgorithm& portable;
  } rows[] = {{kX86MlDsa44, kPortableMlDsa44},
              {kX86MlDsa65, kPortableMlDsa65},
              {kX86MlDsa87, kPortableMlDsa87}};
  for (const auto& row : rows) {
    testing::CheckMlDsa(row.dsa);
    testing::CheckSameMlDsa(row.dsa, row.portable, 3, 20);
  }
}

TEST_F(X86LatticeTest, MlDsaPassesPublishedVectors) {
  const testing::MlDsaVectors ran = testing::CheckMlDsaVectors(kX86MlDsa65);
  if (ran.all() == 0) GTEST_SKIP() << testing::kNoVectors;
  EXPECT_EQ(ran.nist_key_generation, 25);
  EXPECT_EQ(ran.wycheproof_sign, 85 + 63);
  EXPECT_EQ(ran.wycheproof_verify, 168);
}

}  // namespace
}  // namespace merlon::crypto::x86
#endif
