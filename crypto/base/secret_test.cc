// SPDX-License-Identifier: Apache-2.0
// Secrets, masks, comparisons, and the arena: who holds secret bytes, and that they are gone after.
#include "crypto/base/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

#include "crypto/base/arena.h"
#include "crypto/base/constant_time.h"

namespace merlon {
namespace {

using ByteString = std::vector<uint8_t>;

bool AllZero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t b) { return b == 0; });
}

static_assert(!std::is_copy_constructible_v<Secret<32>>);
static_assert(!std::is_copy_assignable_v<Secret<32>>);
static_assert(std::is_nothrow_move_constructible_v<Secret<32>>);

TEST(WipeTest, ZeroesBytesAndObjects) {
  ByteString bytes(100, 1);
  Wipe(absl::MakeSpan(bytes));
  EXPECT_TRUE(AllZero(bytes));
  Wipe({});
  struct {
    uint32_t a = 1;
    uint8_t b = 2;
  } object;
  WipeObject(object);
  EXPECT_EQ(object.a, 0u);
  EXPECT_EQ(object.b, 0);
}

TEST(SecretTest, HoldsWhatWasFilledIn) {
  const Secret<32> secret(3, [](MutableBytes out) {
    for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<uint8_t>(i + 1);
  });
  EXPECT_EQ(secret.reveal(), Bytes(ByteString{1, 2, 3}));
  EXPECT_EQ(secret.size(), 3u);
  EXPECT_FALSE(secret.empty());
  EXPECT_TRUE(Secret<32>().empty());
  EXPECT_EQ(Secret<32>::CopyOf(secret.reveal()).reveal(), secret.reveal());
  EXPECT_TRUE(Secret<32>::CopyOf({}).empty());
}

TEST(SecretTest, TrapsWhenTooLong) {
  EXPECT_DEATH(Secret<4>(5, [](MutableBytes) {}), "");
  EXPECT_DEATH((void)Secret<4>::CopyOf(ByteString(5)), "");
}

TEST(SecretTest, AMovedFromSecretIsEmptyAndWiped) {
  Secret<16> from = Secret<16>::CopyOf(ByteString(16, 9));
  const uint8_t* storage = from.reveal().data();
  Secret<16> to(std::move(from));
  EXPECT_TRUE(from.empty());  // NOLINT: what it is after the move is the point
  EXPECT_TRUE(AllZero(Bytes(storage, 16)));
  EXPECT_EQ(to.reveal(), Bytes(ByteString(16, 9)));
  Secret<16> assigned = Secret<16>::CopyOf(ByteString(4, 1));
  storage = to.reveal().data();
  assigned = std::move(to);
  EXPECT_TRUE(AllZero(Bytes(storage, 16)));
  EXPECT_EQ(assigned.reveal(), Bytes(ByteString(16, 9)));
  Secret<16>& itself = assigned;
  assigned = std::move(itself);
  EXPECT_EQ(assigned.reveal(), Bytes(ByteString(16, 9)));
}

TEST(SecretTest, WipesItselfWhenItDies) {
  alignas(Secret<16>) uint8_t storage[sizeof(Secret<16>)];
  auto* secret = new (storage) Secret<16>(Secret<16>::CopyOf(ByteString(16, 0xa5)));
  EXPECT_EQ(std::count(std::begin(storage), std::end(storage), 0xa5), 16);
  std::destroy_at(secret);
  asm volatile("" : : "r"(storage) : "memory");
  EXPECT_EQ(std::count(std::begin(storage), std::end(storage), 0xa5), 0);
}

template <class T>
class MaskTest : public ::testing::Test {
 protected:
  static std::vector<T> Values() {
    constexpr T kMax = static_cast<T>(~T{0}), kHalf = static_cast<T>(kMax / 2);
    return {T{0},  T{1},    T{2},  static_cast<T>(kHalf - 1), kHalf, static_cast<T>(kHalf + 1),
            T{77}, T{0x80}, T{81}, static_cast<T>(kMax - 1),  kMax};
  }
};
using Words = ::testing::Types<uint8_t, uint16_t, uint32_t, uint64_t>;
TYPED_TEST_SUITE(MaskTest, Words);

