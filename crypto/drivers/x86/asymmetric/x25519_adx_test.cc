// SPDX-License-Identifier: Apache-2.0
// X25519 by MULX and ADX against its portable twin; Wycheproof runs through both.
#include "crypto/drivers/portable/asymmetric/test_support.h"
#include "crypto/drivers/portable/driver.h"
#include "crypto/drivers/x86/driver.h"

#if defined(__x86_64__)
#include "crypto/drivers/portable/asymmetric/field25519.h"
#include "crypto/drivers/x86/asymmetric/field25519_adx.h"

namespace merlon::crypto {
namespace {

using namespace testing;

class X25519Adx : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!kX86AdxDriver.available()) GTEST_SKIP() << "no BMI2 and ADX here";
  }
  static const KeyAgreementAlgorithm& Group(const Driver& driver) {
    for (const KeyAgreementAlgorithm* group : driver.key_agreements) {
      if (group->id == GroupId::kX25519) return *group;
    }
    __builtin_trap();
  }
  using Array = std::array<uint8_t, 32>;
  static Array Random(Rng& rng) {
    Array out;
    EXPECT_TRUE(rng.Fill(MutableBytes(out)).ok());
    return out;
  }
};

TEST_F(X25519Adx, FieldIsThatOfThePortableTwin) {
  using field25519::Tight;
  using field25519_adx::Element;
  DeterministicRng rng(3);
  // Limbs at the borders, where carries run: any four are an element.
  const uint64_t borders[] = {0,
                              1,
                              2,
                              37,
                              38,
                              19,
                              18,
                              ~uint64_t{0},
                              ~uint64_t{0} - 18,
                              ~uint64_t{0} - 19,
                              ~uint64_t{0} - 37,
                              ~uint64_t{0} - 38,
                              ~uint64_t{0} >> 1,
                              uint64_t{1} << 63};
  const auto element = [&](int kind) {
    Element out;
    for (size_t i = 0; i < 4; ++i) {
      Array bytes = Random(rng);
      memcpy(&out[i], bytes.data(), 8);
      if ((kind >> i & 1) != 0) out[i] = borders[out[i] % std::size(borders)];
    }
    return out;
  };
  const auto bytes_of = [](const Element& a) {
    Array out;
    memcpy(out.data(), a.data(), 32);
    return out;
  };
  // The twin's decoding ignores bit 255, which stands for 19.
  const auto twin = [&](const Element& a) {
    Tight high = {{19 * (a[3] >> 63), 0, 0, 0, 0}};
    return field25519::Tighten(field25519::Decode(bytes_of(a)) + high);
  };
  const auto canonical = [&](const Element& a) { return bytes_of(field25519_adx::Reduce(a)); };
  const auto encoded = [](const Tight& a) {
    Array out;
    field25519::Encode(a, MutableBytes(out));
    return out;
  };
  for (int i = 0; i < 8000; ++i) {
    const Element a = element(i % 16), b = element(i / 16 % 16);
    const Tight ta = twin(a), tb = twin(b);
    ASSERT_EQ(canonical(a), encoded(ta)) << i;
    ASSERT_EQ(canonical(field25519_adx::Multiply(a, b)), encoded(ta * tb)) << i;
    ASSERT_EQ(canonical(field25519_adx::Square(a)), encoded(ta * ta)) << i;
    ASSERT_EQ(canonical(field25519_adx::Add(a, b)), encoded(Tighten(ta + tb))) << i;
    ASSERT_EQ(canonical(field25519_adx::Subtract(a, b)), encoded(Tighten(ta - tb))) << i;
    ASSERT_EQ(canonical(field25519_adx::MultiplySmall(a)),
              encoded(field25519::MultiplySmall(ta, 121666)))
        << i;
    if (i % 16 == 0) {
      ASSERT_EQ(bytes_of(field25519_adx::Invert(a)), encoded(field25519::Invert(ta))) << i;
    }
  }
  for (const Element& zero :
       {Element{}, field25519_adx::kPrime,
        Element{~uint64_t{0} - 37, ~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}}}) {
    EXPECT_EQ(field25519_adx::Reduce(zero), Element{});
    EXPECT_EQ(field25519_adx::Invert(zero), Element{});
  }
}

