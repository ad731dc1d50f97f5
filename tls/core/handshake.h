// SPDX-License-Identifier: Apache-2.0
// The handshake core as its faces see it. One indirect call per handshake message, none per record.
// It never learns which face that is.
#pragma once
#include <optional>

#include "crypto/base/result.h"
#include "crypto/base/time.h"
#include "tls/core/input.h"
#include "tls/core/outbox.h"
#include "tls/event.h"
#include "tls/operation.h"

namespace merlon::tls {

// After each call, drain NextCommand. Any error but misuse is final: the core is Failed, its
// outbox and operations are empty, and it repeats the error.
class Handshake {
 public:
  // kHeld while an operation is pending (messages only: Delivered always passes).
  Result<Disposition> Handle(const Input& input, Now now) {
    if (failed()) return standing_.failure;
    return Settle(OnInput(input, now));
  }
  // Bytes in `result` are borrowed for the call. See PendingList::Answer for what is misuse.
  Result<void> Complete(OpId id, const OpResult& result, Now now) {
    if (failed()) return standing_.failure;
    Result<void> out = operations_.Answer(id, result);
    if (out.ok()) return Settle(OnResult(result, now));
    if (out.error().origin != Origin::kMisuse) Fail(out.error());
    return out;
  }
  // Queues a KeyUpdate for our write direction; `request_peer` asks the peer for its own as well
  // (RFC 9846 s4.6.3). Misuse before Connected, or while one is not delivered yet.
  Result<void> StartKeyUpdate(bool request_peer) {
    if (failed()) return standing_.failure;
    return Settle(OnStartKeyUpdate(request_peer));
  }
  // For what only a face can see: a bad record, an alert, truncation.
  void Fail(Error error) {
    if (!failed()) Abandon(error);
    Settle();
  }

  absl::Span<const Pending> operations() const { return operations_.view(); }
  std::optional<Command> NextCommand() { return outbox_.Pop(); }
  std::optional<Event> PollEvent() { return events_.Pop(); }
  // For events that a face makes: PeerClosed, KeysChanged, PathValidated.
  template <class E>
  void PushEvent(const E& event) {
    (void)events_.Push(event);
  }
  // Since the last call.
  std::optional<Error> failure() const {
    return failed() ? std::optional(standing_.failure) : std::nullopt;
  }
  // True once application data may be sent and received: Connected was queued.
  bool established() const { return standing_.established; }

 protected:
  // Asked once after each call, and kept: faces look at it with each record.
  struct Standing {
    Error failure{};
    bool established = false;
  };
  ~Handshake() = default;
  virtual Standing standing() const = 0;
  // For a constructor that did something already.
  void Settle() {
    standing_ = standing();
    if (failed()) outbox_.Clear(), operations_.Clear();  // says nothing and waits for nothing
  }
  virtual Result<Disposition> OnInput(const Input& input, Now now) = 0;
  virtual Result<void> OnResult(const OpResult& result, Now now) = 0;
  virtual Result<void> OnStartKeyUpdate(bool request_peer) = 0;
  virtual void Abandon(Error error) = 0;  // enter Failed

  Outbox outbox_;
  EventQueue events_;
  PendingList operations_;

 private:
  bool failed() const { return standing_.failure.code != Code{}; }
  template <class T>
  Result<T> Settle(Result<T> result) {
    Settle();
    return result;
  }

  Standing standing_;
};

}  // namespace merlon::tls
