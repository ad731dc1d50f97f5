// SPDX-License-Identifier: Apache-2.0
// Vectors and hints of ML-DSA as bytes (FIPS 204 s7.1, s7.2), a function for each number of bits.
// What is read may be public (keys that verify, signatures) or secret (keys that sign): only the
// hints of a signature are branched on.
#pragma once
#include <cstring>

#include "crypto/base/constant_time.h"
#include "crypto/drivers/portable/lattice/ml_dsa_poly.h"

namespace merlon::crypto::ml_dsa {

// BitPack with kBits: coefficients in (kTop - 2^kBits, kTop], of any representatives that Centred
// takes; as kTop - c.
template <int kBits, int32_t kTop>
[[gnu::noinline]] void EncodeBelow(const Poly& poly, MutableBytes out) {
  EncodeBits<kBits>(poly, out, [](int32_t c) {
    return static_cast<uint32_t>(kTop - Centred(c)) & ((1u << kBits) - 1);
  });
}
template <int kBits, int32_t kTop>
[[gnu::noinline]] void DecodeBelow(Bytes in, Poly& poly) {
  DecodeBits<kBits>(in, poly, [](uint32_t bits) { return kTop - static_cast<int32_t>(bits); });
}

// Bits of a coefficient in [-eta, eta].
constexpr int EtaBits(int eta) { return eta == 2 ? 3 : 4; }
// FIPS 204 algorithm 25: false if a coefficient of a private key's s1 or s2 is out of its range.
template <int kEta>
bool IsBounded(const Poly& poly) {
  int32_t outside = 0;
  for (const int32_t c : poly.c)
    outside |= SignMask(c + kEta);  // at most kEta it is by its encoding
  return ValueBarrier(static_cast<uint32_t>(outside)) == 0;
}

// All ones if a coefficient's absolute value is at least `bound`, else 0; of any representatives.
[[gnu::noinline]] inline int32_t MaskIfNormNotBelow(const Poly& poly, int32_t bound) {
  int32_t reached = 0;
  for (const int32_t c : poly.c) reached |= MaskIfNotBelow(Centred(c), bound);
  return reached;
}

// FIPS 204 algorithm 20: the places of ones, row after row, then how far each row reaches. `out` is
// omega + k bytes; hints are 0 or 1 in `rows`, omega ones at most. They are a part of a signature.
template <size_t kRows>
void EncodeHints(const std::array<Poly, kRows>& rows, MutableBytes out) {
  const size_t omega = out.size() - kRows;
  memset(out.data(), 0, out.size());
  size_t count = 0;
  for (size_t row = 0; row < kRows; ++row) {
    for (size_t i = 0; i < kN; ++i) {
      if (rows[row].c[i] == 0) continue;       // public: a signature
      out[count++] = static_cast<uint8_t>(i);  // public: a signature
    }
    out[omega + row] = static_cast<uint8_t>(count);
  }
}

// FIPS 204 algorithm 21: false unless it is the one encoding of its hints.
template <size_t kRows>
bool AreHints(Bytes in) {
  const size_t omega = in.size() - kRows;
  size_t count = 0;
  for (size_t row = 0; row < kRows; ++row) {
    const size_t end = in[omega + row];
    if (end < count || end > omega) return false;  // public: a signature
    for (size_t i = count + 1; i < end; ++i) {     // public: a signature
      if (in[i] <= in[i - 1]) return false;        // public: a signature
    }
    count = end;
  }
  for (size_t i = count; i < omega; ++i) {  // public: a signature
    if (in[i] != 0) return false;           // public: a signature
  }
  return true;
}
// One row of what AreHints found good, as ones in `out`.
template <size_t kRows>
void DecodeHints(Bytes in, size_t row, Poly& out) {
  const size_t omega = in.size() - kRows;
  out = {};
  const size_t begin = row == 0 ? 0 : in[omega + row - 1], end = in[omega + row];
  for (size_t i = begin; i < end; ++i) out.c[in[i]] = 1;  // public: a signature
}

}  // namespace merlon::crypto::ml_dsa
