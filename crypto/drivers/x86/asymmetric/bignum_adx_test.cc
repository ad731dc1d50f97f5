// SPDX-License-Identifier: Apache-2.0
// RSA by MULX and ADX against its portable twin.
#include "crypto/drivers/portable/asymmetric/rsa_test_keys.h"
#include "crypto/drivers/portable/asymmetric/test_support.h"
#include "crypto/drivers/portable/driver.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/x86/driver.h"

#if defined(__x86_64__)
#include "crypto/drivers/x86/asymmetric/bignum_adx.h"

namespace merlon::crypto {
namespace {

using namespace testing;

class BignumAdx : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!kX86AdxDriver.available()) GTEST_SKIP() << "no BMI2 and ADX here";
  }
};

using Number = std::vector<uint64_t>;
Number RandomNumber(Rng& rng, size_t size) {
  Number out(size);
  for (uint64_t& limb : out) {
    EXPECT_TRUE(rng.Fill(MutableBytes(reinterpret_cast<uint8_t*>(&limb), 8)).ok());
    // Many limbs at the borders, where carries run.
    if (limb % 3 == 0) limb = ~uint64_t{0} - (limb >> 62 & 1);
    if (limb % 7 == 0) limb = limb >> 63;
  }
  return out;
}

TEST_F(BignumAdx, KernelIsThatOfThePortableTwin) {
  const bignum::Kernel &ours = bignum::kAdxKernel, &theirs = bignum::kPortableKernel;
  DeterministicRng rng(1);
  for (size_t size = 1; size <= bignum::kMaxLimbs; ++size) {
    for (int i = 0; i < 20; ++i) {
      Number a = RandomNumber(rng, size), b = RandomNumber(rng, size), m = RandomNumber(rng, size);
      if (i == 0) {  // the largest there are
        std::fill(a.begin(), a.end(), ~uint64_t{0});
        b = m = a;
      }
      Number our_product(2 * size), their_product(2 * size);
      ours.multiply(a.data(), b.data(), size, our_product.data());
      theirs.multiply(a.data(), b.data(), size, their_product.data());
      ASSERT_EQ(our_product, their_product) << size;
      ours.square(a.data(), size, our_product.data());
      theirs.square(a.data(), size, their_product.data());
      ASSERT_EQ(our_product, their_product) << size;

      m[0] |= 1;
      m[size - 1] |= uint64_t{1} << 63;
      uint64_t inverse = m[0];
      for (int step = 0; step < 5; ++step) inverse *= 2 - m[0] * inverse;
      const uint64_t our_top = ours.reduce(m.data(), ~inverse + 1, size, our_product.data());
      const uint64_t their_top = theirs.reduce(m.data(), ~inverse + 1, size, their_product.data());
      ASSERT_EQ(our_top, their_top) << size;
      ASSERT_TRUE(std::equal(our_product.begin() + static_cast<ptrdiff_t>(size), our_product.end(),
                             their_product.begin() + static_cast<ptrdiff_t>(size)))
          << size;
    }
  }
}

TEST_F(BignumAdx, SignaturesAgreeWithThePortableTwin) {
  const Driver* const x86[] = {&kX86AdxDriver};
  const Driver* const portable[] = {&kPortableDriver};
  const DriverTable ours(x86), theirs(portable);
  const ByteString private_key = FromHex(kRsaPrivateKey), public_key = FromHex(kRsaPublicKey);
  DeterministicRng rng(2);
  const Bytes message = AsBytes("sample");
  for (const SignFamily family : {SignFamily::kRsaPkcs1, SignFamily::kRsaPss}) {
    for (const DriverTable& table : {ours, theirs}) {
      std::array<uint8_t, kMaxSignatureSize> out;
      const Result<size_t> size =
          table.sign(family, KeyType::kRsa)
              ->sign(private_key, &kPortableSha256, message, rng, MutableBytes(out));
      ASSERT_TRUE(size.ok());
      for (const DriverTable& other : {ours, theirs}) {
        const SignAlgorithm& verifier = *other.sign(family, KeyType::kRsa);
        const Bytes signature = Slice(Bytes(out), 0, *size);
        EXPECT_TRUE(verifier.verify(public_key, &kPortableSha256, message, signature).ok());
        EXPECT_FALSE(
            verifier.verify(public_key, &kPortableSha256, AsBytes("other"), signature).ok());
      }
    }
  }
}

}  // namespace
}  // namespace merlon::crypto
#endif
