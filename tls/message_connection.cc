// SPDX-License-Identifier: Apache-2.0
// The message face: epochs, boundaries, and when a flight counts as delivered.
#include "tls/message_connection.h"

#include <algorithm>

namespace merlon::tls {
namespace {

constexpr Error Unexpected(Code code) { return PeerError(code, Alert::kUnexpectedMessage); }

// "Endpoints MUST treat receipt of a TLS KeyUpdate message as a connection error of type
// 0x010a" (RFC 9001 s6); "Clients MUST NOT send the EndOfEarlyData message" (s8.3).
constexpr bool IsForbidden(uint8_t type) {
  constexpr uint8_t kEndOfEarlyData = 5, kKeyUpdate = 24;
  return type == kEndOfEarlyData || type == kKeyUpdate;
}

}  // namespace

MessageConnection::MessageConnection(Handshake& core, MutableBytes reassembly)
    : core_(core), deframer_(reassembly) {
  (void)Drain();
}

std::optional<Alert> MessageConnection::alert_to_send() const {
  const std::optional<Error> error = failure();
  if (!error || error->alert == Alert::kNone) return std::nullopt;
  return error->alert;
}

Error MessageConnection::Fail(Error error) {
  core_.Fail(error);
  commands_.Clear();
  deframer_.Clear();
  handed_over_.reset();
  return core_.failure().value_or(error);
}

Result<size_t> MessageConnection::Receive(Epoch epoch, Bytes in, Now now) {
  now_ = now;
  if (const std::optional<Error> error = failure()) return *error;
  if (in.empty() || epoch > read_epoch_) return size_t{0};
  // "If the packet is from a previously installed encryption level, it MUST NOT contain data that
  // extends past the end of previously received data in that flow." (RFC 9001 s4.1.3)
  if (epoch < read_epoch_) return Fail(Unexpected(Code::kUnexpectedMessage));
  deframer_.Add(in);
  left_ = 0;
  MERLON_TRY(PumpMessages());
  return in.size() - left_;
}

Result<void> MessageConnection::Complete(OpId id, const OpResult& result, Now now) {
  now_ = now;
  if (const std::optional<Error> error = failure()) return *error;
  const Result<void> done = core_.Complete(id, result, now);
  if (!done.ok()) return done.error().origin == Origin::kMisuse ? done.error() : Fail(done.error());
  MERLON_TRY(Drain());
  return PumpMessages();
}

// Hands whole messages to the core until there is none, or it holds one.
Result<void> MessageConnection::PumpMessages() {
  for (;;) {
    const Result<std::optional<record::FramedMessage>> next = deframer_.Next();
    if (!next.ok()) return Fail(next.error());
    if (!next->has_value()) return {};
    const record::FramedMessage& message = **next;
    if (IsForbidden(message.type)) return Fail(Unexpected(Code::kUnexpectedMessage));
    const Result<Disposition> done = core_.Handle(
        HandshakeMessage{.type = message.type, .body = message.body, .epoch = read_epoch_}, now_);
    if (!done.ok()) return Fail(done.error());
    if (*done == Disposition::kHeld) {
      left_ = deframer_.Hold();
      return {};
    }
    deframer_.Taken();
    MERLON_TRY(Drain());
  }
}

// ---- Commands
// ------------------------------------------------------------------------------------

Result<void> MessageConnection::Drain() {
  while (std::optional<Command> command = core_.NextCommand()) {
    const Result<void> done = Prepare(*command);
    if (!done.ok()) return Fail(done.error());
    // Those of streams have no meaning here (RFC 9001 s8.4, s4.6.1); TLS 1.2's do not come.
    if (std::holds_alternative<SendChangeCipherSpec>(*command) ||
        std::holds_alternative<SkipEarlyData>(*command)) {
      continue;
    }
    const Result<void> pushed = commands_.Push(std::move(*command));
    if (!pushed.ok()) return Fail(pushed.error());
  }
  if (const std::optional<Error> error = core_.failure()) return Fail(*error);
  return {};
}

// "When TLS provides keys for a higher encryption level, if there is data from a previous
// encryption level that TLS has not consumed, this MUST be treated as a connection error" (RFC 9001
// s4.1.3).
Result<void> MessageConnection::Prepare(const Command& command) {
  const auto* install = std::get_if<InstallRead>(&command);
  if (install == nullptr || install->epoch == Epoch::kEarly) return {};
  MERLON_TRY(deframer_.Boundary());
  read_epoch_ = install->epoch;
  return {};
}

std::optional<Command> MessageConnection::NextCommand() {
  if (!ReportDelivered().ok() || commands_.empty()) return std::nullopt;
  Command command = std::move(commands_[0]);
  commands_.Erase(0);
  if (const auto* send = std::get_if<Send>(&command)) handed_over_ = send->flight;
  return command;
}

// Only now: until this call the caller was reading the message's bytes.
Result<void> MessageConnection::ReportDelivered() {
  if (!handed_over_) return {};
  const FlightId flight = *std::exchange(handed_over_, std::nullopt);
  const bool more = std::any_of(commands_.begin(), commands_.end(), [&](const Command& command) {
    const auto* send = std::get_if<Send>(&command);
    return send != nullptr && send->flight == flight;
  });
  if (more) return {};
  const Result<Disposition> done = core_.Handle(Delivered{flight}, now_);
  if (!done.ok()) return Fail(done.error());
  return Drain();
}

}  // namespace merlon::tls
