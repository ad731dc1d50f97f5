// SPDX-License-Identifier: Apache-2.0
// Points of P-256: decoding with validation, addition, and multiplication by secret scalars in
// constant time. What schemes do with them (ECDH, ECDSA) is theirs.
#pragma once
#include <optional>

#include "crypto/drivers/portable/asymmetric/p256_field.h"

namespace merlon::crypto::p256 {

inline constexpr size_t kScalarSize = 32;
inline constexpr size_t kPointSize = 65;  // uncompressed, SEC 1 s2.3.3

// A finite point of the curve. (0, 0), which is not on it, stands for infinity in tables.
struct AffinePoint {
  Coordinate x, y;
};
// (x / z^2, y / z^3); infinity where z is 0.
struct JacobianPoint {
  Coordinate x, y, z;

  static JacobianPoint Infinity() { return {Coordinate::One(), Coordinate::One(), Coordinate()}; }
  static JacobianPoint From(const AffinePoint& a) { return {a.x, a.y, Coordinate::One()}; }
};

// Only uncompressed points of 65 bytes that are on the curve: coordinates below p, y^2 = x^3 - 3x +
// b. The cofactor is 1, so that is full validation (SEC 1 s3.2.2.1).
std::optional<AffinePoint> DecodePoint(Bytes bytes);
// Of a finite point; 65 bytes.
void EncodePoint(const JacobianPoint& point, MutableBytes out);
// True for every point that the functions below may give.
bool IsOnCurve(const JacobianPoint& point);
// The x coordinate of a finite point.
Coordinate AffineX(const JacobianPoint& point);

// Correct for all points: infinity doubles to infinity, and no point has order 2.
JacobianPoint Double(const JacobianPoint& a);
// a + b in constant time, either or both may be infinity, and b may be -a; but not a finite a == b.
JacobianPoint AddDistinct(const JacobianPoint& a, const JacobianPoint& b);
JacobianPoint AddDistinct(const JacobianPoint& a, const AffinePoint& b);
// a + b for all points; branches on them.
JacobianPoint AddVariableTime(const JacobianPoint& a, const JacobianPoint& b);

// k * G and k * point for k below n, in constant time.
JacobianPoint MultiplyBase(const Words& k);
JacobianPoint Multiply(const AffinePoint& point, const Words& k);
// k * point for k below n; its time depends on k and the point, which must be public.
JacobianPoint MultiplyVariableTime(const AffinePoint& point, const Words& k);

inline constexpr AffinePoint kGenerator = {
    Coordinate::FromMontgomery(
        {0x79e730d418a9143c, 0x75ba95fc5fedb601, 0x79fb732b77622510, 0x18905f76a53755c6}),
    Coordinate::FromMontgomery(
        {0xddf25357ce95560a, 0x8b4ab8e4ba19e45c, 0xd2e88688dd21f325, 0x8571ff1825885d85}),
};

// Four blocks of the multiples of G for the comb: kCombTable[b][j - 1] is the sum, over the bits t
// that are set in j, of 2^(64 t + 16 b) * G, for 0 < j < 16. In p256_comb_table.cc.
extern const AffinePoint kCombTable[4][15];

}  // namespace merlon::crypto::p256
