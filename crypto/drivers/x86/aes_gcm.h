// SPDX-License-Identifier: Apache-2.0
// AES-GCM by AES-NI and PCLMULQDQ. Declared on x86-64 alone.
#pragma once
#include "crypto/aead.h"

#if defined(__x86_64__)
namespace merlon::crypto {

extern const AeadAlgorithm kX86Aes128Gcm;
extern const AeadAlgorithm kX86Aes256Gcm;

}  // namespace merlon::crypto
#endif
