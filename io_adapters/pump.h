// SPDX-License-Identifier: Apache-2.0
// Pump: moves bytes between a connection and a transport, and keeps the contract of
// tls/connection.h: after each call it drains operations, events and output, and it minds timeouts.
// What to do with application data and events is its owner's business.
#pragma once
#include <algorithm>
#include <cstring>
#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "io_adapters/transport.h"
#include "tls/connection.h"

namespace merlon::io {

// Anything that reads and writes as io::Transport does.
template <class T>
concept Carrier =
    requires(T carrier, const T& view, MutableBytes out, Bytes in, std::optional<Instant> until) {
      { carrier.Read(out, until) } -> std::same_as<absl::StatusOr<Arrival>>;
      { carrier.Write(in) } -> std::same_as<absl::Status>;
      { view.now() } -> std::same_as<Now>;
    };

// What the owner of a pump decides.
struct PumpHandlers {
  // Answers one operation; the answer's bytes live until the next call.
  std::function<tls::OpResult(const tls::Operation&)> perform;
  // Takes an event; what it points to lives for the call.
  std::function<void(const tls::Event&)> on_event;
  // True: this operation is answered later, by Complete on the connection, then Settle; until then
  // its handshake waits and nothing else does. Asked first, once for each. Empty: none is.
  std::function<bool(const tls::Pending&)> later = {};
};

// One connection on one transport. Connection, transport and buffers outlive it. `in` holds at
// least one record or datagram, `out` at least what PollTransmit asks for.
template <tls::Face Connection, Carrier T>
class Pump {
 public:
  static constexpr bool kHasTimeouts = requires(Connection c, Now now) { c.HandleTimeout(now); };
  static constexpr bool kIsStream = requires(Connection c) { c.TransportClosed(); };

  Pump(Connection& connection, T& transport, MutableBytes in, MutableBytes out,
       PumpHandlers handlers)
      : connection_(connection),
        transport_(transport),
        in_(in),
        out_(out),
        handlers_(std::move(handlers)) {}

  // What a step came to.
  struct Step {
    enum class Kind {
      kMoved,     // something was handled; look at the connection
      kData,      // `plaintext`, readable until the next step
      kTimedOut,  // the deadline came
      kEnded,     // the transport has ended
      kFailed,    // the connection has failed; its alert was sent
    };
    Kind kind;
    Bytes plaintext = {};
  };

  // Answers, reports and sends until the connection asks for nothing more. Call it after any call
  // on the connection. The error is the transport's; the connection's own is in failure().
  absl::Status Settle() {
    for (;;) {
      while (std::optional<tls::Event> event = connection_.PollEvent()) handlers_.on_event(*event);
      if (const std::optional<tls::Pending> next = NextOperation()) {
        const Result<void> done =
            connection_.Complete(next->id, handlers_.perform(next->request), transport_.now());
        if (!done.ok() && done.error().origin == Origin::kMisuse) {
          return absl::InternalError("an operation was answered with another's answer");
        }
        continue;
      }
      const Result<tls::Transmit> sent = connection_.PollTransmit(out_, transport_.now());
      if (!sent.ok() || sent->size == 0) break;
      if (absl::Status s = transport_.Write(Slice(Bytes(out_), 0, sent->size)); !s.ok()) return s;
    }
    while (std::optional<tls::Event> event = connection_.PollEvent()) handlers_.on_event(*event);
    return absl::OkStatus();
  }

  // Handles one record, or one datagram's, reading first if none is here yet.
  absl::StatusOr<Step> Next(std::optional<Instant> deadline) {
    if (connection_.failure()) return Step{Step::Kind::kFailed};
    if constexpr (requires { connection_.TakeHeldData(); }) {
      const Bytes held = connection_.TakeHeldData();
      if (!held.empty()) return Step{Step::Kind::kData, held};
    }
    if (begin_ != end_) {
      const std::optional<Step> step = Handle();
      if (step) return *step;
    }
    MakeRoom();
    if (end_ == in_.size())
      return absl::ResourceExhaustedError("a record is larger than the buffer");
    const absl::StatusOr<Arrival> arrival = transport_.Read(Slice(in_, end_), Earliest(deadline));
    if (!arrival.ok()) return arrival.status();
    switch (arrival->kind) {
      case Arrival::Kind::kBytes:
        end_ += arrival->size;
        break;
      case Arrival::Kind::kEnded:
        return OnEnd();
      case Arrival::Kind::kTimedOut:
        return OnTimeout(deadline);
    }
    return Handle().value_or(Step{Step::Kind::kMoved});
  }

  // Whether a step could be made without the transport.
  bool has_input() const { return begin_ != end_; }
  MutableBytes out() const { return out_; }

 private:
  // One to be answered now. Ids only rise: what was put off has one up to put_off_.
  std::optional<tls::Pending> NextOperation() {
    for (const tls::Pending& pending : connection_.Operations()) {
      if (pending.id.value <= put_off_) continue;
      if (!handlers_.later || !handlers_.later(pending)) return pending;
      put_off_ = pending.id.value;
    }
    return std::nullopt;
  }

  // Nothing: more has to be read first.
  std::optional<Step> Handle() {
    const Result<tls::Received> received =
        connection_.Receive(Slice(in_, begin_, end_ - begin_), transport_.now());
    if (received.ok()) begin_ += received->consumed;
    // The transport's failure shows at the next read or write; what was received stands.
    (void)Settle();
    if (!received.ok()) return Step{Step::Kind::kFailed};
    if (!kIsStream && received->consumed == 0) begin_ = end_;
    if (!received->plaintext.empty()) return Step{Step::Kind::kData, received->plaintext};
    if (received->consumed != 0) return Step{Step::Kind::kMoved};
    return std::nullopt;
  }

  // A stream's rest moves to the front; a datagram is never continued.
  void MakeRoom() {
    if (!kIsStream) end_ = begin_;
    if (begin_ == 0) return;
    memmove(in_.data(), in_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }

  std::optional<Instant> Earliest(std::optional<Instant> deadline) const {
    if constexpr (kHasTimeouts) {
      const std::optional<Instant> timer = connection_.NextTimeout();
      if (timer && (!deadline || *timer < *deadline)) return timer;
    }
    return deadline;
  }

  absl::StatusOr<Step> OnTimeout(std::optional<Instant> deadline) {
    const Now now = transport_.now();
    if constexpr (kHasTimeouts) {
      const std::optional<Instant> timer = connection_.NextTimeout();
      if (timer && *timer <= now.instant) {
        (void)connection_.HandleTimeout(now);
        if (absl::Status s = Settle(); !s.ok()) return s;
        return Step{connection_.failure() ? Step::Kind::kFailed : Step::Kind::kMoved};
      }
    }
    const bool due = deadline && *deadline <= now.instant;
    return Step{due ? Step::Kind::kTimedOut : Step::Kind::kMoved};
  }

  absl::StatusOr<Step> OnEnd() {
    if constexpr (kIsStream) {
      const bool complete = connection_.TransportClosed().ok();
      (void)Settle();
      if (!complete) return Step{Step::Kind::kFailed};
    }
    return Step{Step::Kind::kEnded};
  }

  Connection& connection_;
  T& transport_;
  MutableBytes in_, out_;
  PumpHandlers handlers_;
  uint32_t put_off_ = 0;
  size_t begin_ = 0, end_ = 0;  // of what was read and not handled yet
};

}  // namespace merlon::io
