// SPDX-License-Identifier: Apache-2.0
// The x86 drivers against the conformance kit, Wycheproof and their portable twins.
#include <gtest/gtest.h>

#include <array>

#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/aes_ccm.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/chacha20_poly1305.h"
#include "crypto/drivers/portable/poly1305.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/testing/conformance.h"
#include "crypto/drivers/testing/conformance_driver.h"
#include "crypto/drivers/x86/cpu.h"
#include "crypto/drivers/x86/driver.h"
#include "crypto/drivers/x86/poly1305_avx2.h"
#include "crypto/drivers/x86/poly1305_avx512.h"
#include "crypto/drivers/x86/rdseed.h"

namespace merlon::crypto {
namespace {

const Driver* const kDrivers[] = {&kX86Driver, &kX86ShaDriver, &kX86Avx2Driver};

class X86Test : public ::testing::Test {
 protected:
  const DriverTable table_{kDrivers};
};

TEST_F(X86Test, HoldsOnlyWhatTheCpuHas) {
  EXPECT_EQ(table_.aead(AeadId::kAes128Gcm) != nullptr, kX86Driver.available());
  EXPECT_EQ(table_.cipher(CipherId::kAes256) != nullptr, kX86Driver.available());
  EXPECT_EQ(table_.hash(HashId::kSha256) != nullptr, kX86ShaDriver.available());
  EXPECT_EQ(table_.aead(AeadId::kChaCha20Poly1305) != nullptr, kX86Avx2Driver.available());
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
  const int ran128 = testing::CheckWycheproof(*table_.aead(AeadId::kAes128Gcm), "aes_gcm");
  if (ran128 == 0) GTEST_SKIP() << "no published vectors here";
  EXPECT_EQ(ran128, 54);
  EXPECT_EQ(testing::CheckWycheproof(*table_.aead(AeadId::kAes256Gcm), "aes_gcm"), 53);
}

TEST_F(X86Test, AesGcmIsWhatThePortableTwinDoes) {
  if (!kX86Driver.available()) GTEST_SKIP() << "no AES-NI and PCLMULQDQ here";
  testing::CheckSameAead(kPortableAes128Gcm, *table_.aead(AeadId::kAes128Gcm), 3, 1500);
  testing::CheckSameAead(kPortableAes256Gcm, *table_.aead(AeadId::kAes256Gcm), 4, 1500);
  testing::CheckSameAead(*table_.aead(AeadId::kAes128Gcm), kPortableAes128Gcm, 5, 100);
}

TEST_F(X86Test, AesCcmConformsAndIsWhatThePortableTwinDoes) {
  if (!kX86Driver.available()) GTEST_SKIP() << "no AES-NI and PCLMULQDQ here";
  uint64_t seed = 100;
  for (const AeadAlgorithm* twin :
       {&kPortableAes128Ccm, &kPortableAes256Ccm, &kPortableAes128Ccm8, &kPortableAes256Ccm8}) {
    const AeadAlgorithm& aead = *table_.aead(twin->id);
    testing::CheckAesCcm(aead);
    testing::CheckMask(*aead.mask, aead.key_size == 16 ? kPortableAes128 : kPortableAes256);
    testing::CheckSameAead(*twin, aead, seed++, 400);
    testing::CheckSameAead(aead, *twin, seed++, 50);
  }
}

TEST_F(X86Test, AesCcmPassesWycheproof) {
  if (!kX86Driver.available()) GTEST_SKIP() << "no AES-NI and PCLMULQDQ here";
  const int ran = testing::CheckWycheproof(*table_.aead(AeadId::kAes128Ccm), "aes_ccm");
  if (ran == 0) GTEST_SKIP() << "no published vectors here";
  EXPECT_EQ(ran, 63);
  EXPECT_EQ(testing::CheckWycheproof(*table_.aead(AeadId::kAes256Ccm), "aes_ccm"), 63);
  EXPECT_EQ(testing::CheckWycheproof(*table_.aead(AeadId::kAes128Ccm8), "aes_ccm"), 6);
  EXPECT_EQ(testing::CheckWycheproof(*table_.aead(AeadId::kAes256Ccm8), "aes_ccm"), 6);
}

TEST_F(X86Test, Sha256ConformsAndIsWhatThePortableTwinDoes) {
  if (!kX86ShaDriver.available()) GTEST_SKIP() << "no SHA-NI here";
  testing::CheckHash(*table_.hash(HashId::kSha256));
  testing::CheckSameHash(kPortableSha256, *table_.hash(HashId::kSha256), 6, 500);
}

TEST_F(X86Test, ChaCha20Poly1305ConformsAndIsWhatThePortableTwinDoes) {
  if (!kX86Avx2Driver.available()) GTEST_SKIP() << "no AVX2 here";
  const AeadAlgorithm& aead = *table_.aead(AeadId::kChaCha20Poly1305);
  testing::CheckChaCha20Poly1305(aead);
  testing::CheckChaCha20Mask(*aead.mask);
  testing::CheckSameAead(kPortableChaCha20Poly1305, aead, 7, 1500);
  testing::CheckSameAead(aead, kPortableChaCha20Poly1305, 8, 100);
}

TEST_F(X86Test, ChaCha20Poly1305ByAvx512ConformsAndIsWhatThePortableTwinDoes) {
  if (!kX86Avx512Driver.available()) GTEST_SKIP() << "no AVX-512 here";
  const AeadAlgorithm& aead = *kX86Avx512Driver.aeads[0];
  testing::CheckChaCha20Poly1305(aead);
  testing::CheckSameAead(kPortableChaCha20Poly1305, aead, 9, 1500);
  testing::CheckSameAead(aead, kPortableChaCha20Poly1305, 10, 100);
  const int ran = testing::CheckWycheproof(aead, "chacha20_poly1305");
  if (ran == 0) GTEST_SKIP() << "no published vectors here";
  EXPECT_EQ(ran, 253);
}

TEST_F(X86Test, ChaCha20Poly1305PassesWycheproof) {
  if (!kX86Avx2Driver.available()) GTEST_SKIP() << "no AVX2 here";
  const int ran =
      testing::CheckWycheproof(*table_.aead(AeadId::kChaCha20Poly1305), "chacha20_poly1305");
  if (ran == 0) GTEST_SKIP() << "no published vectors here";
  EXPECT_EQ(ran, 253);
}

#if defined(__x86_64__)
// Limbs as large as they get: the multiplier and the text all ones, every size up to 20 groups of
// four blocks.
TEST_F(X86Test, Poly1305CarriesLikeItsPortableTwin) {
  if (!kX86Avx2Driver.available()) GTEST_SKIP() << "no AVX2 here";
  for (const uint8_t key_byte : {0xff, 0x00, 0x0f}) {
    const std::vector<uint8_t> key(32, key_byte), text(20 * 64, 0xff), ad(40, 0xff);
    for (size_t size = 0; size <= text.size(); ++size) {
      const Bytes part = Slice(Bytes(text), 0, size), with = Slice(Bytes(ad), 0, size % 40);
      std::array<uint8_t, 16> expected, tag;
      Poly1305AeadTag(key.data(), with, part, expected.data());
      x86::Poly1305AeadTagAvx2(key.data(), with, part, tag.data());
      ASSERT_EQ(tag, expected) << size << " bytes";
      if (!kX86Avx512Driver.available()) continue;
      x86::Poly1305AeadTagAvx512(key.data(), with, part, tag.data());
      ASSERT_EQ(tag, expected) << size << " bytes";
    }
  }
}
#endif

TEST(RdseedTest, Conforms) {
  if (!X86HasRdseed()) {
    uint8_t out[8];
    EXPECT_EQ(kX86Rdseed.fill(MutableBytes(out)).error(), DriverError(Code::kEntropyFailure));
    return;
  }
  testing::CheckEntropySource(kX86Rdseed);
}

// Generators as they fail: nothing, zeros and ones with every sign of success, a word again.
TEST(RdseedTest, AGeneratorThatIsDryOrStuckGivesNothing) {
  using Next = bool (*)(uint64_t*);
  static uint64_t calls;
  const Next generators[] = {[](uint64_t*) { return false; },
                             [](uint64_t* word) { return *word = 0, true; },
                             [](uint64_t* word) { return *word = ~uint64_t{0}, true; },
                             [](uint64_t* word) { return *word = ++calls / 2, true; }};
  for (const Next next : generators) {
    std::array<uint8_t, 40> out;
    out.fill(0xee);
    calls = 7;
    EXPECT_EQ(FillFromWords(next, MutableBytes(out)).error(), DriverError(Code::kEntropyFailure));
    EXPECT_EQ(out, (std::array<uint8_t, 40>{}));
  }
  std::array<uint8_t, 20> out;
  EXPECT_TRUE(FillFromWords([](uint64_t* word) { return *word = ++calls, calls % 5 != 0; },
                            MutableBytes(out))
                  .ok())
      << "dry now and then";
}

}  // namespace
}  // namespace merlon::crypto
