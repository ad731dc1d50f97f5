// SPDX-License-Identifier: Apache-2.0
// The x86 drivers against the conformance kit, Wycheproof and their portable twins.
#include <gtest/gtest.h>

#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/testing/conformance.h"
#include "crypto/drivers/x86/driver.h"

namespace merlon::crypto {
namespace {

const Driver* const kDrivers[] = {&kX86Driver, &kX86ShaDriver};

class X86Test : public ::testing::Test {
 protected:
  const DriverTable table_{kDrivers};
};

TEST_F(X86Test, HoldsOnlyWhatTheCpuHas) {
  EXPECT_EQ(table_.aead(AeadId::kAes128Gcm) != nullptr, kX86Driver.available());
  EXPECT_EQ(table_.cipher(CipherId::kAes256) != nullptr, kX86Driver.available());
  EXPECT_EQ(table_.hash(HashId::kSha256) != nullptr, kX86ShaDriver.available());
}

TEST_F(X86Test, AesConforms) {
  if (!kX86Driver.available()) GTEST_SKIP() << "no AES-NI and PCLMULQDQ here";
  for (CipherId id : {CipherId::kAes128, CipherId::kAes256}) {
    testing::CheckCipher(*table_.cipher(id));
  }
  testing::CheckSameCipher(kPortableAes128, *table_.cipher(CipherId::kAes128), 1, 200);
  testing::CheckSameCipher(kPortableAes256, *table_.cipher(CipherId::kAes256), 2, 200);
}

TEST_F(X86Test, AesGcmConforms) {
  if (!kX86Driver.available()) GTEST_SKIP() << "no AES-NI and PCLMULQDQ here";
  for (AeadId id : {AeadId::kAes128Gcm, AeadId::kAes256Gcm}) {
    const AeadAlgorithm& aead = *table_.aead(id);
    testing::CheckAesGcm(aead);
    testing::CheckMask(*aead.mask, aead.key_size == 16 ? kPortableAes128 : kPortableAes256);
  }
}

TEST_F(X86Test, AesGcmPassesWycheproof) {
  if (!kX86Driver.available()) GTEST_SKIP() << "no AES-NI and PCLMULQDQ here";
  const int ran128 = testing::CheckAesGcmWycheproof(*table_.aead(AeadId::kAes128Gcm));
  if (ran128 == 0) GTEST_SKIP() << "no published vectors here";
  EXPECT_EQ(ran128, 54);
  EXPECT_EQ(testing::CheckAesGcmWycheproof(*table_.aead(AeadId::kAes256Gcm)), 53);
}

TEST_F(X86Test, AesGcmIsWhatThePortableTwinDoes) {
  if (!kX86Driver.available()) GTEST_SKIP() << "no AES-NI and PCLMULQDQ here";
  testing::CheckSameAead(kPortableAes128Gcm, *table_.aead(AeadId::kAes128Gcm), 3, 1500);
  testing::CheckSameAead(kPortableAes256Gcm, *table_.aead(AeadId::kAes256Gcm), 4, 1500);
  testing::CheckSameAead(*table_.aead(AeadId::kAes128Gcm), kPortableAes128Gcm, 5, 100);
}

TEST_F(X86Test, Sha256ConformsAndIsWhatThePortableTwinDoes) {
  if (!kX86ShaDriver.available()) GTEST_SKIP() << "no SHA-NI here";
  testing::CheckHash(*table_.hash(HashId::kSha256));
  testing::CheckSameHash(kPortableSha256, *table_.hash(HashId::kSha256), 6, 500);
}

}  // namespace
}  // namespace merlon::crypto
