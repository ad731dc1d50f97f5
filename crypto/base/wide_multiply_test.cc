// SPDX-License-Identifier: Apache-2.0
#include "crypto/base/wide_multiply.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace merlon {
namespace {

std::vector<uint64_t> Interesting() {
  std::vector<uint64_t> values = {0,
                                  1,
                                  2,
                                  0xffffffff,
                                  0x100000000,
                                  UINT64_MAX,
                                  ~uint64_t{1},
                                  uint64_t{1} << 63,
                                  0xffffffff00000000};
  std::mt19937_64 rand(1);
  for (int i = 0; i < 60; ++i) values.push_back(rand() >> rand() % 64);
  return values;
}

TEST(WideMultiplyTest, GivesKnownProducts) {
  const Wide64 square = MultiplyWide(UINT64_MAX, UINT64_MAX);
  EXPECT_EQ(square.low, 1u);
  EXPECT_EQ(square.high, UINT64_MAX - 1);
  const Wide64 product = MultiplyWidePortable(uint64_t{1} << 40, uint64_t{1} << 40);
  EXPECT_EQ(product.low, 0u);
  EXPECT_EQ(product.high, uint64_t{1} << 16);
}

TEST(WideMultiplyTest, ThePortableTwinAgreesWithTheNativeOne) {
  for (uint64_t a : Interesting()) {
    for (uint64_t b : Interesting()) {
      const Wide64 native = MultiplyWide(a, b), portable = MultiplyWidePortable(a, b);
      EXPECT_EQ(native.low, portable.low) << a << " " << b;
      EXPECT_EQ(native.high, portable.high) << a << " " << b;
    }
  }
}

// (a + b + carry) - b - carry is a, and the carry out is the borrow back.
TEST(WideMultiplyTest, CarriesAndBorrowsUndoEachOther) {
  for (uint64_t a : Interesting()) {
    for (uint64_t b : Interesting()) {
      for (uint64_t in : {uint64_t{0}, uint64_t{1}}) {
        uint64_t carry = in, borrow = in;
        const uint64_t sum = AddCarry(a, b, &carry);
        EXPECT_EQ(sum, a + b + in);
        EXPECT_EQ(carry, static_cast<uint64_t>(b > UINT64_MAX - a || a + b > UINT64_MAX - in));
        EXPECT_EQ(SubBorrow(sum, b, &borrow), a);
        EXPECT_EQ(borrow, carry);
      }
    }
  }
}

// High and low words of a * b + c + d, built from the portable product and additions.
TEST(WideMultiplyTest, MultiplyAddNeverOverflows) {
  for (uint64_t a : Interesting()) {
    for (uint64_t b : Interesting()) {
      for (uint64_t c : {uint64_t{0}, uint64_t{5}, UINT64_MAX}) {
        for (uint64_t d : {uint64_t{0}, uint64_t{1} << 63, UINT64_MAX}) {
          const Wide64 product = MultiplyWidePortable(a, b);
          const uint64_t first = product.low + c, second = first + d;
          const uint64_t high = product.high + (first < c) + (second < d);
          uint64_t carry = d;
          EXPECT_EQ(MultiplyAdd(a, b, c, &carry), second);
          EXPECT_EQ(carry, high);
        }
      }
    }
  }
}

}  // namespace
}  // namespace merlon
