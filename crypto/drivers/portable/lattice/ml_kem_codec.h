// SPDX-License-Identifier: Apache-2.0
// Polynomials of ML-KEM as bytes (FIPS 203 s4.2.1), with compression where there are fewer than 12
// bits for a coefficient.
#pragma once
#include "crypto/base/constant_time.h"
#include "crypto/drivers/portable/lattice/bit_packing.h"
#include "crypto/drivers/portable/lattice/ml_kem_poly.h"

namespace merlon::crypto::ml_kem {

using lattice::DecodeBits;
using lattice::EncodeBits;
using lattice::EncodedSize;

// Of any representatives.
template <int kBits>
void CompressTo(const Poly& poly, MutableBytes out) {
  EncodeBits<kBits>(poly, out, [](int16_t c) { return Compress<kBits>(Canonical(c)); });
}
// Gives [0, q).
template <int kBits>
void DecompressFrom(Bytes in, Poly& poly) {
  DecodeBits<kBits>(in, poly,
                    [](uint32_t y) { return Decompress<kBits>(static_cast<uint16_t>(y)); });
}

// 384 bytes, of any representatives.
inline void EncodeTo(const Poly& poly, MutableBytes out) { EncodeBits<12>(poly, out, Canonical); }
// Gives [0, 2^12): congruent, that is enough for products.
inline void DecodeFrom(Bytes in, Poly& poly) {
  DecodeBits<12>(in, poly, [](uint32_t c) { return c; });
}
// False if a coefficient is not below q. The bytes are public.
inline bool IsReduced(Bytes in) {
  for (size_t i = 0; i + 3 <= in.size(); i += 3) {
    const int32_t three = in[i] | in[i + 1] << 8 | in[i + 2] << 16;
    if ((three & 0xfff) >= kQ || three >> 12 >= kQ) return false;
  }
  return true;
}

// Decompress_1 of a message of 32 bytes, added to `poly`. A bit is spread by a mask behind a
// barrier: compilers have made a branch of less (CVE-2024-37880).
inline void AddMessage(Bytes message, Poly& poly) {
  for (size_t i = 0; i < kN; ++i) {
    const Mask<uint16_t> mask =
        MaskFromBit<uint16_t>(static_cast<uint16_t>(message[i / 8] >> (i % 8)));
    poly.c[i] = static_cast<int16_t>(poly.c[i] + (mask.bits & Decompress<1>(1)));
  }
}

}  // namespace merlon::crypto::ml_kem
