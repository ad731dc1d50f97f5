// SPDX-License-Identifier: Apache-2.0
// AlgorithmIdentifiers of signatures: from DER to crypto::SignAlg and back.
#pragma once
#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "crypto/key.h"

namespace merlon::x509 {

// `identifier` is the whole DER of an AlgorithmIdentifier. kUnsupportedAlgorithm for all but ECDSA
// (RFC 5758), RSA PKCS#1 (RFC 4055 s5), RSASSA-PSS with one hash throughout and a
// salt as long as it (RFC 4055 s3.1), each with SHA-256, SHA-384 or SHA-512, Ed25519 and Ed448
// (RFC 8410), ML-DSA (RFC 9881); and for one that names another curve than `key` is on, where that
// is given. With bad_certificate where MD5 or SHA-1 is the reason (RFC 9846 s4.4.2.4).
Result<crypto::SignAlg> ParseSignatureAlgorithm(Bytes identifier,
                                                crypto::KeyType key = crypto::KeyType::kNone);

// The whole DER of its AlgorithmIdentifier, static; of EdDSA that of Ed25519, unless `key` is
// kEd448. kUnsupportedAlgorithm (misuse): it has none.
Result<Bytes> SignatureAlgorithmIdentifier(crypto::SignAlg algorithm,
                                           crypto::KeyType key = crypto::KeyType::kNone);

}  // namespace merlon::x509