TYPED_TEST(MaskTest, AgreesWithTheOperators) {
  using T = TypeParam;
  constexpr T kOnes = static_cast<T>(~T{0});
  for (const T a : TestFixture::Values()) {
    EXPECT_EQ(MaskIfZero(a).bits, a == 0 ? kOnes : T{0});
    EXPECT_EQ(MaskFromBit(a).bits, a % 2 == 1 ? kOnes : T{0});
    for (const T b : TestFixture::Values()) {
      EXPECT_EQ(MaskIfEqual(a, b).bits, a == b ? kOnes : T{0});
      EXPECT_EQ(MaskIfLess(a, b).bits, a < b ? kOnes : T{0}) << +a << " " << +b;
      EXPECT_EQ(Select(Mask<T>{kOnes}, a, b), a);
      EXPECT_EQ(Select(Mask<T>{0}, a, b), b);
    }
  }
  const Mask<T> yes{kOnes}, no{0};
  EXPECT_EQ((~yes).bits, no.bits);
  EXPECT_EQ((yes & no).bits, no.bits);
  EXPECT_EQ((yes | no).bits, yes.bits);
}

TEST(ConstantTimeEqualTest, SeesEveryBit) {
  const ByteString a(20, 0x3c);
  EXPECT_TRUE(ConstantTimeEqual(a, a));
  EXPECT_TRUE(ConstantTimeEqual({}, {}));
  EXPECT_FALSE(ConstantTimeEqual(a, Slice(Bytes(a), 1)));
  for (size_t bit = 0; bit < a.size() * 8; ++bit) {
    ByteString b = a;
    b[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_FALSE(ConstantTimeEqual(a, b));
  }
}

TEST(ArenaTest, KeepsFromTheFrontAndScratchesFromTheBack) {
  ByteString block(10);
  Arena arena(absl::MakeSpan(block));
  EXPECT_EQ(arena.Keep(4)->data(), block.data());
  EXPECT_EQ(arena.free(), 6u);
  Arena::Scratch scratch(arena);
  EXPECT_EQ(scratch.Take(3)->data(), block.data() + 7);
  EXPECT_EQ(scratch.Take(1)->data(), block.data() + 6);
  EXPECT_EQ(arena.free(), 2u);
  EXPECT_EQ(arena.Keep(3).error(), NoSpace());
  EXPECT_EQ(scratch.Take(3).error(), NoSpace());
  EXPECT_EQ(arena.free(), 2u) << "what fails changes nothing";
  EXPECT_TRUE(arena.Keep(2).ok());
  EXPECT_EQ(arena.Keep(1).error(), NoSpace());
}

TEST(ArenaTest, WipesWhatIsGivenBack) {
  ByteString block(10, 0);
  {
    Arena arena(absl::MakeSpan(block));
    ASSERT_TRUE(arena.KeepCopy(ByteString(3, 1)).ok());
    const size_t mark = arena.mark();
    ASSERT_TRUE(arena.KeepCopy(ByteString(3, 2)).ok());
    {
      Arena::Scratch scratch(arena);
      const MutableBytes taken = *scratch.Take(4);
      std::fill(taken.begin(), taken.end(), uint8_t{3});
    }
    EXPECT_EQ(block, (ByteString{1, 1, 1, 2, 2, 2, 0, 0, 0, 0}));
    arena.ReleaseTo(mark);
    EXPECT_EQ(block, (ByteString{1, 1, 1, 0, 0, 0, 0, 0, 0, 0}));
    EXPECT_EQ(arena.free(), 7u);
    EXPECT_DEATH(arena.ReleaseTo(mark + 1), "");
  }
  EXPECT_TRUE(AllZero(block));
}

TEST(ArenaTest, ScratchScopesNest) {
  ByteString block(8);
  Arena arena(absl::MakeSpan(block));
  Arena::Scratch outer(arena);
  ASSERT_TRUE(outer.Take(2).ok());
  {
    Arena::Scratch inner(arena);
    ASSERT_TRUE(inner.Take(6).ok());
    EXPECT_EQ(arena.free(), 0u);
  }
  EXPECT_EQ(arena.free(), 6u);
}

}  // namespace
}  // namespace merlon
