// SPDX-License-Identifier: Apache-2.0
// P-256's arithmetic and ECDH; ECDSA is tested in ecdsa_p256_test.cc.
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/p256_key.h"
#include "crypto/drivers/portable/asymmetric/test_support.h"

namespace merlon::crypto {

namespace {

using namespace testing;
using namespace p256;

Words WordsFromHex(const std::string& hex) { return LoadBigEndian(FromHex(hex)); }
Words Small(uint64_t value) { return {value, 0, 0, 0}; }
Words RandomScalar(Rng& rng) {
  std::array<uint8_t, 32> bytes;
  EXPECT_TRUE(GeneratePrivateKey(rng, MutableBytes(bytes)).ok());
  return LoadBigEndian(bytes);
}
// n - k
Words Opposite(const Words& k) {
  uint64_t borrow;
  return Subtract(ScalarPrime::kValue, k, &borrow);
}
Words Sum(const Words& a, const Words& b) {
  return (p256::Scalar::FromWords(a) + p256::Scalar::FromWords(b)).ToWords();
}
// The encoding, or "infinity".
std::string Show(const JacobianPoint& point) {
  if (point.z.IsZero().bits != 0) return "infinity";
  std::array<uint8_t, kPointSize> out;
  EncodePoint(point, MutableBytes(out));
  return ToHex(out);
}
AffinePoint ToAffine(const JacobianPoint& point) { return *DecodePoint(FromHex(Show(point))); }
// Another representation of the same point: (x l^2, y l^3, z l).
JacobianPoint Scaled(const JacobianPoint& a, const Coordinate& l) {
  const Coordinate l2 = l.Square();
  return {a.x * l2, a.y * l2 * l, a.z * l};
}
JacobianPoint Negated(const JacobianPoint& a) { return {a.x, Coordinate() - a.y, a.z}; }

TEST(P256Field, HasItsConstants) {
  EXPECT_EQ(Coordinate::One().ToWords(), Small(1));
  EXPECT_EQ(p256::Scalar::One().ToWords(), Small(1));
  EXPECT_EQ(Coordinate::FromWords(Small(7)).ToWords(), Small(7));
  EXPECT_EQ(p256::Scalar::FromWords(Small(7)).ToWords(), Small(7));
  // The primes themselves are 0, and all ones is reduced.
  EXPECT_EQ(Coordinate::FromWords(CoordinatePrime::kValue).ToWords(), Small(0));
  EXPECT_EQ(p256::Scalar::FromWords(ScalarPrime::kValue).ToWords(), Small(0));
  const Words ones = {~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}};
  EXPECT_EQ(Sum(ones, Small(1)), p256::Scalar::One().montgomery());  // 2^256 modulo n
}

template <class Field>
void FollowsTheFieldsLaws() {
  DeterministicRng rng(7);
  for (int i = 0; i < 300; ++i) {
    Field v[3];
    for (Field& a : v) {
      std::array<uint8_t, 32> bytes;
      ASSERT_TRUE(rng.Fill(MutableBytes(bytes)).ok());
      // Long runs of ones and zeros reach the carries that random values do not.
      if (i % 3 == 1) std::fill_n(bytes.begin(), 8 + bytes[31] % 24, 0xff);
      if (i % 3 == 2) std::fill_n(bytes.begin() + 2, 8 + bytes[31] % 20, 0);
      a = Field::FromWords(LoadBigEndian(bytes));
    }
    const auto same = [](const Field& a, const Field& b) {
      return a.Equals(b).bits != 0 && a.montgomery() == b.montgomery();
    };
    EXPECT_TRUE(same((v[0] + v[1]) * v[2], v[0] * v[2] + v[1] * v[2]));
    EXPECT_TRUE(same((v[0] + v[1]) * (v[0] - v[1]), v[0].Square() - v[1].Square()));
    EXPECT_TRUE(same((v[0] * v[1]) * v[2], v[0] * (v[1] * v[2])));
    EXPECT_TRUE(same(v[0] - v[1] + v[1], v[0]));
    EXPECT_TRUE(same(Field::FromWords(v[0].ToWords()), v[0]));
    if (v[0].IsZero().bits == 0) {
      EXPECT_TRUE(same(v[0] * v[0].Inverse(), Field::One()));
    }
  }
  EXPECT_NE(Field().Inverse().IsZero().bits, 0u);
}
TEST(P256Field, FollowsTheFieldsLaws) {
  FollowsTheFieldsLaws<Coordinate>();
  FollowsTheFieldsLaws<p256::Scalar>();
}

TEST(P256Field, MatchesBoringSsl) {
  const auto tests = BoringSsl("fipsmodule/ec/p256-nistz_tests.txt");
  if (!tests) GTEST_SKIP() << "published vectors are not installed";
  std::map<std::string, int> ran;
  const auto coordinate = [](const std::string& hex) {
    return Coordinate::FromMontgomery(WordsFromHex(hex));
  };
  for (Paragraph test : *tests) {
    const std::string kind = test["Test"];
    ++ran[kind];
    if (kind == "Negate") {
      EXPECT_EQ((Coordinate() - coordinate(test["A"])).montgomery(), WordsFromHex(test["B"]));
    } else if (kind == "MulMont") {
      const Coordinate a = coordinate(test["A"]), b = coordinate(test["B"]);
      EXPECT_EQ((a * b).montgomery(), WordsFromHex(test["Result"]));
      EXPECT_EQ((b * a).montgomery(), WordsFromHex(test["Result"]));
    } else if (kind == "OrdMulMont") {
      const auto scalar = [&](const char* name) {
        return p256::Scalar::FromMontgomery(WordsFromHex(test[name]));
      };
      EXPECT_EQ((scalar("A") * scalar("B")).montgomery(), WordsFromHex(test["Result"]));
    } else if (kind == "PointAdd") {
      const auto point = [&](const std::string& name) {
        return JacobianPoint{coordinate(test[name + ".X"]), coordinate(test[name + ".Y"]),
                             coordinate(test[name + ".Z"])};
      };
      // The result is affine, (0, 0) for infinity.
      const Coordinate x = coordinate(test["Result.X"]), y = coordinate(test["Result.Y"]);
      const bool infinite = (x.IsZero() & y.IsZero()).bits != 0;
      const std::string expected = infinite ? "infinity" : Show({x, y, Coordinate::One()});
      EXPECT_EQ(Show(AddVariableTime(point("A"), point("B"))), expected);
      EXPECT_EQ(Show(AddVariableTime(point("B"), point("A"))), expected);
    }
  }
  EXPECT_EQ(ran, (std::map<std::string, int>{
                     {"Negate", 256}, {"MulMont", 31}, {"OrdMulMont", 26}, {"PointAdd", 21}}));
}

TEST(P256Point, CombTableHoldsTheMultiplesOfTheGenerator) {
  JacobianPoint power[4][4];  // [block][tooth]
  JacobianPoint point = JacobianPoint::From(kGenerator);
  for (int bit = 0; bit < 256; ++bit) {
    if (bit % 16 == 0) power[bit % 64 / 16][bit / 64] = point;
    point = Double(point);
  }
  for (int block = 0; block < 4; ++block) {
    for (int index = 1; index < 16; ++index) {
      JacobianPoint sum = JacobianPoint::Infinity();
      for (int tooth = 0; tooth < 4; ++tooth) {
        if (index >> tooth & 1) sum = AddVariableTime(sum, power[block][tooth]);
      }
      EXPECT_EQ(Show(JacobianPoint::From(kCombTable[block][index - 1])), Show(sum))
          << block << " " << index;
    }
  }
}

TEST(P256Point, AddsInEveryExceptionalCase) {
  DeterministicRng rng(11);
  const JacobianPoint infinity = JacobianPoint::Infinity();
  const Coordinate l = Coordinate::FromWords(RandomScalar(rng));
  // Infinity also in the form that a difference leaves: arbitrary x and y, z = 0.
  const JacobianPoint other_infinity = {l, l.Square(), Coordinate()};
  const JacobianPoint p = MultiplyBase(RandomScalar(rng));
  const AffinePoint affine = ToAffine(p);
  const JacobianPoint same = Scaled(p, l);
  ASSERT_EQ(Show(p), Show(same));

  for (const JacobianPoint& zero : {infinity, other_infinity}) {
    EXPECT_EQ(Show(Double(zero)), "infinity");
    EXPECT_EQ(Show(AddDistinct(zero, zero)), "infinity");
    EXPECT_EQ(Show(AddDistinct(zero, p)), Show(p));
    EXPECT_EQ(Show(AddDistinct(p, zero)), Show(p));
    EXPECT_EQ(Show(AddDistinct(zero, affine)), Show(p));
    EXPECT_EQ(Show(AddDistinct(zero, AffinePoint{})), "infinity");
    EXPECT_EQ(Show(AddVariableTime(zero, p)), Show(p));
    EXPECT_EQ(Show(AddVariableTime(p, zero)), Show(p));
    EXPECT_EQ(Show(AddVariableTime(zero, zero)), "infinity");
  }
  EXPECT_EQ(Show(AddDistinct(p, AffinePoint{})), Show(p));
  // P + (-P)
  EXPECT_EQ(Show(AddDistinct(same, Negated(p))), "infinity");
  EXPECT_EQ(Show(AddDistinct(Negated(same), affine)), "infinity");
  EXPECT_EQ(Show(AddVariableTime(same, Negated(p))), "infinity");
  // P + P
  EXPECT_EQ(Show(AddVariableTime(p, p)), Show(Double(p)));
  EXPECT_EQ(Show(AddVariableTime(p, same)), Show(Double(p)));
  EXPECT_EQ(Show(Double(p)), Show(Double(same)));
  // 2P + P, in both forms
  EXPECT_EQ(Show(AddDistinct(Double(p), affine)), Show(AddDistinct(Double(p), same)));
}

TEST(P256Point, MultipliesAlikeInThreeWays) {
  DeterministicRng rng(13);
  std::vector<Words> scalars = {Small(0)};
  for (uint64_t i = 1; i < 40; ++i) {
    scalars.push_back(Small(i));
    scalars.push_back(Opposite(Small(i)));
  }
  for (int i = 0; i < 256; i += 5) {
    Words power{};
    power[i / 64] = uint64_t{1} << i % 64;
    scalars.push_back(power);
  }
  // Teeth and windows of all ones, and of the least bit alone.
  scalars.push_back({~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}, 0});
  scalars.push_back({1, 1, 1, 1});
  for (int i = 0; i < 50; ++i) scalars.push_back(RandomScalar(rng));
  for (const Words& k : scalars) {
    const std::string expected = Show(MultiplyBase(k));
    EXPECT_EQ(Show(Multiply(kGenerator, k)), expected);
    EXPECT_EQ(Show(MultiplyVariableTime(kGenerator, k)), expected);
    EXPECT_TRUE(IsOnCurve(MultiplyBase(k)));
  }
}

