// SPDX-License-Identifier: Apache-2.0
// The ChaCha20 block function (RFC 8439 s2.3), and the mask made of it. The AEAD is elsewhere
// (chacha20_poly1305.h).
#pragma once
#include <array>
#include <cstddef>

#include "crypto/cipher.h"

namespace merlon::crypto {

extern const MaskAlgorithm kPortableChaCha20Mask;

inline constexpr size_t kChaCha20KeySize = 32;
inline constexpr size_t kChaCha20NonceSize = 12;
inline constexpr size_t kChaCha20BlockSize = 64;

// The input of a block: four constants, eight words of key, a counter, three words of nonce.
using ChaCha20State = std::array<uint32_t, 16>;
inline constexpr size_t kChaCha20Counter = 12;  // the counter's place

// `key` is 32 bytes, `nonce` 12.
ChaCha20State ChaCha20Start(const uint8_t* key, uint32_t counter, const uint8_t* nonce);
// XORs `blocks` blocks of key stream into `in`, giving `out` (the same bytes or no overlap), and
// moves the counter on.
void ChaCha20Xor(ChaCha20State& state, const uint8_t* in, uint8_t* out, size_t blocks);

}  // namespace merlon::crypto
