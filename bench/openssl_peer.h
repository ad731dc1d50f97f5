// SPDX-License-Identifier: Apache-2.0
// OpenSSL, both ends in memory, for the same handshakes with the same certificates. Nothing but the
// benchmarks links it.
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "bench/handshake_kind.h"
#include "bench/record_speed.h"
#include "bench/timed_world.h"

namespace merlon::bench {

// Seconds of each end in SSL_do_handshake, and where tickets come, in the SSL_read that takes them.
struct PeerTimes {
  double client = 0, server = 0;
};
// Bytes of heap of one end.
struct PeerMemory {
  double idle = 0;         // of an established connection, beyond its SSL_CTX
  double allocations = 0;  // from SSL_new to the end of the handshake, both ends
};

class OpenSslPeer {
 public:
  explicit OpenSslPeer(TimedWorld& world);
  OpenSslPeer(const OpenSslPeer&) = delete;
  OpenSslPeer& operator=(const OpenSslPeer&) = delete;
  ~OpenSslPeer();

  static const char* Version();
  static bool Supports(const HandshakeKind& kind);
  // One handshake; one to be resumed is made first, once.
  PeerTimes Handshake(const HandshakeKind& kind);
  // Each operation once, by the functions that compute: contexts are made, keys decoded outside.
  std::array<double, kAsymmetricKinds> TimeAsymmetric();
  PeerMemory Memory(const HandshakeKind& kind);

 private:
  class Contexts;
  Contexts& ContextsFor(const HandshakeKind& kind);

  TimedWorld& world_;
  std::vector<std::pair<HandshakeKind, std::unique_ptr<Contexts>>> contexts_;
};

// EVP's AEAD of this name: a new IV and 13 bytes of additional data for each message. Nothing when
// there is none.
std::optional<RecordSpeed> OpenSslAead(const char* name, size_t key_size, size_t tag_size,
                                       size_t message_size, double seconds);

}  // namespace merlon::bench
