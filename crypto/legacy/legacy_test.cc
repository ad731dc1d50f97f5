// SPDX-License-Identifier: Apache-2.0
// The legacy driver's algorithms against the conformance kit and Wycheproof.
#include <gtest/gtest.h>

#include "crypto/drivers/testing/conformance.h"
#include "crypto/legacy/driver.h"
#include "crypto/legacy/sha1.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto {
namespace {

TEST(LegacyDriverTest, GivesWhatNoOtherDoes) {
  const Driver* drivers[] = {&kLegacyDriver};
  EXPECT_EQ(DriverTable(drivers).hash(HashId::kSha1), &kPortableSha1);
  EXPECT_EQ(DriverTable(drivers).hash(HashId::kSha256), nullptr);
}

TEST(Sha1Test, Conforms) { testing::CheckHash(kPortableSha1); }

TEST(Sha1Test, HmacAndHkdfPassWycheproof) {
  const int ran = testing::CheckHmacWycheproof(kPortableSha1, "hmac_sha1");
  if (ran == 0) GTEST_SKIP() << testing::kNoVectors;
  EXPECT_EQ(ran, 136);
  EXPECT_EQ(testing::CheckHkdfWycheproof(kPortableSha1, "hkdf_sha1"), 70);
}

}  // namespace
}  // namespace merlon::crypto
