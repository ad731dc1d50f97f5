// SPDX-License-Identifier: Apache-2.0
// AES-128 and AES-256 by AES-NI. Declared on x86-64 alone.
#pragma once
#include "crypto/cipher.h"

#if defined(__x86_64__)
namespace merlon::crypto {

extern const CipherAlgorithm kX86Aes128;
extern const CipherAlgorithm kX86Aes256;
extern const MaskAlgorithm kX86Aes128Mask;
extern const MaskAlgorithm kX86Aes256Mask;

}  // namespace merlon::crypto
#endif
