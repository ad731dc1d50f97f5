// SPDX-License-Identifier: Apache-2.0
// The lattice algorithms of the x86 driver; the portable ones explain them. AVX2.
#pragma once
#include "crypto/kem.h"
#include "crypto/key_agreement.h"
#include "crypto/sign.h"

namespace merlon::crypto {

extern const KemAlgorithm kX86MlKem512;
extern const KemAlgorithm kX86MlKem768;
extern const KemAlgorithm kX86MlKem1024;
extern const KeyAgreementAlgorithm kX86X25519MlKem768;
extern const KeyAgreementAlgorithm kX86AdxX25519MlKem768;  // BMI2 and ADX as well

// They keep the matrix: 16, 30 or 56 KiB of stack beyond what the portable ones take.
extern const SignAlgorithm kX86MlDsa44;
extern const SignAlgorithm kX86MlDsa65;
extern const SignAlgorithm kX86MlDsa87;

}  // namespace merlon::crypto
