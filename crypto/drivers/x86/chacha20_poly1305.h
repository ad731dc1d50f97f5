// SPDX-License-Identifier: Apache-2.0
// AEAD_CHACHA20_POLY1305 by AVX2, and by AVX-512. Declared on x86-64 alone.
#pragma once
#include "crypto/aead.h"

#if defined(__x86_64__)
namespace merlon::crypto {

extern const MaskAlgorithm kX86ChaCha20Mask;
extern const AeadAlgorithm kX86ChaCha20Poly1305;
extern const AeadAlgorithm kX86Avx512ChaCha20Poly1305;

}  // namespace merlon::crypto
#endif
