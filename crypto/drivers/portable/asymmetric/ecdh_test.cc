// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/test_support.h"

namespace merlon::crypto {
namespace {

using namespace testing;

// All curves, and what their published vectors hold.
struct EcdhCase {
  const KeyAgreementAlgorithm& algorithm;
  const SignAlgorithm& sign;  // makes public keys
  // NIST CAVP, ECC CDH primitive, COUNT = 0.
  const char *private_key, *peer, *secret;
  const char *boringssl_name, *wycheproof_name;
  int wycheproof_agreed, wycheproof_refused;
};
const EcdhCase kCases[] = {
    {kPortableP256, kPortableEcdsaP256,
     "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534",
     "04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
     "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac",
     "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b", "P-256",
     "ecdh_secp256r1_ecpoint", 264, 20},
    {kPortableP384, kPortableEcdsaP384,
     "3cc3122a68f0d95027ad38c067916ba0eb8c38894d22e1b15618b6818a661774ad463b205da88cf699ab4d43c9cf9"
     "8a1",
     "04a7c76b970c3b5fe8b05d2838ae04ab47697b9eaf52e764592efda27fe7513272734466b400091adbf2d68c58e0c"
     "50066ac68f19f2e1cb879aed43a9969b91a0839c4c38a49749b661efedf243451915ed0905a32b060992b468c6476"
     "6"
     "fc8437a",
     "5f9d29dc5e31a163060356213669c8ce132e22f57c9a04f40ba7fcead493b457e5621e766c40a2e3d4d6a04b25e53"
     "3f1",
     "P-384", "ecdh_secp384r1_ecpoint", 617, 15},
    {kPortableP521, kPortableEcdsaP521,
     "017eecc07ab4b329068fba65e56a1f8890aa935e57134ae0ffcce802735151f4eac6564f6ee9974c5e6887a1fefee"
     "5743ae2241bfeb95d5ce31ddcb6f9edb4d6fc47",
     "0400685a48e86c79f0f0875f7bc18d25eb5fc8c0b07e5da4f4370f3a9490340854334b1e1b87fa395464c60626124"
     "a4e70d0f785601d37c09870ebf176666877a2046d01ba52c56fc8776d9e8f5db4f0cc27636d0b741bbe0540069794"
     "2e80b739884a83bde99e0f6716939e632bc8986fa18dccd443a348b6c3e522497955a4f3c302f676",
     "005fc70477c3e63bc3954bd0df3ea0d1f41ee21746ed95fc5e1fdf90930d5e136672d72cc770742d1711c3c3a4c33"
     "4a0ad9759436a4d3c5bf6e74b9578fac148c831",
     "P-521", "ecdh_secp521r1_ecpoint", 506, 23},
};
class EcdhTest : public ::testing::TestWithParam<EcdhCase> {
 protected:
  const KeyAgreementAlgorithm& algorithm() const { return GetParam().algorithm; }
  ByteString PrivateRoom() const { return ByteString(algorithm().private_size); }
  ByteString ShareRoom() const { return ByteString(algorithm().initiator_share_size); }
  ByteString SecretRoom() const { return ByteString(algorithm().secret_size); }
  Result<void> Agree(Bytes private_key, Bytes peer, ByteString* secret) const {
    *secret = SecretRoom();
    return algorithm().agree(private_key, peer, absl::MakeSpan(*secret));
  }
};
INSTANTIATE_TEST_SUITE_P(Curves, EcdhTest, ::testing::ValuesIn(kCases), [](const auto& info) {
  return "P" + std::string(info.param.boringssl_name).substr(2);
});

TEST_P(EcdhTest, BothEndsAgree) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    DeterministicRng rng(seed);
    ByteString private_key = PrivateRoom(), share = ShareRoom(), answer = ShareRoom(), ours,
               theirs = SecretRoom();
    ASSERT_TRUE(algorithm().generate(rng, absl::MakeSpan(private_key), absl::MakeSpan(share)).ok());
    ASSERT_TRUE(
        algorithm().respond(rng, share, absl::MakeSpan(answer), absl::MakeSpan(theirs)).ok());
    ASSERT_TRUE(Agree(private_key, answer, &ours).ok());
    EXPECT_EQ(ours, theirs);
  }
}

