// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/ecdsa_p256.h"

#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/ecdsa_nonce.h"
#include "crypto/drivers/portable/asymmetric/p256_key.h"
#include "crypto/drivers/portable/asymmetric/test_support.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/portable/sha512.h"

namespace merlon::crypto {
namespace {

using namespace testing;

const Error kBadSignature = PeerError(Code::kBadSignature, Alert::kDecryptError);
const Error kBadKey = PeerError(Code::kBadKey, Alert::kBadCertificate);
// RFC 6979 A.2.5.
constexpr char kPrivateKey[] = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
constexpr char kPublicKey[] =
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";

// A hash that gives back the last 32 bytes of its input, for vectors that come as digests.
constexpr HashAlgorithm kIdentityHash = {
    .id = HashId::kSha256,
    .size = 32,
    .block_size = 64,
    .context_size = 32,
    .start = [](void* context) { memset(context, 0, 32); },
    .update =
        [](void* context, Bytes data) {
          auto* bytes = static_cast<uint8_t*>(context);
          for (uint8_t byte : data) {
            memmove(bytes, bytes + 1, 31);
            bytes[31] = byte;
          }
        },
    .finish = [](void* context, MutableBytes out) { memcpy(out.data(), context, 32); },
};

// The two numbers in DER, whatever they are.
ByteString EncodeSignature(const ByteString& r, const ByteString& s) {
  ByteString body;
  for (ByteString value : {r, s}) {
    while (value.size() > 1 && value[0] == 0) value.erase(value.begin());
    if (value[0] & 0x80) value.insert(value.begin(), 0);
    body.push_back(2);
    body.push_back(static_cast<uint8_t>(value.size()));
    body.insert(body.end(), value.begin(), value.end());
  }
  body.insert(body.begin(), {0x30, static_cast<uint8_t>(body.size())});
  return body;
}

// RFC 6979 A.2.5.
struct Rfc6979Case {
  const HashAlgorithm* hash;
  const char *message, *k, *r, *s;
};
const Rfc6979Case kRfc6979Cases[] = {
    {&kPortableSha256, "sample", "a6e3c57dd01abe90086538398355dd4c3b17aa873382b0f24d6129493d8aad60",
     "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
     "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"},
    {&kPortableSha384, "sample", "09f634b188cefd98e7ec88b1aa9852d734d0bc272f7d2a47decc6ebeb375aad4",
     "0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef7719",
     "4861f0491e6998b9455193e34e7b0d284ddd7149a74b95b9261f13abde940954"},
    {&kPortableSha512, "sample", "5fa81c63109badb88c1f367b47da606da28cad69aa22c4fe6ad7df73a7173aa5",
     "8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00",
     "2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe"},
    {&kPortableSha256, "test", "d16b6ae827f17175e040871a1c7ec3500192c4c92677336ec2537acaee0008e0",
     "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
     "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"},
    {&kPortableSha384, "test", "16aeffa357260b04b1dd199693960740066c1a8f3e8edd79070aa914d361b3b8",
     "83910e8b48bb0c74244ebdf7f07a1c5413d61472bd941ef3920e623fbccebeb6",
     "8ddbec54cf8cd5874883841d712142a56a8d0f218f5003cb0296b6b509619f2c"},
    {&kPortableSha512, "test", "6915d11632aca3c40d5d51c08daf9c555933819548784480e93499000d9f0b7f",
     "461d93f31b6540894788fd206c07cfa0cc35f46fa3c91816fff1040ad1581a04",
     "39af9f15de0db8d97e72719c74820d304ce5226e32dedae67519e840d1194e55"},
};

TEST(EcdsaP256, MatchesRfc6979) {
  const ByteString key = FromHex(kPrivateKey);
  for (const Rfc6979Case& c : kRfc6979Cases) {
    const Bytes message = AsBytes(c.message);
    EcdsaNonces nonces(*c.hash, key, HashOf(*c.hash, message).view(), Bytes());
    std::array<uint8_t, 32> k;
    p256::StoreBigEndian(nonces.Next(), MutableBytes(k));
    EXPECT_EQ(ToHex(k), c.k);

    std::array<uint8_t, kMaxEcdsaP256SignatureSize> out;
    const Result<size_t> size = SignEcdsaP256(key, *c.hash, message, Bytes(), MutableBytes(out));
    ASSERT_TRUE(size.ok());
    const Bytes signature = Slice(Bytes(out), 0, *size);
    EXPECT_EQ(ToHex(signature), ToHex(EncodeSignature(FromHex(c.r), FromHex(c.s))));
    EXPECT_TRUE(kPortableEcdsaP256.verify(FromHex(kPublicKey), c.hash, message, signature).ok());
  }
}

TEST(EcdsaP256, GivesThePublicKey) {
  std::array<uint8_t, 65> out;
  const Result<size_t> size =
      kPortableEcdsaP256.public_key(FromHex(kPrivateKey), MutableBytes(out));
  ASSERT_TRUE(size.ok());
  EXPECT_EQ(*size, 65u);
  EXPECT_EQ(ToHex(out), kPublicKey);
  std::array<uint8_t, 64> small;
  EXPECT_EQ(kPortableEcdsaP256.public_key(FromHex(kPrivateKey), MutableBytes(small)).error(),
            NoSpace());
}

TEST(EcdsaP256, SignsWhatItVerifies) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    DeterministicRng rng(seed);
    std::array<uint8_t, 32> private_key;
    std::array<uint8_t, 65> public_key;
    std::array<uint8_t, kMaxSignatureSize> out;
    ASSERT_EQ(*kPortableEcdsaP256.generate(256, rng, MutableBytes(private_key)), 32u);
    ASSERT_EQ(*kPortableEcdsaP256.check_private(private_key), 256);
    ASSERT_TRUE(kPortableEcdsaP256.public_key(private_key, MutableBytes(public_key)).ok());
    const HashAlgorithm* hash = seed % 3 == 0   ? &kPortableSha256
                                : seed % 3 == 1 ? &kPortableSha384
                                                : &kPortableSha512;
    const Bytes message = Slice(Bytes(public_key), 0, seed);
    const auto size = kPortableEcdsaP256.sign(private_key, hash, message, rng, MutableBytes(out));
    ASSERT_TRUE(size.ok());
    const Bytes signature = Slice(Bytes(out), 0, *size);
    EXPECT_TRUE(kPortableEcdsaP256.verify(public_key, hash, message, signature).ok());
    // Hedged: the next signature differs, and is as good.
    std::array<uint8_t, kMaxSignatureSize> out2;
    const auto size2 = kPortableEcdsaP256.sign(private_key, hash, message, rng, MutableBytes(out2));
    ASSERT_TRUE(size2.ok());
    EXPECT_NE(signature, Slice(Bytes(out2), 0, *size2));
    EXPECT_TRUE(
        kPortableEcdsaP256.verify(public_key, hash, message, Slice(Bytes(out2), 0, *size2)).ok());
  }
}

