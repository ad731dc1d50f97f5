// SPDX-License-Identifier: Apache-2.0
// Constant time: additions, rotations and bitwise operations only; no table is indexed by data.
// Time depends on the length of the message alone.
#include "crypto/drivers/portable/sha512.h"

#include <bit>
#include <cstring>

#include "crypto/base/endian.h"
#include "crypto/drivers/portable/sha2_hmac.h"

namespace merlon::crypto {
namespace {

struct Context {
  std::array<uint64_t, 8> state;
  uint64_t size;  // bytes added so far
  std::array<uint8_t, 128> buffer;
};

// FIPS 180-4 s4.2.3.
constexpr std::array<uint64_t, 80> kRoundConstants = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817};

uint64_t Sigma(uint64_t x, int a, int b, int c) {
  return std::rotr(x, a) ^ std::rotr(x, b) ^ std::rotr(x, c);
}

void Blocks(std::array<uint64_t, 8>& state, const uint8_t* data, size_t count) {
  std::array<uint64_t, 16> w;  // the message schedule, a window of 16 words
  for (; count != 0; --count, data += 128) {
    for (size_t i = 0; i < 16; ++i) w[i] = LoadBigEndian<uint64_t>(data + 8 * i);
    auto [a, b, c, d, e, f, g, h] = state;
    for (size_t i = 0; i < 80; ++i) {
      if (i >= 16) {
        const uint64_t x = w[(i + 1) % 16], y = w[(i + 14) % 16];
        w[i % 16] += (std::rotr(x, 1) ^ std::rotr(x, 8) ^ x >> 7) + w[(i + 9) % 16] +
                     (std::rotr(y, 19) ^ std::rotr(y, 61) ^ y >> 6);
      }
      const uint64_t t1 =
          h + Sigma(e, 14, 18, 41) + (g ^ (e & (f ^ g))) + kRoundConstants[i] + w[i % 16];
      const uint64_t t2 = Sigma(a, 28, 34, 39) + ((a & b) | (c & (a | b)));
      h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
  }
  WipeObject(w);  // HMAC keys pass through it
}

// The first chaining values: FIPS 180-4 s5.3.4, s5.3.5.
constexpr std::array<uint64_t, 8> kStart384 = {
    0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
    0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4};
constexpr std::array<uint64_t, 8> kStart512 = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

template <const std::array<uint64_t, 8>& kStart>
void Start(void* context) {
  Context& c = *static_cast<Context*>(context);
  c.state = kStart;
  c.size = 0;
}

void Update(void* context, Bytes data) {
  Context& c = *static_cast<Context*>(context);
  const size_t used = c.size % 128;
  c.size += data.size();
  if (used != 0) {
    const size_t take = data.size() < 128 - used ? data.size() : 128 - used;
    if (take != 0) memcpy(c.buffer.data() + used, data.data(), take);
    data.remove_prefix(take);
    if (used + take < 128) return;
    Blocks(c.state, c.buffer.data(), 1);
  }
  const size_t whole = data.size() / 128;
  if (whole != 0) Blocks(c.state, data.data(), whole);
  data.remove_prefix(whole * 128);
  if (!data.empty()) memcpy(c.buffer.data(), data.data(), data.size());
}

template <size_t kSize>
void Finish(void* context, MutableBytes out) {
  Context& c = *static_cast<Context*>(context);
  size_t used = c.size % 128;
  c.buffer[used++] = 0x80;
  if (used > 112) {
    memset(c.buffer.data() + used, 0, 128 - used);
    Blocks(c.state, c.buffer.data(), 1);
    used = 0;
  }
  memset(c.buffer.data() + used, 0, 112 - used);
  StoreBigEndian<uint64_t>(c.size >> 61, c.buffer.data() + 112);  // the length in bits, 128 wide
  StoreBigEndian<uint64_t>(c.size << 3, c.buffer.data() + 120);
  Blocks(c.state, c.buffer.data(), 1);
  const MutableBytes digest = Slice(out, 0, kSize);
  for (size_t i = 0; i < kSize / 8; ++i) {
    StoreBigEndian<uint64_t>(c.state[i], digest.data() + 8 * i);
  }
}

template <size_t kSize, const std::array<uint64_t, 8>& kStart>
using KernelOf = Sha2Hmac<uint64_t, kSize, kStart, Blocks, OneAfterTheOther<uint64_t, Blocks>>;

}  // namespace

constinit const HashAlgorithm kPortableSha384 = {
    .id = HashId::kSha384,
    .size = 48,
    .block_size = 128,
    .context_size = sizeof(Context),
    .start = Start<kStart384>,
    .update = Update,
    .finish = Finish<48>,
    .hmac = &KernelOf<48, kStart384>::kKernel,
};

constinit const HashAlgorithm kPortableSha512 = {
    .id = HashId::kSha512,
    .size = 64,
    .block_size = 128,
    .context_size = sizeof(Context),
    .start = Start<kStart512>,
    .update = Update,
    .finish = Finish<64>,
    .hmac = &KernelOf<64, kStart512>::kKernel,
};

}  // namespace merlon::crypto
