// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/edwards25519.h"

#include <array>

#include "crypto/base/endian.h"
#include "crypto/drivers/portable/asymmetric/wiped.h"

namespace merlon::crypto::edwards25519 {
namespace {

using field25519::kOne;
using field25519::kZero;
using field25519::Loose;
using field25519::Tight;

// RFC 8032 s5.1: d; 2 d; a square root of -1; 1/2.
constexpr Tight kD = {
    {0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff}};
constexpr Tight kTwoD = {
    {0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff}};
constexpr Tight kRootOfMinusOne = {
    {0x61b274a0ea0b0, 0xd5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d}};
constexpr Tight kHalf = {
    {0x7fffffffffff7, 0x7ffffffffffff, 0x7ffffffffffff, 0x7ffffffffffff, 0x3ffffffffffff}};
constexpr Point kIdentity = {kZero, kOne, kOne, kZero};

// What an addition takes of its second point: y + x, y - x, 2 z, 2 d t.
struct Addend {
  Loose plus, minus, z;
  Loose product;
};

// "add-2008-hwcd-3" of the Explicit-Formulas Database, for a = -1; complete, as d is no square.
Point AddParts(const Point& p, const Loose& plus, const Loose& minus, const Tight& z_product,
               const Loose& product) {
  const Tight a = (p.y - p.x) * minus;
  const Tight b = (p.y + p.x) * plus;
  const Tight c = p.t * product;
  const Loose e = b - a, f = z_product - c, g = z_product + c, h = b + a;
  return {e * f, g * h, f * g, e * h};
}
Point Plus(const Point& p, const Addend& q) {
  return AddParts(p, q.plus, q.minus, p.z * q.z, q.product);
}

Addend ToAddend(const Point& p) { return {p.y + p.x, p.y - p.x, p.z + p.z, p.t * kTwoD}; }
void Assign(Mask<uint64_t> mask, const Tight& from, Tight& to) {
  const uint64_t bits = ValueBarrier(mask.bits);
  for (int i = 0; i < 5; ++i) to.limb[i] = (from.limb[i] & bits) | (to.limb[i] & ~bits);
}

// p + digit * table's point, for a digit of -8 to 8; reads the whole table.
Point AddDigit(const Point& p, const TableEntry (&table)[8], int8_t digit) {
  const auto sign = static_cast<uint64_t>(digit) >> 63;
  const Mask<uint64_t> negative = MaskFromBit<uint64_t>(sign);
  // The absolute value: where it is negative, its complement and one.
  const uint64_t size = (static_cast<uint64_t>(digit) ^ negative.bits) + sign;
  Wiped<TableEntry> entry(TableEntry{kHalf, kHalf, kZero});
  for (size_t i = 0; i < 8; ++i) {
    const Mask<uint64_t> mask = MaskIfEqual<uint64_t>(size, i + 1);
    Assign(mask, table[i].plus, entry->plus);
    Assign(mask, table[i].minus, entry->minus);
    Assign(mask, table[i].product, entry->product);
  }
  ConditionalSwap(negative, entry->plus, entry->minus);
  Assign(negative, field25519::Tighten(kZero - entry->product), entry->product);
  return AddParts(p, entry->plus, entry->minus, p.z, entry->product);
}

bool IsZero(const Tight& a) {
  std::array<uint8_t, kSize> bytes;
  field25519::Encode(a, MutableBytes(bytes));
  constexpr std::array<uint8_t, kSize> kZeros{};
  return bytes == kZeros;
}

}  // namespace

ec::Words<4> LoadScalar(Bytes bytes) {
  if (bytes.size() != kSize) __builtin_trap();
  ec::Words<4> out;
  for (size_t i = 0; i < 4; ++i) out[i] = LoadLittleEndian<uint64_t>(bytes.data() + 8 * i);
  return out;
}

void StoreScalar(const ec::Words<4>& words, MutableBytes out) {
  if (out.size() != kSize) __builtin_trap();
  for (size_t i = 0; i < 4; ++i) StoreLittleEndian(words[i], out.data() + 8 * i);
}

bool Decode(Bytes bytes, Point* out) {
  if (bytes.size() != kSize) return false;
  const Tight y = field25519::Decode(bytes);
  std::array<uint8_t, kSize> canonical;
  field25519::Encode(y, MutableBytes(canonical));
  const uint8_t sign = bytes[31] >> 7;
  canonical[31] = static_cast<uint8_t>(canonical[31] | sign << 7);
  if (Bytes(canonical) != bytes) return false;

  // RFC 8032 s5.1.3, steps 2 and 3: x^2 = u / v; the candidate is u v^3 (u v^7)^((p - 5) / 8).
  const Tight y2 = Square(y);
  const Tight u = field25519::Tighten(y2 - kOne), v = field25519::Tighten(y2 * kD + kOne);
  const Tight v3 = Square(v) * v;
  Tight x = u * v3 * field25519::PowerForRoot(u * Square(v3) * v);
  const Tight vx2 = v * Square(x);
  if (!IsZero(field25519::Tighten(vx2 - u))) {
    if (!IsZero(field25519::Tighten(vx2 + u))) return false;
    x = x * kRootOfMinusOne;
  }
  // Step 4.
  if (IsZero(x) && sign == 1) return false;
  std::array<uint8_t, kSize> x_bytes;
  field25519::Encode(x, MutableBytes(x_bytes));
  if ((x_bytes[0] & 1) != sign) x = field25519::Tighten(kZero - x);
  *out = {x, y, kOne, x * y};
  return true;
}

void Encode(const Point& point, MutableBytes out) {
  const Tight inverse = field25519::Invert(point.z);
  std::array<uint8_t, kSize> x;
  field25519::Encode(point.x * inverse, MutableBytes(x));
  field25519::Encode(point.y * inverse, out);
  out[31] = static_cast<uint8_t>(out[31] | (x[0] & 1) << 7);
}

Point Negate(const Point& a) {
  return {field25519::Tighten(kZero - a.x), a.y, a.z, field25519::Tighten(kZero - a.t)};
}

// "dbl-2008-hwcd", for a = -1, with all signs changed.
Point Double(const Point& a) {
  const Tight xx = Square(a.x), yy = Square(a.y), zz = Square(a.z);
  const Tight sum = field25519::Tighten(yy + xx);
  const Tight difference = field25519::Tighten(yy - xx);
  const Loose e = Square(a.x + a.y) - sum;
  const Loose f = field25519::Tighten(zz + zz) - difference;
  return {e * f, difference * sum, f * difference, e * sum};
}

Point Add(const Point& a, const Point& b) { return Plus(a, ToAddend(b)); }

// Digits of four bits from -8 to 8, the digits 8 b + i from block b of the table.
Point MultiplyBase(const ec::Words<4>& scalar) {
  Wiped<std::array<int8_t, 64>> digits;
  int carry = 0;
  for (size_t i = 0; i < 64; ++i) {
    const int digit = static_cast<int>(scalar[i / 16] >> (4 * (i % 16)) & 15) + carry;
    carry = i == 63 ? 0 : (digit + 8) >> 4;
    (*digits)[i] = static_cast<int8_t>(digit - 16 * carry);
  }
  Wiped<Point> sum(kIdentity);
  for (size_t i = 8; i-- > 0;) {
    for (int doubling = 0; doubling < 4 && i != 7; ++doubling) *sum = Double(*sum);
    for (size_t b = 0; b < 8; ++b) *sum = AddDigit(*sum, kBaseTable[b], (*digits)[8 * b + i]);
  }
  return *sum;
}

// Sliding windows of up to five bits, each beginning and ending with a 1.
Point MultiplyVariableTime(const Point& point, const ec::Words<4>& scalar) {
  const auto bit = [&](int at) { return scalar[static_cast<size_t>(at) / 64] >> at % 64 & 1; };
  Addend odd_multiples[16];
  odd_multiples[0] = ToAddend(point);
  const Addend twice = ToAddend(Double(point));
  Point multiple = point;
  for (size_t i = 1; i < 16; ++i) {
    multiple = Plus(multiple, twice);
    odd_multiples[i] = ToAddend(multiple);
  }
  Point sum = kIdentity;
  for (int at = 254; at >= 0;) {
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
    sum = Plus(sum, odd_multiples[window / 2]);
  }
  return sum;
}

}  // namespace merlon::crypto::edwards25519
