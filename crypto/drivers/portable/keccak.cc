// SPDX-License-Identifier: Apache-2.0
// Constant time: XOR, AND, NOT and rotations by public amounts; no table is indexed by data. Time
// depends on the lengths of input and output alone.
#include "crypto/drivers/portable/keccak.h"

#include <bit>
#include <utility>

#include "crypto/base/endian.h"
#include "crypto/base/secret.h"

namespace merlon::crypto {
namespace {

// step(0), ..., step(kCount - 1): written out, so that lanes stay in registers and rotations are by
// constants; where size counts (devices, -Os) a loop, which takes a tenth of the code.
template <size_t kCount, class Step>
[[gnu::always_inline]] inline void Repeat(Step step) {
#if defined(__OPTIMIZE_SIZE__)
  for (size_t i = 0; i < kCount; ++i) step(i);
#else
  [&]<size_t... i>(std::index_sequence<i...>) __attribute__((always_inline)) {
    (step(std::integral_constant<size_t, i>()), ...);
  }(std::make_index_sequence<kCount>());
#endif
}

// FIPS 202 s3.2: theta, rho and pi, chi, iota.
[[gnu::always_inline]] inline void Round(KeccakState& a, uint64_t constant) {
  std::array<uint64_t, 5> c;
  Repeat<5>([&](auto x) __attribute__((always_inline)) {
    c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
  });
  Repeat<5>([&](auto x) __attribute__((always_inline)) {
    const uint64_t d = c[(x + 4) % 5] ^ std::rotl(c[(x + 1) % 5], 1);
    for (size_t y = 0; y < 25; y += 5) a[x + y] ^= d;
  });
  uint64_t moved = a[1];
  Repeat<24>([&](auto i) __attribute__((always_inline)) {
    moved = std::exchange(a[kKeccakPi[i]], std::rotl(moved, kKeccakRho[i]));
  });
  Repeat<5>([&](auto y) __attribute__((always_inline)) {
    const size_t at = 5 * y;
    const uint64_t first = a[at], second = a[at + 1];
    a[at] ^= ~second & a[at + 2];
    a[at + 1] ^= ~a[at + 2] & a[at + 3];
    a[at + 2] ^= ~a[at + 3] & a[at + 4];
    a[at + 3] ^= ~a[at + 4] & first;
    a[at + 4] ^= ~first & second;
  });
  a[0] ^= constant;
}

void XorByte(KeccakState& state, size_t at, uint8_t byte) {
  state[at / 8] ^= uint64_t{byte} << (8 * (at % 8));
}

}  // namespace

void KeccakPermute(KeccakState& state) {
  KeccakState a = state;
  for (const uint64_t constant : kKeccakRoundConstants) Round(a, constant);
  state = a;
  WipeObject(a);
}

void Sponge::Start(size_t rate_bytes, uint8_t suffix_byte) {
  *this = {};
  rate = static_cast<uint8_t>(rate_bytes);
  suffix = suffix_byte;
}

void Sponge::Absorb(Bytes data) {
  if (squeezing) __builtin_trap();
  size_t at = position;
  for (size_t i = 0; i < data.size();) {
    if (at % 8 == 0 && data.size() - i >= 8) {  // rates are whole lanes
      state[at / 8] ^= LoadLittleEndian<uint64_t>(data.data() + i);
      at += 8, i += 8;
    } else {
      XorByte(state, at++, data[i++]);
    }
    if (at == rate) {
      KeccakPermute(state);
      at = 0;
    }
  }
  position = static_cast<uint8_t>(at);
}

void Sponge::Squeeze(MutableBytes out) {
  if (!squeezing) {
    XorByte(state, position, suffix);  // pad10*1 (FIPS 202 s5.1): its first bit is in the suffix
    XorByte(state, rate - size_t{1}, 0x80);
    squeezing = true;
    position = rate;
  }
  size_t at = position;
  for (size_t i = 0; i < out.size();) {
    if (at == rate) {
      KeccakPermute(state);
      at = 0;
    }
    if (at % 8 == 0 && out.size() - i >= 8) {
      StoreLittleEndian<uint64_t>(state[at / 8], out.data() + i);
      at += 8, i += 8;
    } else {
      out[i++] = static_cast<uint8_t>(state[at / 8] >> (8 * (at % 8)));
      ++at;
    }
  }
  position = static_cast<uint8_t>(at);
}

void SpongeOf(size_t rate, uint8_t suffix, absl::Span<const Bytes> parts, MutableBytes out) {
  Sponge sponge;
  sponge.Start(rate, suffix);
  for (Bytes part : parts) sponge.Absorb(part);
  sponge.Squeeze(out);
  WipeObject(sponge);
}

}  // namespace merlon::crypto