TEST(P256Point, MultiplicationIsLinear) {
  DeterministicRng rng(17);
  for (int i = 0; i < 50; ++i) {
    const Words a = RandomScalar(rng), b = RandomScalar(rng);
    EXPECT_EQ(Show(MultiplyBase(Sum(a, b))),
              Show(AddVariableTime(MultiplyBase(a), MultiplyBase(b))));
    EXPECT_EQ(Show(AddDistinct(MultiplyBase(a), MultiplyBase(Opposite(a)))), "infinity");
    const AffinePoint p = ToAffine(MultiplyBase(b));
    const Words product = (p256::Scalar::FromWords(a) * p256::Scalar::FromWords(b)).ToWords();
    EXPECT_EQ(Show(Multiply(p, a)), Show(MultiplyBase(product)));
    EXPECT_EQ(Show(MultiplyVariableTime(p, a)), Show(MultiplyBase(product)));
  }
}

TEST(P256Point, MatchesBoringSslMultiplesOfTheGenerator) {
  const auto tests = BoringSsl("fipsmodule/ec/ec_scalar_base_mult_tests.txt");
  if (!tests) GTEST_SKIP() << "published vectors are not installed";
  int ran = 0;
  for (Paragraph test : *tests) {
    if (test["Curve"] != "P-256") continue;
    const Words k = WordsFromHex(test["N"]);
    if (MaskIfLess(k, ScalarPrime::kValue).bits == 0) continue;
    const bool infinite = (MaskIfZero(k)).bits != 0;
    const std::string expected = infinite ? "infinity" : "04" + test["X"] + test["Y"];
    EXPECT_EQ(Show(MultiplyBase(k)), expected);
    EXPECT_EQ(Show(Multiply(kGenerator, k)), expected);
    ++ran;
  }
  EXPECT_EQ(ran, 129);
}

