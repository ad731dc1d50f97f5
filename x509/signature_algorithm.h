// SPDX-License-Identifier: Apache-2.0
// AlgorithmIdentifiers of signatures: from DER to crypto::SignAlg and back.
#pragma once
#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "crypto/key.h"

namespace merlon::x509 {

// `identifier` is the whole DER of an AlgorithmIdentifier. kUnsupportedAlgorithm for all but ECDSA
// (RFC 5758), RSA PKCS#1 with its NULL (RFC 4055 s5), RSASSA-PSS with one hash throughout and a
// salt as long as it (RFC 4055 s3.1), each with SHA-256, SHA-384 or SHA-512, Ed25519 (RFC
// 8410) and ML-DSA (RFC 9881). With bad_certificate where MD5 or SHA-1 is the reason (RFC 9846
// s4.4.2.4).
Result<crypto::SignAlg> ParseSignatureAlgorithm(Bytes identifier);

// The whole DER of its AlgorithmIdentifier, static. kUnsupportedAlgorithm (misuse): it has none.
Result<Bytes> SignatureAlgorithmIdentifier(crypto::SignAlg algorithm);

}  // namespace merlon::x509
