// SPDX-License-Identifier: Apache-2.0
// ML-KEM (FIPS 203) in portable, constant-time C++, one object each: naming one links it alone.
#pragma once
#include "crypto/kem.h"

namespace merlon::crypto {

extern const KemAlgorithm kPortableMlKem512;
extern const KemAlgorithm kPortableMlKem768;
extern const KemAlgorithm kPortableMlKem1024;

}  // namespace merlon::crypto
