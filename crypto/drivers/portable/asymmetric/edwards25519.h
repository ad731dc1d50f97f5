// SPDX-License-Identifier: Apache-2.0
// Points of edwards25519 (RFC 8032 s5.1, RFC 7748 s4.1): encoding, strict decoding, addition, and
// multiplication of the base point by secret scalars in constant time. Ed25519 is ed25519.cc's.
#pragma once
#include "crypto/base/bytes.h"
#include "crypto/drivers/portable/asymmetric/field25519.h"
#include "crypto/drivers/portable/asymmetric/prime_field.h"

namespace merlon::crypto::edwards25519 {

inline constexpr size_t kSize = 32;  // bytes of an encoded point, or scalar

// The order of the base point.
struct Order {
  static constexpr size_t kLimbs = 4;
  static constexpr ec::Words<4> kValue = {0x5812631a5cf5d3ed, 0x14def9dea2f79cd6,
                                          0x0000000000000000, 0x1000000000000000};
  static constexpr ec::Words<4> kOne = {0xd6ec31748d98951d, 0xc6ef5bf4737dcf70, 0xfffffffffffffffe,
                                        0x0fffffffffffffff};
  static constexpr ec::Words<4> kRSquared = {0xa40611e3449c0f01, 0xd00e1ba768859347,
                                             0xceec73d217f5be65, 0x0399411b7c309a3d};
  static void ReduceLimb(uint64_t t[6]) { ec::ReduceLimb<4>(kValue, 0xd2b51da312547e1b, t); }
};
using Scalar = ec::Residue<Order>;
// 32 little-endian bytes.
ec::Words<4> LoadScalar(Bytes bytes);
void StoreScalar(const ec::Words<4>& words, MutableBytes out);

// (x / z, y / z), and t = x y / z.
struct Point {
  field25519::Tight x, y, z, t;
};
// An affine point as constants hold it: (y + x) / 2, (y - x) / 2, d x y.
struct TableEntry {
  field25519::Tight plus, minus, product;
};

// False: y is not below p, no x belongs to it, or a sign stands at x = 0 (RFC 8032 s5.1.3). Points
// of small order decode; its time depends on the bytes.
[[nodiscard]] bool Decode(Bytes bytes, Point* out);
void Encode(const Point& point, MutableBytes out);

Point Negate(const Point& a);
// For all points: the formulas are complete.
Point Double(const Point& a);
Point Add(const Point& a, const Point& b);
// scalar * B in constant time, for any scalar below 2^255.
Point MultiplyBase(const ec::Words<4>& scalar);
// scalar * point for any scalar below 2^255; its time depends on both, which must be public.
Point MultiplyVariableTime(const Point& point, const ec::Words<4>& scalar);

// kBaseTable[b][j] is (j + 1) * 2^(32 b) * B. In edwards25519_base_table.cc.
extern const TableEntry kBaseTable[8][8];

}  // namespace merlon::crypto::edwards25519
