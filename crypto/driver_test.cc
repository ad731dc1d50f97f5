// SPDX-License-Identifier: Apache-2.0
#include "crypto/driver.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "crypto/drivers/default_drivers.h"
#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/driver.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/system_entropy.h"
#include "crypto/drivers/testing/conformance_driver.h"

namespace merlon::crypto {
namespace {

constexpr HashAlgorithm kOtherSha256 = {HashId::kSha256, 32, 64, 104, nullptr, nullptr, nullptr};
constexpr const HashAlgorithm* kOtherHashes[] = {&kOtherSha256};
constexpr const HashAlgorithm* kHashes[] = {&kPortableSha256};
constexpr const CipherAlgorithm* kCiphers[] = {&kPortableAes256};
constexpr SignAlgorithm kEcdsa = {
    SignFamily::kEcdsa, KeyType::kEcP256, nullptr, nullptr, nullptr, nullptr, nullptr};
constexpr SignAlgorithm kPss = {
    SignFamily::kRsaPss, KeyType::kRsa, nullptr, nullptr, nullptr, nullptr, nullptr};
constexpr const SignAlgorithm* kSigns[] = {&kEcdsa, &kPss};

constexpr Driver kFirst = {"first", kLocalStorage, nullptr, kOtherHashes, {}, {}, {}, {}};
constexpr Driver kAbsent = {"absent", kLocalStorage, [] { return false; }, kOtherHashes, {}, {}, {},
                            {}};
constexpr Driver kLast = {"last", kLocalStorage, [] { return true; }, kHashes, kCiphers, {},
                          {},     kSigns};

TEST(DriverTableTest, TakesTheFirstDriverThatHasIt) {
  const Driver* const drivers[] = {&kFirst, &kLast};
  const DriverTable table(drivers);
  EXPECT_EQ(table.hash(HashId::kSha256), &kOtherSha256);
  EXPECT_EQ(table.cipher(CipherId::kAes256), &kPortableAes256);
  EXPECT_EQ(table.drivers().size(), 2u);
}

TEST(DriverTableTest, SkipsADriverThatIsNotAvailable) {
  const Driver* const drivers[] = {&kAbsent, &kLast};
  EXPECT_EQ(DriverTable(drivers).hash(HashId::kSha256), &kPortableSha256);
}

TEST(DriverTableTest, GivesNullForWhatNoneHas) {
  const Driver* const drivers[] = {&kLast};
  const DriverTable table(drivers), empty;
  EXPECT_EQ(table.hash(HashId::kSha384), nullptr);
  EXPECT_EQ(table.cipher(CipherId::kAes128), nullptr);
  EXPECT_EQ(table.aead(AeadId::kAes128Gcm), nullptr);
  EXPECT_EQ(table.key_agreement(GroupId::kX25519), nullptr);
  EXPECT_EQ(empty.hash(HashId::kSha256), nullptr);
}

TEST(DriverTableTest, FindsSignaturesByFamilyAndKeyType) {
  const Driver* const drivers[] = {&kLast};
  const DriverTable table(drivers);
  EXPECT_EQ(table.sign(SignFamily::kEcdsa, KeyType::kEcP256), &kEcdsa);
  EXPECT_EQ(table.sign(SignFamily::kEcdsa, KeyType::kEcP384), nullptr);
  EXPECT_EQ(table.sign(SignFamily::kRsaPkcs1, KeyType::kRsa), nullptr);
  EXPECT_EQ(table.any_sign(KeyType::kRsa), &kPss);
  EXPECT_EQ(table.any_sign(KeyType::kEd25519), nullptr);
}

TEST(DriverListTest, IsFilledInOrderUntilItIsFull) {
  DriverList<2> drivers;
  EXPECT_EQ(drivers.table().hash(HashId::kSha256), nullptr);
  EXPECT_TRUE(drivers.Add(kFirst).ok() && drivers.Add(kLast).ok());
  EXPECT_EQ(drivers.Add(kLast).error(), Misuse(Code::kNoSpace));
  EXPECT_EQ(drivers.table().hash(HashId::kSha256), &kOtherSha256);
  EXPECT_EQ(drivers.table().cipher(CipherId::kAes256), &kPortableAes256);
}

TEST(DefaultDriversTest, HoldSha3AndShake) {
  const DriverTable table = DefaultDrivers();
  for (HashId id : {HashId::kSha3_224, HashId::kSha3_256, HashId::kSha3_384, HashId::kSha3_512}) {
    ASSERT_NE(table.hash(id), nullptr);
    EXPECT_EQ(table.hash(id)->id, id);
  }
  for (XofId id : {XofId::kShake128, XofId::kShake256}) {
    ASSERT_NE(table.xof(id), nullptr);
    EXPECT_EQ(table.xof(id)->id, id);
  }
  EXPECT_EQ(DriverTable().xof(XofId::kShake128), nullptr);
}

TEST(DefaultDriversTest,
     HoldWhatTls13Demands) {  // RFC 9846 s9.1, as far as symmetric algorithms go
  const DriverTable table = DefaultDrivers();
  for (HashId id : {HashId::kSha256, HashId::kSha384, HashId::kSha512}) {
    ASSERT_NE(table.hash(id), nullptr);
    EXPECT_EQ(table.hash(id)->id, id);
  }
  for (AeadId id :
       {AeadId::kAes128Gcm, AeadId::kAes256Gcm, AeadId::kChaCha20Poly1305, AeadId::kAes128Ccm,
        AeadId::kAes128Ccm8, AeadId::kAes256Ccm, AeadId::kAes256Ccm8}) {
    ASSERT_NE(table.aead(id), nullptr);
    EXPECT_EQ(table.aead(id)->id, id);
    EXPECT_NE(table.aead(id)->mask, nullptr);
  }
  for (CipherId id : {CipherId::kAes128, CipherId::kAes256}) {
    ASSERT_NE(table.cipher(id), nullptr);
    EXPECT_EQ(table.cipher(id)->id, id);
  }
}

// A driver of these alone.
class KitTest : public ::testing::Test {
 protected:
  const Driver* const reference_[1] = {&kPortableDriver};
  const DriverTable portable_{reference_};
};

TEST_F(KitTest, WhatDefaultDriversHaveForCurvesConforms) {
  int signs = 0, agreements = 0;
  for (const Driver* driver : DefaultDrivers().drivers()) {
    Driver curves{.name = driver->name, .location = kLocalStorage, .available = driver->available};
    std::vector<const SignAlgorithm*> of_curves;
    for (const SignAlgorithm* sign : driver->signs) {
      // RSA keys are slow to make; the other curves are the same code as these.
      const bool quick = sign->key_type == KeyType::kEcP256 || sign->key_type == KeyType::kEd25519;
      if (quick) of_curves.push_back(sign);
    }
    std::vector<const KeyAgreementAlgorithm*> groups;
    for (const KeyAgreementAlgorithm* group : driver->key_agreements) {
      const bool quick = group->id == GroupId::kX25519 || group->id == GroupId::kSecp256r1;
      if (quick) groups.push_back(group);
    }
    curves.signs = of_curves;
    curves.key_agreements = groups;
    const auto checked = testing::CheckDriver(curves, portable_);
    signs += checked.signs;
    agreements += checked.key_agreements;
  }
  EXPECT_GE(signs, 2);
  EXPECT_GE(agreements, 2);
}

TEST_F(KitTest, TheSystemsEntropyConforms) { testing::CheckEntropySource(kSystemEntropy); }

// Mistakes that a driver may have, each of which the kit must find.
TEST_F(KitTest, FindsMistakes) {
  const auto finds = [](auto check) {
    ::testing::TestPartResultArray results;
    {
      const ::testing::ScopedFakeTestPartResultReporter reporter(
          ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
      check();
    }
    return results.size() > 0;
  };
  static const SignAlgorithm* const right = portable_.sign(SignFamily::kEddsa, KeyType::kEd25519);
  EXPECT_FALSE(finds([] { testing::CheckSign(*right, *right, nullptr); }));
  SignAlgorithm trusting = *right, leaking = *right, careless = *right;
  trusting.verify = [](Bytes, const HashAlgorithm*, Bytes, Bytes) { return Result<void>(); };
  EXPECT_TRUE(finds([&] { testing::CheckSign(trusting, *right, nullptr); }));
  // Does not look how large its room is.
  leaking.sign = [](Bytes key, const HashAlgorithm* hash, Bytes message, Rng& rng,
                    MutableBytes out) {
    uint8_t room[64];
    const Result<size_t> size = right->sign(key, hash, message, rng, MutableBytes(room));
    if (!out.empty()) out[0] = room[0];
    return size;
  };
  EXPECT_TRUE(finds([&] { testing::CheckSign(leaking, *right, nullptr); }));
  careless.check_private = [](Bytes) -> Result<uint16_t> { return uint16_t{255}; };
  EXPECT_TRUE(finds([&] { testing::CheckSign(careless, *right, nullptr); }));

  static const KeyAgreementAlgorithm* const group = portable_.key_agreement(GroupId::kX25519);
  KeyAgreementAlgorithm zeros = *group;
  zeros.agree = [](Bytes key, Bytes share, MutableBytes secret) {
    (void)group->agree(key, share, secret);
    return Result<void>();
  };
  EXPECT_TRUE(finds([&] { testing::CheckKeyAgreement(zeros, *group); }));
  const EntropySource stuck{.name = "stuck", .fill = [](MutableBytes out) -> Result<void> {
                              std::fill(out.begin(), out.end(), uint8_t{0x5a});
                              return {};
                            }};
  EXPECT_TRUE(finds([&] { testing::CheckEntropySource(stuck); }));
}

}  // namespace
}  // namespace merlon::crypto
