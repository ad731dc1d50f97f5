// SPDX-License-Identifier: Apache-2.0
// Constant time: additions, rotations and bitwise operations only; no table is indexed by data.
// Time depends on the length of the message alone.
#include "crypto/drivers/portable/sha256.h"

#include <bit>
#include <cstring>

#include "crypto/base/endian.h"
#include "crypto/drivers/portable/sha2_hmac.h"

namespace merlon::crypto {

alignas(16) constinit const std::array<uint32_t, 64> kSha256RoundConstants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

void Sha256StartFrom(void* context, const std::array<uint32_t, 8>& start) {
  Sha256Context& c = *static_cast<Sha256Context*>(context);
  c.state = start;
  c.size = 0;
}
void Sha256Start(void* context) { Sha256StartFrom(context, kSha256Start); }

void Sha256Update(void* context, Bytes data, Sha256Blocks blocks) {
  Sha256Context& c = *static_cast<Sha256Context*>(context);
  const size_t used = c.size % 64;
  c.size += data.size();
  if (used != 0) {
    const size_t take = data.size() < 64 - used ? data.size() : 64 - used;
    if (take != 0) memcpy(c.buffer.data() + used, data.data(), take);
    data.remove_prefix(take);
    if (used + take < 64) return;
    blocks(c.state, c.buffer.data(), 1);
  }
  const size_t whole = data.size() / 64;
  if (whole != 0) blocks(c.state, data.data(), whole);
  data.remove_prefix(whole * 64);
  if (!data.empty()) memcpy(c.buffer.data(), data.data(), data.size());
}

void Sha256Finish(void* context, MutableBytes out, Sha256Blocks blocks) {
  Sha256Context& c = *static_cast<Sha256Context*>(context);
  const uint64_t bits = c.size * 8;
  size_t used = c.size % 64;
  c.buffer[used++] = 0x80;
  if (used > 56) {
    memset(c.buffer.data() + used, 0, 64 - used);
    blocks(c.state, c.buffer.data(), 1);
    used = 0;
  }
  memset(c.buffer.data() + used, 0, 56 - used);
  StoreBigEndian<uint64_t>(bits, c.buffer.data() + 56);
  blocks(c.state, c.buffer.data(), 1);
  if (out.size() > 32) __builtin_trap();
  for (size_t i = 0; i < out.size() / 4; ++i) StoreBigEndian(c.state[i], out.data() + 4 * i);
}

namespace {

uint32_t Sigma(uint32_t x, int a, int b, int c) {
  return std::rotr(x, a) ^ std::rotr(x, b) ^ std::rotr(x, c);
}

void Blocks(std::array<uint32_t, 8>& state, const uint8_t* data, size_t count) {
  std::array<uint32_t, 16> w;  // the message schedule, a window of 16 words
  for (; count != 0; --count, data += 64) {
    for (size_t i = 0; i < 16; ++i) w[i] = LoadBigEndian<uint32_t>(data + 4 * i);
    auto [a, b, c, d, e, f, g, h] = state;
    for (size_t i = 0; i < 64; ++i) {
      if (i >= 16) {
        const uint32_t x = w[(i + 1) % 16], y = w[(i + 14) % 16];
        w[i % 16] += (std::rotr(x, 7) ^ std::rotr(x, 18) ^ x >> 3) + w[(i + 9) % 16] +
                     (std::rotr(y, 17) ^ std::rotr(y, 19) ^ y >> 10);
      }
      const uint32_t t1 =
          h + Sigma(e, 6, 11, 25) + (g ^ (e & (f ^ g))) + kSha256RoundConstants[i] + w[i % 16];
      const uint32_t t2 = Sigma(a, 2, 13, 22) + ((a & b) | (c & (a | b)));
      h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
  }
  WipeObject(w);  // HMAC keys pass through it
}

void Update(void* context, Bytes data) { Sha256Update(context, data, Blocks); }
void Finish(void* context, MutableBytes out) { Sha256Finish(context, out, Blocks); }

}  // namespace

constinit const HashAlgorithm kPortableSha256 = {
    .id = HashId::kSha256,
    .size = 32,
    .block_size = 64,
    .context_size = sizeof(Sha256Context),
    .start = Sha256Start,
    .update = Update,
    .finish = Finish,
    .hmac =
        &Sha2Hmac<uint32_t, 32, kSha256Start, Blocks, OneAfterTheOther<uint32_t, Blocks>>::kKernel,
};

constinit const HashAlgorithm kPortableSha224 = {
    .id = HashId::kSha224,
    .size = 28,
    .block_size = 64,
    .context_size = sizeof(Sha256Context),
    .start = [](void* context) { Sha256StartFrom(context, kSha224Start); },
    .update = Update,
    .finish = Finish,
    .hmac =
        &Sha2Hmac<uint32_t, 28, kSha224Start, Blocks, OneAfterTheOther<uint32_t, Blocks>>::kKernel,
};

}  // namespace merlon::crypto
