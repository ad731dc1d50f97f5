// SPDX-License-Identifier: Apache-2.0
// ML-DSA: arithmetic over all of its range, the transform against its definition, encodings, and
// the conformance kit.
#include "crypto/drivers/portable/lattice/ml_dsa.h"

#include <gtest/gtest.h>

#include "crypto/bound_key.h"
#include "crypto/drivers/portable/driver.h"
#include "crypto/drivers/portable/lattice/ml_dsa_codec.h"
#include "crypto/drivers/testing/conformance_ml_dsa.h"
#include "crypto/testing/deterministic_rng.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto::ml_dsa {
namespace {

int32_t Modulo(int64_t a) { return static_cast<int32_t>(((a % kQ) + kQ) % kQ); }

TEST(MlDsaFieldTest, ReducesAtTheEndsOfItsRangeAndBetween) {
  constexpr int64_t kEnd = int64_t{kQ} << 31;
  const int64_t factor = Modulo(int64_t{8265825});  // 2^-32 modulo q
  ASSERT_EQ(Modulo((factor << 32) % kQ), 1);
  constexpr int64_t kStep = kEnd / 50000 - 1;  // many remainders of both moduli
  for (int64_t a = -kEnd + 1; a<kEnd; a += a> kEnd - 1000 || a < -kEnd + 1000 ? 1 : kStep) {
    const int32_t reduced = MontgomeryReduce(a);
    ASSERT_TRUE(reduced > -kQ && reduced < kQ) << a;
    ASSERT_EQ(Modulo(reduced), Modulo(a % kQ * factor)) << a;
  }
  constexpr int64_t kTop = (int64_t{1} << 31) - (1 << 22);
  for (int64_t a = INT32_MIN; a<kTop; a += a> kTop - 1000 ? 1 : 40009) {
    const auto value = static_cast<int32_t>(a);
    ASSERT_LE(std::abs(Reduce(value)), 6283008);
    ASSERT_EQ(Canonical(value), Modulo(a));
    ASSERT_EQ(Modulo(Centred(value)), Modulo(a));
    ASSERT_LE(std::abs(Centred(value)), kQ / 2);
  }
}

// FIPS 204 algorithm 36 by its definition.
HighLow Defined(int32_t a, int32_t modulus) {
  int32_t low = a % modulus;
  if (low > modulus / 2) low -= modulus;
  return a - low == kQ - 1 ? HighLow{0, low - 1} : HighLow{(a - low) / modulus, low};
}

TEST(MlDsaFieldTest, RoundsEachValueAsDefined) {
  int wrong = 0;
  for (int32_t a = 0; a < kQ; ++a) {
    const auto differs = [](HighLow x, HighLow y) { return x.high != y.high || x.low != y.low; };
    wrong += differs(Decompose<kGamma2Of44>(a), Defined(a, 2 * kGamma2Of44));
    wrong += differs(Decompose<kGamma2>(a), Defined(a, 2 * kGamma2));
    const HighLow two = Power2Round(a);  // algorithm 35
    wrong += two.high * 8192 + two.low != a || two.low <= -4096 || two.low > 4096;
  }
  EXPECT_EQ(wrong, 0);
}

// A hint tells what the high part was before something small was added (FIPS 204 s7.4).
template <int32_t kGamma>
void CheckHints() {
  testing::DeterministicRng rng(kGamma);
  for (int round = 0; round < 20000; ++round) {
    std::array<uint8_t, 8> bytes;
    ASSERT_TRUE(rng.Fill(absl::MakeSpan(bytes)).ok());
    uint64_t word = 0;
    for (const uint8_t byte : bytes) word = word << 8 | byte;
    const auto a = static_cast<int32_t>(word % kQ);
    const auto small = static_cast<int32_t>((word >> 32) % (2 * kGamma + 1)) - kGamma;
    const int32_t moved = Canonical(a + small);
    const int32_t high = Decompose<kGamma>(moved).high;
    const int32_t hint = Decompose<kGamma>(a).high != high ? 1 : 0;
    ASSERT_EQ(UseHint<kGamma>(hint, a), high) << a << " + " << small;
  }
}
TEST(MlDsaFieldTest, HintsGiveBackTheHighPart) {
  CheckHints<kGamma2Of44>();
  CheckHints<kGamma2>();
}

Poly RandomPoly(Rng& rng, int32_t low, int32_t high) {
  Poly out;
  for (int32_t& c : out.c) {
    std::array<uint8_t, 4> bytes;
    EXPECT_TRUE(rng.Fill(absl::MakeSpan(bytes)).ok());
    const uint32_t word =
        bytes[0] | bytes[1] << 8 | bytes[2] << 16 | static_cast<uint32_t>(bytes[3]) << 24;
    c = low + static_cast<int32_t>(word % static_cast<uint32_t>(high - low));
  }
  return out;
}

TEST(MlDsaPolyTest, TransformsMultiplyAsPolynomialsDo) {
  testing::DeterministicRng rng(1);
  for (int round = 0; round < 5; ++round) {
    const Poly a = RandomPoly(rng, -kQ + 1, kQ), b = RandomPoly(rng, -kQ + 1, kQ);
    std::array<int64_t, kN> expected{};  // modulo X^256 + 1
    for (size_t i = 0; i < kN; ++i) {
      for (size_t j = 0; j < kN; ++j) {
        const int64_t product = int64_t{a.c[i]} * b.c[j] % kQ;
        expected[(i + j) % kN] += i + j < kN ? product : -product;
      }
    }
    Poly x = a, y = b, sum = {};
    PortableKernel::Ntt(x);
    PortableKernel::Ntt(y);
    PortableKernel::MultiplyAdd(sum, x, y);
    PortableKernel::InverseNtt(sum);
    for (size_t i = 0; i < kN; ++i) {
      ASSERT_EQ(Modulo(sum.c[i]), Modulo(expected[i]));
      ASSERT_LT(std::abs(x.c[i]), 9 * kQ);
      ASSERT_LT(std::abs(sum.c[i]), kQ);
    }
  }
}

TEST(MlDsaPolyTest, TheInverseTransformStaysInBoundsAtTheExtremes) {
  for (const int32_t extreme : {INT32_MIN, (INT32_MAX >> 22 << 22) - 1, 9 * kQ, -9 * kQ}) {
    Poly poly;
    poly.c.fill(extreme);
    PortableKernel::InverseNtt(poly);
    for (const int32_t c : poly.c) ASSERT_LT(std::abs(c), kQ);
    // Only the constant term is left: the sum of all, times 2^32 / 256.
    ASSERT_EQ(Modulo(poly.c[0]), Modulo(int64_t{Modulo(extreme)} * ((int64_t{1} << 32) % kQ)));
    for (size_t i = 1; i < kN; ++i) ASSERT_EQ(Modulo(poly.c[i]), 0);
  }
}

// FIPS 204 algorithms 20 and 21.
TEST(MlDsaCodecTest, HintsHaveOneEncoding) {
  constexpr size_t kRows = 3, kOmega = 6;
  using Encoded = std::array<uint8_t, kOmega + kRows>;
  const Encoded good = {5, 200, 0, 1, 0, 0, 2, 2, 4};
  std::array<Poly, kRows> rows;
  EXPECT_TRUE(AreHints<kRows>(good));
  for (size_t row = 0; row < kRows; ++row) DecodeHints<kRows>(good, row, rows[row]);
  EXPECT_EQ(rows[0].c[5] + rows[0].c[200] + rows[2].c[0] + rows[2].c[1], 4);
  Encoded again;
  EncodeHints(rows, absl::MakeSpan(again));
  EXPECT_EQ(again, good);
  const Encoded bad[] = {
      {200, 5, 0, 1, 0, 0, 2, 2, 4},  // not in order
      {5, 5, 0, 1, 0, 0, 2, 2, 4},    // twice
      {5, 200, 0, 1, 0, 0, 2, 1, 4},  // a row that ends before it begins
      {5, 200, 0, 1, 0, 0, 2, 2, 7},  // more than there may be
      {5, 200, 0, 1, 0, 9, 2, 2, 4},  // something behind
  };
  for (const Encoded& encoded : bad) EXPECT_FALSE(AreHints<kRows>(encoded));
}

constexpr struct {
  const SignAlgorithm& dsa;
  int wycheproof_sign, wycheproof_verify;
} kAll[] = {{kPortableMlDsa44, 69 + 59, 144},
            {kPortableMlDsa65, 85 + 63, 168},
            {kPortableMlDsa87, 77 + 56, 193}};

TEST(PortableMlDsaTest, Conforms) {
  for (const auto& row : kAll) testing::CheckMlDsa(row.dsa);
}

TEST(PortableMlDsaTest, PassesPublishedVectors) {
  for (const auto& row : kAll) {
    const testing::MlDsaVectors ran = testing::CheckMlDsaVectors(row.dsa);
    if (ran.all() == 0) GTEST_SKIP() << testing::kNoVectors;
    EXPECT_EQ(ran.nist_key_generation, 25);
    EXPECT_EQ(ran.wycheproof_sign, row.wycheproof_sign);
    EXPECT_EQ(ran.wycheproof_verify, row.wycheproof_verify);
  }
}

// Keys behind handles: made, imported in both forms, policy, public key, size of signatures.
TEST(MlDsaKeyTest, SignsByHandleAsItsPolicyAllows) {
  constexpr const Driver* kDrivers[] = {&kPortableDriver};
  InlineKeyStore<3, 2560> store{DriverTable(kDrivers)};
  testing::DeterministicRng rng(1);
  const SignAlg algorithm = {SignFamily::kMlDsa44, HashId::kNone};
  const KeyAttributes attributes = {
      .type = KeyType::kMlDsa44, .usage = Usage::kSign | Usage::kExport, .algorithm = algorithm};
  const auto made = store->Generate(attributes, rng);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(store->Attributes(*made)->bits, 128);
  std::array<uint8_t, 32> seed;
  std::array<uint8_t, 2560> expanded;
  std::array<uint8_t, 1312> public_key, again;
  ASSERT_EQ(*store->Export(*made, absl::MakeSpan(seed)), 32u);
  ASSERT_TRUE(kPortableMlDsa44.with_context
                  ->expand(seed, absl::MakeSpan(expanded), absl::MakeSpan(public_key))
                  .ok());
  KeyAttributes narrow = attributes;
  narrow.usage = Usage::kSign;
  const auto imported = store->Import(narrow, expanded);
  ASSERT_TRUE(imported.ok());
  EXPECT_EQ(store->Export(*imported, absl::MakeSpan(expanded)).error(),
            Misuse(Code::kNotPermitted));
  const std::array<uint8_t, 3> message = {1, 2, 3};
  std::array<uint8_t, 2420> signature;
  for (const KeyHandle key : {*made, *imported}) {
    EXPECT_EQ(*store->PublicKey(key, absl::MakeSpan(again)), again.size());
    EXPECT_EQ(again, public_key);
    const auto bound = BoundSigningKey::Bind(*store, key, algorithm);
    ASSERT_TRUE(bound.ok());
    EXPECT_EQ(bound->max_signature_size(), signature.size());
    ASSERT_EQ(*bound->Sign(message, rng, absl::MakeSpan(signature)), signature.size());
    EXPECT_TRUE(kPortableMlDsa44.verify(public_key, nullptr, message, signature).ok());
  }
  EXPECT_EQ(BoundSigningKey::Bind(*store, *made, {SignFamily::kEddsa, HashId::kNone}).error(),
            Misuse(Code::kNotPermitted));
  narrow.bits = 192;
  EXPECT_EQ(store->Import(narrow, seed).error(), Misuse(Code::kBadKey));
  narrow = {.type = KeyType::kMlDsa44, .usage = Usage::kDerive};
  const auto other = store->Import(narrow, seed);
  EXPECT_EQ(BoundSigningKey::Bind(*store, *other, algorithm).error(), Misuse(Code::kNotPermitted));
}

}  // namespace
}  // namespace merlon::crypto::ml_dsa
