// SPDX-License-Identifier: Apache-2.0
// PBKDF2 (RFC 8018 s5.2) with HMAC over any hash.
#pragma once
#include "crypto/base/result.h"
#include "crypto/mac.h"

namespace merlon::crypto {

// The derived key of out.size() bytes. kMisuse: no iteration, or more than 2^32 - 1 blocks.
Result<void> Pbkdf2(const Hmac& password, Bytes salt, uint32_t iterations, MutableBytes out);
inline Result<void> Pbkdf2(const HashAlgorithm& hash, Bytes password, Bytes salt,
                           uint32_t iterations, MutableBytes out) {
  return Pbkdf2(Hmac(hash, password), salt, iterations, out);
}

}  // namespace merlon::crypto
