// SPDX-License-Identifier: Apache-2.0
// Constant time where the CPU's 64-bit (or 32x32) integer multiplication is: bitwise operations,
// fixed shifts and multiplications; no table. Carry-less products are taken by integer
// multiplication of words of which only every fourth bit is used, so that carries die in the holes
// (the idea is Thomas Pornin's, in BearSSL).
#include "crypto/drivers/portable/ghash.h"

#include <cstring>

#include "crypto/base/endian.h"
#include "crypto/base/secret.h"

namespace merlon::crypto {
namespace {

constexpr uint64_t kHoles = 0x1111111111111111;

// The low 64 bits of the carry-less product. At most 16 terms meet in one bit, and only in the top
// one, whose carry falls off; elsewhere sums of at most 15 stay within their four bits.
uint64_t CarrylessLow(uint64_t x, uint64_t y) {
  uint64_t product = 0;
  for (int i = 0; i < 4; ++i) {
    uint64_t sum = 0;
    for (int j = 0; j < 4; ++j) {
      sum ^= (x & kHoles << j) * (y & kHoles << ((i - j) & 3));
    }
    product |= sum & kHoles << i;
  }
  return product;
}

uint64_t ReverseBits(uint64_t x) {
  x = (x & 0x5555555555555555) << 1 | (x >> 1 & 0x5555555555555555);
  x = (x & 0x3333333333333333) << 2 | (x >> 2 & 0x3333333333333333);
  x = (x & 0x0f0f0f0f0f0f0f0f) << 4 | (x >> 4 & 0x0f0f0f0f0f0f0f0f);
  return ByteSwap(x);
}

struct Product {
  uint64_t low, high;  // 127 bits
};

// The high half of a product is the low half of the product of the reversed factors, reversed.
Product Carryless(uint64_t x, uint64_t y, uint64_t x_reversed, uint64_t y_reversed) {
  return {CarrylessLow(x, y), ReverseBits(CarrylessLow(x_reversed, y_reversed)) >> 1};
}

}  // namespace

Ghash::~Ghash() { WipeObject(y_); }

GhashKey Ghash::KeyFrom(const std::array<uint8_t, 16>& block) {
  return {{LoadBigEndian<uint64_t>(&block[0]), LoadBigEndian<uint64_t>(&block[8])}};
}

void Ghash::AddBlock(uint64_t first, uint64_t second) {
  const uint64_t a1 = y_[0] ^ first, a0 = y_[1] ^ second;
  const uint64_t b1 = key_.h[0], b0 = key_.h[1];
  const uint64_t a1r = ReverseBits(a1), a0r = ReverseBits(a0);
  const uint64_t b1r = ReverseBits(b1), b0r = ReverseBits(b0);
  // Karatsuba over halves. GCM's bits are reflected, so the first bit of the field is the top one.
  const Product low = Carryless(a0, b0, a0r, b0r), high = Carryless(a1, b1, a1r, b1r);
  Product middle = Carryless(a0 ^ a1, b0 ^ b1, a0r ^ a1r, b0r ^ b1r);
  middle.low ^= low.low ^ high.low;
  middle.high ^= low.high ^ high.high;
  uint64_t v0 = low.low, v1 = low.high ^ middle.low, v2 = high.low ^ middle.high, v3 = high.high;
  // One bit to the left, because a reflected product of 127 bits is one short.
  v3 = v3 << 1 | v2 >> 63;
  v2 = v2 << 1 | v1 >> 63;
  v1 = v1 << 1 | v0 >> 63;
  v0 = v0 << 1;
  // Reduction modulo x^128 + x^7 + x^2 + x + 1, reflected.
  v2 ^= v0 ^ v0 >> 1 ^ v0 >> 2 ^ v0 >> 7;
  v1 ^= v0 << 63 ^ v0 << 62 ^ v0 << 57;
  v3 ^= v1 ^ v1 >> 1 ^ v1 >> 2 ^ v1 >> 7;
  v2 ^= v1 << 63 ^ v1 << 62 ^ v1 << 57;
  y_ = {v3, v2};
}

void Ghash::Update(Bytes data) {
  while (data.size() >= 16) {
    AddBlock(LoadBigEndian<uint64_t>(data.data()), LoadBigEndian<uint64_t>(data.data() + 8));
    data.remove_prefix(16);
  }
  if (data.empty()) return;
  std::array<uint8_t, 16> last = {};
  memcpy(last.data(), data.data(), data.size());
  AddBlock(LoadBigEndian<uint64_t>(&last[0]), LoadBigEndian<uint64_t>(&last[8]));
}

std::array<uint8_t, 16> Ghash::Finish(uint64_t ad_size, uint64_t text_size) {
  AddBlock(ad_size * 8, text_size * 8);
  std::array<uint8_t, 16> out;
  StoreBigEndian(y_[0], &out[0]);
  StoreBigEndian(y_[1], &out[8]);
  return out;
}

}  // namespace merlon::crypto
