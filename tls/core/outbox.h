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

// In order. Keys, being large, have slots of their own: an idle connection has this as well.
class Outbox {
 public:
  static constexpr size_t kCommands = 10;  // the most that one input makes the core say
  static constexpr size_t kKeys = 4;       // of them with keys: a server's that resumes, with 0-RTT

  template <class C>
  Result<void> Push(C command) {
    if constexpr (requires { command.keys; }) {
      MERLON_TRY(keys_.Push(std::move(command.keys)));
      return commands_.Push(Keys{command.epoch, std::is_same_v<C, InstallWrite>});
    } else {
      return commands_.Push(std::move(command));
    }
  }
  std::optional<Command> Pop() {
    std::optional<Queued> queued = commands_.Pop();
    if (!queued) return std::nullopt;
    return std::visit([&](const auto& command) { return CommandOf(command); }, *queued);
  }
  bool empty() const { return commands_.empty(); }
  void Clear() {
    commands_.Clear();
    keys_.Clear();
  }

 private:
  struct Keys {
    Epoch epoch;
    bool write;
  };
  using Queued = std::variant<std::monostate, Send, SendChangeCipherSpec, SettleVersion, Keys,
                              DropEpoch, SkipEarlyData, FinalFlight, SendWarning>;
  template <class C>
  static Command CommandOf(const C& command) {
    return command;
  }
  Command CommandOf(const Keys& keys) {
    if (keys.write) return InstallWrite{keys.epoch, *keys_.Pop()};
    return InstallRead{keys.epoch, *keys_.Pop()};
  }

  FixedQueue<Queued, kCommands> commands_;
  FixedQueue<record::TrafficKeys, kKeys> keys_;
};

}  // namespace merlon::tls