TEST(EcdsaP256, RefusesEveryFlippedBit) {
  const ByteString key = FromHex(kPublicKey);
  const ByteString good = EncodeSignature(FromHex(kRfc6979Cases[0].r), FromHex(kRfc6979Cases[0].s));
  for (size_t i = 0; i < good.size() * 8; ++i) {
    ByteString bad = good;
    bad[i / 8] = static_cast<uint8_t>(bad[i / 8] ^ 1 << i % 8);
    EXPECT_EQ(kPortableEcdsaP256.verify(key, &kPortableSha256, AsBytes("sample"), bad).error(),
              kBadSignature)
        << i;
  }
  EXPECT_EQ(kPortableEcdsaP256.verify(key, &kPortableSha256, AsBytes("Sample"), good).error(),
            kBadSignature);
  EXPECT_EQ(kPortableEcdsaP256.verify(key, &kPortableSha384, AsBytes("sample"), good).error(),
            kBadSignature);
  ByteString bad_key = key;
  bad_key[64] ^= 1;
  EXPECT_EQ(kPortableEcdsaP256.verify(bad_key, &kPortableSha256, AsBytes("sample"), good).error(),
            kBadKey);
}

TEST(EcdsaP256, RefusesLooseEncodingsAndNumbersOutOfRange) {
  const ByteString r = FromHex(kRfc6979Cases[3].r), s = FromHex(kRfc6979Cases[3].s);
  const ByteString good = EncodeSignature(r, s);
  const auto verify = [](const ByteString& signature) {
    return kPortableEcdsaP256.verify(FromHex(kPublicKey), &kPortableSha256, AsBytes("test"),
                                     signature);
  };
  ASSERT_TRUE(verify(good).ok());
  ByteString trailing = good;
  trailing.push_back(0);
  EXPECT_EQ(verify(trailing).error(), kBadSignature);
  ByteString trailing_inside = trailing;
  ++trailing_inside[1];
  EXPECT_EQ(verify(trailing_inside).error(), kBadSignature);
  ByteString long_length = good;
  long_length.insert(long_length.begin() + 1, 0x81);
  EXPECT_EQ(verify(long_length).error(), kBadSignature);
  EXPECT_EQ(verify(ByteString()).error(), kBadSignature);

  // s + n is congruent to s, and here it still fits in 32 bytes: s begins with 01.
  p256::Words sum = p256::LoadBigEndian(s);
  uint64_t carry = 0;
  for (int i = 0; i < 4; ++i) sum[i] = AddCarry(sum[i], p256::ScalarPrime::kValue[i], &carry);
  ByteString s_plus_n(32);
  p256::StoreBigEndian(sum, absl::MakeSpan(s_plus_n));
  if (carry != 0) s_plus_n.insert(s_plus_n.begin(), 1);
  EXPECT_EQ(verify(EncodeSignature(r, s_plus_n)).error(), kBadSignature);
  const ByteString zero = {0};
  EXPECT_EQ(verify(EncodeSignature(zero, s)).error(), kBadSignature);
  EXPECT_EQ(verify(EncodeSignature(r, zero)).error(), kBadSignature);
  EXPECT_EQ(verify(EncodeSignature(zero, zero)).error(), kBadSignature);
}

