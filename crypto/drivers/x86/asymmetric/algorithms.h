// SPDX-License-Identifier: Apache-2.0
// The asymmetric algorithms of the x86 driver; the portable ones explain them. BMI2 and ADX.
#pragma once
#include "crypto/key_agreement.h"
#include "crypto/sign.h"

namespace merlon::crypto {

extern const KeyAgreementAlgorithm kX86X25519;
extern const KeyAgreementAlgorithm kX86P256;
extern const SignAlgorithm kX86EcdsaP256;
extern const SignAlgorithm kX86RsaPkcs1;
extern const SignAlgorithm kX86RsaPss;
extern const SignAlgorithm kX86RsaPssKeys;  // for KeyType::kRsaPss

}  // namespace merlon::crypto
