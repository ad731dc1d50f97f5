// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/lattice/ml_kem_hybrid.h"

#include <gtest/gtest.h>

#include <vector>

#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/lattice/ml_kem.h"
#include "crypto/testing/deterministic_rng.h"

namespace merlon::crypto {
namespace {

using Buffer = std::vector<uint8_t>;

class X25519MlKem768Test : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(group_.generate(rng_, absl::MakeSpan(key_), absl::MakeSpan(ours_)).ok());
    ASSERT_TRUE(group_.respond(rng_, ours_, absl::MakeSpan(theirs_), absl::MakeSpan(one_)).ok());
  }
  const KeyAgreementAlgorithm& group_ = kPortableX25519MlKem768;
  testing::DeterministicRng rng_{1};
  // draft-ietf-tls-ecdhe-mlkem s4.1, s4.2: 1216 and 1120 bytes on the wire, 64 of secret.
  Buffer key_ = Buffer(kMaxGroupPrivateSize), ours_ = Buffer(1216), theirs_ = Buffer(1120);
  Buffer one_ = Buffer(64), other_ = Buffer(64);
};

TEST_F(X25519MlKem768Test, BothAgreeOnTheSecretsOfBothPartsMlKemFirst) {
  ASSERT_TRUE(group_.agree(key_, theirs_, absl::MakeSpan(other_)).ok());
  EXPECT_EQ(one_, other_);
  Buffer kem(32), curve(32);
  ASSERT_TRUE(kPortableMlKem768
                  .decapsulate(Slice(Bytes(key_), 0, 2400), Slice(Bytes(theirs_), 0, 1088),
                               absl::MakeSpan(kem))
                  .ok());
  ASSERT_TRUE(
      kPortableX25519
          .agree(Slice(Bytes(key_), 2400), Slice(Bytes(theirs_), 1088), absl::MakeSpan(curve))
          .ok());
  EXPECT_EQ(Slice(Bytes(one_), 0, 32), Bytes(kem));
  EXPECT_EQ(Slice(Bytes(one_), 32), Bytes(curve));
}

TEST_F(X25519MlKem768Test, RefusesSharesThatEitherPartRefuses) {
  const Error bad = IllegalParameter(Code::kBadPublicValue);
  const auto respond = [&](Bytes share) {
    return group_.respond(rng_, share, absl::MakeSpan(theirs_), absl::MakeSpan(one_)).error();
  };
  const auto agree = [&](Bytes share) {
    return group_.agree(key_, share, absl::MakeSpan(other_)).error();
  };
  EXPECT_EQ(respond(Slice(Bytes(ours_), 1)), bad);
  EXPECT_EQ(agree(Slice(Bytes(theirs_), 1)), bad);
  Buffer large = ours_, zero = ours_, zero_answer = theirs_;
  large[0] = large[1] = 0xff;  // a coefficient of 4095
  std::fill(zero.begin() + 1184, zero.end(), 0);
  std::fill(zero_answer.begin() + 1088, zero_answer.end(), 0);
  EXPECT_EQ(respond(large), bad);
  // The part that was done goes with the one that failed.
  EXPECT_EQ(respond(zero), bad);
  EXPECT_EQ(one_, Buffer(one_.size()));
  EXPECT_EQ(agree(zero_answer), bad);
  EXPECT_EQ(other_, Buffer(other_.size()));
  ASSERT_TRUE(group_.agree(key_, theirs_, absl::MakeSpan(one_)).ok());
  theirs_[0] ^= 1;  // rejected in silence: another secret
  ASSERT_TRUE(group_.agree(key_, theirs_, absl::MakeSpan(other_)).ok());
  EXPECT_NE(one_, other_);
}

TEST_F(X25519MlKem768Test, PassesOnAFailureOfTheGenerator) {
  for (int calls = 0; calls < 2; ++calls) {
    testing::FailingRng generate(calls), respond(calls);
    EXPECT_EQ(group_.generate(generate, absl::MakeSpan(key_), absl::MakeSpan(ours_)).error(),
              DriverError(Code::kEntropyFailure));
    EXPECT_EQ(group_.respond(respond, ours_, absl::MakeSpan(theirs_), absl::MakeSpan(one_)).error(),
              DriverError(Code::kEntropyFailure));
  }
}

}  // namespace
}  // namespace merlon::crypto
