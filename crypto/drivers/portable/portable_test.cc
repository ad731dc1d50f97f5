// SPDX-License-Identifier: Apache-2.0
// The portable driver's symmetric algorithms against the conformance kit and Wycheproof.
#include <gtest/gtest.h>

#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/ghash.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/portable/sha512.h"
#include "crypto/drivers/testing/conformance.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto {
namespace {

using testing::FromHex;
using testing::ToHex;

TEST(PortableHashTest, Sha256Conforms) { testing::CheckHash(kPortableSha256); }
TEST(PortableHashTest, Sha384Conforms) { testing::CheckHash(kPortableSha384); }
TEST(PortableHashTest, Sha512Conforms) { testing::CheckHash(kPortableSha512); }

TEST(PortableAesTest, Aes128Conforms) { testing::CheckCipher(kPortableAes128); }
TEST(PortableAesTest, Aes256Conforms) { testing::CheckCipher(kPortableAes256); }
TEST(PortableAesTest, MasksConform) {
  testing::CheckMask(kPortableAes128Mask, kPortableAes128);
  testing::CheckMask(kPortableAes256Mask, kPortableAes256);
}

// GCM specification, appendix B, test case 2: H, the ciphertext and GHASH(H, {}, C).
TEST(PortableGhashTest, GivesTheIntermediateValueOfTheSpecification) {
  std::array<uint8_t, 16> h;
  const auto bytes = FromHex("66e94bd4ef8a2c3b884cfa59ca342b2e");
  std::copy(bytes.begin(), bytes.end(), h.begin());
  const GhashKey key = Ghash::KeyFrom(h);
  Ghash ghash(key);
  ghash.Update(FromHex("0388dace60b6a392f328c2b971b2fe78"));
  EXPECT_EQ(ToHex(ghash.Finish(0, 16)), "f38cbb1ad69223dcc3457ae5b6b0f885");
}

TEST(PortableAesGcmTest, Aes128GcmConforms) { testing::CheckAesGcm(kPortableAes128Gcm); }
TEST(PortableAesGcmTest, Aes256GcmConforms) { testing::CheckAesGcm(kPortableAes256Gcm); }

TEST(PortableAesGcmTest, PassesWycheproof) {
  const int ran128 = testing::CheckAesGcmWycheproof(kPortableAes128Gcm);
  if (ran128 == 0) GTEST_SKIP() << "no published vectors here";
  EXPECT_EQ(ran128, 54);
  EXPECT_EQ(testing::CheckAesGcmWycheproof(kPortableAes256Gcm), 53);
}

TEST(PortableAesGcmTest, StatesTheLimitsOfTheRfcs) {
  for (const AeadAlgorithm* aead : {&kPortableAes128Gcm, &kPortableAes256Gcm}) {
    EXPECT_LE(aead->seal_limit, 23726566u);  // 2^24.5
    EXPECT_EQ(aead->open_limit, uint64_t{1} << 36);
  }
}

}  // namespace
}  // namespace merlon::crypto
