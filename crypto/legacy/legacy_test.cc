// SPDX-License-Identifier: Apache-2.0
// The legacy driver's algorithms against the conformance kit and Wycheproof.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "crypto/bound_decryption_key.h"
#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/asymmetric/rsa_test_keys.h"
#include "crypto/drivers/portable/driver.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/testing/conformance.h"
#include "crypto/drivers/testing/conformance_support.h"
#include "crypto/legacy/bound_cbc_key.h"
#include "crypto/legacy/cbc.h"
#include "crypto/legacy/driver.h"
#include "crypto/legacy/rsa_pkcs1_decryption.h"
#include "crypto/legacy/sha1.h"
#include "crypto/testing/deterministic_rng.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto {
namespace {

using testing::ByteString;
using testing::FromHex;
using testing::HexMember;
using testing::ToHex;

constexpr const Driver* kDrivers[] = {&kPortableDriver, &kLegacyDriver};
constexpr DriverTable kTable{kDrivers};

TEST(LegacyDriverTest, GivesWhatNoOtherDoes) {
  const DriverTable legacy{absl::MakeSpan(kDrivers + 1, 1)}, portable{absl::MakeSpan(kDrivers, 1)};
  EXPECT_EQ(legacy.hash(HashId::kSha1), &kPortableSha1);
  EXPECT_EQ(legacy.hash(HashId::kSha256), nullptr);
  EXPECT_EQ(portable.hash(HashId::kSha1), nullptr);
  EXPECT_EQ(portable.encryption(Permitted::kRsaPkcs1Decryption, KeyType::kRsa), nullptr);
}

TEST(Sha1Test, Conforms) { testing::CheckHash(kPortableSha1); }

TEST(Sha1Test, HmacHkdfAndPbkdf2PassWycheproof) {
  const int ran = testing::CheckHmacWycheproof(kPortableSha1, "hmac_sha1");
  if (ran == 0) GTEST_SKIP() << testing::kNoVectors;
  EXPECT_EQ(ran, 136);
  EXPECT_EQ(testing::CheckHkdfWycheproof(kPortableSha1, "hkdf_sha1"), 70);
  EXPECT_EQ(testing::CheckPbkdf2Wycheproof(kPortableSha1, "pbkdf2_hmacsha1"), 9);
}

struct Aes {
  const CipherAlgorithm& encrypt;
  const BlockDecryptAlgorithm& decrypt;
  const char *key, *ciphertext;  // SP 800-38A F.2
  int wycheproof;
};
const Aes kAes[] = {
    {kPortableAes128, kPortableAes128Decrypt, "2b7e151628aed2a6abf7158809cf4f3c",
     "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
     "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7",
     58},
    {kPortableAes192, kPortableAes192Decrypt, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
     "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a"
     "571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd",
     58},
    {kPortableAes256, kPortableAes256Decrypt,
     "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
     "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
     "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
     57},
};
const Error kRefused = PeerError(Code::kIllegalValue, Alert::kDecryptError);

ByteString Encrypted(const Aes& aes, Bytes key, Bytes iv, CbcPadding padding, Bytes text) {
  ByteString out(text.size() + 16);
  const auto size = CbcEncrypt(aes.encrypt, key, iv, padding, text, absl::MakeSpan(out));
  EXPECT_TRUE(size.ok());
  if (size.ok()) out.resize(*size);
  return out;
}
Result<ByteString> Decrypted(const Aes& aes, Bytes key, Bytes iv, CbcPadding padding, Bytes text) {
  ByteString out(text.size());
  const auto size = CbcDecrypt(aes.decrypt, key, iv, padding, text, absl::MakeSpan(out));
  if (!size.ok()) return size.error();
  out.resize(*size);
  return out;
}

TEST(CbcTest, GivesTheAnswersOfTheStandard) {
  const ByteString iv = FromHex("000102030405060708090a0b0c0d0e0f"),
                   text = FromHex(
                       "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                       "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
  for (const Aes& aes : kAes) {
    const ByteString key = FromHex(aes.key);
    EXPECT_EQ(ToHex(Encrypted(aes, key, iv, CbcPadding::kNone, text)), aes.ciphertext);
    EXPECT_EQ(*Decrypted(aes, key, iv, CbcPadding::kNone, FromHex(aes.ciphertext)), text);
  }
}

TEST(CbcTest, PassesWycheproof) {
  for (const Aes& aes : kAes) {
    const int ran =
        testing::ForEachWycheproof("aes_cbc_pkcs5", [&](const auto& group, const auto& test) {
          if (group.at("keySize") != aes.encrypt.key_size * 8) return false;
          const ByteString key = HexMember(test, "key"), iv = HexMember(test, "iv"),
                           text = HexMember(test, "msg"), sealed = HexMember(test, "ct");
          const auto opened = Decrypted(aes, key, iv, CbcPadding::kPkcs7, sealed);
          if (test.at("result") == "valid") {
            EXPECT_EQ(*opened, text) << test;
            EXPECT_EQ(Encrypted(aes, key, iv, CbcPadding::kPkcs7, text), sealed) << test;
          } else {
            EXPECT_EQ(opened.error(), kRefused) << test;
          }
          return true;
        });
    if (ran == 0) GTEST_SKIP() << testing::kNoVectors;
    EXPECT_EQ(ran, aes.wycheproof);
  }
}

// Whatever the cuts, the bytes are the same; in place as well.
TEST(CbcTest, Streams) {
  const Aes& aes = kAes[0];
  const ByteString key(16, 1), iv(16, 2);
  std::mt19937_64 rand(3);
  for (size_t size = 0; size < 70; ++size) {
    const ByteString text = testing::RandomBytes(rand, size);
    const ByteString expected = Encrypted(aes, key, iv, CbcPadding::kPkcs7, text);
    CbcEncryption encryption(aes.encrypt, key, iv, CbcPadding::kPkcs7);
    CbcDecryption decryption(aes.decrypt, key, iv, CbcPadding::kPkcs7);
    const auto stream = [&](auto& operation, Bytes in) {
      ByteString out(in.size() + 16);
      MutableBytes room = absl::MakeSpan(out);
      while (!in.empty()) {
        const Bytes part = Slice(in, 0, 1 + rand() % in.size());
        const auto written = operation.Update(part, room);
        EXPECT_TRUE(written.ok());
        room.remove_prefix(*written);
        in.remove_prefix(part.size());
      }
      const auto last = operation.Finish(room);
      EXPECT_TRUE(last.ok());
      out.resize(out.size() - room.size() + *last);
      return out;
    };
    EXPECT_EQ(stream(encryption, text), expected);
    EXPECT_EQ(stream(decryption, expected), text);
    ByteString in_place = text;
    in_place.resize(expected.size());
    const Bytes whole(in_place.data(), size);
    EXPECT_TRUE(
        CbcEncrypt(aes.encrypt, key, iv, CbcPadding::kPkcs7, whole, absl::MakeSpan(in_place)).ok());
    EXPECT_EQ(in_place, expected);
    EXPECT_EQ(
        *CbcDecrypt(aes.decrypt, key, iv, CbcPadding::kPkcs7, in_place, absl::MakeSpan(in_place)),
        size);
    EXPECT_EQ(Slice(Bytes(in_place), 0, size), Bytes(text));
  }
}

TEST(CbcTest, WrongSizesAreErrors) {
  const Aes& aes = kAes[0];
  const ByteString key(16, 1), iv(16, 2), text(17, 3);
  ByteString out(15);
  EXPECT_EQ(CbcEncrypt(aes.encrypt, key, iv, CbcPadding::kPkcs7, text, absl::MakeSpan(out)).error(),
            Misuse(Code::kNoSpace));
  out.resize(32);
  EXPECT_EQ(CbcEncrypt(aes.encrypt, key, iv, CbcPadding::kNone, text, absl::MakeSpan(out)).error(),
            Misuse());
  EXPECT_EQ(Decrypted(aes, key, iv, CbcPadding::kNone, text).error(), kRefused);
  EXPECT_EQ(Decrypted(aes, key, iv, CbcPadding::kPkcs7, text).error(), kRefused);
  EXPECT_EQ(Decrypted(aes, key, iv, CbcPadding::kPkcs7, {}).error(), kRefused);
}

TEST(BoundCbcKeyTest, WorksByHandleWhereThePolicyNamesIt) {
  InlineKeyStore<3, 64> store(kTable);
  testing::DeterministicRng rng(1);
  KeyAttributes attributes{.type = KeyType::kAes,
                           .permitted = Permitted::kCbcPkcs7,
                           .usage = Usage::kEncrypt | Usage::kDecrypt};
  const ByteString material(24, 7), text(33, 8);
  const KeyHandle key = *store->Import(attributes, material);
  const auto bound = BoundCbcKey::Bind(*store, key, CbcPadding::kPkcs7);
  ASSERT_TRUE(bound.ok());
  ByteString sealed(80), opened(80);
  sealed.resize(*bound->Encrypt(text, rng, absl::MakeSpan(sealed)));
  EXPECT_EQ(sealed.size(), 16u + 48u);
  opened.resize(*bound->Decrypt(sealed, absl::MakeSpan(opened)));
  EXPECT_EQ(opened, text);
  EXPECT_EQ(bound->Decrypt(Slice(Bytes(sealed), 0, 15), absl::MakeSpan(opened)).error(),
            DecodeError());
  EXPECT_EQ(BoundCbcKey::Bind(*store, key, CbcPadding::kNone).error(), Misuse(Code::kNotPermitted));

  attributes.permitted = Permitted::kAny;  // that does not permit what is obsolete
  const KeyHandle any = *store->Import(attributes, material);
  EXPECT_EQ(BoundCbcKey::Bind(*store, any, CbcPadding::kPkcs7).error(),
            Misuse(Code::kNotPermitted));

  ASSERT_TRUE(store->Destroy(key).ok());
  EXPECT_EQ(bound->Decrypt(sealed, absl::MakeSpan(opened)).error(), Misuse(Code::kStaleHandle));
}

Result<ByteString> DecryptedRsa(Bytes key, Bytes ciphertext) {
  testing::DeterministicRng rng(9);
  ByteString out(512);
  const auto size = kLegacyRsaPkcs1Decryption.decrypt(key, {.hash = &kPortableSha256}, ciphertext,
                                                      rng, absl::MakeSpan(out));
  if (!size.ok()) return size.error();
  out.resize(*size);
  return out;
}

// Answers of OpenSSL 3.2 under the same key (its test data, evppkey_rsa_common.txt).
constexpr char kRsaCiphertext[] =
    "550af55a2904e7b9762352f8fb7fa235a9cb053aacb2d5fcb8ca48453cb2ee3619746c701abf2d4cc67003471a1879"
    "00"
    "b05aa812bd25ed05c675dfc8c97a24a7bf49bd6214992cad766d05a9a2b57b74f26a737e0237b8b76c45f1f226a836"
    "d7"
    "cfbc75ba999bdbe48dbc09227aa46c88f21dccba7840141ad5a5d71fd122e6bd6ac3e564780dfe623fc1ca9b995a60"
    "37"
    "bf0bbd43b205a84ac5444f34202c05ce9113087176432476576de6ffff9a52ea57c08be3ec2f49676cb8e12f762ac7"
    "1f"
    "a3c321e00ac988910c85ff52f93825666ce0d40ffaa0592078919d4493f46d95ccf76364c6d57760dd0b64805f9afc"
    "76"
    "a2365a5575ca301d5103f0ea76cb9a78";

TEST(RsaPkcs1DecryptionTest, DecryptsOrGivesWhatOpenSslGives) {
  const ByteString key = FromHex(testing::kRsaPrivateKey);
  ByteString ciphertext = FromHex(kRsaCiphertext);
  EXPECT_EQ(AsText(*DecryptedRsa(key, ciphertext)), "Hello World");
  ciphertext.back() ^= 1;
  EXPECT_EQ(*DecryptedRsa(key, ciphertext), *DecryptedRsa(key, ciphertext));
  EXPECT_EQ(
      ToHex(*DecryptedRsa(key, ciphertext)),
      "4cbb988d6a46228379132b0b5f8c249b3860043848c93632fb982c807c7c82fffc7a9ef83f4908f890373ac181"
      "ffea6381e103bcaa27e65638b6ecebef38b59ed4226a9d12af675cfcb634d8c40e7a7aff");
}

TEST(RsaPkcs1DecryptionTest, RefusesOnlyWhatIsNoCiphertextAtAll) {
  const ByteString key = FromHex(testing::kRsaPrivateKey);
  const Error refused = PeerError(Code::kBadMac, Alert::kDecryptError);
  EXPECT_EQ(DecryptedRsa(key, ByteString(255, 1)).error(), refused);
  EXPECT_EQ(DecryptedRsa(key, ByteString(256, 0xff)).error(), refused);
  EXPECT_EQ(DecryptedRsa(ByteString(9, 1), ByteString(256, 1)).error(), Misuse(Code::kBadKey));
  EXPECT_EQ(kLegacyRsaPkcs1Decryption.encrypt, nullptr);
}

// What is valid decrypts to the message; what is not, to something else.
TEST(RsaPkcs1DecryptionTest, PassesWycheproof) {
  for (const auto& [name, cases] :
       {std::pair("rsa_pkcs1_2048", 54), {"rsa_pkcs1_3072", 13}, {"rsa_pkcs1_4096", 13}}) {
    const int ran = testing::ForEachWycheproof(name, [&](const auto& group, const auto& test) {
      // Of the larger keys, which take long, every fourth.
      if (group.at("keySize") > 2048 && test.at("tcId").template get<int>() % 4 != 0) return false;
      const ByteString ciphertext = HexMember(test, "ct"), message = HexMember(test, "msg");
      // PKCS#8 around it: 26 bytes of header.
      ByteString key = HexMember(group, "privateKeyPkcs8");
      key.erase(key.begin(), key.begin() + 26);
      const auto out = DecryptedRsa(key, ciphertext);
      if (test.at("result") == "valid") {
        EXPECT_EQ(*out, message) << test.at("tcId");
      } else if (out.ok()) {
        EXPECT_NE(*out, message) << test.at("tcId");
      }
      return true;
    });
    if (ran == 0) GTEST_SKIP() << testing::kNoVectors;
    EXPECT_EQ(ran, cases) << name;
  }
}

TEST(RsaPkcs1DecryptionTest, WorksByHandleWhereThePolicyNamesIt) {
  InlineKeyStore<2> store(kTable);
  testing::DeterministicRng rng(1);
  KeyAttributes attributes{
      .type = KeyType::kRsa, .permitted = Permitted::kRsaPkcs1Decryption, .usage = Usage::kDecrypt};
  const KeyHandle key = *store->Import(attributes, FromHex(testing::kRsaPrivateKey));
  const auto bound = BoundDecryptionKey::Bind(*store, key, Permitted::kRsaPkcs1Decryption);
  ASSERT_TRUE(bound.ok());
  ByteString out(256);
  out.resize(*bound->Decrypt({.hash = &kPortableSha256}, FromHex(kRsaCiphertext), rng,
                             absl::MakeSpan(out)));
  EXPECT_EQ(AsText(out), "Hello World");
  attributes.permitted = Permitted::kAny;
  const KeyHandle any = *store->Import(attributes, FromHex(testing::kRsaPrivateKey));
  EXPECT_EQ(BoundDecryptionKey::Bind(*store, any, Permitted::kRsaPkcs1Decryption).error(),
            Misuse(Code::kNotPermitted));
}

}  // namespace
}  // namespace merlon::crypto
