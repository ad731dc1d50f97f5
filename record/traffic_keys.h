// SPDX-License-Identifier: Apache-2.0
// What the handshake core hands down to protect one direction of one epoch. Turned into a bound key
// by record_keys.h.
#pragma once
#include <variant>

#include "crypto/aead.h"
#include "crypto/base/secret.h"
#include "crypto/hash.h"

namespace merlon::record {

using TrafficSecret = Secret<48>;  // as long as the suite's hash

// One direction's half of a TLS 1.2 key block (RFC 5246 s6.3). `fixed_iv` is the implicit part of
// the nonce: 4 bytes for GCM and CCM (RFC 5288 s3), 12 for ChaCha20-Poly1305 (RFC 7905 s2).
struct KeyBlockHalf {
  Secret<32> key;
  Secret<12> fixed_iv;
};

// An AEAD, and the traffic secret (TLS 1.3: key and IV are derived from it with `hash`) or the
// key-block half (TLS 1.2) to use it with.
struct TrafficKeys {
  const crypto::AeadAlgorithm* aead = nullptr;
  const crypto::HashAlgorithm* hash = nullptr;
  std::variant<TrafficSecret, KeyBlockHalf> secret;
};

}  // namespace merlon::record
