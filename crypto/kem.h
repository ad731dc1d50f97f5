// SPDX-License-Identifier: Apache-2.0
// Key encapsulation: what a driver gives. Keys by handle are used through BoundKemKey
// (bound_kem_key.h).
#pragma once
#include <cstddef>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "crypto/key.h"
#include "crypto/random.h"

namespace merlon::crypto {

// One KEM of one driver. A decapsulation key is the seed that it is made of, or what is expanded
// from that, which decapsulates faster; sizes tell them apart. Sizes are in bytes.
struct KemAlgorithm {
  KeyType key_type;
  uint16_t bits;  // what KeyAttributes::bits says of such keys
  uint16_t seed_size;
  uint16_t private_size;  // the expanded decapsulation key
  uint16_t public_size;   // the encapsulation key
  uint16_t ciphertext_size;
  uint16_t secret_size;

  // The expanded key pair of a seed.
  Result<void> (*expand)(Bytes seed, MutableBytes private_key, MutableBytes public_key);
  // Makes a secret and its ciphertext. kBadPublicValue (Origin::kPeer, illegal_parameter): not a
  // valid encapsulation key.
  Result<void> (*encapsulate)(Rng& rng, Bytes public_key, MutableBytes ciphertext,
                              MutableBytes secret);
  // The same from `randomness` (32 bytes, used once): for known answers, and protocols that derive.
  Result<void> (*encapsulate_derand)(Bytes randomness, Bytes public_key, MutableBytes ciphertext,
                                     MutableBytes secret);
  // The secret of a ciphertext; of one that was not made for this key a secret that nobody else
  // has, in the same time. kBadPublicValue (Origin::kPeer) only for one of a wrong size.
  Result<void> (*decapsulate)(Bytes private_key, Bytes ciphertext, MutableBytes secret);
  // The encapsulation key of either form; gives its size. kNoSpace (misuse).
  Result<size_t> (*public_key)(Bytes private_key, MutableBytes out);
  // Checks either form before it is imported: gives `bits`, or kBadKey (misuse).
  Result<uint16_t> (*check_private)(Bytes private_key);
};

inline constexpr size_t kKemRandomnessSize = 32;
inline constexpr size_t kMaxKemSeedSize = 64;
inline constexpr size_t kMaxKemPrivateSize = 3168;     // ML-KEM-1024
inline constexpr size_t kMaxKemPublicSize = 1568;      // ML-KEM-1024
inline constexpr size_t kMaxKemCiphertextSize = 1568;  // ML-KEM-1024
inline constexpr size_t kMaxKemSecretSize = 32;

}  // namespace merlon::crypto
