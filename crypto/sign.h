// SPDX-License-Identifier: Apache-2.0
// Signatures: what a driver gives. Keys by handle are used through BoundKey (bound_key.h).
#pragma once
#include <cstddef>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "crypto/key.h"
#include "crypto/random.h"

namespace merlon::crypto {

inline constexpr size_t kMaxSignatureSize = 512;  // bytes: RSA-4096

// One signature family for one key type of one driver. Keys are in the formats of key.h. ECDSA
// signatures are DER (RFC 3279 s2.2.3); RSA and Edwards ones raw. For PSS the salt is as long as
// the hash and MGF1 uses the same hash (RFC 9846 s4.2.3).
struct SignAlgorithm {
  SignFamily family;
  KeyType key_type;
  // Signs; gives the signature's size. `hash` is what the scheme names. Blinded, and the result is
  // checked before it leaves (kFaultDetected).
  Result<size_t> (*sign)(Bytes private_key, const HashAlgorithm* hash, Bytes message, Rng& rng,
                         MutableBytes out);
  // kBadSignature; kBadKey when the public key is not valid. Both Origin::kPeer, decrypt_error and
  // bad_certificate.
  Result<void> (*verify)(Bytes public_key, const HashAlgorithm* hash, Bytes message,
                         Bytes signature);
  // The public key of a private one; gives its size. Null where private keys are not supported.
  Result<size_t> (*public_key)(Bytes private_key, MutableBytes out);
  // Checks a private key before it is imported: gives its size in bits, or kBadKey (misuse).
  Result<uint16_t> (*check_private)(Bytes private_key);
  // Makes a key of `bits`; gives the size of the material. Null where not offered.
  Result<size_t> (*generate)(uint16_t bits, Rng& rng, MutableBytes private_key);
};

}  // namespace merlon::crypto
