// SPDX-License-Identifier: Apache-2.0
// Constant time: multiplication of 32-bit words into 64, additions, fixed shifts, and one selection
// by a mask.
#include "crypto/drivers/portable/poly1305.h"

#include <cstring>

#include "crypto/base/constant_time.h"
#include "crypto/base/endian.h"
#include "crypto/base/secret.h"

namespace merlon::crypto {
namespace {

constexpr uint32_t kLimb = (uint32_t{1} << 26) - 1;

// 16 bytes as limbs of 26 bits.
Poly1305Limbs Split(const uint8_t* from) {
  const uint32_t w0 = LoadLittleEndian<uint32_t>(from), w1 = LoadLittleEndian<uint32_t>(from + 4);
  const uint32_t w2 = LoadLittleEndian<uint32_t>(from + 8);
  const uint32_t w3 = LoadLittleEndian<uint32_t>(from + 12);
  return {w0 & kLimb, (w0 >> 26 | w1 << 6) & kLimb, (w1 >> 20 | w2 << 12) & kLimb,
          (w2 >> 14 | w3 << 18) & kLimb, w3 >> 8};
}

// Takes what exceeds 26 bits from each limb to the next, from the last to the first: 2^130 = 5.
void Carry(Poly1305Limbs& h) {
  uint32_t carry = 0;
  for (uint32_t& limb : h) {
    limb += carry;
    carry = limb >> 26;
    limb &= kLimb;
  }
  h[0] += 5 * carry;
}

}  // namespace

Poly1305Limbs Poly1305Multiplier(const uint8_t* key) {
  std::array<uint8_t, 16> r;
  memcpy(r.data(), key, r.size());
  for (size_t i : {3, 7, 11, 15}) r[i] &= 15;  // RFC 8439 s2.5.1
  for (size_t i : {4, 8, 12}) r[i] &= 252;
  const Poly1305Limbs out = Split(r.data());
  WipeObject(r);
  return out;
}

// Products are below 2^28 * 5 * 2^27 < 2^58, five of them below 2^60.
void Poly1305Multiply(Poly1305Limbs& h, const Poly1305Limbs& r) {
  const auto product = [](uint32_t a, uint32_t b) { return static_cast<uint64_t>(a) * b; };
  const uint32_t s1 = 5 * r[1], s2 = 5 * r[2], s3 = 5 * r[3], s4 = 5 * r[4];
  const uint64_t d0 = product(h[0], r[0]) + product(h[1], s4) + product(h[2], s3) +
                      product(h[3], s2) + product(h[4], s1);
  uint64_t d1 = product(h[0], r[1]) + product(h[1], r[0]) + product(h[2], s4) + product(h[3], s3) +
                product(h[4], s2);
  uint64_t d2 = product(h[0], r[2]) + product(h[1], r[1]) + product(h[2], r[0]) +
                product(h[3], s4) + product(h[4], s3);
  uint64_t d3 = product(h[0], r[3]) + product(h[1], r[2]) + product(h[2], r[1]) +
                product(h[3], r[0]) + product(h[4], s4);
  uint64_t d4 = product(h[0], r[4]) + product(h[1], r[3]) + product(h[2], r[2]) +
                product(h[3], r[1]) + product(h[4], r[0]);
  d1 += d0 >> 26;
  d2 += d1 >> 26;
  d3 += d2 >> 26;
  d4 += d3 >> 26;
  const uint64_t first = (d0 & kLimb) + 5 * (d4 >> 26);
  h[0] = static_cast<uint32_t>(first) & kLimb;
  h[1] = (static_cast<uint32_t>(d1) & kLimb) + static_cast<uint32_t>(first >> 26);
  h[2] = static_cast<uint32_t>(d2) & kLimb;
  h[3] = static_cast<uint32_t>(d3) & kLimb;
  h[4] = static_cast<uint32_t>(d4) & kLimb;
}

void Poly1305Finish(const Poly1305Limbs& h, const uint8_t* key, uint8_t* tag) {
  Poly1305Limbs x = h;
  // The first leaves at most 5 * 2^6 beyond the first limb. Where the second carries that all the
  // way around, the first limb is that small and takes the 5: all limbs are below 2^26 then.
  for (int i = 0; i < 2; ++i) Carry(x);
  // x - p, which is x + 5 without its bit 130, where that does not borrow.
  Poly1305Limbs y;
  uint32_t carry = 5;
  for (size_t i = 0; i < 5; ++i) {
    y[i] = x[i] + carry;
    carry = y[i] >> 26;
    y[i] &= kLimb;
  }
  const Mask<uint32_t> reduce = MaskFromBit<uint32_t>(carry);
  for (size_t i = 0; i < 5; ++i) x[i] = Select(reduce, y[i], x[i]);
  const std::array<uint32_t, 4> words = {x[0] | x[1] << 26, x[1] >> 6 | x[2] << 20,
                                         x[2] >> 12 | x[3] << 14, x[3] >> 18 | x[4] << 8};
  uint64_t sum = 0;
  for (size_t i = 0; i < 4; ++i) {
    sum = (sum >> 32) + words[i] + LoadLittleEndian<uint32_t>(key + 16 + 4 * i);
    StoreLittleEndian<uint32_t>(static_cast<uint32_t>(sum), tag + 4 * i);
  }
  WipeObject(x);
  WipeObject(y);
}

Poly1305::Poly1305(const uint8_t* key) : r_(Poly1305Multiplier(key)), key_(key) {}

Poly1305::~Poly1305() {
  WipeObject(h_);
  WipeObject(r_);
}

void Poly1305::AddBlock(const uint8_t* block) {
  const Poly1305Limbs m = Split(block);
  for (size_t i = 0; i < 5; ++i) h_[i] += m[i];
  h_[4] += uint32_t{1} << 24;  // 2^128: the byte behind the block
  Poly1305Multiply(h_, r_);
}

void Poly1305::AddPadded(Bytes data) {
  for (; data.size() >= 16; data.remove_prefix(16)) AddBlock(data.data());
  if (data.empty()) return;
  std::array<uint8_t, 16> padded = {};
  memcpy(padded.data(), data.data(), data.size());
  AddBlock(padded.data());
}

void Poly1305::Finish(uint8_t* tag) { Poly1305Finish(h_, key_, tag); }

std::array<uint8_t, 16> Poly1305Lengths(Bytes ad, Bytes text) {
  std::array<uint8_t, 16> lengths;
  StoreLittleEndian<uint64_t>(ad.size(), lengths.data());
  StoreLittleEndian<uint64_t>(text.size(), lengths.data() + 8);
  return lengths;
}

void Poly1305AeadTag(const uint8_t* key, Bytes ad, Bytes text, uint8_t* tag) {
  Poly1305 mac(key);
  mac.AddPadded(ad);
  mac.AddPadded(text);
  mac.AddPadded(Poly1305Lengths(ad, text));
  mac.Finish(tag);
}

}  // namespace merlon::crypto