TEST(P256Point, RefusesWhatIsNoUncompressedPoint) {
  const ByteString good = FromHex(Show(JacobianPoint::From(kGenerator)));
  ASSERT_TRUE(DecodePoint(good).has_value());
  for (size_t i = 0; i < good.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      ByteString bad = good;
      bad[i] = static_cast<uint8_t>(bad[i] ^ 1 << bit);
      EXPECT_FALSE(DecodePoint(bad).has_value()) << i;
    }
  }
  ByteString longer = good;
  longer.push_back(0);
  EXPECT_FALSE(DecodePoint(longer).has_value());
  EXPECT_FALSE(DecodePoint(Slice(Bytes(good), 0, 64)).has_value());
  EXPECT_FALSE(DecodePoint(ByteString{0}).has_value());  // infinity, SEC 1 s2.3.3
  EXPECT_FALSE(DecodePoint(ByteString()).has_value());
  EXPECT_FALSE(DecodePoint(ByteString(65, 0)).has_value());
  ByteString compressed(good.begin(), good.begin() + 33);
  compressed[0] = 3;
  EXPECT_FALSE(DecodePoint(compressed).has_value());
}

// x is 5 for a point of the curve; x + p fits in 256 bits and is refused.
TEST(P256Point, RefusesCoordinatesThatAreNotReduced) {
  const std::string x = "0000000000000000000000000000000000000000000000000000000000000005";
  const std::string x_plus_p = "ffffffff00000001000000000000000000000001000000000000000000000004";
  const std::string y = "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc";
  EXPECT_TRUE(DecodePoint(FromHex("04" + x + y)).has_value());
  EXPECT_FALSE(DecodePoint(FromHex("04" + x_plus_p + y)).has_value());
}

