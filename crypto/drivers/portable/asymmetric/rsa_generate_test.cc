// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/rsa_generate.h"

#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/rsa_prime.h"
#include "crypto/drivers/portable/asymmetric/test_support.h"
#include "crypto/drivers/portable/sha256.h"

namespace merlon::crypto {
namespace {

using namespace testing;
using bignum::ConstLimbs;
using bignum::Limbs;

using Number = std::vector<uint64_t>;

Number NumberFromHex(const std::string& hex) {
  Number out((hex.size() + 15) / 16);
  EXPECT_TRUE(bignum::Load(FromHex(hex), absl::MakeSpan(out)));
  return out;
}
// 2^bits - less.
Number BelowPowerOfTwo(size_t bits, uint64_t less) {
  Number out(bits / 64, ~uint64_t{0});
  out[0] -= less - 1;
  return out;
}
bool IsPrime(const Number& number) {
  DeterministicRng rng(1);
  const Result<bool> prime = IsProbablePrime(number, 5, rng);
  EXPECT_TRUE(prime.ok());
  return prime.ok() && *prime;
}

TEST(SmallModulus, GivesRemainders) {
  DeterministicRng rng(2);
  for (uint32_t modulus : {3u, 5u, 251u, 4093u, 65537u, 0x7fffffffu, 0xffffffffu}) {
    const SmallModulus small(modulus);
    std::vector<uint64_t> values = {0, 1, modulus - 1, modulus, modulus + 1ull, ~uint64_t{0}};
    for (int i = 0; i < 100; ++i) {
      std::array<uint64_t, 1> value;
      ASSERT_TRUE(rng.Fill(MutableBytes(reinterpret_cast<uint8_t*>(value.data()), 8)).ok());
      values.push_back(value[0]);
    }
    for (uint64_t a : values) EXPECT_EQ(small.Remainder(a), a % modulus) << a;
  }
  // 65537 = 2^16 + 1 divides 2^256 - 1.
  EXPECT_EQ(SmallModulus(65537).Remainder(BelowPowerOfTwo(256, 1)), 0u);
  EXPECT_EQ(SmallModulus(65537).Remainder(BelowPowerOfTwo(256, 3)), 65535u);
}

TEST(RsaPrime, TellsPrimesFromComposites) {
  EXPECT_TRUE(IsPrime(BelowPowerOfTwo(1024, 105)));  // the largest prime below 2^1024
  EXPECT_FALSE(IsPrime(BelowPowerOfTwo(1024, 101)));
  EXPECT_FALSE(IsPrime(BelowPowerOfTwo(1024, 109)));
  EXPECT_TRUE(IsPrime(BelowPowerOfTwo(512, 569)));  // below 2^512, likewise
  EXPECT_FALSE(IsPrime(BelowPowerOfTwo(512, 565)));
}

// A Carmichael number, (2 k + 1) (6 k + 1) (10 k + 1) with all three prime: Fermat's test takes it
// for a prime with every base that is coprime to it.
TEST(RsaPrime, RefusesCarmichaelNumbers) {
  const Number carmichael = NumberFromHex(
      "cdc2a7424f83956a3549c188858a45ba147eeaeb6734ce4d1e0cce259064e32a78fb61b33f9893e21e8c5b08bb1f"
      "fef47fb567c5078fb23975d652808b33ab4e55dae736bc6c5788a37ba57914313adc39262416f4a2f6e34695e6ac"
      "822a7ac9ff99b63d27a1d7a76d4f18f8b1bba811b751ed85e849958181d8accda51d095b");
  ASSERT_EQ(carmichael[0] & 3, 3u);
  EXPECT_FALSE(IsPrime(carmichael));
}

TEST(RsaGenerate, MakesKeysOfEverySize) {
  DeterministicRng rng(3);
  for (uint16_t bits : {2048, 2176, 3072, 4096}) {
    ByteString der(2400);
    const Result<size_t> size = GenerateRsaKey(bits, rng, absl::MakeSpan(der));
    ASSERT_TRUE(size.ok());
    der.resize(*size);
    EXPECT_EQ(*kPortableRsaPss.check_private(der), bits);
    RsaPrivateKey key;
    ASSERT_TRUE(LoadRsaPrivateKey(der, &key));
    EXPECT_TRUE(IsConsistent(key));
    EXPECT_EQ(key.pub.e, 65537u);
    EXPECT_EQ(key.pub.n.bits(), bits);
    // FIPS 186-5 A.1.1 and A.1.3: above sqrt(2) * 2^(nlen / 2 - 1), far apart, prime.
    for (const bignum::Modulus* prime : {&key.p, &key.q}) {
      const ConstLimbs value = prime->value();
      EXPECT_EQ(value.size() * 128, bits);
      EXPECT_GT(value[value.size() - 1], 0xb504f333f9de6484);
      EXPECT_EQ(value[0] & 3, 3u);
      EXPECT_NE(SmallModulus(65537).Remainder(value), 1u);
      EXPECT_TRUE(IsPrime(Number(value.begin(), value.end())));
    }
    EXPECT_NE(key.p.value()[bits / 128 - 1], key.q.value()[bits / 128 - 1]);
    EXPECT_GT(bignum::BitLength(ConstLimbs(key.d.data(), bits / 64)), bits / 2u);

    std::array<uint8_t, kMaxSignatureSize> signature;
    ByteString public_key(600);
    public_key.resize(*kPortableRsaPss.public_key(der, absl::MakeSpan(public_key)));
    for (const SignAlgorithm* algorithm : {&kPortableRsaPss, &kPortableRsaPkcs1}) {
      const Bytes message = AsBytes("sample");
      const Result<size_t> signed_size =
          algorithm->sign(der, &kPortableSha256, message, rng, MutableBytes(signature));
      ASSERT_TRUE(signed_size.ok());
      EXPECT_EQ(*signed_size, bits / 8u);
      EXPECT_TRUE(algorithm
                      ->verify(public_key, &kPortableSha256, message,
                               Slice(Bytes(signature), 0, *signed_size))
                      .ok());
    }
  }
}

// d is the inverse of e modulo lcm(p - 1, q - 1), the least one there is.
TEST(RsaGenerate, TakesTheLeastPrivateExponent) {
  for (uint64_t seed = 0; seed < 4; ++seed) {
    DeterministicRng rng(seed);
    ByteString der(1300);
    const Result<size_t> size = GenerateRsaKey(2048, rng, absl::MakeSpan(der));
    ASSERT_TRUE(size.ok());
    RsaPrivateKey key;
    ASSERT_TRUE(LoadRsaPrivateKey(Slice(Bytes(der), 0, *size), &key));
    // Below (p - 1) (q - 1) / 2 at most, as both are even.
    Number p(key.p.value().begin(), key.p.value().end());
    Number q(key.q.value().begin(), key.q.value().end()), half(32);
    p[0] -= 1;
    q[0] -= 1;
    bignum::Multiply(p, q, absl::MakeSpan(half));
    bignum::ShiftRightOnce(half, absl::MakeSpan(half));
    EXPECT_NE(bignum::MaskIfLess(ConstLimbs(key.d.data(), 32), half).bits, 0u);
  }
}

TEST(RsaGenerate, RefusesWhatItDoesNotMake) {
  DeterministicRng rng(4);
  ByteString out(2400);
  for (uint16_t bits : {0, 512, 1024, 1920, 2047, 2049, 2112, 4224, 8192}) {
    EXPECT_EQ(GenerateRsaKey(bits, rng, absl::MakeSpan(out)).error(), Misuse(Code::kUnsupported));
  }
  EXPECT_EQ(GenerateRsaKey(2048, rng, Slice(absl::MakeSpan(out), 0, 600)).error(), NoSpace());
  EXPECT_EQ(out[0], 0);
  FailingRng failing;
  EXPECT_EQ(GenerateRsaKey(2048, failing, absl::MakeSpan(out)).error(),
            DriverError(Code::kEntropyFailure));
  ConstantRng broken(0xff);  // 2^1024 - 1 for ever
  EXPECT_EQ(GenerateRsaKey(2048, broken, absl::MakeSpan(out)).error(),
            DriverError(Code::kEntropyFailure));
}

// Every sixth time one prime, 2^1024 - 105: a candidate, and five bases that show it to be prime.
class RepeatingRng final : public Rng {
 public:
  Result<void> Fill(MutableBytes out) override {
    if (calls_++ % 6 != 0) return random_.Fill(out);
    for (uint8_t& byte : out) byte = 0xff;
    out.back() = 0x97;
    return {};
  }
  int calls() const { return calls_; }

