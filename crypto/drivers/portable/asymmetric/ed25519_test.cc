// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/ed25519.h"

#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/edwards25519.h"
#include "crypto/drivers/portable/asymmetric/test_support.h"
#include "crypto/drivers/portable/sha512.h"

namespace merlon::crypto {
namespace {

using namespace testing;
using edwards25519::Point;
using edwards25519::Scalar;
using Words = ec::Words<4>;

const Error kBadSignature = PeerError(Code::kBadSignature, Alert::kDecryptError);
const Error kBadKey = PeerError(Code::kBadKey, Alert::kBadCertificate);

struct KnownAnswer {
  const char *private_key, *public_key, *message, *signature;
};
// RFC 8032 s7.1, tests 1 to 3 and SHA(abc).
const KnownAnswer kRfc8032[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "4"
     "6bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d"
     "8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6"
     "594a7c15e9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fee"
     "b"
     "bd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e"
     "0"
     "303dca179c138ac17ad9bef1177331a704"},
};

ByteString PublicKeyOf(Bytes private_key) {
  ByteString out(32);
  EXPECT_EQ(*kPortableEd25519.public_key(private_key, absl::MakeSpan(out)), 32u);
  return out;
}
Result<void> Verify(Bytes key, Bytes message, Bytes signature) {
  return kPortableEd25519.verify(key, nullptr, message, signature);
}
ByteString Encoded(const Point& point) {
  ByteString out(32);
  edwards25519::Encode(point, absl::MakeSpan(out));
  return out;
}
bool Decodes(const ByteString& bytes) {
  Point point;
  return edwards25519::Decode(bytes, &point);
}
Words Small(uint64_t value) { return {value}; }
Words RandomScalar(Rng& rng) {
  std::array<uint8_t, 32> bytes;
  EXPECT_TRUE(rng.Fill(MutableBytes(bytes)).ok());
  return Scalar::FromWords(edwards25519::LoadScalar(bytes)).ToWords();
}

void SignsAndVerifies(const KnownAnswer& test) {
  const ByteString key = FromHex(test.private_key), message = FromHex(test.message);
  EXPECT_EQ(ToHex(PublicKeyOf(key)), test.public_key);
  std::array<uint8_t, 64> out;
  ASSERT_EQ(*SignEd25519(key, message, Bytes(), MutableBytes(out)), 64u);
  EXPECT_EQ(ToHex(out), test.signature);
  EXPECT_TRUE(Verify(FromHex(test.public_key), message, out).ok());
}

TEST(Ed25519, MatchesRfc8032) {
  for (const KnownAnswer& test : kRfc8032) SignsAndVerifies(test);
}

TEST(Ed25519, MatchesBoringSsl) {
  const auto text = PublishedFile("boringssl/crypto/curve25519/ed25519_tests.txt");
  if (!text) GTEST_SKIP() << testing::kNoVectors;
  std::istringstream lines(*text);
  Paragraph test;
  int ran = 0;
  for (std::string line; std::getline(lines, line);) {
    const size_t colon = line.find(": ");
    if (line.empty() || line[0] == '#' || colon == std::string::npos) continue;
    test[line.substr(0, colon)] = line.substr(colon + 2);
    if (line.substr(0, colon) != "SIG") continue;
    SignsAndVerifies({test["PRIV"].substr(0, 64).c_str(), test["PUB"].c_str(),
                      test["MESSAGE"].c_str(), test["SIG"].substr(0, 128).c_str()});
    ++ran;
  }
  EXPECT_EQ(ran, 514);
}

TEST(Ed25519, MatchesWycheproof) {
  const auto json = Wycheproof("ed25519");
  if (!json) GTEST_SKIP() << testing::kNoVectors;
  int valid = 0, invalid = 0;
  for (const auto& group : (*json)["testGroups"]) {
    const ByteString key = HexField(group["publicKey"], "pk");
    for (const auto& test : group["tests"]) {
      const Result<void> result = Verify(key, HexField(test, "msg"), HexField(test, "sig"));
      if (test["result"] == "valid") {
        EXPECT_TRUE(result.ok()) << test["tcId"];
        ++valid;
      } else {
        EXPECT_EQ(result.error(), kBadSignature) << test["tcId"];
        ++invalid;
      }
    }
  }
  EXPECT_EQ(valid, 72);
  EXPECT_EQ(invalid, 49);
}

TEST(Ed25519, SignsWhatItVerifies) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    DeterministicRng rng(seed);
    std::array<uint8_t, 32> key;
    std::array<uint8_t, kMaxSignatureSize> out, out2;
    ASSERT_EQ(*kPortableEd25519.generate(255, rng, MutableBytes(key)), 32u);
    ASSERT_EQ(*kPortableEd25519.check_private(key), 255);
    const ByteString public_key = PublicKeyOf(key);
    const Bytes message = Slice(Bytes(public_key), 0, seed);
    ASSERT_EQ(*kPortableEd25519.sign(key, nullptr, message, rng, MutableBytes(out)), 64u);
    ASSERT_EQ(*kPortableEd25519.sign(key, nullptr, message, rng, MutableBytes(out2)), 64u);
    EXPECT_NE(out, out2);  // hedged
    EXPECT_TRUE(Verify(public_key, message, Slice(Bytes(out), 0, 64)).ok());
    EXPECT_TRUE(Verify(public_key, message, Slice(Bytes(out2), 0, 64)).ok());
  }
}

