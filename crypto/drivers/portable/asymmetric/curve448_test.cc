// SPDX-License-Identifier: Apache-2.0
// X448 and Ed448.
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/ed448.h"
#include "crypto/drivers/portable/asymmetric/test_support.h"
#include "crypto/drivers/testing/conformance_support.h"

namespace merlon::crypto {
namespace {

using namespace testing;

const Error kBadShare = IllegalParameter(Code::kBadPublicValue);
const Error kBadSignature = PeerError(Code::kBadSignature, Alert::kDecryptError);
const Error kBadKey = PeerError(Code::kBadKey, Alert::kBadCertificate);

Result<std::string> X448(Bytes scalar, Bytes u) {
  ByteString out(56);
  const Result<void> agreed = kPortableX448.agree(scalar, u, absl::MakeSpan(out));
  if (!agreed.ok()) return agreed.error();
  return ToHex(out);
}

// RFC 7748 s5.2 and s6.2.
TEST(X448, MatchesRfc7748) {
  EXPECT_EQ(*X448(FromHex("3d262fddf9ec8e88495266fea19a34d28882acef045104d0d1aae121"
                          "700a779c984c24f8cdd78fbff44943eba368f54b29259a4f1c600ad3"),
                  FromHex("06fce640fa3487bfda5f6cf2d5263f8aad88334cbd07437f020f08f9"
                          "814dc031ddbdc38c19c6da2583fa5429db94ada18aa7a7fb4ef8a086")),
            "ce3e4ff95a60dc6697da1db1d85e6afbdf79b50a2412d7546d5f239f"
            "e14fbaadeb445fc66a01b0779d98223961111e21766282f73dd96b6f");
  const ByteString alice = FromHex(
      "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28d"
      "d9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b");
  struct Fixed final : Rng {
    explicit Fixed(Bytes bytes) : bytes_(bytes) {}
    Result<void> Fill(MutableBytes out) override {
      std::copy(bytes_.begin(), bytes_.end(), out.begin());
      return {};
    }
    Bytes bytes_;
  } rng(alice);
  ByteString private_key(56), share(56);
  ASSERT_TRUE(kPortableX448.generate(rng, absl::MakeSpan(private_key), absl::MakeSpan(share)).ok());
  EXPECT_EQ(ToHex(share),
            "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c"
            "22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0");
  EXPECT_EQ(*X448(alice, FromHex("3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b430"
                                 "27d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609")),
            "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282b"
            "b60c0b56fd2464c335543936521c24403085d59a449a5037514a879d");
}

TEST(X448, RefusesWhatIsNoShare) {
  const ByteString key(56, 1), zero(56, 0);
  EXPECT_EQ(X448(key, zero).error(), kBadShare);
  EXPECT_EQ(X448(key, Slice(Bytes(key), 1)).error(), kBadShare);
  EXPECT_EQ(X448(Slice(Bytes(key), 1), key).error(), Misuse());
}

TEST(X448, MatchesWycheproof) {
  int agreed = 0, refused = 0;
  const int ran = ForEachWycheproof("x448", [&](const auto&, const auto& test) {
    const auto secret = X448(HexMember(test, "private"), HexMember(test, "public"));
    const std::string shared = test.at("shared");
    if (shared.find_first_not_of('0') == std::string::npos) {
      EXPECT_EQ(secret.error(), kBadShare) << test.at("tcId");
      ++refused;
    } else {
      EXPECT_EQ(*secret, shared) << test.at("tcId");
      ++agreed;
    }
    return true;
  });
  if (ran == 0) GTEST_SKIP() << testing::kNoVectors;
  EXPECT_EQ(agreed, 389);
  EXPECT_EQ(refused, 19);
}

struct Ed448Answer {
  const char *secret, *key, *message, *signature;
};
// RFC 8032 s7.4: "Blank" and "1 octet".
constexpr Ed448Answer kAnswers[] = {
    {"6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3528c8a3fcc2f044e39a3fc5b9449"
     "2f8f032e7549a20098f95b",
     "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e5"
     "0f6cd1fa1abeafe8256180",
     "",
     "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd7a22ddd4"
     "7d7828c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a1"
     "13a0f4dbb61149f05a7363268c71d95808ff2e652600"},
    {"c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463afbea67c5e8d2877c5e3bc397a659"
     "949ef8021e954e0a12274e",
     "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb00742802b8438ea4cb82"
     "169c235160627b4c3a9480",
     "03",
     "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f4352541b143c4b981b7e18f62de8ccd"
     "f633fc1bf037ab7cd779805e0dbcc0aae1cbcee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1"
     "953d2a0ff3348ab21aa4adafd1d234441cf807c03a00"},
};

TEST(Ed448, MatchesRfc8032) {
  for (const Ed448Answer& answer : kAnswers) {
    const ByteString secret = FromHex(answer.secret), message = FromHex(answer.message);
    ByteString key(57), signature(114);
    ASSERT_EQ(*kPortableEd448.public_key(secret, absl::MakeSpan(key)), 57u);
    EXPECT_EQ(ToHex(key), answer.key);
    ASSERT_EQ(*SignEd448(secret, message, {}, absl::MakeSpan(signature)), 114u);
    EXPECT_EQ(ToHex(signature), answer.signature);
    EXPECT_TRUE(kPortableEd448.verify(key, nullptr, message, signature).ok());
  }
}

TEST(Ed448, SignsWhatItVerifies) {
  DeterministicRng rng(8);
  ByteString secret(57), key(57), one(114), two(114);
  ASSERT_EQ(*kPortableEd448.generate(448, rng, absl::MakeSpan(secret)), 57u);
  ASSERT_EQ(*kPortableEd448.check_private(secret), 448);
  ASSERT_TRUE(kPortableEd448.public_key(secret, absl::MakeSpan(key)).ok());
  ASSERT_TRUE(kPortableEd448.sign(secret, nullptr, key, rng, absl::MakeSpan(one)).ok());
  ASSERT_TRUE(kPortableEd448.sign(secret, nullptr, key, rng, absl::MakeSpan(two)).ok());
  EXPECT_NE(one, two) << "hedged";
  const auto verify = [&](Bytes with, Bytes message, Bytes signature) {
    return kPortableEd448.verify(with, nullptr, message, signature);
  };
  EXPECT_TRUE(verify(key, key, one).ok());
  EXPECT_TRUE(verify(key, key, two).ok());
  EXPECT_EQ(verify(key, secret, one).error(), kBadSignature);
  for (size_t at = 0; at < one.size(); at += 6) {
    one[at] ^= 4;
    EXPECT_EQ(verify(key, key, one).error(), kBadSignature) << at;
    one[at] ^= 4;
  }
  EXPECT_EQ(verify(key, key, Slice(Bytes(one), 1)).error(), kBadSignature);
  one.back() = 1;
  EXPECT_EQ(verify(key, key, one).error(), kBadSignature);
}

TEST(Ed448, RefusesBadKeys) {
  const ByteString signature(114, 0), message;
  // y of p and above, other bits beside the sign, a sign at x = 0, no point, sizes.
  ByteString above(57, 0xff), sign(57, 0), none(57, 0), bits(57, 0);
  above[56] = 0;
  sign[0] = 1;
  sign[56] = 0x80;
  none[0] = 2;
  bits[0] = 1;
  bits[56] = 1;
  for (const ByteString& key : {above, sign, none, bits, ByteString(56, 0), ByteString()}) {
    EXPECT_EQ(kPortableEd448.verify(key, nullptr, message, signature).error(), kBadKey)
        << ToHex(key);
  }
  DeterministicRng rng(1);
  FailingRng failing;
  ByteString out(114), secret(57, 1);
  EXPECT_EQ(kPortableEd448.check_private(message).error(), Misuse(Code::kBadKey));
  EXPECT_EQ(kPortableEd448.generate(255, rng, absl::MakeSpan(out)).error(),
            Misuse(Code::kUnsupported));
  EXPECT_EQ(kPortableEd448.sign(secret, nullptr, message, failing, absl::MakeSpan(out)).error(),
            DriverError(Code::kEntropyFailure));
  out.resize(113);
  EXPECT_EQ(kPortableEd448.sign(secret, nullptr, message, rng, absl::MakeSpan(out)).error(),
            NoSpace());
}

TEST(Ed448, MatchesWycheproof) {
  int valid = 0, invalid = 0;
  const int ran = ForEachWycheproof("ed448", [&](const auto& group, const auto& test) {
    const auto result = kPortableEd448.verify(HexMember(group.at("publicKey"), "pk"), nullptr,
                                              HexMember(test, "msg"), HexMember(test, "sig"));
    const bool expected = test.at("result") == "valid";
    EXPECT_EQ(result.ok(), expected) << test.at("tcId");
    ++(expected ? valid : invalid);
    return true;
  });
  if (ran == 0) GTEST_SKIP() << testing::kNoVectors;
  EXPECT_EQ(valid, 15);
  EXPECT_EQ(invalid, 55);
}

}  // namespace
}  // namespace merlon::crypto