 private:
  DeterministicRng random_{6};
  int calls_ = 0;
};
// FIPS 186-5 A.1.3 step 5.4.
TEST(RsaGenerate, RefusesPrimesThatAreTooClose) {
  RepeatingRng rng;
  ByteString out(2400);
  EXPECT_EQ(GenerateRsaKey(2048, rng, absl::MakeSpan(out)).error(),
            DriverError(Code::kEntropyFailure));
  EXPECT_EQ(rng.calls(), 4 * 2 * 6);
}

TEST(Bignum, DividesAndFindsCommonDivisors) {
  DeterministicRng rng(5);
  for (int i = 0; i < 50; ++i) {
    std::array<uint64_t, 3> a, b, common, remainder, quotient;
    for (auto* number : {&a, &b}) {
      ASSERT_TRUE(rng.Fill(MutableBytes(reinterpret_cast<uint8_t*>(number->data()), 24)).ok());
    }
    b[2] = i % 3 == 0 ? 0 : b[2] >> i;
    // a = quotient * b + remainder
    bignum::Divide(a, b, Limbs(quotient), Limbs(remainder));
    EXPECT_NE(bignum::MaskIfLess(remainder, b).bits, 0u);
    std::array<uint64_t, 6> product;
    bignum::Multiply(quotient, b, Limbs(product));
    std::array<uint64_t, 3> low = {product[0], product[1], product[2]};
    EXPECT_EQ(bignum::Add(low, remainder, Limbs(low)), 0u);
    EXPECT_EQ(low, a);
    EXPECT_EQ(product[3] | product[4] | product[5], 0u);
    // gcd(a * f, b * f) is a multiple of f, and what is left has no common divisor: gcd again is 1.
    const uint64_t factor = 2 * static_cast<uint64_t>(i) + 3;
    std::array<uint64_t, 3> x = {a[0] >> 8, 0, 0}, y = {b[0] >> 8 | 1, 0, 0};
    uint64_t expected = x[0], rest = y[0];  // Euclid
    while (rest != 0) expected = std::exchange(rest, expected % rest);
    const uint64_t one_limb_x[] = {x[0]}, one_limb_y[] = {y[0]}, one_limb_factor[] = {factor};
    bignum::Multiply(one_limb_x, one_limb_factor, Slice(Limbs(x), 0, 2));
    bignum::Multiply(one_limb_y, one_limb_factor, Slice(Limbs(y), 0, 2));
    bignum::GreatestCommonDivisor(Limbs(x), Limbs(y));
    std::array<uint64_t, 3> wide{};
    const uint64_t one_limb_expected[] = {expected};
    bignum::Multiply(one_limb_expected, one_limb_factor, Slice(Limbs(wide), 0, 2));
    common = y;
    EXPECT_EQ(common, wide);
  }
}

}  // namespace
}  // namespace merlon::crypto
