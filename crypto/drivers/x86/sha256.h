// SPDX-License-Identifier: Apache-2.0
// SHA-256 by SHA-NI. Declared on x86-64 alone.
#pragma once
#include "crypto/hash.h"

#if defined(__x86_64__)
namespace merlon::crypto {

extern const HashAlgorithm kX86Sha256;

}  // namespace merlon::crypto
#endif
