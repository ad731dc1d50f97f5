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

// The place of a type among those of a variant.
template <class T, class Variant>
inline constexpr uint8_t kPlaceIn = 0;
template <class T, class... Types>
inline constexpr uint8_t kPlaceIn<T, std::variant<Types...>> = [] {
  constexpr bool kIs[] = {std::is_same_v<T, Types>...};
  uint8_t place = 0;
  while (!kIs[place]) ++place;
  return place;
}();

// The events that wait to be polled. An idle connection has this as well, so that they are kept
// packed: of a SecretLogged what its kind have in common is kept once.
class EventQueue {
 public:
  template <class E>
  Result<void> Push(const E& event) {
    Item item{.kind = kKindOf<E>};
    if constexpr (std::is_same_v<E, SecretLogged>) {
      client_random_ = event.client_random;
      item.bytes = event.secret.data();
      item.label = event.label.data();
      item.number = event.secret.size() << 8 | event.label.size();
    } else if constexpr (std::is_same_v<E, TicketArrived>) {
      item.bytes = event.session.data();
      item.number = event.session.size();
    } else if constexpr (std::is_same_v<E, KeysChanged>) {
      item.number = static_cast<uint64_t>(event.epoch);
      item.write = event.write;
    }
    return queue_.Push(item);
  }
  std::optional<Event> Pop() {
    if (ABSL_PREDICT_TRUE(queue_.empty())) return std::nullopt;
    return EventOf(*queue_.Pop());
  }
  void Clear() { queue_.Clear(); }
  bool empty() const { return queue_.empty(); }

 private:
  struct Item {
    const uint8_t* bytes = nullptr;  // of a session or a secret
    const char* label = nullptr;
    uint64_t number : 48 = 0;  // how many bytes, of a secret and of its label; an epoch
    uint64_t kind : 8 = 0;     // its place in Event
    uint64_t write : 1 = 0;
  };
  template <class E>
  static constexpr uint8_t kKindOf = kPlaceIn<E, Event>;

  Event EventOf(const Item& item) const {
    const size_t size = static_cast<size_t>(item.number);
    switch (item.kind) {
      case kKindOf<Connected>:
        return Connected{};
      case kKindOf<Writable>:
        return Writable{};
      case kKindOf<EarlyDataAccepted>:
        return EarlyDataAccepted{};
      case kKindOf<EarlyDataRejected>:
        return EarlyDataRejected{};
      case kKindOf<TicketArrived>:
        return TicketArrived{Bytes(item.bytes, size)};
      case kKindOf<KeysChanged>:
        return KeysChanged{static_cast<Epoch>(item.number), item.write != 0};
      case kKindOf<SecretLogged>:
        return SecretLogged{std::string_view(item.label, size & 0xff), client_random_,
                            Bytes(item.bytes, size >> 8)};
      case kKindOf<PeerClosed>:
        return PeerClosed{};
      case kKindOf<HandshakeMemoryReleasable>:
        return HandshakeMemoryReleasable{};
      default:
        return PathValidated{};
    }
  }

  FixedQueue<Item, 12> queue_;
  Bytes client_random_;
};

}  // namespace merlon::tls
