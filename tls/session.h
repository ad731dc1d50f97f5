// SPDX-License-Identifier: Apache-2.0
// Session: what both ends keep to resume, and its encoding. On a client it is what TicketArrived
// hands out; on a server what a ticket seals. The encoding holds a secret: keep it like a key.
#pragma once
#include "crypto/base/fixed_vector.h"
#include "crypto/base/result.h"
#include "crypto/base/secret.h"
#include "crypto/base/time.h"
#include "crypto/hash.h"
#include "tls/config.h"
#include "tls/core/input.h"

namespace merlon::tls {

struct Session {
  static constexpr size_t kMaxPskSize = 48;
  uint16_t version = 0x0304;  // of the protocol: 0x0304 also for DTLS 1.3
  Transport transport = Transport::kStream;
  uint16_t cipher_suite = 0;
  Secret<kMaxPskSize> psk;  // of the ticket, not the resumption master secret
  UnixTime issued{};        // on a client: when the ticket came
  uint32_t lifetime = 0;    // seconds
  uint32_t age_add = 0;
  uint32_t max_early_data = 0;  // bytes; 0: no 0-RTT
  // What the server asked for; on a client kOptional, if it asked at all.
  ClientAuthentication client_authentication = ClientAuthentication::kNone;
  bool client_authenticated = false;  // the client proved who it is, by a certificate
  // Then, on a server: the identity of ChainVerified; on a client: the hash of its own leaf, by the
  // suite's hash. Borrowed from the encoding, as all Bytes here.
  Bytes client_identity;
  Bytes server_name;
  Bytes alpn;
  Bytes ticket;  // client alone

  // Borrows from `encoded`. kIllegalValue (Origin::kLocal): not one of ours, or of another version
  // of this encoding.
  static Result<Session> Decode(Bytes encoded);
  // Gives the size. kNoSpace: `out` is too small, or a borrowed field too long for its length (255
  // bytes; the ticket 65535). kIllegalValue: no PSK, another version, or a time out of range.
  Result<size_t> Encode(MutableBytes out) const;
  size_t EncodedSize() const;
};

}  // namespace merlon::tls
