// SPDX-License-Identifier: Apache-2.0
// SHA-384 and SHA-512 (FIPS 180-4) in portable C++.
#pragma once
#include "crypto/hash.h"

namespace merlon::crypto {

extern const HashAlgorithm kPortableSha384;
extern const HashAlgorithm kPortableSha512;

}  // namespace merlon::crypto
