// SPDX-License-Identifier: Apache-2.0
// Bare handshake messages by epoch, and the secrets out: what QUIC carries in CRYPTO frames (RFC
// 9001 s4). Packets, their protection and their key updates are the caller's.
#pragma once
#include <optional>

#include "absl/base/attributes.h"
#include "crypto/base/bytes.h"
#include "crypto/base/fixed_vector.h"
#include "crypto/base/result.h"
#include "record/handshake_deframer.h"
#include "tls/core/handshake.h"

namespace merlon::tls {

// After any call, a failed one too, drain NextCommand, PollEvent and Operations, then read
// alert_to_send. Errors are as connection.h has them. The core and the buffer outlive it.
//
// Epochs are QUIC's levels: kPlain is Initial, kHandshake, kApplication is 1-RTT. kEarly has keys
// but no messages (RFC 9001 s4.1.3). `reassembly` holds what cannot be handled yet: a message in
// parts (a larger one is kMessageTooLarge), and what comes while an operation is pending.
class MessageConnection {
 public:
  MessageConnection(Handshake& core ABSL_ATTRIBUTE_LIFETIME_BOUND,
                    MutableBytes reassembly ABSL_ATTRIBUTE_LIFETIME_BOUND);
  MessageConnection(const MessageConnection&) = delete;
  MessageConnection& operator=(const MessageConnection&) = delete;

  // Takes in the next bytes of an epoch's stream, in order. Returns how many were taken: fewer when
  // the buffer is full while an operation is pending, none when the epoch's read keys were not
  // handed out yet; offer the rest again later. Bytes of an epoch that is over, and bytes left over
  // when the next one begins, are unexpected_message; QUIC calls them PROTOCOL_VIOLATION.
  Result<size_t> Receive(Epoch epoch, Bytes in, Now now);
  // The next thing to do: Send (bytes of that epoch's stream, valid until the next call),
  // InstallRead or InstallWrite (a traffic secret to derive packet keys from), DropEpoch. Nothing:
  // until there is more input. A flight counts as delivered once the call after its last Send is
  // made.
  std::optional<Command> NextCommand();
  std::optional<Event> PollEvent() { return core_.PollEvent(); }
  absl::Span<const Pending> Operations() const { return core_.operations(); }
  Result<void> Complete(OpId id, const OpResult& result, Now now);

  bool connected() const { return core_.established() && !core_.failure(); }
  std::optional<Error> failure() const { return core_.failure(); }
  // For a CONNECTION_CLOSE frame of type 0x0100 + alert (RFC 9001 s4.8).
  std::optional<Alert> alert_to_send() const;

 private:
  Error Fail(Error error);
  Result<void> PumpMessages();
  Result<void> Drain();
  Result<void> Prepare(const Command& command);
  Result<void> ReportDelivered();

  Handshake& core_;
  record::HandshakeDeframer deframer_;
  FixedVector<Command, 12> commands_;
  std::optional<FlightId> handed_over_;  // not reported to the core yet
  Now now_{};                            // of the last call that had one
  Epoch read_epoch_ = Epoch::kPlain;
  size_t left_ = 0;  // of the last fragment: bytes not taken
};

}  // namespace merlon::tls
