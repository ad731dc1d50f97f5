// SPDX-License-Identifier: Apache-2.0
// P-256 by MULX and ADX against its portable twin and Wycheproof.
#include "crypto/drivers/portable/asymmetric/test_support.h"
#include "crypto/drivers/portable/driver.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/x86/driver.h"

#if defined(__x86_64__)
#include "crypto/drivers/x86/asymmetric/p256_adx.h"
#endif

namespace merlon::crypto {
namespace {

using namespace testing;

class P256Adx : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!kX86AdxDriver.available()) GTEST_SKIP() << "no BMI2 and ADX here";
  }
  static DriverTable Table(const Driver& driver) {
    static const Driver* const kX86[] = {&kX86AdxDriver};
    static const Driver* const kPortable[] = {&kPortableDriver};
    return DriverTable(&driver == &kX86AdxDriver ? kX86 : kPortable);
  }
  static const SignAlgorithm& Ecdsa(const Driver& driver) {
    return *Table(driver).sign(SignFamily::kEcdsa, KeyType::kEcP256);
  }
  static const KeyAgreementAlgorithm& Ecdh(const Driver& driver) {
    return *Table(driver).key_agreement(GroupId::kSecp256r1);
  }
};

#if defined(__x86_64__)
TEST_F(P256Adx, FieldIsThatOfThePortableTwin) {
  using Portable = ec::Residue<ec::P256CoordinatePrime>;
  DeterministicRng rng(1);
  const uint64_t kLimbs[] = {0,
                             1,
                             2,
                             0xffffffff,
                             0x100000000,
                             0xffffffff00000000,
                             0xffffffff00000001,
                             ~uint64_t{0} - 1,
                             ~uint64_t{0}};
  const auto number = [&](int kind) {
    std::array<uint8_t, 32> bytes;
    EXPECT_TRUE(rng.Fill(MutableBytes(bytes)).ok());
    ec::Words<4> words = ec::LoadBigEndian<4>(bytes);
    // Limbs at the borders, where carries run.
    for (size_t i = 0; i < 4; ++i) {
      if ((kind >> i & 1) != 0) words[i] = kLimbs[words[i] % std::size(kLimbs)];
    }
    return words;
  };
  // Below p, and near the borders of limbs where it may be.
  const auto reduced = [&](int kind) {
    const ec::Words<4> words = number(kind);
    uint64_t borrow;
    const ec::Words<4> less = ec::Subtract(words, ec::P256CoordinatePrime::kValue, &borrow);
    return borrow != 0 ? words : less;
  };
  const auto residue = [](const ec::Words<4>& words) { return Portable::FromMontgomery(words); };
  for (int i = 0; i < 100000; ++i) {
    const ec::Words<4> any = number(i % 16), a = reduced(i % 16), b = reduced(i / 16 % 16);
    ASSERT_EQ(ec::MultiplyP256Adx(any, b), (residue(any) * residue(b)).montgomery()) << i;
    ASSERT_EQ(ec::MultiplyP256Adx(b, any), (residue(b) * residue(any)).montgomery()) << i;
    ASSERT_EQ(ec::MultiplyP256Adx(b, b), (residue(b) * residue(b)).montgomery()) << i;
    ASSERT_EQ(ec::SquareP256Adx(b), (residue(b) * residue(b)).montgomery()) << i;
    ASSERT_EQ(ec::AddP256(a, b), (residue(a) + residue(b)).montgomery()) << i;
    ASSERT_EQ(ec::AddP256(a, a), (residue(a) + residue(a)).montgomery()) << i;
    ASSERT_EQ(ec::SubtractP256(a, b), (residue(a) - residue(b)).montgomery()) << i;
    ASSERT_EQ(ec::SubtractP256(b, a), (residue(b) - residue(a)).montgomery()) << i;
    ASSERT_EQ(ec::SubtractP256(a, a), (ec::Words<4>{})) << i;
    // a + (p - a) is p itself: 0.
    const ec::Words<4> opposite = ec::SubtractP256({}, a);
    ASSERT_EQ(ec::AddP256(a, opposite), (ec::Words<4>{})) << i;
  }
}