TEST_F(X25519Adx, AgreesWithThePortableTwin) {
  const KeyAgreementAlgorithm &ours = Group(kX86AdxDriver), &theirs = Group(kPortableDriver);
  DeterministicRng rng(9);
  std::vector<Array> keys = {Array{}, Array{}};
  keys[1].fill(0xff);
  for (size_t bit = 3; bit < 254; ++bit) {
    keys.emplace_back()[bit / 8] = static_cast<uint8_t>(1 << bit % 8);
  }
  for (int i = 0; i < 100; ++i) keys.push_back(Random(rng));
  for (const Array& key : keys) {
    // Each key as what a generator gives: shares of both drivers.
    class Fixed final : public Rng {
     public:
      explicit Fixed(const Array& key) : key_(key) {}
      Result<void> Fill(MutableBytes out) override {
        memcpy(out.data(), key_.data(), out.size());
        return {};
      }

     private:
      const Array& key_;
    } fixed(key);
    Array our_key, their_key, our_share, their_share, our_secret, their_secret;
    ASSERT_TRUE(ours.generate(fixed, MutableBytes(our_key), MutableBytes(our_share)).ok());
    ASSERT_TRUE(theirs.generate(fixed, MutableBytes(their_key), MutableBytes(their_share)).ok());
    ASSERT_EQ(our_share, their_share);
    ASSERT_EQ(our_key, their_key);
    const Array peer = Random(rng);
    ASSERT_TRUE(ours.agree(key, peer, MutableBytes(our_secret)).ok());
    ASSERT_TRUE(theirs.agree(key, peer, MutableBytes(their_secret)).ok());
    ASSERT_EQ(our_secret, their_secret);
  }
}

TEST_F(X25519Adx, HybridAgreesWithThePortableTwin) {
  if (!kX86Avx2AdxDriver.available()) GTEST_SKIP() << "no AVX2 here";
  const Driver* const portable[] = {&kPortableDriver};
  const KeyAgreementAlgorithm& ours = *kX86Avx2AdxDriver.key_agreements[0];
  const KeyAgreementAlgorithm& theirs =
      *DriverTable(portable).key_agreement(GroupId::kX25519MlKem768);
  DeterministicRng rng(4);
  for (const auto& [initiator, responder] : {std::pair(&ours, &theirs), {&theirs, &ours}}) {
    std::vector<uint8_t> key(ours.private_size), share(ours.initiator_share_size),
        answer(ours.responder_share_size), secret(ours.secret_size), other(ours.secret_size);
    ASSERT_TRUE(initiator->generate(rng, absl::MakeSpan(key), absl::MakeSpan(share)).ok());
    ASSERT_TRUE(responder->respond(rng, share, absl::MakeSpan(answer), absl::MakeSpan(other)).ok());
    ASSERT_TRUE(initiator->agree(key, answer, absl::MakeSpan(secret)).ok());
    EXPECT_EQ(secret, other);
  }
}

TEST_F(X25519Adx, MatchesWycheproof) {
  const auto json = Wycheproof("x25519");
  if (!json) GTEST_SKIP() << "published vectors are not installed";
  int agreed = 0, refused = 0;
  for (const auto& group : (*json)["testGroups"]) {
    for (const auto& test : group["tests"]) {
      Array secret;
      const bool ok =
          Group(kX86AdxDriver)
              .agree(HexField(test, "private"), HexField(test, "public"), MutableBytes(secret))
              .ok();
      const std::string shared = test["shared"].get<std::string>();
      EXPECT_EQ(ok, shared != std::string(64, '0')) << test["tcId"];
      if (ok) {
        EXPECT_EQ(ToHex(secret), shared) << test["tcId"];
      }
      ++(ok ? agreed : refused);
    }
  }
  EXPECT_EQ(agreed, 390);
  EXPECT_EQ(refused, 25);
}

}  // namespace
}  // namespace merlon::crypto
#endif
