// SPDX-License-Identifier: Apache-2.0
// AES (FIPS 197), bitsliced over four blocks: encryption, decryption as objects of its own, and the
// masks made of it. Modes are elsewhere (aes_gcm.h).
#pragma once
#include <array>
#include <cstddef>

#include "crypto/cipher.h"

namespace merlon::crypto {

extern const CipherAlgorithm kPortableAes128;
extern const CipherAlgorithm kPortableAes192;
extern const CipherAlgorithm kPortableAes256;
extern const BlockDecryptAlgorithm kPortableAes128Decrypt;
extern const BlockDecryptAlgorithm kPortableAes192Decrypt;
extern const BlockDecryptAlgorithm kPortableAes256Decrypt;
extern const MaskAlgorithm kPortableAes128Mask;
extern const MaskAlgorithm kPortableAes192Mask;
extern const MaskAlgorithm kPortableAes256Mask;

// The round keys, bitsliced, two words a round: all four blocks use the same key, so one bit stands
// for the four of a slice.
template <int kRounds>
struct AesKeys {
  std::array<uint64_t, 2 * (kRounds + 1)> words;
};
using Aes128Keys = AesKeys<10>;
using Aes192Keys = AesKeys<12>;
using Aes256Keys = AesKeys<14>;

// Expands `key` of 16, 24 or 32 bytes.
template <int kRounds>
void AesExpandKey(Bytes key, AesKeys<kRounds>& keys);
// Encrypts four blocks (64 bytes) in place.
template <int kRounds>
void AesEncrypt4(const AesKeys<kRounds>& keys, uint8_t* blocks);

extern template void AesExpandKey(Bytes key, Aes128Keys& keys);
extern template void AesExpandKey(Bytes key, Aes192Keys& keys);
extern template void AesExpandKey(Bytes key, Aes256Keys& keys);
extern template void AesEncrypt4(const Aes128Keys& keys, uint8_t* blocks);
extern template void AesEncrypt4(const Aes192Keys& keys, uint8_t* blocks);
extern template void AesEncrypt4(const Aes256Keys& keys, uint8_t* blocks);

}  // namespace merlon::crypto
