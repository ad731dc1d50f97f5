// SPDX-License-Identifier: Apache-2.0
#include "tls/listener/sip_hash.h"

#include <bit>

#include "crypto/base/endian.h"

namespace merlon::tls {
namespace {

struct State {
  uint64_t v0, v1, v2, v3;
  void Round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void Absorb(uint64_t word) {
    v3 ^= word;
    Round();
    Round();
    v0 ^= word;
  }
};

}  // namespace

uint64_t SipHash(Bytes key, Bytes data) {
  const uint8_t* const k = Slice(key, 0, 16).data();
  const uint64_t k0 = LoadLittleEndian<uint64_t>(k), k1 = LoadLittleEndian<uint64_t>(k + 8);
  State state = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
                 k1 ^ 0x7465646279746573};
  const uint64_t size = data.size();
  for (; data.size() >= 8; data.remove_prefix(8)) {
    state.Absorb(LoadLittleEndian<uint64_t>(data.data()));
  }
  uint64_t last = size << 56;
  for (size_t i = 0; i < data.size(); ++i) last |= uint64_t{data[i]} << 8 * i;
  state.Absorb(last);
  state.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) state.Round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace merlon::tls