// The verifier's sum is a doubling, (e / s) * G + (r / s) * G with e = r.
TEST(EcdsaP256, VerifiesWhereTheTwoPointsAreEqual) {
  // Q = G, so d = 1; r = x(k * G), e = r, s = (e + r) / k = 2 r / k, u1 = u2 = k / 2.
  const p256::Words k = {12345, 0, 0, 1};
  const p256::Scalar r = p256::Scalar::FromWords(p256::AffineX(p256::MultiplyBase(k)).ToWords());
  const p256::Scalar s = r.Doubled() * p256::Scalar::FromWords(k).Inverse();
  ByteString r_bytes(32), s_bytes(32), generator(65);
  p256::StoreBigEndian(r.ToWords(), absl::MakeSpan(r_bytes));
  p256::StoreBigEndian(s.ToWords(), absl::MakeSpan(s_bytes));
  p256::EncodePoint(p256::JacobianPoint::From(p256::kGenerator), absl::MakeSpan(generator));
  EXPECT_TRUE(kPortableEcdsaP256
                  .verify(generator, &kIdentityHash, r_bytes, EncodeSignature(r_bytes, s_bytes))
                  .ok());
  // With e = -r the sum is infinity, which no r matches (FIPS 186-5 s6.4.2, step 6).
  ByteString e_bytes(32);
  p256::StoreBigEndian((p256::Scalar() - r).ToWords(), absl::MakeSpan(e_bytes));
  EXPECT_EQ(kPortableEcdsaP256
                .verify(generator, &kIdentityHash, e_bytes, EncodeSignature(r_bytes, s_bytes))
                .error(),
            kBadSignature);
}