TEST(P256Key, KeysAreBelowTheOrder) {
  Words k;
  EXPECT_FALSE(LoadPrivateKey(ByteString(32, 0), &k));
  EXPECT_FALSE(LoadPrivateKey(ByteString(32, 0xff), &k));
  EXPECT_FALSE(LoadPrivateKey(ByteString(31, 1), &k));
  std::array<uint8_t, 32> bytes;
  StoreBigEndian(ScalarPrime::kValue, MutableBytes(bytes));
  EXPECT_FALSE(LoadPrivateKey(bytes, &k));
  bytes[31] -= 1;
  EXPECT_TRUE(LoadPrivateKey(bytes, &k));
  for (uint8_t byte : {0x00, 0xff}) {
    ConstantRng broken(byte);
    EXPECT_EQ(GeneratePrivateKey(broken, MutableBytes(bytes)).error(),
              DriverError(Code::kEntropyFailure));
  }
}

TEST(EcdhP256, BothEndsAgree) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    DeterministicRng rng(seed);
    std::array<uint8_t, 32> private_key, ours, theirs;
    std::array<uint8_t, 65> share, answer;
    ASSERT_TRUE(kPortableP256.generate(rng, MutableBytes(private_key), MutableBytes(share)).ok());
    ASSERT_TRUE(kPortableP256.respond(rng, share, MutableBytes(answer), MutableBytes(theirs)).ok());
    ASSERT_TRUE(kPortableP256.agree(private_key, answer, MutableBytes(ours)).ok());
    EXPECT_EQ(ours, theirs);
  }
}

