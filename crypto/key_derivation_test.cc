// SPDX-License-Identifier: Apache-2.0
#include "crypto/key_derivation.h"

#include <gtest/gtest.h>

#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/portable/sha512.h"
#include "crypto/drivers/testing/conformance.h"
#include "crypto/pbkdf2.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto {
namespace {

using testing::ByteString;
using testing::FromHex;
using testing::ToHex;

ByteString Extract(const HashAlgorithm& hash, Bytes salt, Bytes ikm) {
  ByteString out(hash.size);
  HkdfExtract(hash, salt, ikm, absl::MakeSpan(out));
  return out;
}
ByteString Expand(const HashAlgorithm& hash, Bytes prk, Bytes info, size_t size) {
  ByteString out(size);
  HkdfExpand(hash, prk, absl::Span<const Bytes>(&info, 1), absl::MakeSpan(out));
  return out;
}
std::string ExpandLabel(Bytes secret, LabelPrefix prefix, std::string_view label, Bytes context,
                        size_t size) {
  ByteString out(size);
  HkdfExpandLabel(kPortableSha256, secret, prefix, label, context, absl::MakeSpan(out));
  return ToHex(out);
}

ByteString Range(uint8_t from, size_t size) {
  ByteString out;
  for (size_t i = 0; i < size; ++i) out.push_back(static_cast<uint8_t>(from + i));
  return out;
}

// RFC 5869 appendix A, cases 1 to 3.
TEST(HkdfTest, GivesTheAnswersOfRfc5869) {
  const struct {
    ByteString ikm, salt, info;
    const char *prk, *okm;
  } kCases[] = {
      {ByteString(22, 0x0b), Range(0, 13), Range(0xf0, 10),
       "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
       "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
      {Range(0, 80), Range(0x60, 80), Range(0xb0, 80),
       "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
       "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
       "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
       "cc30c58179ec3e87c14c01d5c1f3434f1d87"},
      {ByteString(22, 0x0b),
       {},
       {},
       "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
       "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
  };
  for (const auto& c : kCases) {
    const ByteString prk = Extract(kPortableSha256, c.salt, c.ikm);
    EXPECT_EQ(ToHex(prk), c.prk);
    EXPECT_EQ(ToHex(Expand(kPortableSha256, prk, c.info, FromHex(c.okm).size())), c.okm);
  }
}

// RFC 9001 A.1.
TEST(HkdfTest, ExpandLabelGivesTheInitialKeysOfRfc9001) {
  const ByteString secret =
      Extract(kPortableSha256, FromHex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"),
              FromHex("8394c8f03e515708"));
  EXPECT_EQ(ToHex(secret), "7db5df06e7a69e432496adedb00851923595221596ae2ae9fb8115c1e9ed0a44");
  const std::string client = ExpandLabel(secret, LabelPrefix::kTls13, "client in", {}, 32);
  EXPECT_EQ(client, "c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea");
  const ByteString key = FromHex(client);
  EXPECT_EQ(ExpandLabel(key, LabelPrefix::kTls13, "quic key", {}, 16),
            "1f369613dd76d5467730efcbe3b1a22d");
  EXPECT_EQ(ExpandLabel(key, LabelPrefix::kTls13, "quic iv", {}, 12), "fa044b2f42a3fd3b46fb255c");
  EXPECT_EQ(ExpandLabel(key, LabelPrefix::kTls13, "quic hp", {}, 16),
            "9f50449e04a0e810283a1e9933adedd2");
}

// The structure of RFC 9846 s7.1 and RFC 9147 s5.9, spelled out.
TEST(HkdfTest, ExpandLabelIsExpandOverHkdfLabel) {
  const ByteString secret(32, 7), context(32, 9);
  ByteString info = FromHex("0010 0d 64746c733133 64657269766564 20");  // "dtls13" "derived"
  info.insert(info.end(), context.begin(), context.end());
  EXPECT_EQ(ExpandLabel(secret, LabelPrefix::kDtls13, "derived", context, 16),
            ToHex(Expand(kPortableSha256, secret, info, 16)));
}

TEST(HkdfTest, ExpandGivesUpTo255Blocks) {
  const ByteString prk(32, 3);
  const ByteString longest = Expand(kPortableSha256, prk, {}, 255 * 32);
  EXPECT_EQ(Expand(kPortableSha256, prk, {}, 100),
            ByteString(longest.begin(), longest.begin() + 100));
  EXPECT_NE(ByteString(longest.end() - 32, longest.end()),
            ByteString(longest.end() - 64, longest.end() - 32));
  EXPECT_DEATH(Expand(kPortableSha256, prk, {}, 255 * 32 + 1), "");
}

TEST(HkdfTest, ExpandLabelTrapsOnVectorsThatDoNotFit) {
  const ByteString secret(32, 3), context(256, 1);
  EXPECT_DEATH(ExpandLabel(secret, LabelPrefix::kTls13, "x", context, 16), "");
  EXPECT_DEATH(ExpandLabel(secret, LabelPrefix::kTls13, std::string(250, 'x'), {}, 16), "");
}

// RFC 7914 s11.
TEST(Pbkdf2Test, GivesTheAnswersOfTheRfc) {
  ByteString out(64);
  ASSERT_TRUE(
      Pbkdf2(kPortableSha256, AsBytes("passwd"), AsBytes("salt"), 1, absl::MakeSpan(out)).ok());
  EXPECT_EQ(ToHex(out),
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
            "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
  EXPECT_EQ(Pbkdf2(kPortableSha256, {}, {}, 0, absl::MakeSpan(out)).error(), Misuse());
}

TEST(Pbkdf2Test, PassesWycheproof) {
  const int ran = testing::CheckPbkdf2Wycheproof(kPortableSha256, "pbkdf2_hmacsha256");
  if (ran == 0) GTEST_SKIP() << testing::kNoVectors;
  EXPECT_EQ(ran, 8);
  EXPECT_EQ(testing::CheckPbkdf2Wycheproof(kPortableSha224, "pbkdf2_hmacsha224"), 8);
  EXPECT_EQ(testing::CheckPbkdf2Wycheproof(kPortableSha384, "pbkdf2_hmacsha384"), 8);
  EXPECT_EQ(testing::CheckPbkdf2Wycheproof(kPortableSha512, "pbkdf2_hmacsha512"), 8);
}

TEST(HkdfTest, PassesWycheproof) {
  const int ran = testing::CheckHkdfWycheproof(kPortableSha256, "hkdf_sha256");
  if (ran == 0) GTEST_SKIP() << testing::kNoVectors;
  EXPECT_EQ(ran, 69);
  EXPECT_EQ(testing::CheckHkdfWycheproof(kPortableSha384, "hkdf_sha384"), 67);
  EXPECT_EQ(testing::CheckHkdfWycheproof(kPortableSha512, "hkdf_sha512"), 67);
}

}  // namespace
}  // namespace merlon::crypto
