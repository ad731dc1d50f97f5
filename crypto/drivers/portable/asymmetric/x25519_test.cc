// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/field25519.h"
#include "crypto/drivers/portable/asymmetric/test_support.h"

namespace merlon::crypto {
namespace {

using namespace testing;
using Array = std::array<uint8_t, 32>;

Array X25519(const Array& scalar, const Array& u) {
  Array out;
  EXPECT_TRUE(kPortableX25519.agree(scalar, u, MutableBytes(out)).ok());
  return out;
}

// RFC 7748 s5.2.
TEST(X25519, MatchesRfc7748) {
  const Array first =
      X25519(ArrayFromHex<32>("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
             ArrayFromHex<32>("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"));
  EXPECT_EQ(ToHex(first), "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  const Array second =
      X25519(ArrayFromHex<32>("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
             ArrayFromHex<32>("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"));
  EXPECT_EQ(ToHex(second), "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
}

// RFC 7748 s5.2: each result is the next scalar, each scalar the next u.
TEST(X25519, MatchesRfc7748Iterated) {
  Array k = {9}, u = {9};
  for (int i = 1; i <= 1000; ++i) {
    const Array next = X25519(k, u);
    u = k;
    k = next;
    if (i == 1) {
      EXPECT_EQ(ToHex(k), "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
    }
  }
  EXPECT_EQ(ToHex(k), "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}

// RFC 7748 s6.1: Alice's key comes out of the generator, Bob's share meets it.
TEST(X25519, MatchesRfc7748DiffieHellman) {
  struct Fixed final : Rng {
    Result<void> Fill(MutableBytes out) override {
      const ByteString key =
          FromHex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
      std::copy(key.begin(), key.end(), out.begin());
      return {};
    }
  } rng;
  Array private_key, share;
  ASSERT_TRUE(kPortableX25519.generate(rng, MutableBytes(private_key), MutableBytes(share)).ok());
  EXPECT_EQ(ToHex(share), "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  const Array bob =
      ArrayFromHex<32>("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  EXPECT_EQ(ToHex(X25519(private_key, bob)),
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

TEST(X25519, BothEndsAgree) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    DeterministicRng rng(seed);
    Array private_key, share, answer, ours, theirs;
    ASSERT_TRUE(kPortableX25519.generate(rng, MutableBytes(private_key), MutableBytes(share)).ok());
    ASSERT_TRUE(
        kPortableX25519.respond(rng, share, MutableBytes(answer), MutableBytes(theirs)).ok());
    ASSERT_TRUE(kPortableX25519.agree(private_key, answer, MutableBytes(ours)).ok());
    EXPECT_EQ(ours, theirs);
  }
}

TEST(X25519, RefusesAllZeroSecrets) {
  // Zero, one, and a point of order eight (RFC 7748 s6.1 and s7).
  const char* const kSmall[] = {
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  };
  DeterministicRng rng(1);
  Array private_key, share, secret;
  ASSERT_TRUE(kPortableX25519.generate(rng, MutableBytes(private_key), MutableBytes(share)).ok());
  const Error refused = IllegalParameter(Code::kBadPublicValue);
  for (const char* hex : kSmall) {
    const Array peer = ArrayFromHex<32>(hex);
    EXPECT_EQ(kPortableX25519.agree(private_key, peer, MutableBytes(secret)).error(), refused);
    EXPECT_EQ(kPortableX25519.respond(rng, peer, MutableBytes(share), MutableBytes(secret)).error(),
              refused);
  }
}

TEST(X25519, RefusesWrongSizes) {
  DeterministicRng rng(2);
  Array private_key{1}, secret;
  const ByteString short_share(31, 9), long_share(33, 9);
  for (const ByteString& share : {short_share, long_share, ByteString()}) {
    EXPECT_EQ(kPortableX25519.agree(private_key, share, MutableBytes(secret)).error(),
              IllegalParameter(Code::kBadPublicValue));
  }
  EXPECT_EQ(kPortableX25519.agree(short_share, secret, MutableBytes(secret)).error(), Misuse());
  FailingRng failing;
  EXPECT_EQ(
      kPortableX25519.generate(failing, MutableBytes(private_key), MutableBytes(secret)).error(),
      DriverError(Code::kEntropyFailure));
}

TEST(X25519, MatchesWycheproof) {
  const auto json = Wycheproof("x25519");
  if (!json) GTEST_SKIP() << testing::kNoVectors;
  int agreed = 0, refused = 0;
  for (const auto& group : (*json)["testGroups"]) {
    for (const auto& test : group["tests"]) {
      const ByteString peer = HexField(test, "public"), private_key = HexField(test, "private");
      const std::string shared = test["shared"];
      Array secret;
      const Result<void> result = kPortableX25519.agree(private_key, peer, MutableBytes(secret));
      if (shared.find_first_not_of('0') == std::string::npos) {
        EXPECT_EQ(result.error(), IllegalParameter(Code::kBadPublicValue)) << test["tcId"];
        ++refused;
      } else {
        EXPECT_TRUE(result.ok()) << test["tcId"];
        EXPECT_EQ(ToHex(secret), shared) << test["tcId"];
        ++agreed;
      }
    }
  }
  EXPECT_EQ(agreed, 390);
  EXPECT_EQ(refused, 25);
}

// Values of p and more stand for themselves modulo p, and encoding gives the least one.
TEST(Field25519, EncodesFullyReduced) {
  for (int excess = 0; excess < 19; ++excess) {
    Array bytes;
    bytes.fill(0xff);
    bytes[0] = static_cast<uint8_t>(0xed + excess);
    bytes[31] = 0x7f;
    Array expected{};
    expected[0] = static_cast<uint8_t>(excess);
    Array out;
    field25519::Encode(field25519::Decode(bytes), MutableBytes(out));
    EXPECT_EQ(out, expected);
  }
}

TEST(Field25519, FollowsTheFieldsLaws) {
  DeterministicRng rng(3);
  const auto encode = [](const field25519::Tight& a) {
    Array out;
    field25519::Encode(a, MutableBytes(out));
    return out;
  };
  for (int i = 0; i < 200; ++i) {
    Array bytes[3];
    field25519::Tight a[3];
    for (int j = 0; j < 3; ++j) {
      ASSERT_TRUE(rng.Fill(MutableBytes(bytes[j])).ok());
      if (i % 4 == 0) bytes[j].fill(0xff);
      a[j] = field25519::Decode(bytes[j]);
    }
    EXPECT_EQ(encode((a[0] + a[1]) * (a[0] - a[1])),
              encode((Square(a[0]) - Square(a[1])) * field25519::kOne));
    EXPECT_EQ(encode((a[0] + a[1]) * a[2]), encode((a[0] * a[2] + a[1] * a[2]) * field25519::kOne));
    EXPECT_EQ(encode(Invert(a[0]) * a[0]), encode(field25519::kOne));
    EXPECT_EQ(encode(Square(a[0] + a[1])), encode((a[0] + a[1]) * (a[0] + a[1])));
  }
  EXPECT_EQ(encode(Invert(field25519::kZero)), encode(field25519::kZero));
}

}  // namespace
}  // namespace merlon::crypto
