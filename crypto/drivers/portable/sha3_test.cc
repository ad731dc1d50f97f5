// SPDX-License-Identifier: Apache-2.0
// SHA-3 and SHAKE against the conformance kit and published vectors.
#include "crypto/drivers/portable/sha3.h"

#include <gtest/gtest.h>

#include <sstream>

#include "crypto/drivers/testing/conformance.h"
#include "crypto/drivers/testing/conformance_sha3.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto {
namespace {

using testing::ByteString;
using testing::FromHex;
using testing::ToHex;

constexpr const HashAlgorithm* kHashes[] = {&kPortableSha3_224, &kPortableSha3_256,
                                            &kPortableSha3_384, &kPortableSha3_512};

TEST(PortableSha3Test, HashesConform) {
  for (const HashAlgorithm* hash : kHashes) testing::CheckSha3(*hash);
}
TEST(PortableSha3Test, ShakeConforms) {
  testing::CheckXof(kPortableShake128);
  testing::CheckXof(kPortableShake256);
}

TEST(PortableSha3DeathTest, InputAfterOutputTraps) {
  EXPECT_DEATH(
      {
        Xof xof(kPortableShake128);
        ByteString out(1);
        xof.Output(absl::MakeSpan(out));
        xof.Update(out);
      },
      "");
}

// Botan's format: "[name]", then pairs of "In = hex" and "Out = hex".
template <class Check>
int ForEachBotanCase(const std::string& text, const Check& check) {
  std::istringstream lines(text);
  std::string section;
  ByteString in;
  int ran = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("[")) section = line;
    if (line.starts_with("In =")) in = FromHex(line.substr(4));
    if (!line.starts_with("Out =")) continue;
    ++ran;
    check(section, in, FromHex(line.substr(5)));
  }
  return ran;
}

TEST(PortableSha3Test, PassesBotansVectors) {
  const auto text = testing::PublishedFile("botan/hash/sha3.vec");
  if (!text) GTEST_SKIP() << testing::kNoVectors;
  const int ran = ForEachBotanCase(*text, [](const std::string& section, Bytes in, Bytes out) {
    for (const HashAlgorithm* hash : kHashes) {
      if (section != "[SHA-3(" + std::to_string(hash->size * 8) + ")]") continue;
      EXPECT_EQ(HashOf(*hash, in).view(), out);
      return;
    }
    ADD_FAILURE() << section;
  });
  EXPECT_EQ(ran, 404);
}

TEST(PortableSha3Test, ShakePassesBotansVectors) {
  const auto text = testing::PublishedFile("botan/xof/shake.vec");
  if (!text) GTEST_SKIP() << testing::kNoVectors;
  const int ran = ForEachBotanCase(*text, [](const std::string& section, Bytes in, Bytes expected) {
    ByteString out(expected.size());
    XofOf(section == "[SHAKE-128]" ? kPortableShake128 : kPortableShake256, in,
          absl::MakeSpan(out));
    EXPECT_EQ(Bytes(out), expected) << section;
  });
  EXPECT_EQ(ran, 177);
}

// HMAC with blocks of 136, 104 and 72 bytes.
TEST(PortableSha3Test, HmacPassesWycheproof) {
  const int ran = testing::CheckHmacWycheproof(kPortableSha3_256, "hmac_sha3_256") +
                  testing::CheckHmacWycheproof(kPortableSha3_384, "hmac_sha3_384") +
                  testing::CheckHmacWycheproof(kPortableSha3_512, "hmac_sha3_512");
  if (ran == 0) GTEST_SKIP() << testing::kNoVectors;
  EXPECT_EQ(ran, 420);
}

}  // namespace
}  // namespace merlon::crypto
