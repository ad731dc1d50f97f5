// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/field25519.h"

#include "crypto/base/endian.h"
#include "crypto/base/wide_multiply.h"

namespace merlon::crypto::field25519 {
namespace {

constexpr uint64_t kLimbMask = (uint64_t{1} << 51) - 1;

inline uint64_t ShiftRight51(const Wide64& wide) { return wide.low >> 51 | wide.high << 13; }

// Adds a carry below 2^63 to a sum that is far below 2^127.
inline void AddSmall(Wide64* sum, uint64_t carry) { Accumulate(carry, 1, sum); }

// Carries the five column sums round once. r[4] has no factor 19 in it and stays below 2^110, so
// that 19 times its carry fits; the others stay below 2^113. That leaves r[0]'s second carry, below
// 2^11 + 1, in limb 1: Tight.
inline Tight Carry(Wide64 r[5]) {
  Tight out;
  for (int i = 0; i < 4; ++i) {
    out.limb[i] = r[i].low & kLimbMask;
    AddSmall(&r[i + 1], ShiftRight51(r[i]));
  }
  out.limb[4] = r[4].low & kLimbMask;
  out.limb[0] += 19 * ShiftRight51(r[4]);
  out.limb[1] += out.limb[0] >> 51;
  out.limb[0] &= kLimbMask;
  return out;
}

// A call of its own each time: for the size of the code.
[[gnu::noinline]] Tight SquareTimes(Tight a, int times) {
  for (int i = 0; i < times; ++i) a = Square(a);
  return a;
}

// a^(2^250 - 1); a_N stands for a^(2^N - 1).
Tight PowerOfOnes250(const Tight& a) {
  const Tight a2 = Square(a);
  const Tight a9 = SquareTimes(a2, 2) * a;
  const Tight a_5 = Square(a9 * a2) * a9;
  const Tight a_10 = SquareTimes(a_5, 5) * a_5;
  const Tight a_20 = SquareTimes(a_10, 10) * a_10;
  const Tight a_40 = SquareTimes(a_20, 20) * a_20;
  const Tight a_50 = SquareTimes(a_40, 10) * a_10;
  const Tight a_100 = SquareTimes(a_50, 50) * a_50;
  const Tight a_200 = SquareTimes(a_100, 100) * a_100;
  return SquareTimes(a_200, 50) * a_50;
}

}  // namespace

Tight operator*(const Loose& a, const Loose& b) {
  const uint64_t a0 = a.limb[0], a1 = a.limb[1], a2 = a.limb[2], a3 = a.limb[3], a4 = a.limb[4];
  const uint64_t b0 = b.limb[0], b1 = b.limb[1], b2 = b.limb[2], b3 = b.limb[3], b4 = b.limb[4];
  // 2^255 = 19: what passes limb 4 comes back 19-fold.
  const uint64_t b1x19 = 19 * b1, b2x19 = 19 * b2, b3x19 = 19 * b3, b4x19 = 19 * b4;
  Wide64 r[5];
  const auto column = [](uint64_t p0, uint64_t q0, uint64_t p1, uint64_t q1, uint64_t p2,
                         uint64_t q2, uint64_t p3, uint64_t q3, uint64_t p4, uint64_t q4) {
    Wide64 sum = MultiplyWide(p0, q0);
    Accumulate(p1, q1, &sum);
    Accumulate(p2, q2, &sum);
    Accumulate(p3, q3, &sum);
    Accumulate(p4, q4, &sum);
    return sum;
  };
  r[0] = column(a0, b0, a1, b4x19, a2, b3x19, a3, b2x19, a4, b1x19);
  r[1] = column(a0, b1, a1, b0, a2, b4x19, a3, b3x19, a4, b2x19);
  r[2] = column(a0, b2, a1, b1, a2, b0, a3, b4x19, a4, b3x19);
  r[3] = column(a0, b3, a1, b2, a2, b1, a3, b0, a4, b4x19);
  r[4] = column(a0, b4, a1, b3, a2, b2, a3, b1, a4, b0);
  return Carry(r);
}

Tight Square(const Loose& a) {
  const uint64_t a0 = a.limb[0], a1 = a.limb[1], a2 = a.limb[2], a3 = a.limb[3], a4 = a.limb[4];
  const uint64_t a0x2 = 2 * a0, a1x2 = 2 * a1, a3x19 = 19 * a3, a4x19 = 19 * a4;
  Wide64 r[5];
  const auto column = [](uint64_t p0, uint64_t q0, uint64_t p1, uint64_t q1, uint64_t p2,
                         uint64_t q2) {
    Wide64 sum = MultiplyWide(p0, q0);
    Accumulate(p1, q1, &sum);
    Accumulate(p2, q2, &sum);
    return sum;
  };
  r[0] = column(a0, a0, a1x2, a4x19, 2 * a2, a3x19);
  r[1] = column(a0x2, a1, 2 * a2, a4x19, a3, a3x19);
  r[2] = column(a0x2, a2, a1, a1, 2 * a3, a4x19);
  r[3] = column(a0x2, a3, a1x2, a2, a4, a4x19);
  r[4] = column(a0x2, a4, a1x2, a3, a2, a2);
  return Carry(r);
}

Tight MultiplySmall(const Loose& a, uint32_t small) {
  Wide64 r[5];
  for (int i = 0; i < 5; ++i) r[i] = MultiplyWide(a.limb[i], small);
  return Carry(r);
}

Tight Invert(const Tight& a) {
  // p - 2 = 2^255 - 21 = 2^5 (2^250 - 1) + 11
  const Tight a2 = Square(a);
  const Tight a11 = SquareTimes(a2, 2) * a * a2;
  return SquareTimes(PowerOfOnes250(a), 5) * a11;
}

Tight PowerForRoot(const Tight& a) {
  // (p - 5) / 8 = 2^252 - 3 = 2^2 (2^250 - 1) + 1
  return SquareTimes(PowerOfOnes250(a), 2) * a;
}

void ConditionalSwap(Mask<uint64_t> mask, Tight& a, Tight& b) {
  const uint64_t bits = ValueBarrier(mask.bits);
  for (int i = 0; i < 5; ++i) {
    const uint64_t difference = (a.limb[i] ^ b.limb[i]) & bits;
    a.limb[i] ^= difference;
    b.limb[i] ^= difference;
  }
}

Tight Decode(Bytes bytes) {
  if (bytes.size() != 32) __builtin_trap();
  return {{LoadLittleEndian<uint64_t>(bytes.data() + 0) & kLimbMask,
           LoadLittleEndian<uint64_t>(bytes.data() + 6) >> 3 & kLimbMask,
           LoadLittleEndian<uint64_t>(bytes.data() + 12) >> 6 & kLimbMask,
           LoadLittleEndian<uint64_t>(bytes.data() + 19) >> 1 & kLimbMask,
           LoadLittleEndian<uint64_t>(bytes.data() + 24) >> 12 & kLimbMask}};
}

void Encode(const Tight& a, MutableBytes out) {
  if (out.size() != 32) __builtin_trap();
  // Carry twice: below 2^255 + 19 at most. Then a >= p exactly if a + 19 carries out of bit 255.
  uint64_t t[5];
  for (int i = 0; i < 5; ++i) t[i] = a.limb[i];
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 4; ++i) {
      t[i + 1] += t[i] >> 51;
      t[i] &= kLimbMask;
    }
    t[0] += 19 * (t[4] >> 51);
    t[4] &= kLimbMask;
  }
  uint64_t quotient = (t[0] + 19) >> 51;
  for (int i = 1; i < 5; ++i) quotient = (t[i] + quotient) >> 51;
  t[0] += 19 * quotient;
  for (int i = 0; i < 4; ++i) {
    t[i + 1] += t[i] >> 51;
    t[i] &= kLimbMask;
  }
  t[4] &= kLimbMask;
  const uint64_t words[4] = {t[0] | t[1] << 51, t[1] >> 13 | t[2] << 38, t[2] >> 26 | t[3] << 25,
                             t[3] >> 39 | t[4] << 12};
  for (size_t i = 0; i < 4; ++i) StoreLittleEndian(words[i], out.data() + 8 * i);
}

}  // namespace merlon::crypto::field25519
