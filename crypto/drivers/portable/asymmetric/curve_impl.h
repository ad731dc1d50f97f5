// SPDX-License-Identifier: Apache-2.0
// The definitions of curve.h.
#pragma once
#include "crypto/drivers/portable/asymmetric/curve.h"
#include "crypto/drivers/portable/asymmetric/wiped.h"

namespace merlon::crypto::ec {
namespace curve_internal {

template <class Point>
Point Choose(Mask<uint64_t> mask, const Point& a, const Point& b) {
  using Coordinate = decltype(a.x);
  Point out;
  out.x = Coordinate::Choose(mask, a.x, b.x);
  out.y = Coordinate::Choose(mask, a.y, b.y);
  if constexpr (requires { a.z; }) out.z = Coordinate::Choose(mask, a.z, b.z);
  return out;
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
template <size_t kLimbs, size_t kEntries>
TablePoint<kLimbs> LookUp(const TablePoint<kLimbs> (&table)[kEntries], uint64_t index) {
  TablePoint<kLimbs> out{};
  for (size_t i = 0; i < kEntries; ++i) {
    const Mask<uint64_t> mask = MaskIfEqual<uint64_t>(index, i + 1);
    out.x = Select(mask, table[i].x, out.x);
    out.y = Select(mask, table[i].y, out.y);
  }
  return out;
}
// The same for large tables, with fewer instructions an entry.
template <size_t kLimbs, size_t kEntries>
TablePoint<kLimbs> Gather(const TablePoint<kLimbs> (&table)[kEntries], uint64_t index) {
  TablePoint<kLimbs> out{};
  for (size_t i = 0; i < kEntries; ++i) {
    const uint64_t mask = ValueBarrier(MaskIfEqual<uint64_t>(index, i + 1).bits);
    for (size_t w = 0; w < kLimbs; ++w) {
      out.x[w] |= table[i].x[w] & mask;
      out.y[w] |= table[i].y[w] & mask;
    }
  }
  return out;
}

template <size_t kLimbs>
uint64_t Bit(const Words<kLimbs>& k, size_t bit) {
  return k[bit / 64] >> (bit % 64) & 1;
}

}  // namespace curve_internal

template <class Parameters>
auto Curve<Parameters>::DecodePoint(Bytes bytes) -> std::optional<AffinePoint> {
  if (bytes.size() != kPointSize || bytes[0] != 4) return std::nullopt;
  const Words x = LoadScalar(Slice(bytes, 1, kScalarSize));
  const Words y = LoadScalar(Slice(bytes, 1 + kScalarSize, kScalarSize));
  const Words& prime = Coordinate::Modulus::kValue;
  if ((MaskIfLess(x, prime) & MaskIfLess(y, prime)).bits == 0) return std::nullopt;
  const AffinePoint point = {Coordinate::FromWords(x), Coordinate::FromWords(y)};
  if (!IsOnCurve(JacobianPoint::From(point))) return std::nullopt;
  return point;
}

// y^2 = x^3 - 3 x z^4 + b z^6
template <class Parameters>
bool Curve<Parameters>::IsOnCurve(const JacobianPoint& point) {
  const Coordinate z2 = point.z.Square();
  const Coordinate z4 = z2.Square();
  const Coordinate three_z4 = z4 + z4 + z4;
  const Coordinate b = Coordinate::FromMontgomery(Parameters::kB);
  const Coordinate right = (point.x.Square() - three_z4) * point.x + b * z4 * z2;
  return point.y.Square().Equals(right).bits != 0;
}

template <class Parameters>
void Curve<Parameters>::EncodePoint(const JacobianPoint& point, MutableBytes out) {
  if (out.size() != kPointSize) __builtin_trap();
  const Coordinate inverse = point.z.Inverse();
  const Coordinate inverse2 = inverse.Square();
  out[0] = 4;
  StoreScalar((point.x * inverse2).ToWords(), Slice(out, 1, kScalarSize));
  StoreScalar((point.y * inverse2 * inverse).ToWords(), Slice(out, 1 + kScalarSize, kScalarSize));
}

template <class Parameters>
auto Curve<Parameters>::AffineX(const JacobianPoint& point) -> Coordinate {
  return point.x * point.z.Inverse().Square();
}

// "dbl-2001-b" of the Explicit-Formulas Database, for a = -3, but z as 2 y z.
template <class Parameters>
auto Curve<Parameters>::Double(const JacobianPoint& a) -> JacobianPoint {
  const Coordinate delta = a.z.Square();
  const Coordinate gamma2 = a.y.Square().Doubled();
  const Coordinate third = (a.x - delta) * (a.x + delta);
  const Coordinate alpha = third.Doubled() + third;
  const Coordinate beta4 = a.x * gamma2.Doubled();
  JacobianPoint out;
  out.x = alpha.Square() - beta4.Doubled();
  out.z = a.y.Doubled() * a.z;
  out.y = alpha * (beta4 - out.x) - gamma2.Square().Doubled();
  return out;
}

template <class Parameters>
auto Curve<Parameters>::AddDistinct(const JacobianPoint& a, const JacobianPoint& b)
    -> JacobianPoint {
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
  return curve_internal::Choose(a.z.IsZero(), b, curve_internal::Choose(b.z.IsZero(), a, sum));
}

template <class Parameters>
auto Curve<Parameters>::AddDistinct(const JacobianPoint& a, const AffinePoint& b) -> JacobianPoint {
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
  return curve_internal::Choose(b.x.IsZero() & b.y.IsZero(), a,
                                curve_internal::Choose(a.z.IsZero(), JacobianPoint::From(b), sum));
}

template <class Parameters>
auto Curve<Parameters>::AddVariableTime(const JacobianPoint& a, const JacobianPoint& b)
    -> JacobianPoint {
  const JacobianPoint sum = AddDistinct(a, b);
  // Of finite points, the sum is infinite where they are equal, which AddDistinct takes for
  // opposite, or opposite.
  if ((~a.z.IsZero() & ~b.z.IsZero() & sum.z.IsZero()).bits == 0) return sum;
  const bool same_y = (a.y * b.z.Square() * b.z).Equals(b.y * a.z.Square() * a.z).bits != 0;
  return same_y ? Double(a) : sum;
}

// A comb: column i of block b adds the teeth's bits b kColumns + i. The additions never meet two
// equal finite points, nor opposite ones: each tooth of the sum so far is a number of fewer bits
// than a tooth has, in which the bits that are added now are still 0, so sum and addend differ as
// integers unless both are 0; and sum plus addend is at most k, which is below n.
template <class Parameters>
auto Curve<Parameters>::MultiplyBase(const Words& k) -> JacobianPoint {
  if constexpr (requires { Parameters::kWindows; }) {
    return MultiplyByWindows(k, Parameters::kWindows);
  }
  Wiped<JacobianPoint> sum(JacobianPoint::Infinity());
  for (size_t i = kColumns; i-- > 0;) {
    if (i != kColumns - 1) *sum = Double(*sum);
    for (size_t b = 0; b < Parameters::kBlocks; ++b) {
      uint64_t column = 0;
      for (size_t tooth = 0; tooth < Parameters::kTeeth; ++tooth) {
        column |= curve_internal::Bit(k, tooth * kTooth + b * kColumns + i) << tooth;
      }
      Wiped<AffinePoint> addend(FromTable(curve_internal::LookUp(Parameters::kComb[b], column)));
      *sum = AddDistinct(*sum, *addend);
    }
  }
  return *sum;
}

// Digits of kWindowBits bits, with a sign: from -H to H - 1, where 2 H = 2^kWindowBits. The
// additions never meet two equal finite points, nor opposite ones. The sum so far is below 2^(i
// kWindowBits) in size, and the addend d * 2^(i kWindowBits) at least that, so they differ as
// integers; and modulo n as well, while both together are below n: for all but the last digit,
// which is 0, 1 or 2. There the sum is k - addend, so that equal points would mean k = 2 addend
// modulo n, a small multiple of 2^kBits
// - n; but such a number, with less than 15/16 of n's bits, has the last digit 0. Opposite ones
// would mean k = 0, which has no digits.
template <class Parameters>
template <size_t kDigits, size_t kHalf>
auto Curve<Parameters>::MultiplyByWindows(const Words& k,
                                          const TablePoint<kLimbs> (&table)[kDigits][kHalf])
    -> JacobianPoint {
  constexpr size_t kWidth = Parameters::kWindowBits;
  static_assert(kHalf == size_t{1} << (kWidth - 1) && kDigits == kBits / kWidth + 1 &&
                kBits % kWidth == 1);
  Wiped<JacobianPoint> sum(JacobianPoint::Infinity());
  uint64_t carry = 0;
  for (size_t i = 0; i < kDigits; ++i) {
    uint64_t digit = carry;
    for (size_t bit = 0; bit < kWidth && i * kWidth + bit < kBits; ++bit) {
      digit += curve_internal::Bit(k, i * kWidth + bit) << bit;
    }
    carry = (digit + kHalf) >> kWidth;
    digit -= carry << kWidth;
    const uint64_t sign = digit >> 63;
    const Mask<uint64_t> negative = MaskFromBit(sign);
    const uint64_t size = (digit ^ negative.bits) + sign;
    Wiped<AffinePoint> addend(FromTable(curve_internal::Gather(table[i], size)));
    addend->y = Coordinate::Choose(negative, Coordinate() - addend->y, addend->y);
    *sum = AddDistinct(*sum, *addend);
  }
  return *sum;
}

// Fixed windows of four bits. The additions never meet two equal finite points, nor opposite ones:
// the sum so far is 16 m and the addend d < 16, with 16 m + d at most k, which is below n.
template <class Parameters>
auto Curve<Parameters>::Multiply(const AffinePoint& point, const Words& k) -> JacobianPoint {
  JacobianPoint multiples[15];
  multiples[0] = JacobianPoint::From(point);
  for (size_t i = 1; i < 15; ++i) {
    multiples[i] = i % 2 == 1 ? Double(multiples[i / 2]) : AddDistinct(multiples[i - 1], point);
  }
  Wiped<JacobianPoint> sum(JacobianPoint::Infinity());
  constexpr size_t kWindows = (kBits + 3) / 4;
  for (size_t window = kWindows; window-- > 0;) {
    for (int i = 0; i < 4 && window != kWindows - 1; ++i) *sum = Double(*sum);
    Wiped<JacobianPoint> addend(
        curve_internal::LookUp(multiples, k[window / 16] >> (4 * (window % 16)) & 15));
    *sum = AddDistinct(*sum, *addend);
  }
  return *sum;
}

// Sliding windows of up to five bits, each beginning and ending with a 1.
template <class Parameters>
auto Curve<Parameters>::MultiplyVariableTime(const AffinePoint& point, const Words& k)
    -> JacobianPoint {
  const auto bit = [&](int at) { return curve_internal::Bit(k, static_cast<size_t>(at)); };
  JacobianPoint odd_multiples[16];
  odd_multiples[0] = JacobianPoint::From(point);
  const JacobianPoint twice = Double(odd_multiples[0]);
  for (size_t i = 1; i < 16; ++i) odd_multiples[i] = AddVariableTime(odd_multiples[i - 1], twice);
  JacobianPoint sum = JacobianPoint::Infinity();
  for (int at = static_cast<int>(kBits) - 1; at >= 0;) {
    if (bit(at) == 0) {
      sum = Double(sum);
      --at;
      continue;
    }
    int end = at >= 4 ? at - 4 : 0;
    while (bit(end) == 0) ++end;
    size_t window = 0;
    for (; at >= end; --at) {
      sum = Double(sum);
      window = 2 * window + bit(at);
    }
    sum = AddVariableTime(sum, odd_multiples[window / 2]);
  }
  return sum;
}

template <class Parameters>
bool Curve<Parameters>::IsValidScalar(const Words& k) {
  return (~MaskIfZero(k) & MaskIfLess(k, Scalar::Modulus::kValue)).bits != 0;
}

template <class Parameters>
bool Curve<Parameters>::LoadPrivateKey(Bytes private_key, Words* k) {
  if (private_key.size() != kScalarSize) return false;
  *k = LoadScalar(private_key);
  return IsValidScalar(*k);
}

template <class Parameters>
Result<void> Curve<Parameters>::GeneratePrivateKey(Rng& rng, MutableBytes private_key) {
  // At most one in 2^32 candidates is out of range; a generator that gives eight of them is broken.
  // The branch tells about rejected candidates alone.
  for (int attempt = 0; attempt < 8; ++attempt) {
    MERLON_TRY(rng.Fill(private_key));
    if constexpr (kBits % 8 != 0) private_key[0] &= (1 << kBits % 8) - 1;
    Wiped<Words> k;
    if (LoadPrivateKey(private_key, &*k)) return {};  // public: that it is a key
  }
  Wipe(private_key);
  return DriverError(Code::kEntropyFailure);
}

template <class Parameters>
Result<void> Curve<Parameters>::WritePublicKey(Bytes private_key, MutableBytes out) {
  Wiped<Words> k;
  const bool valid = LoadPrivateKey(private_key, &*k);
  if (!valid) return Misuse(Code::kBadKey);  // public: that it is a key
  EncodePoint(MultiplyBase(*k), out);
  return {};
}

}  // namespace merlon::crypto::ec
