// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/p256_point.h"

#include "crypto/drivers/portable/asymmetric/wiped.h"

namespace merlon::crypto::p256 {
namespace {

// SEC 2 s2.4.2.
constexpr Coordinate kB = Coordinate::FromMontgomery(
    {0xd89cdf6229c4bddf, 0xacf005cd78843090, 0xe5a220abf7212ed6, 0xdc30061d04874834});

JacobianPoint Choose(Mask<uint64_t> mask, const JacobianPoint& a, const JacobianPoint& b) {
  return {Coordinate::Choose(mask, a.x, b.x), Coordinate::Choose(mask, a.y, b.y),
          Coordinate::Choose(mask, a.z, b.z)};
}

AffinePoint Choose(Mask<uint64_t> mask, const AffinePoint& a, const AffinePoint& b) {
  return {Coordinate::Choose(mask, a.x, b.x), Coordinate::Choose(mask, a.y, b.y)};
}

// table[index - 1], or infinity (all zeros) for index 0; reads the whole table.
template <class Point, size_t kEntries>
Point LookUp(const Point (&table)[kEntries], uint64_t index) {
  Point out{};
  for (size_t i = 0; i < kEntries; ++i) {
    out = Choose(MaskIfEqual<uint64_t>(index, i + 1), table[i], out);
  }
  return out;
}

Mask<uint64_t> IsInfinity(const AffinePoint& a) { return a.x.IsZero() & a.y.IsZero(); }

uint64_t Bit(const Words& k, int bit) { return k[bit / 64] >> (bit % 64) & 1; }

}  // namespace

std::optional<AffinePoint> DecodePoint(Bytes bytes) {
  if (bytes.size() != kPointSize || bytes[0] != 4) return std::nullopt;
  const Words x = LoadBigEndian(Slice(bytes, 1, 32)), y = LoadBigEndian(Slice(bytes, 33, 32));
  if ((MaskIfLess(x, CoordinatePrime::kValue) & MaskIfLess(y, CoordinatePrime::kValue)).bits == 0) {
    return std::nullopt;
  }
  const AffinePoint point = {Coordinate::FromWords(x), Coordinate::FromWords(y)};
  if (!IsOnCurve(JacobianPoint::From(point))) return std::nullopt;
  return point;
}

// y^2 = x^3 - 3 x z^4 + b z^6
bool IsOnCurve(const JacobianPoint& point) {
  const Coordinate z2 = point.z.Square();
  const Coordinate z4 = z2.Square();
  const Coordinate three_z4 = z4 + z4 + z4;
  const Coordinate right = (point.x.Square() - three_z4) * point.x + kB * z4 * z2;
  return point.y.Square().Equals(right).bits != 0;
}

void EncodePoint(const JacobianPoint& point, MutableBytes out) {
  if (out.size() != kPointSize) __builtin_trap();
  const Coordinate inverse = point.z.Inverse();
  const Coordinate inverse2 = inverse.Square();
  out[0] = 4;
  StoreBigEndian((point.x * inverse2).ToWords(), Slice(out, 1, 32));
  StoreBigEndian((point.y * inverse2 * inverse).ToWords(), Slice(out, 33, 32));
}

Coordinate AffineX(const JacobianPoint& point) { return point.x * point.z.Inverse().Square(); }

// "dbl-2001-b" of the Explicit-Formulas Database, for a = -3.
JacobianPoint Double(const JacobianPoint& a) {
  const Coordinate delta = a.z.Square();
  const Coordinate gamma = a.y.Square();
  const Coordinate beta = a.x * gamma;
  const Coordinate third = (a.x - delta) * (a.x + delta);
  const Coordinate alpha = third.Doubled() + third;
  const Coordinate beta4 = beta.Doubled().Doubled();
  JacobianPoint out;
  out.x = alpha.Square() - beta4.Doubled();
  out.z = (a.y + a.z).Square() - gamma - delta;
  out.y = alpha * (beta4 - out.x) - gamma.Square().Doubled().Doubled().Doubled();
  return out;
}

// "add-1998-cmo-2": h == 0 with r != 0, which is b == -a, gives z = 0.
JacobianPoint AddDistinct(const JacobianPoint& a, const JacobianPoint& b) {
  const Coordinate az2 = a.z.Square(), bz2 = b.z.Square();
  const Coordinate u = a.x * bz2;
  const Coordinate s = a.y * bz2 * b.z;
  const Coordinate h = b.x * az2 - u;
  const Coordinate r = b.y * az2 * a.z - s;
  const Coordinate h2 = h.Square();
  const Coordinate h3 = h2 * h;
  const Coordinate v = u * h2;
  JacobianPoint sum;
  sum.x = r.Square() - h3 - v.Doubled();
  sum.y = r * (v - sum.x) - s * h3;
  sum.z = a.z * b.z * h;
  return Choose(a.z.IsZero(), b, Choose(b.z.IsZero(), a, sum));
}

JacobianPoint AddDistinct(const JacobianPoint& a, const AffinePoint& b) {
  const Coordinate az2 = a.z.Square();
  const Coordinate h = b.x * az2 - a.x;
  const Coordinate r = b.y * az2 * a.z - a.y;
  const Coordinate h2 = h.Square();
  const Coordinate h3 = h2 * h;
  const Coordinate v = a.x * h2;
  JacobianPoint sum;
  sum.x = r.Square() - h3 - v.Doubled();
  sum.y = r * (v - sum.x) - a.y * h3;
  sum.z = a.z * h;
  // b's infinity is decided first, so that infinity + infinity stays infinity.
  return Choose(IsInfinity(b), a, Choose(a.z.IsZero(), JacobianPoint::From(b), sum));
}

JacobianPoint AddVariableTime(const JacobianPoint& a, const JacobianPoint& b) {
  if ((~a.z.IsZero() & ~b.z.IsZero()).bits != 0) {
    const Coordinate az2 = a.z.Square(), bz2 = b.z.Square();
    const bool same_x = (a.x * bz2).Equals(b.x * az2).bits != 0;
    const bool same_y = (a.y * bz2 * b.z).Equals(b.y * az2 * a.z).bits != 0;
    if (same_x && same_y) return Double(a);
  }
  return AddDistinct(a, b);
}

// A comb of four teeth, which are the limbs of k, in four blocks: column i of block b adds the
// teeth's bits 16 b + i. The additions never meet two equal finite points, nor opposite ones: each
// tooth of the sum so far is a number of fewer bits than a limb in which the bits that are added
// now are still 0, so sum and addend differ as integers unless both are 0; and sum plus addend is
// at most k, which is below n.
JacobianPoint MultiplyBase(const Words& k) {
  Wiped<JacobianPoint> sum(JacobianPoint::Infinity());
  for (int i = 15; i >= 0; --i) {
    if (i != 15) *sum = Double(*sum);
    for (int b = 0; b < 4; ++b) {
      uint64_t column = 0;
      for (int tooth = 0; tooth < 4; ++tooth) column |= (k[tooth] >> (16 * b + i) & 1) << tooth;
      Wiped<AffinePoint> addend(LookUp(kCombTable[b], column));
      *sum = AddDistinct(*sum, *addend);
    }
  }
  return *sum;
}

// Fixed windows of four bits. The additions never meet two equal finite points, nor opposite ones:
// the sum so far is 16 m and the addend d < 16, with 16 m + d at most k, which is below n.
JacobianPoint Multiply(const AffinePoint& point, const Words& k) {
  JacobianPoint multiples[15];
  multiples[0] = JacobianPoint::From(point);
  for (size_t i = 1; i < 15; ++i) {
    multiples[i] = i % 2 == 1 ? Double(multiples[i / 2]) : AddDistinct(multiples[i - 1], point);
  }
  Wiped<JacobianPoint> sum(JacobianPoint::Infinity());
  for (int window = 63; window >= 0; --window) {
    for (int i = 0; i < 4 && window != 63; ++i) *sum = Double(*sum);
    Wiped<JacobianPoint> addend(LookUp(multiples, k[window / 16] >> (4 * (window % 16)) & 15));
    *sum = AddDistinct(*sum, *addend);
  }
  return *sum;
}

// Sliding windows of up to five bits, each beginning and ending with a 1.
JacobianPoint MultiplyVariableTime(const AffinePoint& point, const Words& k) {
  JacobianPoint odd_multiples[16];
  odd_multiples[0] = JacobianPoint::From(point);
  const JacobianPoint twice = Double(odd_multiples[0]);
  for (size_t i = 1; i < 16; ++i) odd_multiples[i] = AddVariableTime(odd_multiples[i - 1], twice);
  JacobianPoint sum = JacobianPoint::Infinity();
  for (int bit = 255; bit >= 0;) {
    if (Bit(k, bit) == 0) {
      sum = Double(sum);
      --bit;
      continue;
    }
    int end = bit >= 4 ? bit - 4 : 0;
    while (Bit(k, end) == 0) ++end;
    size_t window = 0;
    for (; bit >= end; --bit) {
      sum = Double(sum);
      window = 2 * window + Bit(k, bit);
    }
    sum = AddVariableTime(sum, odd_multiples[window / 2]);
  }
  return sum;
}

}  // namespace merlon::crypto::p256
