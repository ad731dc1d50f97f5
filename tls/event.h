// SPDX-License-Identifier: Apache-2.0
// Events: what a connection tells its caller. Polled after any call.
#pragma once
#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>

#include "crypto/base/bytes.h"
#include "crypto/base/fixed_vector.h"
#include "crypto/base/result.h"
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

// The events that wait to be polled. An idle connection has this as well, so that they are kept
// small: of a SecretLogged what its kind have in common is kept once.
class EventQueue {
 public:
  template <class E>
  Result<void> Push(const E& event) {
    if constexpr (std::is_same_v<E, SecretLogged>) {
      client_random_ = event.client_random;
      return queue_.Push(Logged{event.label.data(), event.secret.data(),
                                static_cast<uint8_t>(event.label.size()),
                                static_cast<uint8_t>(event.secret.size())});
    } else {
      return queue_.Push(event);
    }
  }
  std::optional<Event> Pop() {
    const std::optional<Queued> queued = queue_.Pop();
    if (!queued) return std::nullopt;
    return std::visit([&](const auto& event) { return EventOf(event); }, *queued);
  }
  void Clear() { queue_.Clear(); }
  bool empty() const { return queue_.empty(); }

 private:
  struct Logged {
    const char* label;
    const uint8_t* secret;
    uint8_t label_size, secret_size;
  };
  using Queued = std::variant<std::monostate, Connected, Writable, EarlyDataAccepted,
                              EarlyDataRejected, TicketArrived, KeysChanged, Logged, PeerClosed,
                              HandshakeMemoryReleasable, PathValidated>;
  template <class E>
  static Event EventOf(const E& event) {
    return event;
  }
  Event EventOf(const Logged& logged) const {
    return SecretLogged{std::string_view(logged.label, logged.label_size), client_random_,
                        Bytes(logged.secret, logged.secret_size)};
  }

  FixedQueue<Queued, 12> queue_;
  Bytes client_random_;
};

}  // namespace merlon::tls
