// SPDX-License-Identifier: Apache-2.0
// Four sponges side by side (FIPS 202) by AVX2: the matrices and masks of the lattice algorithms
// are expanded from one seed with different numbers behind it.
//
// Constant time: XOR, AND NOT and shifts by constants. Portable twin: ../../portable/keccak.h.
#pragma once
#if defined(__x86_64__)
#include <array>

#include "crypto/base/bytes.h"
#include "crypto/drivers/portable/keccak.h"

namespace merlon::crypto::x86 {

// Lane by lane, those of the four states beside each other.
struct alignas(32) KeccakStatesX4 {
  std::array<std::array<uint64_t, 4>, 25> lanes;
};
void KeccakPermuteX4(KeccakStatesX4& states);

// SHAKE of seed | number, for four numbers, block by block. Plain data: who keeps one wipes it.
struct ShakeX4 {
  KeccakStatesX4 states;
  size_t rate;

  // The seed is whole lanes; numbers are `number_size` bytes, 1 or 2, least significant first.
  void Start(size_t rate_bytes, Bytes seed, const std::array<uint16_t, 4>& numbers,
             size_t number_size);
  // The next block of each; that of the n-th begins at out[n * stride].
  void NextBlocks(uint8_t* out, size_t stride);
};

// SHAKE256 of a secret seed | number, for `number` and the three after it: `size` bytes of each,
// whole blocks, one after the other.
void Shake256OfFour(Bytes seed, size_t number, size_t number_size, uint8_t* out, size_t size);

}  // namespace merlon::crypto::x86
#endif
