// SPDX-License-Identifier: Apache-2.0
// Comparisons and selections without a branch or an index on a secret. Every mask goes through a
// value barrier, so that the compiler cannot turn it back into a branch.
#pragma once
#include <concepts>
#include <cstdint>

#include "crypto/base/bytes.h"

namespace merlon {

// Hides where a value comes from. Left out where an analyser must see through it (MSan).
template <std::unsigned_integral T>
inline T ValueBarrier(T value) {
#if !defined(__has_feature)
  asm volatile("" : "+r"(value));
#elif !__has_feature(memory_sanitizer)
  asm volatile("" : "+r"(value));
#endif
  return value;
}

// All ones or zero.
template <std::unsigned_integral T>
struct Mask {
  T bits;
  Mask operator~() const { return {static_cast<T>(~bits)}; }
  Mask operator&(Mask o) const { return {static_cast<T>(bits & o.bits)}; }
  Mask operator|(Mask o) const { return {static_cast<T>(bits | o.bits)}; }
};

// From the lowest bit of `bit`, which is 0 or 1.
template <std::unsigned_integral T>
inline Mask<T> MaskFromBit(T bit) {
  return {static_cast<T>(T{0} - ValueBarrier(static_cast<T>(bit & 1)))};
}
template <std::unsigned_integral T>
inline Mask<T> MaskIfZero(T value) {
  constexpr int kTop = sizeof(T) * 8 - 1;
  return MaskFromBit<T>(static_cast<T>(static_cast<T>(~value & static_cast<T>(value - 1)) >> kTop));
}
template <std::unsigned_integral T>
inline Mask<T> MaskIfEqual(T a, T b) {
  return MaskIfZero<T>(static_cast<T>(a ^ b));
}
template <std::unsigned_integral T>
inline Mask<T> MaskIfLess(T a, T b) {
  constexpr int kTop = sizeof(T) * 8 - 1;
  const T difference = static_cast<T>(a - b);
  return MaskFromBit<T>(static_cast<T>(
      static_cast<T>((static_cast<T>(~a) & b) | ((static_cast<T>(~(a ^ b))) & difference)) >>
      kTop));
}
// `a` where the mask is set, else `b`.
template <std::unsigned_integral T>
inline T Select(Mask<T> mask, T a, T b) {
  const T m = ValueBarrier(mask.bits);
  return static_cast<T>((a & m) | (b & static_cast<T>(~m)));
}

// Compares without a branch on the bytes; the sizes are public.
inline bool ConstantTimeEqual(Bytes a, Bytes b) {
  if (a.size() != b.size()) return false;
  uint32_t difference = 0;
  for (size_t i = 0; i < a.size(); ++i) difference |= static_cast<uint32_t>(a[i] ^ b[i]);
  return ValueBarrier(difference) == 0;
}

}  // namespace merlon
