// SPDX-License-Identifier: Apache-2.0
// Keccak-f[1600] and its sponge (FIPS 202 s3, s4) in portable C++: what SHA-3, SHAKE and the
// lattice algorithms are made of.
#pragma once
#include <array>
#include <cstddef>

#include "crypto/base/bytes.h"

namespace merlon::crypto {

// Lane (x, y) is at [5 * y + x]; its byte i is bits 8 * i to 8 * i + 7 (FIPS 202 s3.1.2, B.1).
using KeccakState = std::array<uint64_t, 25>;

// FIPS 202 s3.2.5.
inline constexpr std::array<uint64_t, 24> kKeccakRoundConstants = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
// The lanes in the order in which pi moves each to the place of the next, from lane 1 on, and by
// how much rho turns what comes there (FIPS 202 s3.2.2, s3.2.3).
inline constexpr std::array<uint8_t, 24> kKeccakPi = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                                      15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};
inline constexpr std::array<uint8_t, 24> kKeccakRho = {
    1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44};

// The permutation of 24 rounds.
void KeccakPermute(KeccakState& state);

// The bits behind the message and the first of the padding, as a byte (FIPS 202 B.2).
inline constexpr uint8_t kSha3Suffix = 0x06;
inline constexpr uint8_t kShakeSuffix = 0x1f;
// Bytes of a block: 200 less twice the security strength in bytes.
inline constexpr size_t kShake128Rate = 168;
inline constexpr size_t kShake256Rate = 136;

// A sponge in progress. Plain data: copying it forks the operation; who keeps one wipes it.
struct Sponge {
  KeccakState state;
  uint8_t rate;      // bytes of a block
  uint8_t suffix;    // kSha3Suffix or kShakeSuffix
  uint8_t position;  // bytes of this block that are taken up, or given out
  bool squeezing;

  void Start(size_t rate_bytes, uint8_t suffix_byte);
  // Traps once it squeezes.
  void Absorb(Bytes data);
  // The next bytes; the first call ends the message.
  void Squeeze(MutableBytes out);
};
static_assert(sizeof(Sponge) == 208);

// out = SHAKE or SHA-3 of parts[0] | parts[1] | ..., all that is kept wiped.
void SpongeOf(size_t rate, uint8_t suffix, absl::Span<const Bytes> parts, MutableBytes out);

}  // namespace merlon::crypto
