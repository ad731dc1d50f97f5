// SPDX-License-Identifier: Apache-2.0
#include "crypto/bound_kem_key.h"

#include <gtest/gtest.h>

#include <vector>

#include "crypto/drivers/default_drivers.h"
#include "crypto/testing/deterministic_rng.h"

namespace merlon::crypto {
namespace {

using Buffer = std::vector<uint8_t>;

class BoundKemKeyTest : public ::testing::TestWithParam<KeyType> {
 protected:
  const KemAlgorithm& kem_ = *DefaultDrivers().kem(GetParam());
  InlineKeyStore<2, kMaxKemPrivateSize> store_{DefaultDrivers()};
  testing::DeterministicRng rng_{1};
  const KeyAttributes attributes_ = {.type = GetParam(), .usage = Usage::kDecrypt};
};
INSTANTIATE_TEST_SUITE_P(MlKem, BoundKemKeyTest,
                         ::testing::Values(KeyType::kMlKem512, KeyType::kMlKem768,
                                           KeyType::kMlKem1024));

TEST_P(BoundKemKeyTest, GeneratedKeysDecapsulateWhatTheirPublicKeyEncapsulates) {
  const KeyHandle key = *store_->Generate(attributes_, rng_);
  EXPECT_EQ(store_->Attributes(key)->bits, kem_.bits);
  Buffer public_key(kem_.public_size), ciphertext(kem_.ciphertext_size);
  ASSERT_EQ(*store_->PublicKey(key, absl::MakeSpan(public_key)), kem_.public_size);
  Buffer sent(kem_.secret_size), got(kem_.secret_size);
  ASSERT_TRUE(
      kem_.encapsulate(rng_, public_key, absl::MakeSpan(ciphertext), absl::MakeSpan(sent)).ok());
  const auto bound = BoundKemKey::Bind(*store_, key);
  ASSERT_TRUE(bound.ok());
  ASSERT_TRUE(bound->Decapsulate(ciphertext, absl::MakeSpan(got)).ok());
  EXPECT_EQ(got, sent);

  EXPECT_EQ(bound->Decapsulate(Slice(Bytes(ciphertext), 1), absl::MakeSpan(got)).error(),
            IllegalParameter(Code::kBadPublicValue));
  EXPECT_EQ(store_->Export(key, absl::MakeSpan(public_key)).error(), Misuse(Code::kNotPermitted));
  ASSERT_TRUE(store_->Destroy(key).ok());
  EXPECT_EQ(bound->Decapsulate(ciphertext, absl::MakeSpan(got)).error(),
            Misuse(Code::kStaleHandle));
}

TEST_P(BoundKemKeyTest, ImportsSeedsAndExpandedKeysThatAreRight) {
  Buffer seed(64, 7), private_key(kem_.private_size), public_key(kem_.public_size);
  ASSERT_TRUE(kem_.expand(seed, absl::MakeSpan(private_key), absl::MakeSpan(public_key)).ok());
  EXPECT_TRUE(store_->Import(attributes_, seed).ok());
  const auto expanded = store_->Import(attributes_, private_key);
  ASSERT_TRUE(expanded.ok());
  Buffer out(kem_.public_size);
  ASSERT_TRUE(store_->PublicKey(*expanded, absl::MakeSpan(out)).ok());
  EXPECT_EQ(out, public_key);
  ASSERT_TRUE(store_->Destroy(*expanded).ok());
  private_key[private_key.size() - 33] ^= 1;  // of the hash (FIPS 203 s7.3)
  EXPECT_EQ(store_->Import(attributes_, private_key).error(), Misuse(Code::kBadKey));
  seed.pop_back();
  EXPECT_EQ(store_->Import(attributes_, seed).error(), Misuse(Code::kBadKey));
}

TEST_P(BoundKemKeyTest, ObeysPolicyAndType) {
  KeyAttributes no_use = attributes_;
  no_use.usage = Usage::kSign;
  const KeyHandle forbidden = *store_->Generate(no_use, rng_);
  EXPECT_EQ(BoundKemKey::Bind(*store_, forbidden).error(), Misuse(Code::kNotPermitted));
  const KeyHandle aes =
      *store_->Generate({.type = KeyType::kAes, .bits = 256, .usage = Usage::kDecrypt}, rng_);
  EXPECT_EQ(BoundKemKey::Bind(*store_, aes).error(), Misuse(Code::kUnsupported));
}

TEST_P(BoundKemKeyTest, AFailedGeneratorMakesNoKey) {
  testing::FailingRng failing;
  EXPECT_EQ(store_->Generate(attributes_, failing).error(), DriverError(Code::kEntropyFailure));
}

}  // namespace
}  // namespace merlon::crypto
