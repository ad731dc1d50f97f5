// SPDX-License-Identifier: Apache-2.0
// Public-key encryption: what a driver gives. Keys by handle are used through BoundDecryptionKey
// (bound_decryption_key.h); encrypting takes the peer's public key and needs no handle.
#pragma once
#include <cstddef>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "crypto/key.h"
#include "crypto/random.h"

namespace merlon::crypto {

// What a scheme lets its users choose. OAEP: `hash` of the label and of MGF1, unless mask_hash says
// otherwise; no hash is misuse. PKCS#1: nothing.
struct EncryptionParameters {
  const HashAlgorithm* hash = nullptr;
  const HashAlgorithm* mask_hash = nullptr;
  Bytes label{};
};

// One scheme for one key type of one driver. Keys are in the formats of key.h.
struct EncryptionAlgorithm {
  Permitted scheme;
  KeyType key_type;
  // Encrypts; gives the ciphertext's size. kBadKey (Origin::kPeer); kNoSpace; kMisuse: the
  // plaintext is longer than the key takes. Null where not offered. `out` does not overlap the
  // plaintext.
  Result<size_t> (*encrypt)(Bytes public_key, const EncryptionParameters& parameters,
                            Bytes plaintext, Rng& rng, MutableBytes out);
  // Decrypts; gives the plaintext's size. `out` has room for a whole ciphertext, else kNoSpace
  // (misuse). kBadMac (Origin::kPeer) if it was not made for this key, or is of a wrong size; a
  // scheme may give a plaintext that nobody knows instead (see there). Blinded.
  Result<size_t> (*decrypt)(Bytes private_key, const EncryptionParameters& parameters,
                            Bytes ciphertext, Rng& rng, MutableBytes out);
};

}  // namespace merlon::crypto