// Small, large, of few bits, and of long runs.
std::vector<ec::Words<4>> ExtremeNumbers(const ec::Words<4>& modulus) {
  std::vector<ec::Words<4>> out;
  const auto add = [&](const ec::Words<4>& words) {
    if (ec::MaskIfLess(words, modulus).bits == 0) return;
    out.push_back(words);
    uint64_t borrow;
    if (words != ec::Words<4>{}) out.push_back(ec::Subtract(modulus, words, &borrow));
  };
  for (uint64_t i = 0; i < 70; ++i) add({i});
  for (size_t bit = 5; bit < 256; ++bit) {
    ec::Words<4> power{}, less{};
    power[bit / 64] = uint64_t{1} << bit % 64;
    uint64_t borrow;
    less = ec::Subtract(power, {1}, &borrow);
    add(power);
    add(less);
  }
  // What is 2^256, and twice that, modulo the order; 16 and 15 in all digits of five bits.
  add(ec::P256Order::kOne);
  uint64_t carry;
  add(ec::Add(ec::P256Order::kOne, ec::P256Order::kOne, &carry));
  for (const char* digits : {"0842108421084210842108421084210842108421084210842108421084210842",
                             "7bdef7bdef7bdef7bdef7bdef7bdef7bdef7bdef7bdef7bdef7bdef7bdef7bde"}) {
    add(ec::LoadBigEndian<4>(FromHex(digits)));
  }
  DeterministicRng rng(5);
  for (int i = 0; i < 300; ++i) {
    std::array<uint8_t, 32> bytes;
    EXPECT_TRUE(rng.Fill(MutableBytes(bytes)).ok());
    add(ec::LoadBigEndian<4>(bytes));
  }
  return out;
}

TEST_F(P256Adx, WindowsHoldTheMultiplesOfTheGenerator) {
  using Curve = ec::P256;
  auto base = Curve::JacobianPoint::From(Curve::Generator());
  for (const auto& window : ec::P256AdxParameters::kWindows) {
    auto multiple = base;
    for (const auto& entry : window) {
      // x z^-2 = entry.x and so on, without an inverse.
      const auto z2 = multiple.z.Square();
      ASSERT_NE((Curve::FromTable(entry).x * z2).Equals(multiple.x).bits, 0u);
      ASSERT_NE((Curve::FromTable(entry).y * z2 * multiple.z).Equals(multiple.y).bits, 0u);
      multiple = Curve::AddVariableTime(multiple, base);
    }
    for (int bit = 0; bit < 5; ++bit) base = Curve::Double(base);
  }
}

TEST_F(P256Adx, MultipliesTheGeneratorLikeThePortableTwin) {
  for (const ec::Words<4>& k : ExtremeNumbers(ec::P256Order::kValue)) {
    const auto ours = ec::P256Adx::MultiplyBase(k);
    const auto theirs = ec::P256::MultiplyBase(k);
    ASSERT_EQ(ours.z.IsZero().bits, theirs.z.IsZero().bits) << k[0];
    if (ours.z.IsZero().bits != 0) continue;
    std::array<uint8_t, 65> our_bytes, their_bytes;
    ec::P256Adx::EncodePoint(ours, MutableBytes(our_bytes));
    ec::P256::EncodePoint(theirs, MutableBytes(their_bytes));
    ASSERT_EQ(our_bytes, their_bytes) << k[0] << " " << k[3];
  }
}

TEST_F(P256Adx, InvertsLikeThePortableTwin) {
  for (const ec::Words<4>& a : ExtremeNumbers(ec::P256Order::kValue)) {
    ASSERT_EQ(ec::Residue<ec::P256AdxOrder>::FromMontgomery(a).Inverse().montgomery(),
              ec::Residue<ec::P256Order>::FromMontgomery(a).Inverse().montgomery())
        << a[0];
  }
  for (const ec::Words<4>& a : ExtremeNumbers(ec::P256CoordinatePrime::kValue)) {
    ASSERT_EQ(ec::Residue<ec::P256AdxCoordinatePrime>::FromMontgomery(a).Inverse().montgomery(),
              ec::Residue<ec::P256CoordinatePrime>::FromMontgomery(a).Inverse().montgomery())
        << a[0];
  }
}
#endif