TEST(Ed25519, RefusesEveryFlippedBit) {
  const ByteString key = FromHex(kRfc8032[1].public_key), message = FromHex("72"),
                   good = FromHex(kRfc8032[1].signature);
  ASSERT_TRUE(Verify(key, message, good).ok());
  for (size_t i = 0; i < 64 * 8; ++i) {
    ByteString bad = good;
    bad[i / 8] = static_cast<uint8_t>(bad[i / 8] ^ 1 << i % 8);
    EXPECT_EQ(Verify(key, message, bad).error(), kBadSignature) << i;
  }
  EXPECT_EQ(Verify(key, FromHex("73"), good).error(), kBadSignature);
  EXPECT_EQ(Verify(FromHex(kRfc8032[2].public_key), message, good).error(), kBadSignature);
  EXPECT_EQ(Verify(key, message, Slice(Bytes(good), 0, 63)).error(), kBadSignature);
  ByteString longer = good;
  longer.push_back(0);
  EXPECT_EQ(Verify(key, message, longer).error(), kBadSignature);
  // S + L is congruent to S, and fits.
  ByteString larger = good;
  uint64_t carry;
  const Words s = edwards25519::LoadScalar(Slice(Bytes(good), 32, 32));
  edwards25519::StoreScalar(ec::Add(s, edwards25519::Order::kValue, &carry),
                            Slice(absl::MakeSpan(larger), 32, 32));
  EXPECT_EQ(Verify(key, message, larger).error(), kBadSignature);
}

