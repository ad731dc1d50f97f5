// SPDX-License-Identifier: Apache-2.0
#include "crypto/mac.h"

#include <gtest/gtest.h>

#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/portable/sha512.h"
#include "crypto/drivers/testing/conformance.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto {
namespace {

using testing::ByteString;
using testing::FromHex;
using testing::ToHex;

std::string MacHex(const HashAlgorithm& hash, Bytes key, Bytes data) {
  ByteString out(hash.size);
  HmacOf(hash, key, absl::Span<const Bytes>(&data, 1), absl::MakeSpan(out));
  return ToHex(out);
}

// RFC 4231 s4, cases 1 to 4, 6 and 7.
TEST(HmacTest, GivesTheAnswersOfRfc4231) {
  const struct {
    ByteString key;
    std::string data;
    const char *sha256, *sha384;
  } kCases[] = {
      {ByteString(20, 0x0b), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
       "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
       "faea9ea9076ede7f4af152e8b2fa9cb6"},
      {FromHex("4a656665"), "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
       "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
       "8e2240ca5e69e2c78b3239ecfab21649"},
      {ByteString(20, 0xaa), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
       "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b"
       "2a5ab39dc13814b94e3ab6e101a34f27"},
      {FromHex("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
       "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e"
       "6801dd23c4a7d679ccf8a386c674cffb"},
      {ByteString(131, 0xaa), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
       "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
       "0c2ef6ab4030fe8296248df163f44952"},
      {ByteString(131, 0xaa),
       "This is a test using a larger than block-size key and a larger than block-size data. The "
       "key needs to be hashed before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
       "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5"
       "a678cc31e799176d3860e6110c46523e"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(MacHex(kPortableSha256, c.key, AsBytes(c.data)), c.sha256);
    EXPECT_EQ(MacHex(kPortableSha384, c.key, AsBytes(c.data)), c.sha384);
  }
}

TEST(HmacTest, VerifiesOnlyTheWholeTag) {
  const ByteString key(16, 1);
  ByteString tag(32);
  const Bytes data = AsBytes("data");
  HmacOf(kPortableSha256, key, absl::Span<const Bytes>(&data, 1), absl::MakeSpan(tag));
  const auto verifies = [&](Bytes candidate) {
    return Hmac(kPortableSha256, key).Verify(absl::Span<const Bytes>(&data, 1), candidate);
  };
  EXPECT_TRUE(verifies(tag));
  EXPECT_FALSE(verifies(Slice(Bytes(tag), 0, 31)));
  EXPECT_FALSE(verifies({}));
  for (size_t bit = 0; bit < 256; ++bit) {
    ByteString wrong = tag;
    wrong[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_FALSE(verifies(wrong));
  }
}

TEST(HmacTest, AKeyServesForAnyNumberOfMessages) {
  const Hmac keyed(kPortableSha384, AsBytes("key"));
  ByteString one(48), two(48), three(20);
  const Bytes abc[] = {AsBytes("a"), {}, AsBytes("bc")}, d[] = {AsBytes("abd")}, none[] = {Bytes()};
  const HmacMessage messages[] = {
      {abc, absl::MakeSpan(one)}, {d, absl::MakeSpan(two)}, {none, absl::MakeSpan(three)}};
  keyed.Compute(messages);
  EXPECT_EQ(ToHex(one), MacHex(kPortableSha384, AsBytes("key"), AsBytes("abc")));
  EXPECT_EQ(ToHex(two), MacHex(kPortableSha384, AsBytes("key"), AsBytes("abd")));
  EXPECT_EQ(ToHex(three), MacHex(kPortableSha384, AsBytes("key"), {}).substr(0, 40));
  keyed.Compute(d, absl::MakeSpan(one));
  EXPECT_EQ(one, two);
}

TEST(HmacTest, PassesWycheproof) {
  const int ran = testing::CheckHmacWycheproof(kPortableSha256, "hmac_sha256");
  if (ran == 0) GTEST_SKIP() << testing::kNoVectors;
  EXPECT_EQ(ran, 140);
  EXPECT_EQ(testing::CheckHmacWycheproof(kPortableSha224, "hmac_sha224"), 138);
  EXPECT_EQ(testing::CheckHmacWycheproof(kPortableSha384, "hmac_sha384"), 140);
  EXPECT_EQ(testing::CheckHmacWycheproof(kPortableSha512, "hmac_sha512"), 140);
}

}  // namespace
}  // namespace merlon::crypto
