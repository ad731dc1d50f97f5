// SPDX-License-Identifier: Apache-2.0
// Events: what a connection tells its caller. Polled after any call.
#pragma once
#include <string_view>
#include <variant>

#include "crypto/base/bytes.h"
#include "crypto/base/fixed_vector.h"
#include "record/epoch.h"

namespace merlon::tls {

using record::Epoch;

struct Connected {};  // both directions authenticated
struct Writable {};   // 0.5-RTT: may write, peer not yet authenticated
struct EarlyDataAccepted {};
struct EarlyDataRejected {};  // resend what was written early
// A session to resume with (session.h's encoding; secret), readable until the next call.
struct TicketArrived {
  Bytes session;
};
// New traffic keys: for QUIC and kernel TLS.
struct KeysChanged {
  Epoch epoch;
  bool write;
};
// One line of a key log (RFC 9850); only where the configuration says log_secrets. Readable until
// the next call.
struct SecretLogged {
  std::string_view label;
  Bytes client_random;
  Bytes secret;
};
struct PeerClosed {};                 // close_notify; TransportClosed without it is an error
struct HandshakeMemoryReleasable {};  // the handshake storage may be taken back
struct PathValidated {};

using Event = std::variant<std::monostate, Connected, Writable, EarlyDataAccepted,
                           EarlyDataRejected, TicketArrived, KeysChanged, SecretLogged, PeerClosed,
                           HandshakeMemoryReleasable, PathValidated>;
using EventQueue = FixedQueue<Event, 12>;

}  // namespace merlon::tls
