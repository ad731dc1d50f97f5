// SPDX-License-Identifier: Apache-2.0
// Poly1305 (RFC 8439 s2.5) over whole blocks, which is all that its AEAD needs: arithmetic modulo
// 2^130 - 5 in five limbs of 26 bits, whose products fit 32-bit machines' multipliers.
#pragma once
#include <array>
#include <cstddef>

#include "crypto/base/bytes.h"

namespace merlon::crypto {

inline constexpr size_t kPoly1305KeySize = 32;
inline constexpr size_t kPoly1305TagSize = 16;

// A number below 2^131 as limbs of 26 bits, the second of which may be one bit longer.
using Poly1305Limbs = std::array<uint32_t, 5>;

// The clamped multiplier: the first 16 bytes of the key.
Poly1305Limbs Poly1305Multiplier(const uint8_t* key);
// h = h * r. Limbs of h are below 2^28.
void Poly1305Multiply(Poly1305Limbs& h, const Poly1305Limbs& r);
// The tag of 16 bytes: h modulo 2^130 - 5, plus the last 16 bytes of the key. Limbs of h are below
// 2^31.
void Poly1305Finish(const Poly1305Limbs& h, const uint8_t* key, uint8_t* tag);

// One message.
class Poly1305 {
 public:
  // `key` is 32 bytes, for this message alone.
  explicit Poly1305(const uint8_t* key);
  Poly1305(const Poly1305&) = delete;
  Poly1305& operator=(const Poly1305&) = delete;
  ~Poly1305();
  // Adds `data`, filled up with zeros to whole blocks of 16 bytes (pad16 of RFC 8439 s2.8).
  void AddPadded(Bytes data);
  void Finish(uint8_t* tag);

 private:
  void AddBlock(const uint8_t* block);
  Poly1305Limbs h_ = {}, r_;
  const uint8_t* key_;
};

// The tag of RFC 8439 s2.8 over additional data and ciphertext.
void Poly1305AeadTag(const uint8_t* key, Bytes ad, Bytes text, uint8_t* tag);
// The last block of that: both sizes.
std::array<uint8_t, 16> Poly1305Lengths(Bytes ad, Bytes text);

}  // namespace merlon::crypto
