// SPDX-License-Identifier: Apache-2.0
// Coefficients of a fixed number of bits as bytes, least significant bit first: ByteEncode of FIPS
// 203 s4.2.1, SimpleBitPack and BitPack of FIPS 204 s7.1. What a number of bits means is the
// caller's.
#pragma once
#include <limits>
#include <type_traits>

#include "crypto/base/bytes.h"

namespace merlon::crypto::lattice {

inline constexpr size_t kDegree = 256;  // coefficients of a polynomial, here and in both standards

// Bytes of a polynomial at this many bits for a coefficient.
constexpr size_t EncodedSize(int bits) { return kDegree / 8 * static_cast<size_t>(bits); }

// value(coefficient) is unsigned and below 2^kBits.
template <int kBits, class Poly, class Value>
void EncodeBits(const Poly& poly, MutableBytes out, Value value) {
  static_assert(kBits + 7 <= std::numeric_limits<uint32_t>::digits);
  if (out.size() != EncodedSize(kBits)) __builtin_trap();
  uint8_t* to = out.data();
  for (size_t group = 0; group < kDegree; group += 8) {  // eight coefficients are kBits bytes
    uint32_t bits = 0;
    int have = 0;
    for (size_t i = 0; i < 8; ++i) {
      bits |= uint32_t{value(poly.c[group + i])} << have;
      for (have += kBits; have >= 8; have -= 8) {
        *to++ = static_cast<uint8_t>(bits);
        bits >>= 8;
      }
    }
  }
}

// value(bits) gives the coefficient.
template <int kBits, class Poly, class Value>
void DecodeBits(Bytes in, Poly& poly, Value value) {
  static_assert(kBits + 7 <= std::numeric_limits<uint32_t>::digits);
  if (in.size() != EncodedSize(kBits)) __builtin_trap();
  const uint8_t* from = in.data();
  for (size_t group = 0; group < kDegree; group += 8) {
    uint32_t bits = 0;
    int have = 0;
    for (size_t i = 0; i < 8; ++i) {
      for (; have < kBits; have += 8) bits |= uint32_t{*from++} << have;
      using Coefficient = std::remove_reference_t<decltype(poly.c[0])>;
      poly.c[group + i] = static_cast<Coefficient>(value(bits & ((1u << kBits) - 1)));
      bits >>= kBits;
      have -= kBits;
    }
  }
}

}  // namespace merlon::crypto::lattice