TEST_P(EcdhTest, MatchesNist) {
  ByteString secret;
  ASSERT_TRUE(Agree(FromHex(GetParam().private_key), FromHex(GetParam().peer), &secret).ok());
  EXPECT_EQ(ToHex(secret), GetParam().secret);
}

TEST_P(EcdhTest, RefusesBadSharesAndKeys) {
  DeterministicRng rng(23);
  ByteString private_key = PrivateRoom(), share = ShareRoom(), answer = ShareRoom(),
             secret = SecretRoom();
  ASSERT_TRUE(algorithm().generate(rng, absl::MakeSpan(private_key), absl::MakeSpan(share)).ok());
  ByteString bad = share;
  bad.back() ^= 1;
  const Error refused = IllegalParameter(Code::kBadPublicValue);
  EXPECT_EQ(Agree(private_key, bad, &secret).error(), refused);
  EXPECT_EQ(algorithm().respond(rng, bad, absl::MakeSpan(answer), absl::MakeSpan(secret)).error(),
            refused);
  EXPECT_EQ(Agree(private_key, Bytes(), &secret).error(), refused);
  EXPECT_EQ(Agree(ByteString(private_key.size(), 0), share, &secret).error(),
            Misuse(Code::kBadKey));
  ByteString small(secret.size() - 1);
  EXPECT_EQ(algorithm().agree(private_key, share, absl::MakeSpan(small)).error(), Misuse());
  FailingRng failing;
  EXPECT_EQ(
      algorithm().generate(failing, absl::MakeSpan(private_key), absl::MakeSpan(share)).error(),
      DriverError(Code::kEntropyFailure));
}

TEST_P(EcdhTest, MatchesBoringSsl) {
  const auto tests = BoringSsl("ecdh/ecdh_tests.txt");
  if (!tests) GTEST_SKIP() << testing::kNoVectors;
  int ran = 0;
  for (Paragraph test : *tests) {
    if (test["Curve"] != GetParam().boringssl_name) continue;
    ByteString secret, share = ShareRoom();
    const ByteString private_key = FromHex(test["Private"]);
    EXPECT_TRUE(Agree(private_key, FromHex("04" + test["PeerX"] + test["PeerY"]), &secret).ok());
    EXPECT_EQ(ToHex(secret), test["Z"]);
    EXPECT_TRUE(GetParam().sign.public_key(private_key, absl::MakeSpan(share)).ok());
    EXPECT_EQ(ToHex(share), "04" + test["X"] + test["Y"]);
    ++ran;
  }
  EXPECT_EQ(ran, 25);
}

TEST_P(EcdhTest, MatchesWycheproof) {
  const auto json = Wycheproof(GetParam().wycheproof_name);
  if (!json) GTEST_SKIP() << testing::kNoVectors;
  int agreed = 0, refused = 0;
  for (const auto& group : (*json)["testGroups"]) {
    for (const auto& test : group["tests"]) {
      // Private keys are INTEGERs there.
      ByteString private_key = HexField(test, "private");
      const size_t size = PrivateRoom().size();
      if (private_key.size() > size) private_key.erase(private_key.begin());
      private_key.insert(private_key.begin(), size - private_key.size(), 0);
      ByteString secret;
      const Result<void> result = Agree(private_key, HexField(test, "public"), &secret);
      if (test["result"] == "valid") {
        EXPECT_TRUE(result.ok()) << test["tcId"];
        EXPECT_EQ(ToHex(secret), test["shared"].get<std::string>()) << test["tcId"];
        ++agreed;
      } else {  // "acceptable" is a compressed point
        EXPECT_EQ(result.error(), IllegalParameter(Code::kBadPublicValue)) << test["tcId"];
        ++refused;
      }
    }
  }
  EXPECT_EQ(agreed, GetParam().wycheproof_agreed);
  EXPECT_EQ(refused, GetParam().wycheproof_refused);
}

}  // namespace
}  // namespace merlon::crypto
