// SPDX-License-Identifier: Apache-2.0
#include "crypto/base/der.h"
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/bignum.h"
#include "crypto/drivers/portable/asymmetric/rsa_operation.h"
#include "crypto/drivers/portable/asymmetric/rsa_test_keys.h"
#include "crypto/drivers/portable/asymmetric/test_support.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/portable/sha512.h"

namespace merlon::crypto {
namespace {

using namespace testing;
using bignum::ConstLimbs;
using bignum::Limbs;
using bignum::Modulus;
using Number = std::vector<uint64_t>;

const Error kBadSignature = PeerError(Code::kBadSignature, Alert::kDecryptError);
const Error kBadKey = PeerError(Code::kBadKey, Alert::kBadCertificate);
const SignAlgorithm* const kBoth[] = {&kPortableRsaPkcs1, &kPortableRsaPss};
const HashAlgorithm* const kHashes[] = {&kPortableSha256, &kPortableSha384, &kPortableSha512};

const HashAlgorithm* HashNamed(const std::string& name) {
  if (name == "SHA-256") return &kPortableSha256;
  if (name == "SHA-384") return &kPortableSha384;
  if (name == "SHA-512") return &kPortableSha512;
  return nullptr;
}

// DER of a SEQUENCE of unsigned INTEGERs.
ByteString DerElement(uint8_t tag, const ByteString& body) {
  ByteString out = {tag};
  if (body.size() >= 0x100) {
    out.push_back(0x82);
    out.push_back(static_cast<uint8_t>(body.size() >> 8));
  } else if (body.size() >= 0x80) {
    out.push_back(0x81);
  }
  out.push_back(static_cast<uint8_t>(body.size()));
  out.insert(out.end(), body.begin(), body.end());
  return out;
}
ByteString DerIntegers(const std::vector<ByteString>& numbers) {
  ByteString body;
  for (ByteString number : numbers) {
    while (!number.empty() && number[0] == 0) number.erase(number.begin());
    if (number.empty() || number[0] >= 0x80) number.insert(number.begin(), 0);
    const ByteString element = DerElement(der::kInteger, number);
    body.insert(body.end(), element.begin(), element.end());
  }
  return DerElement(der::kSequence, body);
}
// The nine numbers of an RSAPrivateKey.
std::vector<ByteString> SplitPrivateKey(const ByteString& der) {
  std::vector<ByteString> out;
  DerReader outer(der), inner{Bytes()};
  EXPECT_TRUE(outer.Sequence(&inner));
  for (Bytes number; inner.UnsignedInteger(&number);)
    out.emplace_back(number.begin(), number.end());
  EXPECT_EQ(out.size(), 9u);
  return out;
}

Number RandomNumber(Rng& rng, size_t size) {
  Number out(size);
  for (uint64_t& limb : out) {
    EXPECT_TRUE(rng.Fill(MutableBytes(reinterpret_cast<uint8_t*>(&limb), 8)).ok());
    if (limb % 5 == 0) limb = ~uint64_t{0};
    if (limb % 7 == 0) limb = 0;
  }
  return out;
}

// Montgomery arithmetic against schoolbook multiplication and bit-by-bit division.
TEST(Bignum, MultipliesModuloAsLongDivisionDoes) {
  DeterministicRng rng(1);
  for (size_t size : {1, 2, 3, 16, 17, 24, 32, 33, 64}) {
    for (size_t missing_bits : {0, 1, 63}) {
      Number m = RandomNumber(rng, size);
      m[size - 1] = (m[size - 1] | uint64_t{1} << 63) >> missing_bits;
      m[0] |= 1;
      const Modulus modulus(m, 64 * size - missing_bits);
      const auto reduce = [&](const Number& wide) {
        Number out(size);
        bignum::Remainder(wide, m, absl::MakeSpan(out));
        return out;
      };
      const auto times = [&](const Number& a, const Number& b) {
        Number wide(2 * size);
        bignum::Multiply(a, b, absl::MakeSpan(wide));
        return reduce(wide);
      };
      const Number a = RandomNumber(rng, size), b = RandomNumber(rng, size);
      const Number product = times(a, b);
      Number x(size), y(size), z(size);
      modulus.ToMontgomery(a, absl::MakeSpan(x));
      modulus.ToMontgomery(b, absl::MakeSpan(y));
      modulus.FromMontgomery(x, absl::MakeSpan(z));
      EXPECT_EQ(z, reduce(a));
      modulus.Multiply(x, y, absl::MakeSpan(z));
      modulus.FromMontgomery(z, absl::MakeSpan(z));
      EXPECT_EQ(z, product) << size;
      modulus.Square(x, absl::MakeSpan(z));
      modulus.FromMontgomery(z, absl::MakeSpan(z));
      EXPECT_EQ(z, times(a, a)) << size;
      Number wide = RandomNumber(rng, 2 * size);
      modulus.ReduceToMontgomery(wide, absl::MakeSpan(z));
      modulus.FromMontgomery(z, absl::MakeSpan(z));
      EXPECT_EQ(z, reduce(wide));
      modulus.Subtract(x, y, absl::MakeSpan(z));
      modulus.FromMontgomery(z, absl::MakeSpan(z));
      Number back(size), b_reduced = reduce(b);
      const uint64_t carry = bignum::Add(z, b_reduced, absl::MakeSpan(back));
      back.push_back(carry);
      EXPECT_EQ(reduce(back), reduce(a));
      modulus.PowerPublic(reduce(a), 5, absl::MakeSpan(z));
      const Number square = times(a, a);
      EXPECT_EQ(z, times(times(square, square), a));
    }
  }
}

TEST(Bignum, RaisesTwoBasesAtOnce) {
  DeterministicRng rng(2);
  for (size_t size : {1, 16, 32}) {
    Number m = RandomNumber(rng, size);
    m[0] |= 1;
    m[size - 1] |= uint64_t{1} << 63;
    const Modulus modulus(m, 64 * size);
    Number a(size), b(size), expected(size), out(size), a_power(size), b_power(size);
    modulus.ToMontgomery(RandomNumber(rng, size), absl::MakeSpan(a));
    modulus.ToMontgomery(RandomNumber(rng, size), absl::MakeSpan(b));
    const Number x = RandomNumber(rng, size), y = RandomNumber(rng, size);
    // Bit by bit, one after the other.
    const auto power = [&](const Number& base, const Number& exponent) {
      Number one(size), result(size);
      one[0] = 1;
      modulus.ToMontgomery(one, absl::MakeSpan(result));
      for (size_t bit = 64 * size; bit-- > 0;) {
        modulus.Square(result, absl::MakeSpan(result));
        if (exponent[bit / 64] >> bit % 64 & 1) {
          modulus.Multiply(result, base, absl::MakeSpan(result));
        }
      }
      return result;
    };
    modulus.Multiply(power(a, x), power(b, y), absl::MakeSpan(expected));
    modulus.PowerTwo(a, x, b, y, absl::MakeSpan(out));
    EXPECT_EQ(out, expected);
  }
}

TEST(Rsa, VerifiesKnownSignatures) {
  const Bytes message = AsBytes("sample");
  const ByteString key = FromHex(kRsaPublicKey), key2049 = FromHex(kRsa2049PublicKey);
  const struct {
    const SignAlgorithm* algorithm;
    const ByteString& key;
    const HashAlgorithm* hash;
    ByteString signature;
  } kCases[] = {
      {&kPortableRsaPkcs1, key, &kPortableSha256, FromHex(kRsaPkcs1Sha256)},
      {&kPortableRsaPss, key, &kPortableSha384, FromHex(kRsaPssSha384)},
      {&kPortableRsaPkcs1, key2049, &kPortableSha256, FromHex(kRsa2049Pkcs1)},
      {&kPortableRsaPss, key2049, &kPortableSha256, FromHex(kRsa2049Pss)},
  };
  for (const auto& c : kCases) {
    EXPECT_TRUE(c.algorithm->verify(c.key, c.hash, message, c.signature).ok());
    EXPECT_EQ(c.algorithm->verify(c.key, c.hash, AsBytes("Sample"), c.signature).error(),
              kBadSignature);
    const SignAlgorithm* other = c.algorithm == kBoth[0] ? kBoth[1] : kBoth[0];
    EXPECT_EQ(other->verify(c.key, c.hash, message, c.signature).error(), kBadSignature);
    for (const HashAlgorithm* hash : kHashes) {
      EXPECT_EQ(c.algorithm->verify(c.key, hash, message, c.signature).ok(), hash == c.hash);
    }
    for (size_t bit = 0; bit < 8 * c.signature.size(); bit += 7) {
      ByteString bad = c.signature;
      bad[bit / 8] = static_cast<uint8_t>(bad[bit / 8] ^ 1 << bit % 8);
      EXPECT_EQ(c.algorithm->verify(c.key, c.hash, message, bad).error(), kBadSignature) << bit;
    }
    // RFC 8017 s8.1.2 and s8.2.2, step 1: as long as the modulus, not a byte more or less.
    ByteString longer = c.signature;
    longer.insert(longer.begin(), 0);
    EXPECT_EQ(c.algorithm->verify(c.key, c.hash, message, longer).error(), kBadSignature);
    EXPECT_EQ(c.algorithm->verify(c.key, c.hash, message, Slice(Bytes(c.signature), 1)).error(),
              kBadSignature);
    EXPECT_EQ(c.algorithm->verify(c.key, c.hash, message, Bytes()).error(), kBadSignature);
  }
}

// s + n gives the same power as s, and is refused (RFC 8017 s5.2.2, step 1).
TEST(Rsa, RefusesSignaturesNotBelowTheModulus) {
  const std::vector<ByteString> key = SplitPrivateKey(FromHex(kRsaPrivateKey));
  const ByteString &n = key[1], one = {1};
  Number modulus(32), value(32);
  ASSERT_TRUE(bignum::Load(n, absl::MakeSpan(modulus)));
  RsaPublicKey parsed;
  ASSERT_TRUE(LoadRsaPublicKey(FromHex(kRsaPublicKey), &parsed));
  ByteString out(256), bytes(256);
  bignum::Store(modulus, absl::MakeSpan(bytes));
  EXPECT_FALSE(RsaPublicOperation(parsed, bytes, absl::MakeSpan(out)));
  modulus[0] -= 1;
  bignum::Store(modulus, absl::MakeSpan(bytes));
  EXPECT_TRUE(RsaPublicOperation(parsed, bytes, absl::MakeSpan(out)));
  EXPECT_EQ(out, bytes);  // (-1)^e = -1
}

TEST(Rsa, SignsTheKnownSignature) {
  DeterministicRng rng(3);
  std::array<uint8_t, kMaxSignatureSize> out;
  const Result<size_t> size = kPortableRsaPkcs1.sign(FromHex(kRsaPrivateKey), &kPortableSha256,
                                                     AsBytes("sample"), rng, MutableBytes(out));
  ASSERT_TRUE(size.ok());
  EXPECT_EQ(ToHex(Slice(Bytes(out), 0, *size)), kRsaPkcs1Sha256);
}

TEST(Rsa, SignsWhatItVerifies) {
  const ByteString private_key = FromHex(kRsaPrivateKey), public_key = FromHex(kRsaPublicKey);
  DeterministicRng rng(4);
  for (const SignAlgorithm* algorithm : kBoth) {
    for (const HashAlgorithm* hash : kHashes) {
      std::array<uint8_t, kMaxSignatureSize> out[2];
      for (auto& signature : out) {
        const Result<size_t> size =
            algorithm->sign(private_key, hash, AsBytes("message"), rng, MutableBytes(signature));
        ASSERT_TRUE(size.ok());
        ASSERT_EQ(*size, 256u);
        EXPECT_TRUE(
            algorithm
                ->verify(public_key, hash, AsBytes("message"), Slice(Bytes(signature), 0, *size))
                .ok());
      }
      // PSS is salted; PKCS#1 is not.
      EXPECT_EQ(Slice(Bytes(out[0]), 0, 256) == Slice(Bytes(out[1]), 0, 256),
                algorithm == &kPortableRsaPkcs1);
    }
  }
}

TEST(Rsa, GivesThePublicKeyAndSize) {
  const ByteString private_key = FromHex(kRsaPrivateKey);
  ByteString out(600);
  for (const SignAlgorithm* algorithm : kBoth) {
    const Result<size_t> size = algorithm->public_key(private_key, absl::MakeSpan(out));
    ASSERT_TRUE(size.ok());
    EXPECT_EQ(ToHex(Slice(Bytes(out), 0, *size)), kRsaPublicKey);
    EXPECT_EQ(algorithm->public_key(private_key, Slice(absl::MakeSpan(out), 0, *size - 1)).error(),
              NoSpace());
    EXPECT_EQ(*algorithm->check_private(private_key), 2048);
  }
}

TEST(Rsa, RefusesPublicKeysOutsideTheLimits) {
  const ByteString signature(256, 1);
  const auto verify = [&](const ByteString& key) {
    return kPortableRsaPss.verify(key, &kPortableSha256, Bytes(), signature).error();
  };
  const ByteString n = SplitPrivateKey(FromHex(kRsaPrivateKey))[1], e = {1, 0, 1};
  ASSERT_EQ(ToHex(DerIntegers({n, e})), kRsaPublicKey);
  EXPECT_EQ(verify(DerIntegers({n, e})), kBadSignature);
  EXPECT_EQ(verify(DerIntegers({n, {3}})), kBadSignature);
  EXPECT_EQ(verify(DerIntegers({n, {1, 0xff, 0xff, 0xff, 0xff}})), kBadSignature);

  ByteString even = n, short_by_one_bit = n, too_long(513, 0xff), much_too_long(2000, 0xff);
  even.back() &= 0xfe;
  short_by_one_bit[0] = 0x7f;
  EXPECT_EQ(verify(DerIntegers({even, e})), kBadKey);
  EXPECT_EQ(verify(DerIntegers({short_by_one_bit, e})), kBadKey);
  EXPECT_EQ(verify(DerIntegers({too_long, e})), kBadKey);
  EXPECT_EQ(verify(DerIntegers({much_too_long, e})), kBadKey);
  EXPECT_EQ(verify(DerIntegers({{}, e})), kBadKey);
  for (const ByteString& exponent : std::vector<ByteString>{
           {}, {1}, {2}, {4}, {2, 0, 0, 0, 1}, {1, 0, 0, 0, 0, 0, 0, 0, 0, 1}}) {
    EXPECT_EQ(verify(DerIntegers({n, exponent})), kBadKey);
  }
  // Not strict DER, or not the two numbers.
  ByteString trailing = FromHex(kRsaPublicKey);
  trailing.push_back(0);
  EXPECT_EQ(verify(trailing), kBadKey);
  EXPECT_EQ(verify(DerIntegers({n, e, e})), kBadKey);
  EXPECT_EQ(verify(DerIntegers({n})), kBadKey);
  EXPECT_EQ(verify(ByteString()), kBadKey);
  ByteString negative = FromHex(kRsaPublicKey);
  ASSERT_EQ(negative[8], 0);
  negative.erase(negative.begin() + 8);
  --negative[3], --negative[7];
  EXPECT_EQ(verify(negative), kBadKey);
}

// Each number of the key in turn is off by two (which keeps odd what is odd).
TEST(Rsa, RefusesInconsistentPrivateKeys) {
  const std::vector<ByteString> good = SplitPrivateKey(FromHex(kRsaPrivateKey));
  ASSERT_EQ(*kPortableRsaPss.check_private(DerIntegers(good)), 2048);
  for (size_t i = 0; i < good.size(); ++i) {
    std::vector<ByteString> bad = good;
    if (bad[i].empty()) bad[i] = {0};  // the version
    bad[i].back() ^= 2;
    EXPECT_EQ(kPortableRsaPss.check_private(DerIntegers(bad)).error(), Misuse(Code::kBadKey)) << i;
  }
  std::vector<ByteString> swapped = good;
  std::swap(swapped[4], swapped[5]);
  EXPECT_EQ(kPortableRsaPss.check_private(DerIntegers(swapped)).error(), Misuse(Code::kBadKey));
  const ByteString public_key = FromHex(kRsaPublicKey);
  EXPECT_EQ(kPortableRsaPss.check_private(public_key).error(), Misuse(Code::kBadKey));
  EXPECT_EQ(kPortableRsaPss.check_private(Bytes()).error(), Misuse(Code::kBadKey));
  DeterministicRng rng(5);
  std::array<uint8_t, kMaxSignatureSize> out;
  EXPECT_EQ(
      kPortableRsaPss.sign(public_key, &kPortableSha256, Bytes(), rng, MutableBytes(out)).error(),
      Misuse(Code::kBadKey));
}

// A faulty half of the Chinese remainder theorem would give the factors away.
TEST(Rsa, ReleasesNoFaultySignature) {
  const std::vector<ByteString> good = SplitPrivateKey(FromHex(kRsaPrivateKey));
  DeterministicRng rng(6);
  for (size_t i : {4, 5, 6, 7, 8}) {
    std::vector<ByteString> bad = good;
    bad[i].back() ^= 2;
    for (const SignAlgorithm* algorithm : kBoth) {
      std::array<uint8_t, kMaxSignatureSize> out;
      EXPECT_EQ(
          algorithm->sign(DerIntegers(bad), &kPortableSha256, AsBytes("x"), rng, MutableBytes(out))
              .error(),
          DriverError(Code::kFaultDetected))
          << i;
      EXPECT_EQ(Slice(Bytes(out), 0, 256), Bytes(ByteString(256, 0)));
    }
  }
}

TEST(Rsa, SignReportsItsCallersMistakes) {
  const ByteString key = FromHex(kRsaPrivateKey);
  DeterministicRng rng(7);
  for (const SignAlgorithm* algorithm : kBoth) {
    std::array<uint8_t, kMaxSignatureSize> out;
    EXPECT_EQ(algorithm->sign(key, &kPortableSha256, Bytes(), rng, Slice(MutableBytes(out), 0, 255))
                  .error(),
              NoSpace());
    EXPECT_EQ(algorithm->sign(key, nullptr, Bytes(), rng, MutableBytes(out)).error(), Misuse());
    for (int calls = 0; calls < 2; ++calls) {
      FailingRng failing(calls);
      EXPECT_EQ(algorithm->sign(key, &kPortableSha256, Bytes(), failing, MutableBytes(out)).error(),
                DriverError(Code::kEntropyFailure));
    }
  }
}

struct VerifyFile {
  const char* name;
  int valid, invalid;
};
void MatchesVerifyFile(const SignAlgorithm& algorithm, const VerifyFile& file) {
  const auto json = Wycheproof(file.name);
  if (!json) GTEST_SKIP() << testing::kNoVectors;
  int valid = 0, invalid = 0;
  for (const auto& group : (*json)["testGroups"]) {
    const ByteString key = HexField(group, "publicKeyAsn");
    const HashAlgorithm* hash = HashNamed(group["sha"]);
    ASSERT_NE(hash, nullptr);
    for (const auto& test : group["tests"]) {
      const Result<void> result =
          algorithm.verify(key, hash, HexField(test, "msg"), HexField(test, "sig"));
      // "acceptable" is a DigestInfo without the NULL that RFC 8017 A.2.4 wants.
      if (test["result"] == "valid") {
        EXPECT_TRUE(result.ok()) << file.name << " " << test["tcId"];
        ++valid;
      } else {
        EXPECT_EQ(result.error(), kBadSignature) << file.name << " " << test["tcId"];
        ++invalid;
      }
    }
  }
  EXPECT_EQ(valid, file.valid) << file.name;
  EXPECT_EQ(invalid, file.invalid) << file.name;
}

TEST(RsaPkcs1, VerifiesAsWycheproofSays) {
  const VerifyFile kFiles[] = {
      {"rsa_signature_2048_sha256", 8, 200}, {"rsa_signature_2048_sha384", 6, 201},
      {"rsa_signature_2048_sha512", 7, 201}, {"rsa_signature_3072_sha256", 7, 201},
      {"rsa_signature_3072_sha384", 6, 202}, {"rsa_signature_3072_sha512", 6, 202},
      {"rsa_signature_4096_sha256", 6, 201}, {"rsa_signature_4096_sha384", 6, 202},
      {"rsa_signature_4096_sha512", 6, 202},
  };
  for (const VerifyFile& file : kFiles) MatchesVerifyFile(kPortableRsaPkcs1, file);
}

TEST(RsaPss, VerifiesAsWycheproofSays) {
  const VerifyFile kFiles[] = {
      {"rsa_pss_2048_sha256_mgf1_32", 51, 36}, {"rsa_pss_3072_sha256_mgf1_32", 51, 36},
      {"rsa_pss_4096_sha256_mgf1_32", 51, 36}, {"rsa_pss_2048_sha384_mgf1_48", 77, 36},
      {"rsa_pss_4096_sha384_mgf1_48", 77, 36}, {"rsa_pss_4096_sha512_mgf1_64", 106, 38},
  };
  for (const VerifyFile& file : kFiles) MatchesVerifyFile(kPortableRsaPss, file);
}

// Every combination of two hashes and a salt length; ours are where both hashes and the length
// meet.
TEST(RsaPss, TakesNoOtherParameters) {
  const auto json = Wycheproof("rsa_pss_misc");
  if (!json) GTEST_SKIP() << testing::kNoVectors;
  int accepted = 0, refused = 0;
  for (const auto& group : (*json)["testGroups"]) {
    const HashAlgorithm* hash = HashNamed(group["sha"]);
    if (hash == nullptr) continue;
    const bool ours = group["sha"] == group["mgfSha"] && group["sLen"] == hash->size;
    for (const auto& test : group["tests"]) {
      const Result<void> result = kPortableRsaPss.verify(
          HexField(group, "publicKeyAsn"), hash, HexField(test, "msg"), HexField(test, "sig"));
      EXPECT_EQ(result.ok(), ours) << test["tcId"];
      ++(ours ? accepted : refused);
    }
  }
  EXPECT_EQ(accepted, 2);
  EXPECT_EQ(refused, 70);
}

TEST(RsaPkcs1, RefusesKeysThatAreTooLargeOrTooSmall) {
  const auto large = Wycheproof("rsa_signature_8192_sha256");
  const auto small = Wycheproof("rsa_pkcs1_1024_sig_gen");
  if (!large || !small) GTEST_SKIP() << testing::kNoVectors;
  int ran = 0;
  for (const auto& json : {*large, *small}) {
    for (const auto& group : json["testGroups"]) {
      const ByteString key =
          HexField(group, group.contains("publicKeyAsn") ? "publicKeyAsn" : "keyAsn");
      for (const auto& test : group["tests"]) {
        EXPECT_EQ(kPortableRsaPkcs1
                      .verify(key, &kPortableSha256, HexField(test, "msg"), HexField(test, "sig"))
                      .error(),
                  kBadKey);
        ++ran;
      }
    }
  }
  EXPECT_EQ(ran, 207 + 27);
}

TEST(RsaPkcs1, SignsAsWycheproofSays) {
  int ran = 0, refused = 0;
  DeterministicRng rng(8);
  for (const char* name :
       {"rsa_pkcs1_2048_sig_gen", "rsa_pkcs1_3072_sig_gen", "rsa_pkcs1_4096_sig_gen"}) {
    const auto json = Wycheproof(name);
    if (!json) GTEST_SKIP() << testing::kNoVectors;
    for (const auto& group : (*json)["testGroups"]) {
      const HashAlgorithm* hash = HashNamed(group["sha"]);
      if (hash == nullptr) continue;  // SHA-1, SHA-224
      // PrivateKeyInfo: version, algorithm, OCTET STRING of the RSAPrivateKey.
      const ByteString pkcs8 = HexField(group, "privateKeyPkcs8");
      DerReader outer(pkcs8), inner{Bytes()}, algorithm{Bytes()};
      uint32_t version;
      Bytes key;
      ASSERT_TRUE(outer.Sequence(&inner) && inner.SmallInteger(&version) &&
                  inner.Sequence(&algorithm) && inner.Element(der::kOctetString, &key));
      const Result<uint16_t> bits = kPortableRsaPkcs1.check_private(key);
      if (!bits.ok()) {
        // Contrived keys: e is 3, and one prime is much longer than the other.
        EXPECT_EQ(group["privateKey"]["publicExponent"].get<std::string>(), "03");
        refused += static_cast<int>(group["tests"].size());
        continue;
      }
      EXPECT_EQ(*bits, group["keySize"].get<int>());
      for (const auto& test : group["tests"]) {
        std::array<uint8_t, kMaxSignatureSize> out;
        const Result<size_t> size =
            kPortableRsaPkcs1.sign(key, hash, HexField(test, "msg"), rng, MutableBytes(out));
        ASSERT_TRUE(size.ok()) << name << " " << test["tcId"];
        EXPECT_EQ(ToHex(Slice(Bytes(out), 0, *size)), test["sig"].get<std::string>())
            << name << " " << test["tcId"];
        ++ran;
      }
    }
  }
  EXPECT_EQ(ran, 58);
  EXPECT_EQ(refused, 4);
}

}  // namespace
}  // namespace merlon::crypto
