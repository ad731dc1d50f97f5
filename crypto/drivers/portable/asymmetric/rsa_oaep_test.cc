// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/rsa_oaep.h"

#include "crypto/drivers/portable/asymmetric/rsa_test_keys.h"
#include "crypto/drivers/portable/asymmetric/test_support.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/portable/sha512.h"
#include "crypto/drivers/testing/conformance_support.h"
#include "crypto/legacy/sha1.h"

namespace merlon::crypto {
namespace {

using namespace testing;

const Error kRefused = PeerError(Code::kBadMac, Alert::kDecryptError);

Result<ByteString> Encrypted(const EncryptionParameters& parameters, Bytes text) {
  DeterministicRng rng(4);
  ByteString out(256);
  const auto size =
      kPortableRsaOaep.encrypt(FromHex(kRsaPublicKey), parameters, text, rng, absl::MakeSpan(out));
  if (!size.ok()) return size.error();
  return out;
}
Result<ByteString> Decrypted(Bytes key, const EncryptionParameters& parameters, Bytes ciphertext) {
  DeterministicRng rng(5);
  ByteString out(512);
  const auto size = kPortableRsaOaep.decrypt(key, parameters, ciphertext, rng, absl::MakeSpan(out));
  if (!size.ok()) return size.error();
  out.resize(*size);
  return out;
}

// Made with OpenSSL 3.0: SHA-256, MGF1 with SHA-256, label "context".
constexpr char kByOpenSsl[] =
    "2a8b20fc30330c3a4032d2b249c48f2f81500c819d18192d2b82f8d8ba8bc77032f934ebb17152cc4b6e87d67d"
    "b4e0607bd175cbb03d59fd742eac72c7ee39ccd6c00ece874ae246c54439adc2ef21b652de14be6be8452839cf"
    "0eea0f4da12dc5e09257a0d104c2dccb464de1840586b1819301f6a2f2ac5048c3c409f0cd2eda7a131a8c72f0"
    "c22b8d18185b9ce5864cad99879534c8e2f8385a277fa0b7abd5a6406395ea12e1921727d169168cccc8127af1"
    "a7ba2a0f69d83644438c40ad6a69c3d89053e84178395dfad56b443b59e271af175e3fe388a6aa06cc95f7db9e"
    "7b67eb2e6764261220ab03a11a42d4b89bc5d57b2361114926b82c8f725f77";

TEST(RsaOaepTest, OpensWhatOpenSslSealed) {
  EXPECT_EQ(AsText(*Decrypted(FromHex(kRsaPrivateKey),
                              {.hash = &kPortableSha256, .label = AsBytes("context")},
                              FromHex(kByOpenSsl))),
            "Merlon");
}

TEST(RsaOaepTest, OpensWhatItSealsOfAnySize) {
  const EncryptionParameters parameters{
      .hash = &kPortableSha256, .mask_hash = &kPortableSha512, .label = AsBytes("l")};
  for (const size_t size : {0, 1, 100, 190}) {
    const ByteString text(size, 0);
    const auto sealed = Encrypted(parameters, text);
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ(*Decrypted(FromHex(kRsaPrivateKey), parameters, *sealed), text);
  }
  EXPECT_EQ(Encrypted(parameters, ByteString(191, 0)).error(), Misuse());
}

TEST(RsaOaepTest, WrongInputIsAnError) {
  const EncryptionParameters parameters{.hash = &kPortableSha256};
  const ByteString key = FromHex(kRsaPrivateKey);
  ByteString sealed = *Encrypted(parameters, AsBytes("text"));
  for (const size_t at : {0u, 100u, 255u}) {
    sealed[at] ^= 1;
    EXPECT_EQ(Decrypted(key, parameters, sealed).error(), kRefused);
    sealed[at] ^= 1;
  }
  EXPECT_EQ(Decrypted(key, {.hash = &kPortableSha384}, sealed).error(), kRefused);
  EXPECT_EQ(Decrypted(key, parameters, Slice(Bytes(sealed), 1)).error(), kRefused);
  EXPECT_EQ(Decrypted(key, parameters, ByteString(256, 0xff)).error(), kRefused);
  EXPECT_EQ(Decrypted(key, {}, sealed).error(), Misuse());
  EXPECT_EQ(Decrypted(Slice(Bytes(key), 1), parameters, sealed).error(), Misuse(Code::kBadKey));
  EXPECT_EQ(Encrypted({}, {}).error(), Misuse());
  FailingRng failing;
  EXPECT_EQ(kPortableRsaOaep
                .encrypt(FromHex(kRsaPublicKey), parameters, {}, failing, absl::MakeSpan(sealed))
                .error(),
            DriverError(Code::kEntropyFailure));
  EXPECT_EQ(
      kPortableRsaOaep.encrypt(AsBytes("no key"), parameters, {}, failing, absl::MakeSpan(sealed))
          .error(),
      PeerError(Code::kBadKey, Alert::kBadCertificate));
}

const HashAlgorithm* HashOfName(const std::string& name) {
  return name == "SHA-1"     ? &kPortableSha1
         : name == "SHA-256" ? &kPortableSha256
         : name == "SHA-384" ? &kPortableSha384
         : name == "SHA-512" ? &kPortableSha512
                             : nullptr;
}

TEST(RsaOaepTest, PassesWycheproof) {
  constexpr const char* kFiles[] = {
      "2048_sha1_mgf1sha1",     "2048_sha256_mgf1sha1",   "2048_sha256_mgf1sha256",
      "2048_sha384_mgf1sha1",   "2048_sha384_mgf1sha384", "2048_sha512_mgf1sha1",
      "2048_sha512_mgf1sha512", "3072_sha256_mgf1sha1",   "3072_sha256_mgf1sha256",
      "3072_sha512_mgf1sha1",   "3072_sha512_mgf1sha512", "4096_sha256_mgf1sha1",
      "4096_sha256_mgf1sha256", "4096_sha512_mgf1sha1",   "4096_sha512_mgf1sha512"};
  int ran = 0;
  for (const char* file : kFiles) {
    const std::string name = std::string("rsa_oaep_") + file;
    ran += ForEachWycheproof(name.c_str(), [&](const auto& group, const auto& test) {
      // Of the larger keys, which take long, every fourth.
      if (group.at("keySize") > 2048 && test.at("tcId").template get<int>() % 4 != 0) return false;
      ByteString key = HexMember(group, "privateKeyPkcs8");
      key.erase(key.begin(), key.begin() + 26);  // PKCS#8 around it
      const ByteString label = HexMember(test, "label");
      const auto out = Decrypted(key,
                                 {.hash = HashOfName(group.at("sha")),
                                  .mask_hash = HashOfName(group.at("mgfSha")),
                                  .label = label},
                                 HexMember(test, "ct"));
      if (test.at("result") == "valid") {
        EXPECT_EQ(*out, HexMember(test, "msg")) << name << test.at("tcId");
      } else {
        EXPECT_EQ(out.error(), kRefused) << name << test.at("tcId");
      }
      return true;
    });
  }
  if (ran == 0) GTEST_SKIP() << testing::kNoVectors;
  EXPECT_EQ(ran, 246);
}

}  // namespace
}  // namespace merlon::crypto
