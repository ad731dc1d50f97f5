// SPDX-License-Identifier: Apache-2.0
// Constant time: additions, rotations and bitwise operations only; no table is indexed by data.
// Time depends on the length of the message alone. Buffers and padding are SHA-256's.
#include "crypto/legacy/sha1.h"

#include <bit>

#include "crypto/base/endian.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/portable/sha2_hmac.h"

namespace merlon::crypto {
namespace {

// The first chaining value (FIPS 180-4 s5.3.1), five words long.
constexpr std::array<uint32_t, 8> kSha1Start = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
                                                0xc3d2e1f0};

// s4.1.1 and s4.2.1: the function and the constant of round t.
uint32_t Mix(size_t t, uint32_t b, uint32_t c, uint32_t d) {
  switch (t / 20) {
    case 0:
      return (d ^ (b & (c ^ d))) + 0x5a827999;
    case 1:
      return (b ^ c ^ d) + 0x6ed9eba1;
    case 2:
      return ((b & c) | (d & (b | c))) + 0x8f1bbcdc;
    default:
      return (b ^ c ^ d) + 0xca62c1d6;
  }
}

void Blocks(std::array<uint32_t, 8>& state, const uint8_t* data, size_t count) {
  std::array<uint32_t, 16> w;  // the message schedule, a window of 16 words
  for (; count != 0; --count, data += 64) {
    for (size_t i = 0; i < 16; ++i) w[i] = LoadBigEndian<uint32_t>(data + 4 * i);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (size_t t = 0; t < 80; ++t) {
      if (t >= 16) {
        w[t % 16] = std::rotl(w[t % 16] ^ w[(t + 2) % 16] ^ w[(t + 8) % 16] ^ w[(t + 13) % 16], 1);
      }
      const uint32_t next = std::rotl(a, 5) + Mix(t, b, c, d) + e + w[t % 16];
      e = d, d = c, c = std::rotl(b, 30), b = a, a = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
  }
  WipeObject(w);  // HMAC keys pass through it
}

}  // namespace

constinit const HashAlgorithm kPortableSha1 = {
    .id = HashId::kSha1,
    .size = 20,
    .block_size = 64,
    .context_size = sizeof(Sha256Context),
    .start = [](void* context) { Sha256StartFrom(context, kSha1Start); },
    .update = [](void* context, Bytes data) { Sha256Update(context, data, Blocks); },
    .finish = [](void* context, MutableBytes out) { Sha256Finish(context, out, Blocks); },
    .hmac =
        &Sha2Hmac<uint32_t, 20, kSha1Start, Blocks, OneAfterTheOther<uint32_t, Blocks>>::kKernel,
};

}  // namespace merlon::crypto
