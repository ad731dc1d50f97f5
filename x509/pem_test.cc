// SPDX-License-Identifier: Apache-2.0
#include "x509/pem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace merlon::x509 {
namespace {

using Buffer = std::vector<uint8_t>;

std::string Encode(std::string_view label, const Buffer& der) {
  std::string out(PemSize(label, der.size()), '\0');
  const Result<size_t> size =
      EncodePem(label, der, MutableBytes(reinterpret_cast<uint8_t*>(out.data()), out.size()));
  EXPECT_TRUE(size.ok());
  EXPECT_EQ(*size, out.size());
  return out;
}
// The first block, decoded; nothing when something is wrong.
std::optional<Buffer> Decode(std::string_view text) {
  PemReader reader(text);
  const Result<std::optional<PemBlock>> block = reader.Next();
  if (!block.ok() || !*block) return std::nullopt;
  Buffer room((*block)->max_size());
  const Result<Bytes> der = DecodePem(**block, absl::MakeSpan(room));
  if (!der.ok()) {
    EXPECT_EQ(der.error(), Misuse(Code::kBadPem));
    return std::nullopt;
  }
  return Buffer(der->begin(), der->end());
}
std::optional<Buffer> DecodeBody(std::string_view body) {
  return Decode("-----BEGIN X-----\n" + std::string(body) + "\n-----END X-----\n");
}

TEST(Pem, RoundTripsEverySizeAndCharacter) {
  for (size_t size = 1; size < 300; ++size) {
    Buffer der(size);
    for (size_t i = 0; i < size; ++i) der[i] = static_cast<uint8_t>(i * 167 + size * 31);
    const std::string text = Encode("CERTIFICATE", der);
    EXPECT_EQ(Decode(text), der);
    for (size_t at = 0, end; at < text.size(); at = end + 1) {
      end = text.find('\n', at);
      ASSERT_NE(end, text.npos);
      EXPECT_LE(end - at, 64u);
    }
  }
}

TEST(Pem, WritesTheKnownForm) {
  // RFC 4648 s10: "foobar" is "Zm9vYmFy".
  EXPECT_EQ(Encode("X", {'f', 'o', 'o', 'b', 'a', 'r'}),
            "-----BEGIN X-----\nZm9vYmFy\n-----END X-----\n");
  EXPECT_EQ(Encode("X", {'f', 'o', 'o', 'b'}), "-----BEGIN X-----\nZm9vYg==\n-----END X-----\n");
  EXPECT_EQ(Encode("X", {0xfb, 0xff, 0xbf}), "-----BEGIN X-----\n+/+/\n-----END X-----\n");
}

TEST(Pem, DecodesStrictly) {
  const Buffer foob = {'f', 'o', 'o', 'b'};
  for (const char* good : {"Zm9vYg==", "Zm9v\nYg==", "Zm9v\r\nYg==", "Zm9v  \nYg== ",
                           "Zm9\nvYg=\n=", "\n\nZm9vYg=="}) {
    EXPECT_EQ(DecodeBody(good), foob) << good;
  }
  for (const char* bad :
       {"", "Zm9vYg", "Zm9vYg=", "Zm9vYg===", "Zm9vYh==", "Zm 9vYg==", " \n Zm9v Yg==",
        "Zm9v\n\nYg==", "Zm9-Yg==", "Zm9_Yg==", "Zm9vYg==Zm9v",
        "Z===", "====", "Proc-Type: 4,ENCRYPTED\n\nZm9v", "Zm9v\x80g==", "Zm9vYg==\nZm9v"}) {
    EXPECT_FALSE(DecodeBody(bad)) << bad;
  }
}

TEST(Pem, ReadsBlocksAmongOtherText) {
  const std::string text =
      "Some text -----BEGIN X-----\n"
      "-----BEGIN A B-----\nZm9v\n-----END A B-----\n"
      "more\r\n\r\n"
      "-----BEGIN C-----\r\nZm9v\r\n-----END C-----";
  PemReader reader(text);
  EXPECT_EQ((*reader.Next())->label, "A B");
  EXPECT_EQ((*reader.Next())->label, "C");
  EXPECT_FALSE(reader.Next()->has_value());
  PemReader finder(text);
  EXPECT_TRUE(finder.Find("C").ok());
  EXPECT_EQ(finder.Find("C").error(), Misuse(Code::kBadPem));
}

TEST(Pem, RefusesMalformedBoundaries) {
  for (const char* bad : {"-----BEGIN X-----\nZm9v\n", "-----BEGIN X-----\nZm9v\n-----END Y-----\n",
                          "-----BEGIN X----\nZm9v\n-----END X-----\n", "-----END X-----\n",
                          "-----BEGIN X-----\nZm9v\n-----BEGIN X-----\nZm9v\n-----END X-----\n",
                          "-----BEGIN X-----\nZm9v\n-----END X----\n",
                          "-----BEGIN X--Y-----\nZm9v\n-----END X--Y-----\n",
                          "-----BEGIN X-----x\nZm9v\n-----END X-----\n"}) {
    PemReader reader(bad);
    const auto block = reader.Next();
    EXPECT_FALSE(block.ok()) << bad;
    EXPECT_TRUE(block.ok() || block.error() == Misuse(Code::kBadPem));
    EXPECT_FALSE(reader.Next()->has_value());  // and it is at its end
  }
}

TEST(Pem, LeavesNothingBehindAnError) {
  const PemBlock bad{"X", "Zm9vZm9v!m9v"}, longer{"X", "Zm9vZm9vZm9v"};
  uint8_t room[9];
  memset(room, 0xee, sizeof(room));
  EXPECT_EQ(DecodePem(bad, absl::MakeSpan(room)).error().code, Code::kBadPem);
  EXPECT_THAT(room, testing::Each(0));
  EXPECT_TRUE(DecodePem(longer, absl::MakeSpan(room)).ok());
  EXPECT_EQ(DecodePem(longer, absl::MakeSpan(room, 8)).error().code, Code::kNoSpace);
  EXPECT_THAT(absl::MakeSpan(room, 8), testing::Each(0));
}

}  // namespace
}  // namespace merlon::x509