TEST_F(P256Adx, AgreesWithThePortableTwin) {
  const Driver* const drivers[] = {&kX86AdxDriver, &kPortableDriver};
  for (uint64_t seed = 0; seed < 20; ++seed) {
    DeterministicRng rng(seed);
    for (const Driver* ours : drivers) {
      for (const Driver* theirs : drivers) {
        std::array<uint8_t, 32> key, secret, other;
        std::array<uint8_t, 65> share, answer;
        ASSERT_TRUE(Ecdh(*ours).generate(rng, MutableBytes(key), MutableBytes(share)).ok());
        ASSERT_TRUE(
            Ecdh(*theirs).respond(rng, share, MutableBytes(answer), MutableBytes(other)).ok());
        ASSERT_TRUE(Ecdh(*ours).agree(key, answer, MutableBytes(secret)).ok());
        EXPECT_EQ(secret, other);

        std::array<uint8_t, kMaxSignatureSize> signature;
        const Result<size_t> size =
            Ecdsa(*ours).sign(key, &kPortableSha256, share, rng, MutableBytes(signature));
        ASSERT_TRUE(size.ok());
        const Bytes value = Slice(Bytes(signature), 0, *size);
        EXPECT_TRUE(Ecdsa(*theirs).verify(share, &kPortableSha256, share, value).ok());
        EXPECT_FALSE(Ecdsa(*theirs).verify(share, &kPortableSha256, secret, value).ok());
      }
    }
  }
}

TEST_F(P256Adx, EcdsaMatchesWycheproof) {
  const auto json = Wycheproof("ecdsa_secp256r1_sha256");
  if (!json) GTEST_SKIP() << "published vectors are not installed";
  int valid = 0, invalid = 0;
  for (const auto& group : (*json)["testGroups"]) {
    const ByteString key = HexField(group["publicKey"], "uncompressed");
    const PreparedVerification& prepared = *Ecdsa(kX86AdxDriver).prepared;
    ByteString ready(prepared.size);
    ASSERT_TRUE(prepared.prepare(key, absl::MakeSpan(ready)).ok());
    for (const auto& test : group["tests"]) {
      const ByteString message = HexField(test, "msg"), signature = HexField(test, "sig");
      const bool ok = Ecdsa(kX86AdxDriver).verify(key, &kPortableSha256, message, signature).ok();
      EXPECT_EQ(prepared.verify(ready, &kPortableSha256, message, signature).ok(), ok);
      EXPECT_EQ(ok, test["result"] == "valid") << test["tcId"];
      ++(ok ? valid : invalid);
    }
  }
  EXPECT_EQ(valid, 138);
  EXPECT_EQ(invalid, 250);
}

TEST_F(P256Adx, EcdhMatchesWycheproof) {
  const auto json = Wycheproof("ecdh_secp256r1_ecpoint");
  if (!json) GTEST_SKIP() << "published vectors are not installed";
  int agreed = 0, refused = 0;
  for (const auto& group : (*json)["testGroups"]) {
    for (const auto& test : group["tests"]) {
      // Private keys are INTEGERs there.
      ByteString key = HexField(test, "private");
      if (key.size() > 32) key.erase(key.begin());
      key.insert(key.begin(), 32 - key.size(), 0);
      std::array<uint8_t, 32> secret;
      const bool ok =
          Ecdh(kX86AdxDriver).agree(key, HexField(test, "public"), MutableBytes(secret)).ok();
      EXPECT_EQ(ok, test["result"] == "valid") << test["tcId"];
      if (ok) {
        EXPECT_EQ(ToHex(secret), test["shared"].get<std::string>()) << test["tcId"];
      }
      ++(ok ? agreed : refused);
    }
  }
  EXPECT_EQ(agreed, 264);
  EXPECT_EQ(refused, 20);
}

}  // namespace
}  // namespace merlon::crypto
