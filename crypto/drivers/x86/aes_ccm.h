// SPDX-License-Identifier: Apache-2.0
// AES-CCM by AES-NI. Declared on x86-64 alone.
#pragma once
#include "crypto/aead.h"

#if defined(__x86_64__)
namespace merlon::crypto {

extern const AeadAlgorithm kX86Aes128Ccm;
extern const AeadAlgorithm kX86Aes256Ccm;
extern const AeadAlgorithm kX86Aes128Ccm8;
extern const AeadAlgorithm kX86Aes256Ccm8;

}  // namespace merlon::crypto
#endif
