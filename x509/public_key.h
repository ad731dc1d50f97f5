// SPDX-License-Identifier: Apache-2.0
// SubjectPublicKeyInfo (RFC 5280 s4.1.2.7): from DER to a key type with raw key, and back.
#pragma once
#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "crypto/key.h"

namespace merlon::x509 {

// A borrowed view.
struct PublicKeyInfo {
  // The whole DER. kBadDer; kBadKey: a key that its own type does not allow. A type, curve or point
  // form that is not supported is no error: it gives KeyType::kNone.
  static Result<PublicKeyInfo> Parse(Bytes der);
  // The same from RSAPublicKey (RFC 8017 A.1.1), which leaves `der` empty. kBadKey.
  static Result<PublicKeyInfo> FromPkcs1(Bytes der);

  crypto::KeyType type = crypto::KeyType::kNone;
  Bytes key;          // in the format of crypto/key.h
  uint16_t bits = 0;  // of the modulus, for RSA
  Bytes der;          // all of it
};

// Bytes that WritePublicKey needs at most beyond the key.
inline constexpr size_t kPublicKeyInfoOverhead = 32;
// Writes the SubjectPublicKeyInfo of a public key in the format of crypto/key.h; gives its size.
// kUnsupportedAlgorithm (misuse), kNoSpace.
Result<size_t> WritePublicKey(crypto::KeyType type, Bytes key, MutableBytes out);

}  // namespace merlon::x509
