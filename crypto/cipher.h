// SPDX-License-Identifier: Apache-2.0
// Block ciphers, as far as TLS needs them bare: for the random generator and for the masks that
// hide record numbers (RFC 9147 s4.2.3) and QUIC headers (RFC 9001 s5.4).
#pragma once
#include <cstddef>

#include "crypto/base/bytes.h"

namespace merlon::crypto {

enum class CipherId : uint8_t { kNone = 0, kAes128 = 1, kAes256 = 2 };
inline constexpr size_t kMaxCipherContextSize = 240;  // bytes, 16-aligned: AES-256's round keys

// One block cipher of one driver, encrypting only. Blocks are 16 bytes.
struct CipherAlgorithm {
  CipherId id;
  uint8_t key_size;
  uint16_t context_size;  // bytes, at most kMaxCipherContextSize
  void (*bind)(void* context, Bytes key);
  // in.size() == out.size(), a multiple of 16; each block on its own (ECB). May be in place.
  void (*encrypt_blocks)(const void* context, Bytes in, MutableBytes out);
};

inline constexpr size_t kMaxMaskKeySize = 32;

// The 16-byte mask that a sample of ciphertext gives under a header key of its own.
struct MaskAlgorithm {
  uint8_t key_size;       // at most kMaxMaskKeySize
  uint16_t context_size;  // bytes, at most kMaxCipherContextSize
  void (*bind)(void* context, Bytes key);
  // sample.size() == 16, out.size() == 16.
  void (*mask)(const void* context, Bytes sample, MutableBytes out);
};

}  // namespace merlon::crypto
