// SPDX-License-Identifier: Apache-2.0
// The arithmetic of P-256, P-384 and P-521; ECDH and ECDSA have tests of their own.
#include "crypto/drivers/portable/asymmetric/p256.h"
#include "crypto/drivers/portable/asymmetric/p384.h"
#include "crypto/drivers/portable/asymmetric/p521.h"
#include "crypto/drivers/portable/asymmetric/test_support.h"

namespace merlon::crypto::ec {
namespace {

using namespace crypto::testing;

// What tests of one curve share.
template <class Curve>
class CurveTest : public ::testing::Test {
 public:
  static constexpr size_t kLimbs = Curve::kLimbs;
  using Words = typename Curve::Words;
  using Coordinate = typename Curve::Coordinate;
  using Scalar = typename Curve::Scalar;
  using AffinePoint = typename Curve::AffinePoint;
  using JacobianPoint = typename Curve::JacobianPoint;

  static Words WordsFromHex(const std::string& hex) { return Curve::LoadScalar(FromHex(hex)); }
  static Words Small(uint64_t value) { return {value}; }
  static Words RandomScalar(Rng& rng) {
    std::array<uint8_t, Curve::kScalarSize> bytes;
    EXPECT_TRUE(Curve::GeneratePrivateKey(rng, MutableBytes(bytes)).ok());
    return Curve::LoadScalar(bytes);
  }
  // n - k
  static Words Opposite(const Words& k) {
    uint64_t borrow;
    return Subtract(Scalar::Modulus::kValue, k, &borrow);
  }
  static Words Sum(const Words& a, const Words& b) {
    return (Scalar::FromWords(a) + Scalar::FromWords(b)).ToWords();
  }
  // The encoding, or "infinity".
  static std::string Show(const JacobianPoint& point) {
    if (point.z.IsZero().bits != 0) return "infinity";
    std::array<uint8_t, Curve::kPointSize> out;
    Curve::EncodePoint(point, MutableBytes(out));
    return ToHex(out);
  }
  static AffinePoint ToAffine(const JacobianPoint& point) {
    return *Curve::DecodePoint(FromHex(Show(point)));
  }
  // Another representation of the same point: (x l^2, y l^3, z l).
  static JacobianPoint Scaled(const JacobianPoint& a, const Coordinate& l) {
    const Coordinate l2 = l.Square();
    return {a.x * l2, a.y * l2 * l, a.z * l};
  }
  static JacobianPoint Negated(const JacobianPoint& a) { return {a.x, Coordinate() - a.y, a.z}; }

