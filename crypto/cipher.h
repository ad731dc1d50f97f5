// SPDX-License-Identifier: Apache-2.0
// Block ciphers, bare: for the random generator, for modes that are made of any driver's
// (cipher_ctr.h, cmac.h, key_wrap.h), and for the masks that hide record numbers (RFC 9147 s4.2.3)
// and QUIC headers (RFC 9001 s5.4).
#pragma once
#include <array>
#include <cstddef>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"

namespace merlon::crypto {

enum class CipherId : uint8_t { kNone = 0, kAes128 = 1, kAes256 = 2, kAes192 = 3 };
inline constexpr size_t kCipherBlockSize = 16;
// AES with keys of this size: 16, 24 or 32 bytes.
constexpr CipherId AesOf(size_t key_size) {
  return key_size == 16   ? CipherId::kAes128
         : key_size == 24 ? CipherId::kAes192
                          : CipherId::kAes256;
}
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

// The other direction, which few modes need: an object of its own, so that the others do not link
// it.
struct BlockDecryptAlgorithm {
  CipherId id;
  uint8_t key_size;
  uint16_t context_size;  // bytes, at most kMaxCipherContextSize
  void (*bind)(void* context, Bytes key);
  void (*decrypt_blocks)(const void* context, Bytes in, MutableBytes out);  // as encrypt_blocks
};

// A key bound to one direction of a cipher. Wiped when it dies.
template <class Algorithm>
class CipherKey {
 public:
  // Traps if the key is not key_size bytes.
  CipherKey(const Algorithm& algorithm, Bytes key) : algorithm_(&algorithm) {
    if (algorithm.context_size > kMaxCipherContextSize || key.size() != algorithm.key_size) {
      __builtin_trap();
    }
    algorithm_->bind(context_.data(), key);
  }
  CipherKey(const CipherKey&) = delete;
  CipherKey& operator=(const CipherKey&) = delete;
  ~CipherKey() { WipeObject(context_); }

  // As encrypt_blocks and decrypt_blocks.
  void Encrypt(Bytes in, MutableBytes out) const {
    algorithm_->encrypt_blocks(context_.data(), in, out);
  }
  void Decrypt(Bytes in, MutableBytes out) const {
    algorithm_->decrypt_blocks(context_.data(), in, out);
  }

 private:
  const Algorithm* algorithm_;
  alignas(16) std::array<uint8_t, kMaxCipherContextSize> context_;
};
using EncryptionKey = CipherKey<CipherAlgorithm>;
using DecryptionKey = CipherKey<BlockDecryptAlgorithm>;

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
