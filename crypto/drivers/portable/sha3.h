// SPDX-License-Identifier: Apache-2.0
// SHA-3 and SHAKE (FIPS 202 s6) in portable C++.
#pragma once
#include "crypto/hash.h"
#include "crypto/xof.h"

namespace merlon::crypto {

extern const HashAlgorithm kPortableSha3_224;
extern const HashAlgorithm kPortableSha3_256;
extern const HashAlgorithm kPortableSha3_384;
extern const HashAlgorithm kPortableSha3_512;
extern const XofAlgorithm kPortableShake128;
extern const XofAlgorithm kPortableShake256;

}  // namespace merlon::crypto
