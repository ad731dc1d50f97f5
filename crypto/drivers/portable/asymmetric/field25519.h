// SPDX-License-Identifier: Apache-2.0
// The field of integers modulo 2^255 - 19, five limbs of 51 bits, in constant time. What curves do
// with it is theirs.
#pragma once
#include <cstdint>

#include "crypto/base/bytes.h"
#include "crypto/base/constant_time.h"

namespace merlon::crypto::field25519 {

// The value is limb[i] * 2^(51 i). The type says how large a limb may be, so that a missing
// reduction does not compile: products are Tight, one addition or subtraction of Tight gives Loose,
// and nothing adds Loose.
struct Tight {
  uint64_t limb[5];  // each below 2^51 + 2^13
};
struct Loose {
  Loose() = default;
  Loose(const Tight& a) {  // NOLINT: implicit by design, a Tight is Loose
    for (int i = 0; i < 5; ++i) limb[i] = a.limb[i];
  }
  uint64_t limb[5];  // each below 2^53
};

inline constexpr Tight kZero{{0, 0, 0, 0, 0}};
inline constexpr Tight kOne{{1, 0, 0, 0, 0}};

inline Loose operator+(const Tight& a, const Tight& b) {
  Loose out;
  for (int i = 0; i < 5; ++i) out.limb[i] = a.limb[i] + b.limb[i];
  return out;
}
// a - b + 2p: no limb goes below zero, because 2p's limbs exceed those of any Tight.
inline Loose operator-(const Tight& a, const Tight& b) {
  constexpr uint64_t kTwoP0 = 0xfffffffffffda, kTwoP = 0xffffffffffffe;
  Loose out;
  out.limb[0] = a.limb[0] + kTwoP0 - b.limb[0];
  for (int i = 1; i < 5; ++i) out.limb[i] = a.limb[i] + kTwoP - b.limb[i];
  return out;
}
// The same value, Tight.
inline Tight Tighten(const Loose& a) {
  constexpr uint64_t kLimbMask = (uint64_t{1} << 51) - 1;
  Tight out;
  out.limb[0] = (a.limb[0] & kLimbMask) + 19 * (a.limb[4] >> 51);
  for (int i = 1; i < 5; ++i) out.limb[i] = (a.limb[i] & kLimbMask) + (a.limb[i - 1] >> 51);
  return out;
}
Tight operator*(const Loose& a, const Loose& b);
Tight Square(const Loose& a);
// a * small, for small below 2^18.
Tight MultiplySmall(const Loose& a, uint32_t small);
// a^(p - 2): the inverse, and 0 for 0.
Tight Invert(const Tight& a);
// a^((p - 5) / 8): for square roots (RFC 8032 s5.1.3).
Tight PowerForRoot(const Tight& a);
// Swaps where the mask is set.
void ConditionalSwap(Mask<uint64_t> mask, Tight& a, Tight& b);

// 32 bytes, little-endian; the top bit is ignored and values of p and more are taken modulo p (RFC
// 7748 s5).
Tight Decode(Bytes bytes);
// 32 bytes, little-endian, fully reduced.
void Encode(const Tight& a, MutableBytes out);

}  // namespace merlon::crypto::field25519