// NIST CAVP, ECC CDH primitive, P-256, COUNT = 0.
TEST(EcdhP256, MatchesNist) {
  const ByteString private_key =
      FromHex("7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534");
  const ByteString peer = FromHex(
      "04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
      "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac");
  std::array<uint8_t, 32> secret;
  ASSERT_TRUE(kPortableP256.agree(private_key, peer, MutableBytes(secret)).ok());
  EXPECT_EQ(ToHex(secret), "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b");
}

TEST(EcdhP256, RefusesBadSharesAndKeys) {
  DeterministicRng rng(23);
  std::array<uint8_t, 32> private_key, secret;
  std::array<uint8_t, 65> share, answer;
  ASSERT_TRUE(kPortableP256.generate(rng, MutableBytes(private_key), MutableBytes(share)).ok());
  std::array<uint8_t, 65> bad = share;
  bad[64] ^= 1;
  const Error refused = IllegalParameter(Code::kBadPublicValue);
  EXPECT_EQ(kPortableP256.agree(private_key, bad, MutableBytes(secret)).error(), refused);
  EXPECT_EQ(kPortableP256.respond(rng, bad, MutableBytes(answer), MutableBytes(secret)).error(),
            refused);
  EXPECT_EQ(kPortableP256.agree(private_key, Bytes(), MutableBytes(secret)).error(), refused);
  EXPECT_EQ(kPortableP256.agree(ByteString(32, 0), share, MutableBytes(secret)).error(),
            Misuse(Code::kBadKey));
  FailingRng failing;
  EXPECT_EQ(kPortableP256.generate(failing, MutableBytes(private_key), MutableBytes(share)).error(),
            DriverError(Code::kEntropyFailure));
}

TEST(EcdhP256, MatchesBoringSsl) {
  const auto tests = BoringSsl("ecdh/ecdh_tests.txt");
  if (!tests) GTEST_SKIP() << "published vectors are not installed";
  int ran = 0;
  for (Paragraph test : *tests) {
    if (test["Curve"] != "P-256") continue;
    std::array<uint8_t, 32> secret;
    std::array<uint8_t, 65> share;
    const ByteString private_key = FromHex(test["Private"]);
    EXPECT_TRUE(
        kPortableP256
            .agree(private_key, FromHex("04" + test["PeerX"] + test["PeerY"]), MutableBytes(secret))
            .ok());
    EXPECT_EQ(ToHex(secret), test["Z"]);
    EXPECT_TRUE(WritePublicKey(private_key, MutableBytes(share)).ok());
    EXPECT_EQ(ToHex(share), "04" + test["X"] + test["Y"]);
    ++ran;
  }
  EXPECT_EQ(ran, 25);
}

TEST(EcdhP256, MatchesWycheproof) {
  const auto json = Wycheproof("ecdh_secp256r1_ecpoint");
  if (!json) GTEST_SKIP() << "published vectors are not installed";
  int agreed = 0, refused = 0;
  for (const auto& group : (*json)["testGroups"]) {
    for (const auto& test : group["tests"]) {
      // Private keys are INTEGERs there: to 32 bytes.
      ByteString private_key = HexField(test, "private");
      if (private_key.size() > 32) private_key.erase(private_key.begin());
      private_key.insert(private_key.begin(), 32 - private_key.size(), 0);
      const ByteString peer = HexField(test, "public");
      std::array<uint8_t, 32> secret;
      const Result<void> result = kPortableP256.agree(private_key, peer, MutableBytes(secret));
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
  EXPECT_EQ(agreed, 264);
  EXPECT_EQ(refused, 20);
}

}  // namespace
}  // namespace merlon::crypto