TEST(Ed25519, RefusesBadKeys) {
  const ByteString message = FromHex("72"), signature = FromHex(kRfc8032[1].signature);
  for (const ByteString& key :
       {ByteString(31, 1), ByteString(33, 1), ByteString(), ByteString(32, 0xff),
        FromHex(std::string("02") + std::string(62, '0'))}) {
    EXPECT_EQ(Verify(key, message, signature).error(), kBadKey);
  }
  std::array<uint8_t, 64> out;
  for (const ByteString& key : {ByteString(31, 1), ByteString(33, 1), ByteString()}) {
    DeterministicRng rng(1);
    EXPECT_EQ(kPortableEd25519.check_private(key).error(), Misuse(Code::kBadKey));
    EXPECT_EQ(kPortableEd25519.public_key(key, MutableBytes(out)).error(), Misuse(Code::kBadKey));
    EXPECT_EQ(kPortableEd25519.sign(key, nullptr, message, rng, MutableBytes(out)).error(),
              Misuse(Code::kBadKey));
  }
  FailingRng failing;
  const ByteString good = FromHex(kRfc8032[0].private_key);
  EXPECT_EQ(kPortableEd25519.sign(good, nullptr, message, failing, MutableBytes(out)).error(),
            DriverError(Code::kEntropyFailure));
  EXPECT_EQ(kPortableEd25519.generate(255, failing, MutableBytes(out)).error(),
            DriverError(Code::kEntropyFailure));
  DeterministicRng rng(1);
  EXPECT_EQ(kPortableEd25519.generate(256, rng, MutableBytes(out)).error(),
            Misuse(Code::kUnsupported));
  EXPECT_EQ(SignEd25519(good, message, Bytes(), Slice(MutableBytes(out), 0, 63)).error(),
            NoSpace());
  EXPECT_EQ(kPortableEd25519.public_key(good, Slice(MutableBytes(out), 0, 31)).error(), NoSpace());
}

// R with a point of order 2 added satisfies the equation times the cofactor, not the one without.
TEST(Ed25519, VerifiesWithoutTheCofactor) {
  const ByteString private_key = FromHex(kRfc8032[0].private_key), message = FromHex("af82");
  const ByteString public_key = PublicKeyOf(private_key);
  ByteString expanded(64);
  Hasher hasher(kPortableSha512);
  hasher.Update(private_key);
  hasher.Finish(absl::MakeSpan(expanded));
  expanded[0] &= 248;
  expanded[31] = static_cast<uint8_t>((expanded[31] & 127) | 64);
  const Scalar a = Scalar::FromWords(edwards25519::LoadScalar(Slice(Bytes(expanded), 0, 32)));
  Point order_two;
  ASSERT_TRUE(edwards25519::Decode(FromHex("ec" + std::string(60, 'f') + "7f"), &order_two));
  for (const bool with_torsion : {false, true}) {
    Point r = edwards25519::MultiplyBase(Small(12345));
    if (with_torsion) r = edwards25519::Add(r, order_two);
    ByteString signature = Encoded(r);
    const Bytes parts[] = {signature, public_key, message};
    const Digest digest = HashOf(kPortableSha512, parts);
    const Scalar k = Scalar::FromWords(edwards25519::LoadScalar(Slice(digest.view(), 0, 32))) +
                     Scalar::FromWords(edwards25519::LoadScalar(Slice(digest.view(), 32, 32))) *
                         Scalar::FromMontgomery(edwards25519::Order::kRSquared);
    signature.resize(64);
    edwards25519::StoreScalar((Scalar::FromWords(Small(12345)) + k * a).ToWords(),
                              Slice(absl::MakeSpan(signature), 32, 32));
    EXPECT_EQ(Verify(public_key, message, signature).ok(), !with_torsion);
  }
}

TEST(Edwards25519, DecodesOnlyWhatItEncodes) {
  const std::string zeros(60, '0'), ones(60, 'f');
  // The points of order 1, 2 and 4 (RFC 7748's curve has cofactor 8).
  EXPECT_TRUE(Decodes(FromHex("01" + zeros + "00")));
  EXPECT_TRUE(Decodes(FromHex("ec" + ones + "7f")));
  EXPECT_TRUE(Decodes(FromHex("00" + zeros + "00")));
  EXPECT_TRUE(Decodes(FromHex("00" + zeros + "80")));
  // The same with y + p, and with a sign where x is 0 (RFC 8032 s5.1.3 steps 1 and 4).
  EXPECT_FALSE(Decodes(FromHex("ee" + ones + "7f")));
  EXPECT_FALSE(Decodes(FromHex("ed" + ones + "7f")));
  EXPECT_FALSE(Decodes(FromHex("ed" + ones + "ff")));
  EXPECT_FALSE(Decodes(FromHex("01" + zeros + "80")));
  EXPECT_FALSE(Decodes(FromHex("ec" + ones + "ff")));
  // y = 2 has no x.
  EXPECT_FALSE(Decodes(FromHex("02" + zeros + "00")));
  int decoded = 0;
  DeterministicRng rng(3);
  for (int i = 0; i < 200; ++i) {
    ByteString bytes(32);
    ASSERT_TRUE(rng.Fill(absl::MakeSpan(bytes)).ok());
    Point point;
    if (!edwards25519::Decode(bytes, &point)) continue;
    EXPECT_EQ(Encoded(point), bytes);
    ++decoded;
  }
  EXPECT_GT(decoded, 60);
  EXPECT_LT(decoded, 140);
}

