// SPDX-License-Identifier: Apache-2.0
// Word multiplication with a double-width result: the only place that knows __int128. A target
// without it (Cortex-M) takes the 32-bit twin, which gives the same values.
#pragma once
#include <cstdint>

namespace merlon {

struct Wide64 {
  uint64_t low, high;
};

// a * b from four 32-bit products; constant time wherever 32x32 multiplication is.
constexpr Wide64 MultiplyWidePortable(uint64_t a, uint64_t b) {
  const uint64_t a0 = static_cast<uint32_t>(a), a1 = a >> 32;
  const uint64_t b0 = static_cast<uint32_t>(b), b1 = b >> 32;
  const uint64_t p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
  const uint64_t middle = p10 + (p00 >> 32) + static_cast<uint32_t>(p01);
  return {middle << 32 | static_cast<uint32_t>(p00), p11 + (middle >> 32) + (p01 >> 32)};
}

#if defined(__SIZEOF_INT128__)
__extension__ typedef unsigned __int128 Uint128Native;
constexpr Wide64 MultiplyWide(uint64_t a, uint64_t b) {
  const Uint128Native product = static_cast<Uint128Native>(a) * b;
  return {static_cast<uint64_t>(product), static_cast<uint64_t>(product >> 64)};
}
#else
constexpr Wide64 MultiplyWide(uint64_t a, uint64_t b) { return MultiplyWidePortable(a, b); }
#endif

// What follows adds with comparisons, not with 128-bit sums: GCC and Clang make add-with-carry of
// the former, and GCC keeps the latter in memory.

// a + b + *carry; *carry becomes the carry out (0 or 1).
constexpr uint64_t AddCarry(uint64_t a, uint64_t b, uint64_t* carry) {
  const uint64_t sum = a + b;
  const uint64_t out = sum + *carry;
  *carry = static_cast<uint64_t>(sum < a) + static_cast<uint64_t>(out < sum);
  return out;
}
// a - b - *borrow; *borrow becomes the borrow out (0 or 1).
constexpr uint64_t SubBorrow(uint64_t a, uint64_t b, uint64_t* borrow) {
  const uint64_t difference = a - b;
  const uint64_t out = difference - *borrow;
  *borrow = static_cast<uint64_t>(a < b) + static_cast<uint64_t>(difference < *borrow);
  return out;
}
// a * b + c + *carry; *carry becomes the high word. Never overflows.
constexpr uint64_t MultiplyAdd(uint64_t a, uint64_t b, uint64_t c, uint64_t* carry) {
  Wide64 sum = MultiplyWide(a, b);
  sum.low += c;
  sum.high += static_cast<uint64_t>(sum.low < c);
  sum.low += *carry;
  sum.high += static_cast<uint64_t>(sum.low < *carry);
  *carry = sum.high;
  return sum.low;
}
// a * b of signed numbers, modulo 2^128.
constexpr Wide64 MultiplySigned(int64_t a, int64_t b) {
#if defined(__SIZEOF_INT128__)
  __extension__ typedef __int128 Int128Native;
  const auto product = static_cast<Uint128Native>(static_cast<Int128Native>(a) * b);
  return {static_cast<uint64_t>(product), static_cast<uint64_t>(product >> 64)};
#else
  Wide64 product = MultiplyWide(static_cast<uint64_t>(a), static_cast<uint64_t>(b));
  product.high -= (~(static_cast<uint64_t>(a) >> 63) + 1) & static_cast<uint64_t>(b);
  product.high -= (~(static_cast<uint64_t>(b) >> 63) + 1) & static_cast<uint64_t>(a);
  return product;
#endif
}
// *sum + a * b, modulo 2^128.
constexpr void Accumulate(uint64_t a, uint64_t b, Wide64* sum) {
  const Wide64 product = MultiplyWide(a, b);
  sum->low += product.low;
  sum->high += product.high + static_cast<uint64_t>(sum->low < product.low);
}

}  // namespace merlon
