// SPDX-License-Identifier: Apache-2.0
// Constant time: 32-bit additions, XORs and fixed rotations only.
#include "crypto/drivers/portable/chacha20.h"

#include <bit>

#include "crypto/base/endian.h"
#include "crypto/base/secret.h"

namespace merlon::crypto {
namespace {

// RFC 8439 s2.1.
inline void QuarterRound(uint32_t& a, uint32_t& b, uint32_t& c, uint32_t& d) {
  a += b;
  d = std::rotl(d ^ a, 16);
  c += d;
  b = std::rotl(b ^ c, 12);
  a += b;
  d = std::rotl(d ^ a, 8);
  c += d;
  b = std::rotl(b ^ c, 7);
}

void Rounds(ChaCha20State& x) {
  for (int i = 0; i < 10; ++i) {
    QuarterRound(x[0], x[4], x[8], x[12]);
    QuarterRound(x[1], x[5], x[9], x[13]);
    QuarterRound(x[2], x[6], x[10], x[14]);
    QuarterRound(x[3], x[7], x[11], x[15]);
    QuarterRound(x[0], x[5], x[10], x[15]);
    QuarterRound(x[1], x[6], x[11], x[12]);
    QuarterRound(x[2], x[7], x[8], x[13]);
    QuarterRound(x[3], x[4], x[9], x[14]);
  }
}

struct MaskContext {
  std::array<uint8_t, kChaCha20KeySize> key;
};

void BindMask(void* context, Bytes key) {
  MaskContext& c = *static_cast<MaskContext*>(context);
  memcpy(c.key.data(), Slice(key, 0, c.key.size()).data(), c.key.size());
}

// RFC 9147 s4.2.3, RFC 9001 s5.4.4: the sample is the counter, then the nonce.
void MaskOf(const void* context, Bytes sample, MutableBytes out) {
  const uint8_t* from = Slice(sample, 0, 16).data();
  ChaCha20State state = ChaCha20Start(static_cast<const MaskContext*>(context)->key.data(),
                                      LoadLittleEndian<uint32_t>(from), from + 4);
  std::array<uint8_t, kChaCha20BlockSize> block = {};
  ChaCha20Xor(state, block.data(), block.data(), 1);
  memcpy(Slice(out, 0, 16).data(), block.data(), 16);
  WipeObject(block);
  WipeObject(state);
}

}  // namespace

ChaCha20State ChaCha20Start(const uint8_t* key, uint32_t counter, const uint8_t* nonce) {
  ChaCha20State state = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};  // "expand 32-byte k"
  for (size_t i = 0; i < 8; ++i) state[4 + i] = LoadLittleEndian<uint32_t>(key + 4 * i);
  state[kChaCha20Counter] = counter;
  for (size_t i = 0; i < 3; ++i) state[13 + i] = LoadLittleEndian<uint32_t>(nonce + 4 * i);
  return state;
}

void ChaCha20Xor(ChaCha20State& state, const uint8_t* in, uint8_t* out, size_t blocks) {
  ChaCha20State x;
  for (; blocks != 0; --blocks) {
    x = state;
    Rounds(x);
    for (size_t i = 0; i < 16; ++i) {
      const uint32_t text = LoadLittleEndian<uint32_t>(in + 4 * i);
      StoreLittleEndian<uint32_t>(text ^ (x[i] + state[i]), out + 4 * i);
    }
    ++state[kChaCha20Counter];
    in += kChaCha20BlockSize;
    out += kChaCha20BlockSize;
  }
  WipeObject(x);
}

constinit const MaskAlgorithm kPortableChaCha20Mask = {kChaCha20KeySize, sizeof(MaskContext),
                                                       BindMask, MaskOf};

}  // namespace merlon::crypto
