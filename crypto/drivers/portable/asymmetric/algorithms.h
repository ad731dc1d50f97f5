// SPDX-License-Identifier: Apache-2.0
// The asymmetric algorithms of the portable driver, one object each: naming one links it alone.
#pragma once
#include "crypto/key_agreement.h"
#include "crypto/sign.h"

namespace merlon::crypto {

extern const KeyAgreementAlgorithm kPortableX25519;  // RFC 7748
extern const KeyAgreementAlgorithm kPortableX448;
extern const KeyAgreementAlgorithm kPortableP256;  // SEC 1 s3.3.1, on secp256r1
extern const KeyAgreementAlgorithm kPortableP384;  // on secp384r1
extern const KeyAgreementAlgorithm kPortableP521;  // on secp521r1
extern const SignAlgorithm kPortableEcdsaP256;     // FIPS 186-5 s6, hedged RFC 6979 nonces
extern const SignAlgorithm kPortableEcdsaP384;
extern const SignAlgorithm kPortableEcdsaP521;
extern const SignAlgorithm kPortableEd25519;     // RFC 8032 s5.1, pure
extern const SignAlgorithm kPortableEd448;       // s5.2, pure
extern const SignAlgorithm kPortableRsaPkcs1;    // RFC 8017 s8.2
extern const SignAlgorithm kPortableRsaPssKeys;  // the same for KeyType::kRsaPss
extern const SignAlgorithm kPortableRsaPss;      // RFC 8017 s8.1

}  // namespace merlon::crypto
