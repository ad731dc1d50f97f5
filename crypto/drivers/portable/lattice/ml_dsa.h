// SPDX-License-Identifier: Apache-2.0
// ML-DSA (FIPS 204), pure and hedged, in portable, constant-time C++, one object each: naming one
// links it alone. With an empty context string, as X.509 and TLS have it (RFC 9881 s3); others, and
// deterministic signatures, through with_context.
#pragma once
#include "crypto/sign.h"

namespace merlon::crypto {

extern const SignAlgorithm kPortableMlDsa44;
extern const SignAlgorithm kPortableMlDsa65;
extern const SignAlgorithm kPortableMlDsa87;

}  // namespace merlon::crypto