  template <class Field>
  static void FollowsTheFieldsLaws() {
    const auto same = [](const Field& a, const Field& b) {
      return a.Equals(b).bits != 0 && a.montgomery() == b.montgomery();
    };
    DeterministicRng rng(7);
    for (int i = 0; i < 300; ++i) {
      Field v[3];
      for (Field& a : v) {
        std::array<uint8_t, Curve::kScalarSize> bytes;
        ASSERT_TRUE(rng.Fill(MutableBytes(bytes)).ok());
        // Long runs of ones and zeros reach the carries that random values do not.
        if (i % 3 == 1) std::fill_n(bytes.begin(), 8 + bytes[31] % 24, 0xff);
        if (i % 3 == 2) std::fill_n(bytes.begin() + 2, 8 + bytes[31] % 20, 0);
        a = Field::FromWords(Curve::LoadScalar(bytes));
      }
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
};
using Curves = ::testing::Types<P256, P384, P521>;
TYPED_TEST_SUITE(CurveTest, Curves);

TYPED_TEST(CurveTest, HasItsConstants) {
  using Coordinate = typename TypeParam::Coordinate;
  using Scalar = typename TypeParam::Scalar;
  EXPECT_EQ(Coordinate::One().ToWords(), this->Small(1));
  EXPECT_EQ(Scalar::One().ToWords(), this->Small(1));
  EXPECT_EQ(Coordinate::FromWords(this->Small(7)).ToWords(), this->Small(7));
  EXPECT_EQ(Scalar::FromWords(this->Small(7)).ToWords(), this->Small(7));
  // The primes themselves are 0, and all ones is reduced.
  EXPECT_EQ(Coordinate::FromWords(Coordinate::Modulus::kValue).ToWords(), this->Small(0));
  EXPECT_EQ(Scalar::FromWords(Scalar::Modulus::kValue).ToWords(), this->Small(0));
  typename TypeParam::Words ones;
  ones.fill(~uint64_t{0});
  EXPECT_EQ(this->Sum(ones, this->Small(1)), Scalar::One().montgomery());  // R modulo n
  EXPECT_TRUE(TypeParam::IsOnCurve(TypeParam::JacobianPoint::From(TypeParam::Generator())));
}

TYPED_TEST(CurveTest, FieldsFollowTheirLaws) {
  this->template FollowsTheFieldsLaws<typename TypeParam::Coordinate>();
  this->template FollowsTheFieldsLaws<typename TypeParam::Scalar>();
}

TEST(P256Field, MatchesBoringSsl) {
  const auto tests = BoringSsl("fipsmodule/ec/p256-nistz_tests.txt");
  if (!tests) GTEST_SKIP() << testing::kNoVectors;
  using Coordinate = P256::Coordinate;
  using Test = CurveTest<P256>;
  std::map<std::string, int> ran;
  for (Paragraph test : *tests) {
    const auto words = [&](const std::string& name) {
      return LoadBigEndian<4>(FromHex(test[name]));
    };
    const auto coordinate = [&](const std::string& name) {
      return Coordinate::FromMontgomery(words(name));
    };
    const std::string kind = test["Test"];
    ++ran[kind];
    if (kind == "Negate") {
      EXPECT_EQ((Coordinate() - coordinate("A")).montgomery(), words("B"));
    } else if (kind == "MulMont") {
      EXPECT_EQ((coordinate("A") * coordinate("B")).montgomery(), words("Result"));
      EXPECT_EQ((coordinate("B") * coordinate("A")).montgomery(), words("Result"));
    } else if (kind == "OrdMulMont") {
      const auto a = P256::Scalar::FromMontgomery(words("A"));
      const auto b = P256::Scalar::FromMontgomery(words("B"));
      EXPECT_EQ((a * b).montgomery(), words("Result"));
    } else if (kind == "PointAdd") {
      const auto point = [&](const std::string& name) {
        return P256::JacobianPoint{coordinate(name + ".X"), coordinate(name + ".Y"),
                                   coordinate(name + ".Z")};
      };
      // The result is affine, (0, 0) for infinity.
      const Coordinate x = coordinate("Result.X"), y = coordinate("Result.Y");
      const bool infinite = (x.IsZero() & y.IsZero()).bits != 0;
      const std::string expected = infinite ? "infinity" : Test::Show({x, y, Coordinate::One()});
      EXPECT_EQ(Test::Show(P256::AddVariableTime(point("A"), point("B"))), expected);
      EXPECT_EQ(Test::Show(P256::AddVariableTime(point("B"), point("A"))), expected);
    }
  }
  EXPECT_EQ(ran, (std::map<std::string, int>{
                     {"Negate", 256}, {"MulMont", 31}, {"OrdMulMont", 26}, {"PointAdd", 21}}));
}

template <class Curve, class Parameters>
void CombTableHoldsTheMultiplesOfTheGenerator() {
  using Test = CurveTest<Curve>;
  constexpr size_t kTeeth = Parameters::kTeeth, kBlocks = Parameters::kBlocks;
  typename Curve::JacobianPoint power[kBlocks][kTeeth];
  auto point = Curve::JacobianPoint::From(Curve::Generator());
  for (size_t bit = 0; bit < Curve::kBits; ++bit) {
    if (bit % Curve::kColumns == 0) {
      power[bit % Curve::kTooth / Curve::kColumns][bit / Curve::kTooth] = point;
    }
    point = Curve::Double(point);
  }
  for (size_t block = 0; block < kBlocks; ++block) {
    for (size_t index = 1; index < size_t{1} << kTeeth; ++index) {
      auto sum = Curve::JacobianPoint::Infinity();
      for (size_t tooth = 0; tooth < kTeeth; ++tooth) {
        if (index >> tooth & 1) sum = Curve::AddVariableTime(sum, power[block][tooth]);
      }
      const auto entry = Curve::FromTable(Parameters::kComb[block][index - 1]);
      EXPECT_EQ(Test::Show(Curve::JacobianPoint::From(entry)), Test::Show(sum))
          << block << " " << index;
    }
  }
}
TEST(P256Comb, HoldsTheMultiplesOfTheGenerator) {
  CombTableHoldsTheMultiplesOfTheGenerator<P256, P256Parameters>();
}
TEST(P384Comb, HoldsTheMultiplesOfTheGenerator) {
  CombTableHoldsTheMultiplesOfTheGenerator<P384, P384Parameters>();
}

TEST(P521Comb, HoldsTheMultiplesOfTheGenerator) {
  CombTableHoldsTheMultiplesOfTheGenerator<P521, P521Parameters>();
}

TYPED_TEST(CurveTest, AddsInEveryExceptionalCase) {
  using Curve = TypeParam;
  using Coordinate = typename Curve::Coordinate;
  using JacobianPoint = typename Curve::JacobianPoint;
  using AffinePoint = typename Curve::AffinePoint;
  const auto show = [](const JacobianPoint& point) { return TestFixture::Show(point); };
  DeterministicRng rng(11);
  const JacobianPoint infinity = JacobianPoint::Infinity();
  const Coordinate l = Coordinate::FromWords(this->RandomScalar(rng));
  // Infinity also in the form that a difference leaves: arbitrary x and y, z = 0.
  const JacobianPoint other_infinity = {l, l.Square(), Coordinate()};
  const JacobianPoint p = Curve::MultiplyBase(this->RandomScalar(rng));
  const AffinePoint affine = this->ToAffine(p);
  const JacobianPoint same = this->Scaled(p, l);
  ASSERT_EQ(show(p), show(same));

  for (const JacobianPoint& zero : {infinity, other_infinity}) {
    EXPECT_EQ(show(Curve::Double(zero)), "infinity");
    EXPECT_EQ(show(Curve::AddDistinct(zero, zero)), "infinity");
    EXPECT_EQ(show(Curve::AddDistinct(zero, p)), show(p));
    EXPECT_EQ(show(Curve::AddDistinct(p, zero)), show(p));
    EXPECT_EQ(show(Curve::AddDistinct(zero, affine)), show(p));
    EXPECT_EQ(show(Curve::AddDistinct(zero, AffinePoint{})), "infinity");
    EXPECT_EQ(show(Curve::AddVariableTime(zero, p)), show(p));
    EXPECT_EQ(show(Curve::AddVariableTime(p, zero)), show(p));
    EXPECT_EQ(show(Curve::AddVariableTime(zero, zero)), "infinity");
  }
  EXPECT_EQ(show(Curve::AddDistinct(p, AffinePoint{})), show(p));
  // P + (-P)
  EXPECT_EQ(show(Curve::AddDistinct(same, this->Negated(p))), "infinity");
  EXPECT_EQ(show(Curve::AddDistinct(this->Negated(same), affine)), "infinity");
  EXPECT_EQ(show(Curve::AddVariableTime(same, this->Negated(p))), "infinity");
  // P + P
  EXPECT_EQ(show(Curve::AddVariableTime(p, p)), show(Curve::Double(p)));
  EXPECT_EQ(show(Curve::AddVariableTime(p, same)), show(Curve::Double(p)));
  EXPECT_EQ(show(Curve::Double(p)), show(Curve::Double(same)));
  // 2P + P, in both forms
  EXPECT_EQ(show(Curve::AddDistinct(Curve::Double(p), affine)),
            show(Curve::AddDistinct(Curve::Double(p), same)));
}

TYPED_TEST(CurveTest, MultipliesAlikeInThreeWays) {
  using Curve = TypeParam;
  using Words = typename Curve::Words;
  DeterministicRng rng(13);
  std::vector<Words> scalars = {this->Small(0)};
  const bool slow = Curve::kBits > 500;  // less of everything
  for (uint64_t i = 1; i < (slow ? 17 : 40); ++i) {
    scalars.push_back(this->Small(i));
    scalars.push_back(this->Opposite(this->Small(i)));
  }
  for (size_t i = 0; i < Curve::kBits - 1; i += slow ? 40 : 5) {
    Words power{};
    power[i / 64] = uint64_t{1} << i % 64;
    scalars.push_back(power);
  }
  // Teeth and windows of all ones, and of the least bit alone.
  Words ones, units;
  ones.fill(~uint64_t{0});
  ones.back() = 0;
  units.fill(1);
  scalars.push_back(ones);
  scalars.push_back(units);
  for (int i = 0; i < (slow ? 5 : 50); ++i) scalars.push_back(this->RandomScalar(rng));
  for (const Words& k : scalars) {
    const std::string expected = this->Show(Curve::MultiplyBase(k));
    EXPECT_EQ(this->Show(Curve::Multiply(Curve::Generator(), k)), expected);
    EXPECT_EQ(this->Show(Curve::MultiplyVariableTime(Curve::Generator(), k)), expected);
    EXPECT_TRUE(Curve::IsOnCurve(Curve::MultiplyBase(k)));
  }
}

TYPED_TEST(CurveTest, MultiplicationIsLinear) {
  using Curve = TypeParam;
  using Scalar = typename Curve::Scalar;
  DeterministicRng rng(17);
  for (int i = 0; i < (Curve::kBits > 500 ? 5 : 50); ++i) {
    const auto a = this->RandomScalar(rng), b = this->RandomScalar(rng);
    EXPECT_EQ(this->Show(Curve::MultiplyBase(this->Sum(a, b))),
              this->Show(Curve::AddVariableTime(Curve::MultiplyBase(a), Curve::MultiplyBase(b))));
    EXPECT_EQ(this->Show(Curve::AddDistinct(Curve::MultiplyBase(a),
                                            Curve::MultiplyBase(this->Opposite(a)))),
              "infinity");
    const auto p = this->ToAffine(Curve::MultiplyBase(b));
    const auto product = (Scalar::FromWords(a) * Scalar::FromWords(b)).ToWords();
    EXPECT_EQ(this->Show(Curve::Multiply(p, a)), this->Show(Curve::MultiplyBase(product)));
    EXPECT_EQ(this->Show(Curve::MultiplyVariableTime(p, a)),
              this->Show(Curve::MultiplyBase(product)));
  }
}

template <class Curve>
int MatchesBoringSslMultiplesOfTheGenerator(const std::vector<Paragraph>& tests,
                                            const std::string& curve) {
  using Test = CurveTest<Curve>;
  int ran = 0;
  for (Paragraph test : tests) {
    if (test["Curve"] != curve) continue;
    const auto k = Test::WordsFromHex(test["N"]);
    if (MaskIfLess(k, Curve::Scalar::Modulus::kValue).bits == 0) continue;
    const std::string expected =
        MaskIfZero(k).bits != 0 ? "infinity" : "04" + test["X"] + test["Y"];
    EXPECT_EQ(Test::Show(Curve::MultiplyBase(k)), expected);
    EXPECT_EQ(Test::Show(Curve::Multiply(Curve::Generator(), k)), expected);
    ++ran;
  }
  return ran;
}
TEST(Curves, MatchBoringSslMultiplesOfTheGenerator) {
  const auto tests = BoringSsl("fipsmodule/ec/ec_scalar_base_mult_tests.txt");
  if (!tests) GTEST_SKIP() << testing::kNoVectors;
  EXPECT_EQ(MatchesBoringSslMultiplesOfTheGenerator<P256>(*tests, "P-256"), 129);
  EXPECT_EQ(MatchesBoringSslMultiplesOfTheGenerator<P384>(*tests, "P-384"), 129);
  EXPECT_EQ(MatchesBoringSslMultiplesOfTheGenerator<P521>(*tests, "P-521"), 129);
}

TYPED_TEST(CurveTest, RefusesWhatIsNoUncompressedPoint) {
  using Curve = TypeParam;
  const ByteString good = FromHex(this->Show(Curve::JacobianPoint::From(Curve::Generator())));
  ASSERT_TRUE(Curve::DecodePoint(good).has_value());
  for (size_t i = 0; i < good.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      ByteString bad = good;
      bad[i] = static_cast<uint8_t>(bad[i] ^ 1 << bit);
      EXPECT_FALSE(Curve::DecodePoint(bad).has_value()) << i;
    }
  }
  ByteString longer = good;
  longer.push_back(0);
  EXPECT_FALSE(Curve::DecodePoint(longer).has_value());
  EXPECT_FALSE(Curve::DecodePoint(Slice(Bytes(good), 0, good.size() - 1)).has_value());
  EXPECT_FALSE(Curve::DecodePoint(ByteString{0}).has_value());  // infinity, SEC 1 s2.3.3
  EXPECT_FALSE(Curve::DecodePoint(ByteString()).has_value());
  EXPECT_FALSE(Curve::DecodePoint(ByteString(good.size(), 0)).has_value());
  ByteString compressed(good.begin(), good.begin() + 1 + Curve::kScalarSize);
  compressed[0] = 3;
  EXPECT_FALSE(Curve::DecodePoint(compressed).has_value());
}

// x is small for a point of the curve; x + p fits in the coordinate's bytes and is refused.
TYPED_TEST(CurveTest, RefusesCoordinatesThatAreNotReduced) {
  using Curve = TypeParam;
  const bool small = Curve::kBits == 256;
  // An x that has a point, and its y.
  const auto x = this->Small(small ? 5 : 0);
  const std::string y =
      Curve::kBits == 521 ? "012df13601594a883ef2d935e44bb90bf4d6619b74e52af7552f97769011c0719eb439"
                            "cfab2a88d40fe59a2bed1f43557169a2d0a2ccd280c607b92bbf51ffe0b078"
      : small             ? "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc"
                          : "c306610fb0ae5a159cf45c06069f22a6c5eb3641c602d42dea2c4b4f7555079340"
                            "6d80d2b91ad54f9048bd487af1ade1";
  uint64_t carry;
  const auto x_plus_p = Add(x, Curve::Coordinate::Modulus::kValue, &carry);
  ASSERT_EQ(carry, 0u);
  const auto encoded = [&](const typename Curve::Words& words) {
    std::array<uint8_t, Curve::kScalarSize> bytes;
    Curve::StoreScalar(words, MutableBytes(bytes));
    return FromHex("04" + ToHex(bytes) + y);
  };
  EXPECT_TRUE(Curve::DecodePoint(encoded(x)).has_value());
  EXPECT_FALSE(Curve::DecodePoint(encoded(x_plus_p)).has_value());
}

TYPED_TEST(CurveTest, KeysAreBelowTheOrder) {
  using Curve = TypeParam;
  typename Curve::Words k;
  EXPECT_FALSE(Curve::LoadPrivateKey(ByteString(Curve::kScalarSize, 0), &k));
  EXPECT_FALSE(Curve::LoadPrivateKey(ByteString(Curve::kScalarSize, 0xff), &k));
  EXPECT_FALSE(Curve::LoadPrivateKey(ByteString(Curve::kScalarSize - 1, 1), &k));
  std::array<uint8_t, Curve::kScalarSize> bytes;
  Curve::StoreScalar(Curve::Scalar::Modulus::kValue, MutableBytes(bytes));
  EXPECT_FALSE(Curve::LoadPrivateKey(bytes, &k));
  bytes.back() -= 1;
  EXPECT_TRUE(Curve::LoadPrivateKey(bytes, &k));
  for (uint8_t byte : {0x00, 0xff}) {
    ConstantRng broken(byte);
    EXPECT_EQ(Curve::GeneratePrivateKey(broken, MutableBytes(bytes)).error(),
              DriverError(Code::kEntropyFailure));
  }
}

}  // namespace
}  // namespace merlon::crypto::ec
