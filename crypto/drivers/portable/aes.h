// SPDX-License-Identifier: Apache-2.0
// AES-128 and AES-256 encryption (FIPS 197), bitsliced over four blocks; and the masks made of it.
// Modes are elsewhere (aes_gcm.h).
#pragma once
#include <array>
#include <cstddef>

#include "crypto/cipher.h"

namespace merlon::crypto {

extern const CipherAlgorithm kPortableAes128;
extern const CipherAlgorithm kPortableAes256;
extern const MaskAlgorithm kPortableAes128Mask;
extern const MaskAlgorithm kPortableAes256Mask;

// The round keys, bitsliced, two words a round: all four blocks use the same key, so one bit stands
// for the four of a slice.
template <int kRounds>
struct AesKeys {
  std::array<uint64_t, 2 * (kRounds + 1)> words;
};
using Aes128Keys = AesKeys<10>;
using Aes256Keys = AesKeys<14>;

// Expands `key` of 16 or 32 bytes.
void AesExpandKey(Bytes key, Aes128Keys& keys);
void AesExpandKey(Bytes key, Aes256Keys& keys);
// Encrypts four blocks (64 bytes) in place.
void AesEncrypt4(const Aes128Keys& keys, uint8_t* blocks);
void AesEncrypt4(const Aes256Keys& keys, uint8_t* blocks);

}  // namespace merlon::crypto
