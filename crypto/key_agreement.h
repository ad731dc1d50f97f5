// SPDX-License-Identifier: Apache-2.0
// Key exchange: ECDH now; KEMs and hybrids have the same shape. What a driver gives.
#pragma once
#include <cstddef>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "crypto/random.h"

namespace merlon::crypto {

// IANA "TLS Supported Groups"; the numbers serve outside TLS as well.
enum class GroupId : uint16_t {
  kNone = 0,
  kSecp256r1 = 23,
  kSecp384r1 = 24,
  kSecp521r1 = 25,
  kX25519 = 29,
  kX448 = 30,
  kX25519MlKem768 = 4588,
};

// One group of one driver. The initiator generates and agrees; the responder answers in one step.
// For ECDH a share is a public key; for a KEM the initiator's share is the encapsulation key and
// the responder's the ciphertext.
struct KeyAgreementAlgorithm {
  GroupId id;
  uint16_t private_size;  // bytes that Generate leaves with the initiator
  uint16_t initiator_share_size, responder_share_size;  // bytes on the wire
  uint16_t secret_size;                                 // bytes that both have in the end
  // Makes an ephemeral key: private_size and initiator_share_size bytes.
  Result<void> (*generate)(Rng& rng, MutableBytes private_key, MutableBytes share);
  // The initiator's end. kBadPublicValue (Origin::kPeer, illegal_parameter): not a valid share, or
  // an all-zero secret (RFC 7748 s6.1, RFC 9846 s7.4.2).
  Result<void> (*agree)(Bytes private_key, Bytes peer_share, MutableBytes secret);
  // The responder's whole: makes its share and the secret. Errors as in agree.
  Result<void> (*respond)(Rng& rng, Bytes peer_share, MutableBytes share, MutableBytes secret);
};

inline constexpr size_t kMaxGroupPrivateSize = 2400 + 32;  // X25519MLKEM768
inline constexpr size_t kMaxGroupSecretSize = 66;          // secp521r1

}  // namespace merlon::crypto