TEST(Edwards25519, TableHoldsTheMultiplesOfTheBasePoint) {
  using field25519::Tight;
  Point power;
  // RFC 8032 s5.1: y is 4 / 5.
  ASSERT_TRUE(edwards25519::Decode(FromHex("58" + std::string(62, '6')), &power));
  const auto bytes = [](const Tight& a) {
    ByteString out(32);
    field25519::Encode(a, absl::MakeSpan(out));
    return out;
  };
  for (const auto& block : edwards25519::kBaseTable) {
    Point multiple = power;
    for (const edwards25519::TableEntry& entry : block) {
      const Tight x = field25519::Tighten(entry.plus - entry.minus);
      const Tight y = field25519::Tighten(entry.plus + entry.minus);
      EXPECT_EQ(Encoded({x, y, field25519::kOne, x * y}), Encoded(multiple));
      // d x y: -121665 / 121666 * x y.
      EXPECT_EQ(
          bytes(field25519::MultiplySmall(entry.product, 121666)),
          bytes(field25519::Tighten(field25519::kZero - field25519::MultiplySmall(x * y, 121665))));
      multiple = edwards25519::Add(multiple, power);
    }
    for (int i = 0; i < 32; ++i) power = edwards25519::Double(power);
  }
}

TEST(Edwards25519, MultipliesAlikeInTwoWays) {
  DeterministicRng rng(5);
  const Point base = edwards25519::MultiplyBase(Small(1));
  std::vector<Words> scalars = {Small(0), edwards25519::Order::kValue};
  for (uint64_t i = 1; i < 40; ++i) scalars.push_back(Small(i));
  for (int i = 0; i < 255; i += 3) {
    Words power{};
    power[static_cast<size_t>(i) / 64] = uint64_t{1} << i % 64;
    scalars.push_back(power);
  }
  scalars.push_back({~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0} >> 1});
  for (int i = 0; i < 50; ++i) scalars.push_back(RandomScalar(rng));
  for (const Words& k : scalars) {
    EXPECT_EQ(Encoded(edwards25519::MultiplyBase(k)),
              Encoded(edwards25519::MultiplyVariableTime(base, k)));
  }
  EXPECT_EQ(Encoded(edwards25519::MultiplyBase(edwards25519::Order::kValue)),
            FromHex("01" + std::string(62, '0')));
  for (int i = 0; i < 50; ++i) {
    const Words a = RandomScalar(rng), b = RandomScalar(rng);
    const Point sum =
        edwards25519::Add(edwards25519::MultiplyBase(a), edwards25519::MultiplyBase(b));
    EXPECT_EQ(Encoded(sum), Encoded(edwards25519::MultiplyBase(
                                (Scalar::FromWords(a) + Scalar::FromWords(b)).ToWords())));
    EXPECT_EQ(Encoded(edwards25519::Add(sum, sum)), Encoded(edwards25519::Double(sum)));
    EXPECT_EQ(Encoded(edwards25519::Add(sum, edwards25519::Negate(sum))),
              FromHex("01" + std::string(62, '0')));
  }
}

}  // namespace
}  // namespace merlon::crypto
