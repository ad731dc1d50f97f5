// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4) in portable C++. Its block function is what accelerated drivers replace.
#pragma once
#include <array>
#include <cstddef>

#include "crypto/hash.h"

namespace merlon::crypto {

extern const HashAlgorithm kPortableSha256;

// The first chaining value (FIPS 180-4 s5.3.3).
inline constexpr std::array<uint32_t, 8> kSha256Start = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

// The parts that drivers share: state, buffering, padding.
struct Sha256Context {
  std::array<uint32_t, 8> state;
  uint64_t size;  // bytes added so far
  std::array<uint8_t, 64> buffer;
};

// Mixes `count` blocks of 64 bytes into the state.
using Sha256Blocks = void (*)(std::array<uint32_t, 8>& state, const uint8_t* data, size_t count);

// The round constants (FIPS 180-4 s4.2.2), 16-aligned for vector loads.
extern const std::array<uint32_t, 64> kSha256RoundConstants;

void Sha256Start(void* context);
void Sha256Update(void* context, Bytes data, Sha256Blocks blocks);
void Sha256Finish(void* context, MutableBytes out, Sha256Blocks blocks);

}  // namespace merlon::crypto
