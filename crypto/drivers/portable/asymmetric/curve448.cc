// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/curve448.h"

#include "crypto/drivers/portable/asymmetric/wiped.h"

namespace merlon::crypto::curve448 {
namespace {

// In Montgomery form: the base point (RFC 8032 s5.2), and d = -39081.
constexpr Words kBaseX = {0x6d35bf93b17aa383, 0x65fab7bc2914f8fe, 0x7e9b28e44cd37ab7,
                          0x9be886a7f2ed152a, 0xc7295e6eb444d6fb, 0x6ef0905d88b9ee96,
                          0x420685f0ea8836d1};
constexpr Words kBaseY = {0x04ac119c79a99632, 0x5486da8e9ac23c21, 0xa98abb416ef259fc,
                          0x012232506ee00948, 0xe6acaf94714fa9dd, 0xf7687a33ab50a1f0,
                          0xd81f4fba18417765};
constexpr Words kD = {0xffffffffffff6756, 0xffffffffffffffff, 0xffffffffffffffff,
                      0xffff6755ffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
                      0xffffffffffffffff};
constexpr Words kRootExponent = {0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
                                 0xffffffffbfffffff, 0xffffffffffffffff, 0xffffffffffffffff,
                                 0x3fffffffffffffff};  // (p - 3) / 4

Point Choose(Mask<uint64_t> mask, const Point& a, const Point& b) {
  return {Field::Choose(mask, a.x, b.x), Field::Choose(mask, a.y, b.y),
          Field::Choose(mask, a.z, b.z)};
}

}  // namespace

Words Load(Bytes bytes) {
  Words out;
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = LoadLittleEndian<uint64_t>(Slice(bytes, 8 * i, 8).data());
  }
  return out;
}
void Store(const Words& words, MutableBytes out) {
  for (size_t i = 0; i < words.size(); ++i) {
    StoreLittleEndian(words[i], Slice(out, 8 * i, 8).data());
  }
}

Point BasePoint() {
  return {Field::FromMontgomery(kBaseX), Field::FromMontgomery(kBaseY), Field::One()};
}

Point Add(const Point& p, const Point& q) {
  const Field a = p.z * q.z, b = a.Square(), c = p.x * q.x, d = p.y * q.y;
  const Field e = Field::FromMontgomery(kD) * c * d, f = b - e, g = b + e;
  const Field h = (p.x + p.y) * (q.x + q.y);
  return {a * f * (h - c - d), a * g * (d - c), f * g};
}

Point Double(const Point& p) {
  const Field b = (p.x + p.y).Square(), c = p.x.Square(), d = p.y.Square();
  const Field e = c + d, j = e - p.z.Square().Doubled();
  return {(b - e) * j, e * (c - d), e * j};
}

Point Negate(const Point& a) { return {Field() - a.x, a.y, a.z}; }

// Fixed windows of four bits; all additions are made, with the neutral element too.
Point Multiply(const Point& point, const Words& k) {
  Wiped<std::array<Point, 16>> multiples;
  (*multiples)[0] = {Field(), Field::One(), Field::One()};
  for (size_t i = 1; i < multiples->size(); ++i) {
    (*multiples)[i] = Add((*multiples)[i - 1], point);
  }
  Wiped<Point> sum((*multiples)[0]), addend;
  for (size_t window = 16 * k.size(); window-- > 0;) {
    for (int i = 0; i < 4; ++i) *sum = Double(*sum);
    const uint64_t digit = k[window / 16] >> (4 * (window % 16)) & 15;
    *addend = (*multiples)[0];
    for (size_t i = 1; i < multiples->size(); ++i) {
      *addend = Choose(MaskIfEqual<uint64_t>(digit, i), (*multiples)[i], *addend);
    }
    *sum = Add(*sum, *addend);
  }
  return *sum;
}

bool Decode(Bytes bytes, Point* out) {
  if (bytes.size() != kPointSize || (bytes[kSize] & 0x7f) != 0) return false;
  const Words words = Load(bytes);
  if (ec::MaskIfLess(words, Prime::kValue).bits == 0) return false;
  const Field y = Field::FromWords(words), y2 = y.Square();
  // s5.2.3, step 2: x^2 = u / v, x = u^3 v (u^5 v^3)^((p-3)/4).
  const Field u = y2 - Field::One(), v = Field::FromMontgomery(kD) * y2 - Field::One();
  const Field u3v = u.Square() * u * v;
  const Field x = u3v * (u3v * u.Square() * v.Square()).Power(kRootExponent);
  if ((v * x.Square()).Equals(u).bits == 0) return false;
  const bool wants_odd = bytes[kSize] != 0, is_odd = (x.ToWords()[0] & 1) != 0;
  if (x.IsZero().bits != 0 && wants_odd) return false;
  *out = {wants_odd == is_odd ? x : Field() - x, y, Field::One()};
  return true;
}

void Encode(const Point& point, MutableBytes out) {
  if (out.size() != kPointSize) __builtin_trap();
  const Field inverse = point.z.Inverse();
  Store((point.y * inverse).ToWords(), Slice(out, 0, kSize));
  out[kSize] = static_cast<uint8_t>((point.x * inverse).ToWords()[0] << 7);
}

}  // namespace merlon::crypto::curve448
