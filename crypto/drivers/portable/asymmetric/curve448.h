// SPDX-License-Identifier: Apache-2.0
// The field of curve448 and the points of edwards448 (RFC 7748 s4.2, RFC 8032 s5.2), on
// prime_field.h. X448 and Ed448 are x448.cc's and ed448.cc's.
#pragma once
#include "crypto/drivers/portable/asymmetric/prime_field.h"

namespace merlon::crypto::curve448 {

using Words = ec::Words<7>;

// 2^448 - 2^224 - 1
struct Prime {
  static constexpr size_t kLimbs = 7;
  static constexpr Words kValue = {0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
                                   0xfffffffeffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
                                   0xffffffffffffffff};
  static constexpr Words kOne = {0x0000000000000001, 0x0000000000000000, 0x0000000000000000,
                                 0x0000000100000000, 0x0000000000000000, 0x0000000000000000,
                                 0x0000000000000000};
  static constexpr Words kRSquared = {0x0000000000000002, 0x0000000000000000, 0x0000000000000000,
                                      0x0000000300000000, 0x0000000000000000, 0x0000000000000000,
                                      0x0000000000000000};
  static void ReduceLimb(uint64_t t[9]) { ec::ReduceLimb<7>(kValue, 1, t); }
};
// The order of the base point.
struct Order {
  static constexpr size_t kLimbs = 7;
  static constexpr Words kValue = {0x2378c292ab5844f3, 0x216cc2728dc58f55, 0xc44edb49aed63690,
                                   0xffffffff7cca23e9, 0xffffffffffffffff, 0xffffffffffffffff,
                                   0x3fffffffffffffff};
  static constexpr Words kOne = {0x721cf5b5529eec34, 0x7a4cf635c8e9c2ab, 0xeec492d944a725bf,
                                 0x000000020cd77058, 0x0000000000000000, 0x0000000000000000,
                                 0x0000000000000000};
  static constexpr Words kRSquared = {0xe3539257049b9b60, 0x7af32c4bc1b195d9, 0x0d66de2388ea1859,
                                      0xae17cf725ee4d838, 0x1a9cc14ba3c47c44, 0x2052bcb7e4d070af,
                                      0x3402a939f823b729};
  static void ReduceLimb(uint64_t t[9]) { ec::ReduceLimb<7>(kValue, 0x3bd440fae918bc5, t); }
};
using Field = ec::Residue<Prime>;
using Scalar = ec::Residue<Order>;

inline constexpr size_t kSize = 56;       // bytes of a field element, or scalar
inline constexpr size_t kPointSize = 57;  // of an encoded point: a sign follows
// kSize little-endian bytes, and back.
Words Load(Bytes bytes);
void Store(const Words& words, MutableBytes out);

// (x / z, y / z) on x^2 + y^2 = 1 - 39081 x^2 y^2
struct Point {
  Field x, y, z;
};
Point BasePoint();
// RFC 8032 s5.2.4; complete, as -39081 is no square.
Point Add(const Point& a, const Point& b);
Point Double(const Point& a);
Point Negate(const Point& a);
// k * point in constant time, for any k.
Point Multiply(const Point& point, const Words& k);
// False: y is not below p, no x belongs to it, or a sign stands at x = 0 (RFC 8032 s5.2.3). Its
// time depends on the bytes, which are public.
[[nodiscard]] bool Decode(Bytes bytes, Point* out);
void Encode(const Point& point, MutableBytes out);

}  // namespace merlon::crypto::curve448
