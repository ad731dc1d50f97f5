// SPDX-License-Identifier: Apache-2.0
// FixedVector, FixedBytes, FixedQueue, Result and Error.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "crypto/base/fixed_vector.h"
#include "crypto/base/result.h"

namespace merlon {
namespace {

TEST(FixedVectorTest, PushesUntilFull) {
  FixedVector<int, 3> v;
  EXPECT_TRUE(v.empty());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(v.Push(i * 10).ok());
  EXPECT_EQ(v.Push(99).error(), NoSpace());
  EXPECT_EQ(v.size(), 3u);
  EXPECT_EQ(std::vector<int>(v.begin(), v.end()), (std::vector<int>{0, 10, 20}));
  EXPECT_EQ(v.view().size(), 3u);
  EXPECT_EQ(v.capacity(), 3u);
}

TEST(FixedVectorTest, ErasesKeepingOrderAndDropsValues) {
  const auto shared = std::make_shared<int>(1);
  FixedVector<std::shared_ptr<int>, 4> v;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(v.Push(std::make_shared<int>(i)).ok());
  ASSERT_TRUE(v.Push(shared).ok());
  v.Erase(1);
  EXPECT_EQ(*v[0], 0);
  EXPECT_EQ(*v[1], 2);
  EXPECT_EQ(v[2], shared);
  EXPECT_EQ(shared.use_count(), 2);
  v.Erase(2);
  EXPECT_EQ(shared.use_count(), 1);
  v.Clear();
  EXPECT_TRUE(v.empty());
}

TEST(FixedVectorTest, TrapsOutOfRange) {
  FixedVector<int, 3> v;
  ASSERT_TRUE(v.Push(1).ok());
  EXPECT_DEATH((void)v[1], "");
  EXPECT_DEATH(v.Erase(1), "");
}

TEST(FixedBytesTest, ComparesByContents) {
  const std::vector<uint8_t> bytes = {1, 2, 3};
  FixedBytes<4> a{Bytes(bytes)}, b = FixedBytes<4>::OfSize(3);
  EXPECT_NE(a, b);
  std::copy(bytes.begin(), bytes.end(), b.mutable_view().begin());
  EXPECT_EQ(a, b);
  EXPECT_EQ(a.view(), Bytes(bytes));
  EXPECT_NE(a, FixedBytes<4>(Bytes(bytes.data(), 2)));
  EXPECT_TRUE(FixedBytes<4>().empty());
  EXPECT_DEATH(FixedBytes<2>{Bytes(bytes)}, "");
  EXPECT_DEATH((void)FixedBytes<2>::OfSize(3), "");
}

TEST(FixedQueueTest, IsFirstInFirstOutAcrossItsEnd) {
  FixedQueue<int, 3> q;
  int next_in = 0, next_out = 0;
  for (int round = 0; round < 5; ++round) {
    while (q.Push(next_in).ok()) ++next_in;
    EXPECT_EQ(q.size(), 3u);
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(*q.front(), next_out);
      EXPECT_EQ(q.Pop(), next_out++);
    }
  }
  q.Clear();
  EXPECT_TRUE(q.empty());
  EXPECT_EQ(q.front(), nullptr);
  EXPECT_EQ(q.Pop(), std::nullopt);
}

Result<int> Half(int n) {
  if (n % 2 != 0) return IllegalParameter();
  return n / 2;
}
Result<int> Quarter(int n) {
  MERLON_ASSIGN_OR_RETURN(const int half, Half(n));
  MERLON_TRY(Half(half));
  return *Half(half);
}

TEST(ResultTest, HoldsAValueOrAnError) {
  EXPECT_EQ(*Half(4), 2);
  EXPECT_FALSE(Half(3).ok());
  EXPECT_EQ(Half(3).error(), PeerError(Code::kIllegalValue, Alert::kIllegalParameter));
  EXPECT_TRUE(Result<void>().ok());
  EXPECT_EQ(Result<void>(Misuse()).error().origin, Origin::kMisuse);
}

TEST(ResultTest, TheMacrosPassErrorsOn) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).error(), IllegalParameter());
  EXPECT_EQ(Quarter(5).error(), IllegalParameter());
}

TEST(ResultTest, ReadingTheWrongSideTraps) {
  EXPECT_DEATH((void)*Half(3), "");
  EXPECT_DEATH((void)Half(4).error(), "");
}

TEST(ResultTest, CarriesWhatOnlyMoves) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(5));
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 5);
}

}  // namespace
}  // namespace merlon
