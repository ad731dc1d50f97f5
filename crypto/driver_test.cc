// SPDX-License-Identifier: Apache-2.0
#include "crypto/driver.h"

#include <gtest/gtest.h>

#include "crypto/drivers/default_drivers.h"
#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/sha256.h"

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

}  // namespace
}  // namespace merlon::crypto
