// SPDX-License-Identifier: Apache-2.0
// Private keys from files into a KeyStore, and back: PKCS#8 (RFC 5958; RFC 8410 s7 for EdDSA; RFC
// 9881 s6 for ML-DSA), SEC1 ECPrivateKey (RFC 5915), PKCS#1 RSAPrivateKey (RFC 8017 A.1.2). Not
// encrypted ones.
#pragma once
#include <string_view>

#include "crypto/key_store.h"

namespace merlon::x509 {

// Imports an EC key on P-256, P-384 or P-521, an RSA, an Ed25519, an Ed448 or an ML-DSA key, the
// last one as the seed where the file has it (an expanded one beside must be that seed's); it may
// sign in any way that suits its type, as far as `usage` allows. A public key that comes with it
// must be its own. kBadKey (misuse): malformed; kUnsupported (misuse): another kind of key; else
// what KeyStore::Import says.
Result<crypto::KeyHandle> ImportPrivateKeyDer(crypto::KeyStore& store, Bytes der,
                                              crypto::Usage usage);
// The same from the first "PRIVATE KEY", "EC PRIVATE KEY" or "RSA PRIVATE KEY" of a PEM text.
// kBadPem when there is none. RSA keys up to 4096 bits.
Result<crypto::KeyHandle> ImportPrivateKeyPem(crypto::KeyStore& store, std::string_view text,
                                              crypto::Usage usage);

// Bytes of a PKCS#8 key beyond what KeyStore::Export gives, at most; with the public key of EC
// ones.
inline constexpr size_t kPkcs8Overhead = 160;
// Writes a signing key as PKCS#8 PrivateKeyInfo, an EC one with its public key; gives the size.
// kNotPermitted without Usage::kExport, kUnsupported, kNoSpace; then `out` is wiped.
Result<size_t> ExportPkcs8(const crypto::KeyStore& store, crypto::KeyHandle key, MutableBytes out);

}  // namespace merlon::x509
