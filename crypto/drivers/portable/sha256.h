// SPDX-License-Identifier: Apache-2.0
// SHA-256 and SHA-224 (FIPS 180-4) in portable C++. The block function is what accelerated drivers
// replace; SHA-1 buffers and pads as they do.
#pragma once
#include <array>
#include <cstddef>

#include "crypto/hash.h"

namespace merlon::crypto {

extern const HashAlgorithm kPortableSha256;
extern const HashAlgorithm kPortableSha224;

// The first chaining value (FIPS 180-4 s5.3.3).
inline constexpr std::array<uint32_t, 8> kSha256Start = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
// SHA-224's (s5.3.2).
inline constexpr std::array<uint32_t, 8> kSha224Start = {
    0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4};

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

// From the chaining value `start`.
void Sha256StartFrom(void* context, const std::array<uint32_t, 8>& start);
void Sha256Start(void* context);
void Sha256Update(void* context, Bytes data, Sha256Blocks blocks);
// The first out.size() bytes of the state, whole words.
void Sha256Finish(void* context, MutableBytes out, Sha256Blocks blocks);

}  // namespace merlon::crypto
