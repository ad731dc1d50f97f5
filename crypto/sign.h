// SPDX-License-Identifier: Apache-2.0
// Signatures: what a driver gives. Keys by handle are used through BoundKey (bound_key.h).
#pragma once
#include <cstddef>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "crypto/key.h"
#include "crypto/random.h"

namespace merlon::crypto {

// Bytes of a signature of the classic families: RSA-4096. SignAlgorithm says what others need.
inline constexpr size_t kMaxSignatureSize = 512;
inline constexpr size_t kMaxLatticeSignatureSize = 4627;  // ML-DSA-87

// Signing in a context, and by randomness that is given, where a family has both (FIPS 204 s3.4,
// s5.2). A private key is a seed, or what is expanded from that, which signs faster; sizes tell
// them apart. Sizes are in bytes.
struct ContextSignAlgorithm {
  uint16_t seed_size;
  uint16_t private_size;  // the expanded key
  uint16_t public_size;

  // The expanded key pair of a seed.
  Result<void> (*expand)(Bytes seed, MutableBytes private_key, MutableBytes public_key);
  // As SignAlgorithm::sign; a context is at most 255 bytes, randomness 32, or none: the signature
  // is then the same each time.
  Result<size_t> (*sign)(Bytes private_key, Bytes context, Bytes message, Bytes randomness,
                         MutableBytes out);
  // The same for a message that was hashed with public key and context elsewhere: mu, 64 bytes
  // (FIPS 204 s6.2).
  Result<size_t> (*sign_representative)(Bytes private_key, Bytes mu, Bytes randomness,
                                        MutableBytes out);
  // As SignAlgorithm::verify.
  Result<void> (*verify)(Bytes public_key, Bytes context, Bytes message, Bytes signature);
};

// Verification with a public key that was prepared once, where many signatures by it are to come:
// that of a CA.
struct PreparedVerification {
  uint16_t size;  // bytes of what is made of a key; they are this driver's own
  // kBadKey, as of SignAlgorithm::verify.
  Result<void> (*prepare)(Bytes public_key, MutableBytes prepared);
  // As SignAlgorithm::verify.
  Result<void> (*verify)(Bytes prepared, const HashAlgorithm* hash, Bytes message, Bytes signature);
};

// One signature family for one key type of one driver. Keys are in the formats of key.h. ECDSA
// signatures are DER (RFC 3279 s2.2.3); all others raw. For PSS the salt is as long as
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
  uint16_t max_signature_size = kMaxSignatureSize;     // bytes
  const ContextSignAlgorithm* with_context = nullptr;  // null: the family has no contexts
  const PreparedVerification* prepared = nullptr;      // null: preparing keys gains nothing
};

}  // namespace merlon::crypto
