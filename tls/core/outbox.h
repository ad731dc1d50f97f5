// SPDX-License-Identifier: Apache-2.0
// What comes out of the handshake core, in order, for a face to carry out.
#pragma once
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "crypto/base/bytes.h"
#include "crypto/base/error.h"
#include "crypto/base/fixed_vector.h"
#include "crypto/base/result.h"
#include "record/epoch.h"
#include "record/traffic_keys.h"
#include "tls/core/input.h"
#include "tls/event.h"

namespace merlon::tls {

// A handshake message to send: 4 bytes of header, then its body (datagrams make their own header of
// it). In the handshake storage, or in a post-handshake slot, until its flight is delivered.
struct Send {
  Epoch epoch;
  FlightId flight;  // what Delivered will name
  Bytes bytes;
};
// A ChangeCipherSpec record, in order with the messages. In TLS 1.3 on streams alone (RFC 9846
// appendix E.4). In DTLS 1.2 it is a part of its flight (RFC 6347 s4.2.4); streams need no flight.
struct SendChangeCipherSpec {
  FlightId flight{};
};
// The version is TLS 1.2 (0x0303) or DTLS 1.2 (0xfefd), from here on; never said for 1.3. Before
// the first message and the first keys of that version: a server's before its ServerHello.
struct SettleVersion {
  uint16_t version;
};
// At once. An error when part of a message is pending under the old keys (RFC 9846 s5.1), but not
// in DTLS 1.2: there it is said as soon as the keys are known, ahead of the peer's
// ChangeCipherSpec.
struct InstallRead {
  Epoch epoch;
  record::TrafficKeys keys;
};
// Takes effect behind the messages queued before it.
struct InstallWrite {
  Epoch epoch;
  record::TrafficKeys keys;
};
// Keys of this epoch are needed no more, in either direction. Datagrams alone.
struct DropEpoch {
  Epoch epoch;
};
// We refuse 0-RTT: skip the records that carry it (RFC 9846 s4.2.10). Streams alone; datagrams have
// an epoch of their own for it. Ends with the first record that is not early data.
struct SkipEarlyData {
  bool until_client_hello;  // after HelloRetryRequest: all application data records; else those
                            // that do not open
  uint32_t budget;          // bytes; beyond it, unexpected_message or bad_record_mac
};
// DTLS 1.2: the flight queued last ends the handshake. Nothing answers it, so it has no timer; it
// is kept for some time, and sent again when the peer repeats its own last flight (RFC 6347
// s4.2.4).
struct FinalFlight {};
// TLS 1.2: a warning alert, behind what is queued: no_renegotiation (RFC 5246 s7.2.2).
struct SendWarning {
  Alert alert;
};
using Command = std::variant<std::monostate, Send, SendChangeCipherSpec, SettleVersion, InstallRead,
                             InstallWrite, DropEpoch, SkipEarlyData, FinalFlight, SendWarning>;

// In order. Keys, being large, have slots of their own, and the rest is packed: an idle connection
// has this as well.
class Outbox {
 public:
  static constexpr size_t kCommands = 10;  // the most that one input makes the core say
  static constexpr size_t kKeys = 4;       // of them with keys: a server's that resumes, with 0-RTT

  template <class C>
  Result<void> Push(C command) {
    Item item{.kind = kKindOf<C>};
    if constexpr (requires { command.keys; }) MERLON_TRY(keys_.Push(std::move(command.keys)));
    if constexpr (requires { command.epoch; }) item.epoch = static_cast<uint64_t>(command.epoch);
    if constexpr (requires { command.flight; }) item.number = command.flight.value;
    if constexpr (std::is_same_v<C, Send>) {
      item.bytes = command.bytes.data();
      item.size = static_cast<uint32_t>(command.bytes.size());
    } else if constexpr (std::is_same_v<C, SettleVersion>) {
      item.number = command.version;
    } else if constexpr (std::is_same_v<C, SkipEarlyData>) {
      item.number = command.until_client_hello;
      item.size = command.budget;
    } else if constexpr (std::is_same_v<C, SendWarning>) {
      item.number = static_cast<uint16_t>(command.alert);
    }
    return commands_.Push(item);
  }
  std::optional<Command> Pop() {
    const std::optional<Item> item = commands_.Pop();
    if (!item) return std::nullopt;
    return CommandOf(*item);
  }
  bool empty() const { return commands_.empty(); }
  void Clear() {
    commands_.Clear();
    keys_.Clear();
  }

 private:
  struct Item {
    uint64_t epoch : 48 = 0;
    uint64_t kind : 8 = 0;           // its place in Command
    const uint8_t* bytes = nullptr;  // of a message
    uint32_t size = 0;               // of it; a budget
    uint16_t number = 0;             // a flight, a version, an alert, until_client_hello
  };
  template <class C>
  static constexpr uint8_t kKindOf = kPlaceIn<C, Command>;

  Command CommandOf(const Item& item) {
    const Epoch epoch = static_cast<Epoch>(item.epoch);
    switch (item.kind) {
      case kKindOf<Send>:
        return Send{epoch, FlightId{item.number}, Bytes(item.bytes, item.size)};
      case kKindOf<SendChangeCipherSpec>:
        return SendChangeCipherSpec{FlightId{item.number}};
      case kKindOf<SettleVersion>:
        return SettleVersion{item.number};
      case kKindOf<InstallRead>:
        return InstallRead{epoch, *keys_.Pop()};
      case kKindOf<InstallWrite>:
        return InstallWrite{epoch, *keys_.Pop()};
      case kKindOf<DropEpoch>:
        return DropEpoch{epoch};
      case kKindOf<SkipEarlyData>:
        return SkipEarlyData{item.number != 0, item.size};
      case kKindOf<FinalFlight>:
        return FinalFlight{};
      default:
        return SendWarning{static_cast<Alert>(item.number)};
    }
  }

  FixedQueue<Item, kCommands> commands_;
  FixedQueue<record::TrafficKeys, kKeys> keys_;
};

}  // namespace merlon::tls
