// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/testing/conformance_sha3.h"

#include <gtest/gtest.h>

#include <random>

#include "crypto/drivers/testing/conformance.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto::testing {
namespace {

// `part`, so many times over, and what it gives.
template <class Id>
struct Answer {
  Id id;
  const char* part;
  int times;
  const char* expected;
};

// NIST, "Cryptographic Standards and Guidelines: Examples with Intermediate Values" for FIPS 202
// (0 and 1600 bits), and "abc".
constexpr Answer<HashId> kHashAnswers[] = {
    {HashId::kSha3_224, "", 0, "6b4e03423667dbb73b6e15454f0eb1abd4597f9a1b078e3f5b5a6bc7"},
    {HashId::kSha3_224, "abc", 1, "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"},
    {HashId::kSha3_224, "\xa3", 200, "9376816aba503f72f96ce7eb65ac095deee3be4bf9bbc2a1cb7e11e0"},
    {HashId::kSha3_256, "", 0, "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"},
    {HashId::kSha3_256, "abc", 1,
     "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
    {HashId::kSha3_256, "\xa3", 200,
     "79f38adec5c20307a98ef76e8324afbfd46cfd81b22e3973c65fa1bd9de31787"},
    {HashId::kSha3_384, "", 0,
     "0c63a75b845e4f7d01107d852e4c2485c51a50aaaa94fc61995e71bbee983a2a"
     "c3713831264adb47fb6bd1e058d5f004"},
    {HashId::kSha3_384, "abc", 1,
     "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b2"
     "98d88cea927ac7f539f1edf228376d25"},
    {HashId::kSha3_384, "\xa3", 200,
     "1881de2ca7e41ef95dc4732b8f5f002b189cc1e42b74168ed1732649ce1dbcdd"
     "76197a31fd55ee989f2d7050dd473e8f"},
    {HashId::kSha3_512, "", 0,
     "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6"
     "15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26"},
    {HashId::kSha3_512, "abc", 1,
     "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
     "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0"},
    {HashId::kSha3_512, "\xa3", 200,
     "e76dfad22084a8b1467fcf2ffa58361bec7628edf5f3fdc0e4805dc48caeeca8"
     "1b7c13c30adf52a3659584739a2df46be589c51ca1a4a8416df6545a1ce8ba00"},
};
constexpr Answer<XofId> kXofAnswers[] = {
    {XofId::kShake128, "", 0,
     "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"
     "3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e2"},
    {XofId::kShake128, "abc", 1,
     "5881092dd818bf5cf8a3ddb793fbcba74097d5c526a6d35f97b83351940f2cc8"
     "44c50af32acd3f2cdd066568706f509bc1bdde58295dae3f891a9a0fca578378"},
    {XofId::kShake128, "\xa3", 200,
     "131ab8d2b594946b9c81333f9bb6e0ce75c3b93104fa3469d3917457385da037"
     "cf232ef7164a6d1eb448c8908186ad852d3f85a5cf28da1ab6fe343817197846"},
    {XofId::kShake256, "", 0,
     "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f"
     "d75dc4ddd8c0f200cb05019d67b592f6fc821c49479ab48640292eacb3b7c4be"},
    {XofId::kShake256, "abc", 1,
     "483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739"
     "d5a15bef186a5386c75744c0527e1faa9f8726e462a12a4feb06bd8801e751e4"},
    {XofId::kShake256, "\xa3", 200,
     "cd8a920ed141aa0407a22d59288652e9d9f1a7ee0c1e7c1ca699424da84a904d"
     "2d700caae7396ece96604440577da4f3aa22aeb8857f961c4cd8e06f0ae6610b"},
};

template <class Id>
ByteString Message(const Answer<Id>& answer) {
  ByteString out;
  const Bytes part = AsBytes(answer.part);
  for (int i = 0; i < answer.times; ++i) out.insert(out.end(), part.begin(), part.end());
  return out;
}

}  // namespace

void CheckSha3(const HashAlgorithm& hash) {
  int ran = 0;
  for (const auto& answer : kHashAnswers) {
    if (answer.id != hash.id) continue;
    ++ran;
    EXPECT_EQ(ToHex(HashOf(hash, Message(answer)).view()), answer.expected);
  }
  EXPECT_EQ(ran, 3);
  CheckHashDuties(hash);
}

void CheckXof(const XofAlgorithm& xof) {
  int ran = 0;
  for (const auto& answer : kXofAnswers) {
    if (answer.id != xof.id) continue;
    ++ran;
    ByteString out(64);
    XofOf(xof, Message(answer), absl::MakeSpan(out));
    EXPECT_EQ(ToHex(out), answer.expected);
  }
  EXPECT_EQ(ran, 3);

  std::mt19937_64 rand(1);
  ByteString message(400);
  for (uint8_t& byte : message) byte = static_cast<uint8_t>(rand());
  for (size_t size = 0; size <= message.size(); ++size) {
    const Bytes whole = Slice(Bytes(message), 0, size);
    ByteString expected(size + 300), out(size + 300);
    XofOf(xof, whole, absl::MakeSpan(expected));
    Xof operation(xof);
    for (Bytes rest = whole; !rest.empty();) {
      const size_t take = 1 + rand() % rest.size();
      operation.Update(Slice(rest, 0, take));
      rest.remove_prefix(take);
    }
    Xof fork(operation);
    for (MutableBytes rest = absl::MakeSpan(out); !rest.empty();) {
      const size_t take = 1 + rand() % rest.size();
      operation.Output(Slice(rest, 0, take));
      rest.remove_prefix(take);
    }
    EXPECT_EQ(out, expected) << size << " bytes in parts";
    fork.Output(absl::MakeSpan(out));
    EXPECT_EQ(out, expected) << size << " bytes by a copy";
    operation.Restart();
    operation.Update(whole);
    operation.Output(absl::MakeSpan(out));
    EXPECT_EQ(out, expected) << size << " bytes after Restart";
  }
}

}  // namespace merlon::crypto::testing