TEST(EcdsaP256, RefusesBadPrivateKeys) {
  DeterministicRng rng(1);
  std::array<uint8_t, kMaxSignatureSize> out;
  for (const ByteString& key : {ByteString(32, 0), ByteString(32, 0xff), ByteString(31, 1),
                                ByteString(33, 1), ByteString()}) {
    EXPECT_EQ(kPortableEcdsaP256.check_private(key).error(), Misuse(Code::kBadKey));
    EXPECT_EQ(kPortableEcdsaP256.public_key(key, MutableBytes(out)).error(), Misuse(Code::kBadKey));
    EXPECT_EQ(
        kPortableEcdsaP256.sign(key, &kPortableSha256, Bytes(), rng, MutableBytes(out)).error(),
        Misuse(Code::kBadKey));
  }
  const ByteString good = FromHex(kPrivateKey);
  EXPECT_EQ(
      kPortableEcdsaP256.sign(good, &kPortableSha256, Bytes(), rng, Slice(MutableBytes(out), 0, 8))
          .error(),
      NoSpace());
  FailingRng failing;
  EXPECT_EQ(
      kPortableEcdsaP256.sign(good, &kPortableSha256, Bytes(), failing, MutableBytes(out)).error(),
      DriverError(Code::kEntropyFailure));
  EXPECT_EQ(kPortableEcdsaP256.generate(384, rng, MutableBytes(out)).error(),
            Misuse(Code::kUnsupported));
}

TEST(EcdsaP256, MatchesBoringSsl) {
  int valid = 0, invalid = 0;
  for (const char* name : {"sign", "verify"}) {
    const auto tests = BoringSsl(std::string("fipsmodule/ecdsa/ecdsa_") + name + "_tests.txt");
    if (!tests) GTEST_SKIP() << "published vectors are not installed";
    for (Paragraph test : *tests) {
      if (test["Curve"] != "P-256") continue;
      // The leftmost bits count; shorter digests are numbers.
      const ByteString digest = FromHex(test["Digest"].substr(0, 64));
      const Result<void> result =
          kPortableEcdsaP256.verify(FromHex("04" + test["X"] + test["Y"]), &kIdentityHash, digest,
                                    EncodeSignature(FromHex(test["R"]), FromHex(test["S"])));
      const bool expected = test.count("Invalid") == 0;
      EXPECT_EQ(result.ok(), expected) << test["R"];
      ++(expected ? valid : invalid);
    }
  }
  EXPECT_EQ(valid, 83);
  EXPECT_EQ(invalid, 64);
}

struct WycheproofFile {
  const char* name;
  const HashAlgorithm* hash;
  int valid, invalid;
};
TEST(EcdsaP256, MatchesWycheproof) {
  const WycheproofFile kFiles[] = {
      {"ecdsa_secp256r1_sha256", &kPortableSha256, 138, 250},
      {"ecdsa_secp256r1_sha512", &kPortableSha512, 193, 251},
  };
  for (const WycheproofFile& file : kFiles) {
    const auto json = Wycheproof(file.name);
    if (!json) GTEST_SKIP() << "published vectors are not installed";
    int valid = 0, invalid = 0;
    for (const auto& group : (*json)["testGroups"]) {
      const ByteString key = HexField(group["publicKey"], "uncompressed");
      for (const auto& test : group["tests"]) {
        const Result<void> result =
            kPortableEcdsaP256.verify(key, file.hash, HexField(test, "msg"), HexField(test, "sig"));
        if (test["result"] == "valid") {
          EXPECT_TRUE(result.ok()) << file.name << test["tcId"];
          ++valid;
        } else {
          EXPECT_EQ(result.error(), kBadSignature) << file.name << test["tcId"];
          ++invalid;
        }
      }
    }
    EXPECT_EQ(valid, file.valid);
    EXPECT_EQ(invalid, file.invalid);
  }
}

}  // namespace
}  // namespace merlon::crypto
