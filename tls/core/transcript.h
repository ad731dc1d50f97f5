// SPDX-License-Identifier: Apache-2.0
// The transcript hash (RFC 9846 s4.4.1): each handshake message behind a 4-byte header, also where
// datagrams carry it with 12 (RFC 9147 s5.2).
#pragma once
#include "crypto/hash.h"
#include "tls/core/input.h"

namespace merlon::tls {

class Transcript {
 public:
  explicit Transcript(const crypto::HashAlgorithm& hash) : hasher_(hash) {}

  // A message that came: its header is written anew.
  void Add(const HandshakeMessage& message);
  // A message of ours with its 4-byte header.
  void AddWhole(Bytes message) { hasher_.Update(message); }
  // A ClientHello up to its binders (RFC 9846 s4.2.11.2): `prefix` of a body of body_size bytes.
  void AddTruncated(uint8_t type, Bytes prefix, size_t body_size);
  // After HelloRetryRequest: what was added so far becomes a message_hash message (s4.4.1).
  void BecomeMessageHash();
  // That message, for a ClientHello of which the hash alone is left.
  void AddMessageHash(Bytes hash);
  crypto::Digest Peek() const { return hasher_.Peek(); }
  const crypto::HashAlgorithm& hash() const { return hasher_.algorithm(); }

 private:
  crypto::Hasher hasher_;
};

}  // namespace merlon::tls
