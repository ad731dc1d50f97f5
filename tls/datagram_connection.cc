// SPDX-License-Identifier: Apache-2.0
// The datagram face: calls of the caller, commands of the core, and all that is sent.
// datagram_connection_receive.cc has what is received.
#include "tls/datagram_connection.h"

#include <algorithm>

namespace merlon::tls {
namespace {

using record::ContentType;
using record::SealedRecord;

constexpr uint8_t kWarning = 1, kFatal = 2;  // AlertLevel (RFC 9846 s6)
// Messages of all post-handshake epochs may mix; a handshake epoch stands for itself.
constexpr uint8_t Level(Epoch epoch) {
  return static_cast<uint8_t>(std::min(epoch, Epoch::kApplication));
}
// Records that application data leaves to ACKs, alerts and retransmissions of the KeyUpdate.
uint64_t Reserve(const record::RecordKeys& keys) { return keys.limit() / 64 + 8; }

}  // namespace

DatagramConnection::DatagramConnection(Handshake& core, MutableBytes reassembly,
                                       const DatagramOptions& options)
    : core_(core),
      options_(options),
      reassembly_(reassembly,
                  options.max_message != 0 ? options.max_message
                                           : reassembly.size() - reassembly.size() / 4,
                  options.start.next_receive_sequence),
      held_(reassembly),
      epochs_(options.start.next_record),
      flights_(options_.retransmit, options.start.next_send_sequence) {
  set_mtu(options.mtu);
  (void)Settle(Drain());
}

void DatagramConnection::set_mtu(size_t mtu) { options_.mtu = std::max(mtu, kMinMtu); }

Error DatagramConnection::Fail(Error error) {
  core_.Fail(error);
  TearDown();
  return *core_.failure();
}

// All that is left of a failed connection is an alert and the key to seal it with. Its epoch is the
// one that the next unsent message would have had: the peer can read that one.
void DatagramConnection::TearDown() {
  if (ending_ >= Ending::kAlertQueued) return;
  ending_ = Ending::kAlertQueued;
  alert_epoch_ =
      flights_.UnsentEpoch().value_or(waiting_ ? waiting_->epoch : epochs_.newest_write());
  flights_.Clear();
  reassembly_.Clear();
  held_.Clear();
  epochs_.ClearReads();
  waiting_.reset();
  ack_ = {};
  dtls12_.warning = Alert::kNone;
}

Result<void> DatagramConnection::Complete(OpId id, const OpResult& result, Now now) {
  const auto complete = [&]() -> Result<void> {
    MERLON_TRY(core_.Complete(id, result, now));
    MERLON_TRY(Drain());
    MERLON_TRY(Pump(now));
    MERLON_TRY(OpenHeld(now));
    ScheduleAck(now);
    return {};
  };
  return Settle(complete());
}

std::optional<Instant> DatagramConnection::NextTimeout() const {
  if (core_.failure()) return std::nullopt;
  const std::optional<Instant> flight = flights_.NextTimeout();
  if (flight && ack_.deadline) return std::min(*flight, *ack_.deadline);
  return flight ? flight : ack_.deadline;
}

Result<void> DatagramConnection::HandleTimeout(Now now) {
  if (core_.failure()) return Settle(Result<void>(*core_.failure()));
  if (ack_.deadline && now.instant >= *ack_.deadline) {
    ack_.deadline.reset();
    ack_.due = true;
  }
  // What answers a flight of the handshake may have come, and wait for an operation of ours.
  const bool hold = !core_.established() && !core_.operations().empty();
  if (!flights_.HandleTimeout(now.instant, hold)) {
    // There is nobody to tell.
    return Fail({Code::kHandshakeTimeout, Alert::kNone, Origin::kLocal});
  }
  if (const Result<void> done = Deliver(now); !done.ok()) return Fail(done.error());
  return {};
}

Result<void> DatagramConnection::RequestKeyUpdate(bool request_peer) {
  const auto request = [&]() -> Result<void> {
    if (dtls12_.settled) return Misuse();
    MERLON_TRY(core_.StartKeyUpdate(request_peer));
    return Drain();
  };
  return Settle(request());
}

Result<void> DatagramConnection::Close() {
  if (core_.failure()) return *core_.failure();
  if (ending_ == Ending::kOpen) ending_ = Ending::kCloseQueued;
  return {};
}

// ---- Application data
// ----------------------------------------------------------------------------

size_t DatagramConnection::max_plaintext() const {
  const Epoch epoch = epochs_.newest_write();
  return CarriesData(epoch) ? epochs_.MaxPlaintext(epoch, options_.mtu) : 0;
}

Result<Sealed> DatagramConnection::Seal(Bytes plaintext, MutableBytes out) {
  if (core_.failure()) return Settle(Result<Sealed>(*core_.failure()));
  const Epoch epoch = epochs_.newest_write();
  if (ending_ != Ending::kOpen) return Misuse(Code::kClosed);
  if (!CarriesData(epoch)) return Misuse();
  const size_t room = std::min(out.size(), options_.mtu);
  const size_t most = epochs_.MaxPlaintext(epoch, room);
  if (most == 0 || plaintext.size() > most) return Misuse(Code::kNoSpace);

  const Result<const record::RecordKeys*> bound = epochs_.Writer(epoch);
  if (!bound.ok()) return Fail(bound.error());
  const record::RecordKeys& keys = **bound;
  if (keys.seal_limit_near() && core_.established() && !dtls12_.settled) {
    // "Implementations SHOULD initiate a key update before reaching this limit" (RFC 9147 s4.5.3).
    // Misuse means that one is under way.
    const Result<void> started = RequestKeyUpdate(/*request_peer=*/false);
    if (!started.ok() && started.error().origin != Origin::kMisuse) return started.error();
  }
  if (keys.remaining() <= Reserve(keys)) {
    if (dtls12_.settled) return Fail(LocalError(Code::kAeadLimit));
    return Misuse(Code::kAeadLimit);
  }
  Result<SealedRecord> sealed = epochs_.SealData(epoch, plaintext, Slice(out, 0, room));
  if (!sealed.ok()) return Fail(sealed.error());
  return Sealed{plaintext.size(), sealed->size};
}

// ---- The core's commands
// -------------------------------------------------------------------------

// Stops at a message for which the flight table has no room: then no message is handled either, and
// an ACK makes room.
Result<void> DatagramConnection::Drain() {
  for (;;) {
    if (waiting_) {
      if (!flights_.HasRoomFor(waiting_->flight)) return {};
      const Result<void> queued = CarryOut(*waiting_);
      waiting_.reset();
      if (!queued.ok()) return Fail(queued.error());
    }
    std::optional<Command> command = core_.NextCommand();
    if (!command) break;
    const auto* change = std::get_if<SendChangeCipherSpec>(&*command);
    if (const Send* send = std::get_if<Send>(&*command)) {
      waiting_ = *send;
    } else if (change != nullptr && dtls12_.settled) {
      waiting_ = Send{Epoch::kPlain, change->flight, {}};
    } else if (const Result<void> done = CarryOut(*command); !done.ok()) {
      return Fail(done.error());
    }
  }
  ack_.settled = reassembly_.next();
  // Keys of an older epoch serve as long as its messages may have to be sent again.
  if (epochs_.newest_write() >= Epoch::kHandshake) {
    epochs_.ReleaseWrites([&](Epoch epoch) {
      return flights_.Uses(epoch) ||
             (epoch == Epoch::kEarly && epochs_.newest_write() < Epoch::kApplication);
    });
  }
  return {};
}

Result<void> DatagramConnection::CarryOut(const Send& send) {
  // What starts a new flight of the handshake says that we have all of the peer's, which answered
  // the one before.
  if (send.epoch <= Epoch::kHandshake && !flights_.IsLast(send.flight)) {
    flights_.AcknowledgeHandshake();
  }
  if (send.bytes.empty()) return flights_.EnqueueChangeCipherSpec(send.flight);
  // What answers the peer's first message comes of its speaking DTLS 1.3.
  if (reassembly_.next() > 0 && !dtls12_.verified) SpeaksDtls13();
  if (send.epoch <= Epoch::kHandshake) {
    // Our answer acknowledges the peer's flight (RFC 9147 s7.1).
    ack_.list.Clear();
    ack_.deadline.reset();
    ack_.due = false;
    ack_.flight_start = reassembly_.next();
  }
  return flights_.Enqueue(send.flight, send.epoch, send.bytes);
}

Result<void> DatagramConnection::CarryOut(const Command& command) {
  if (const auto* read = std::get_if<InstallRead>(&command)) {
    // "Handshake messages MUST NOT span key changes" (RFC 9846 s5.1). In DTLS 1.2 the rest of the
    // peer's flight in the clear may come behind its end; the core knows where each message
    // belongs.
    if (!dtls12_.settled && read->epoch != Epoch::kEarly &&
        reassembly_.HoldsBelow(Level(read->epoch))) {
      return PeerError(Code::kKeyChangeInMessage, Alert::kUnexpectedMessage);
    }
    MERLON_TRY(epochs_.InstallRead(read->epoch, read->keys));
    peer_.old_keys_end = Instant::max();
    SpeaksDtls13();
    core_.PushEvent(KeysChanged{read->epoch, /*write=*/false});
  } else if (const auto* write = std::get_if<InstallWrite>(&command)) {
    MERLON_TRY(epochs_.InstallWrite(write->epoch, write->keys));
    if (write->epoch != Epoch::kEarly) SpeaksDtls13();
    core_.PushEvent(KeysChanged{write->epoch, /*write=*/true});
  } else if (const auto* drop = std::get_if<DropEpoch>(&command)) {
    epochs_.DropRead(drop->epoch);
    if (!flights_.Uses(drop->epoch)) epochs_.DropWrite(drop->epoch);
  } else if (std::holds_alternative<SettleVersion>(command)) {
    dtls12_.settled = true;
    ack_ = {};
  } else if (std::holds_alternative<FinalFlight>(command)) {
    flights_.EndHandshake();
  } else if (const auto* send = std::get_if<SendWarning>(&command)) {
    dtls12_.warning = send->alert;
  }
  // SendChangeCipherSpec in DTLS 1.3 and SkipEarlyData are for streams.
  return {};
}

// ---- Writing
// -------------------------------------------------------------------------------------

Result<Transmit> DatagramConnection::PollTransmit(MutableBytes out, Now now) {
  if (core_.failure()) TearDown();
  out = Slice(out, 0, std::min(out.size(), options_.mtu));
  const Result<size_t> size = WriteDatagram(out, now);
  if (!size.ok()) {
    return size.error().origin == Origin::kMisuse ? size.error() : Fail(size.error());
  }
  return Transmit{*size, peer_.path.value_or(PathId{})};
}

Result<size_t> DatagramConnection::WriteDatagram(MutableBytes out, Now now) {
  if (ending_ == Ending::kAlertSent) return size_t{0};
  if (ending_ == Ending::kAlertQueued) {
    const Alert alert = core_.failure()->alert;
    if (alert == Alert::kNone) return size_t{0};
    const Result<size_t> size = WriteAlert(alert_epoch_, alert, out);
    if (!size.ok() && size.error().origin == Origin::kMisuse) return size;
    ending_ = Ending::kAlertSent;
    return size.ok() ? size : size_t{0};  // not under a key that is used up
  }
  size_t size = 0;
  if (ack_.due) {
    MERLON_ASSIGN_OR_RETURN(size, WriteAck(out));
    ack_.due = false;
  }
  while (const std::optional<Epoch> epoch = flights_.DueEpoch()) {
    MERLON_ASSIGN_OR_RETURN(const size_t written, WriteFragments(*epoch, Slice(out, size), now));
    if (written == 0) return size == 0 ? Result<size_t>(Misuse(Code::kNoSpace)) : size;
    size += written;
  }
  if (dtls12_.warning != Alert::kNone) {
    const Result<size_t> warning =
        WriteAlert(epochs_.newest_write(), dtls12_.warning, Slice(out, size));
    if (!warning.ok()) return size == 0 ? warning : Result<size_t>(size);
    dtls12_.warning = Alert::kNone;
    size += *warning;
  }
  if (ending_ == Ending::kCloseQueued) {
    const Result<size_t> close =
        WriteAlert(epochs_.newest_write(), Alert::kCloseNotify, Slice(out, size));
    if (!close.ok()) return size == 0 ? close : Result<size_t>(size);
    ending_ = Ending::kCloseSent;
    size += *close;
  }
  return size;
}

// In the highest epoch, as RFC 9147 s7 has it.
Result<size_t> DatagramConnection::WriteAck(MutableBytes out) {
  const Epoch epoch = epochs_.newest_write();
  const size_t header = epochs_.HeaderSize(epoch);
  const size_t room = epochs_.MaxPlaintext(epoch, out.size());
  if (room == 0) return Misuse(Code::kNoSpace);
  const uint32_t limit = AckLimit();
  const Result<size_t> content =
      ack_.list.Write(limit, epochs_.newest_read(), Slice(out, header, room));
  if (!content.ok()) return Misuse(Code::kNoSpace);
  MERLON_ASSIGN_OR_RETURN(
      const SealedRecord sealed,
      epochs_.Seal(epoch, ContentType::kAck, Slice(Bytes(out), header, *content), out));
  return sealed.size;
}

Result<size_t> DatagramConnection::WriteFragments(Epoch epoch, MutableBytes out, Now now) {
  const size_t header = epochs_.HeaderSize(epoch);
  const size_t room = epochs_.MaxPlaintext(epoch, out.size());
  if (room == 0) return size_t{0};
  const record::FlightTable::Staged staged = flights_.Stage(Slice(out, header, room));
  if (staged.size == 0) return size_t{0};
  MERLON_ASSIGN_OR_RETURN(
      const SealedRecord sealed,
      epochs_.Seal(epoch, staged.type, Slice(Bytes(out), header, staged.size), out));
  flights_.Sent(staged, sealed.number, now.instant);
  return sealed.size;
}

Result<size_t> DatagramConnection::WriteAlert(Epoch epoch, Alert alert, MutableBytes out) {
  const bool fatal = ending_ == Ending::kAlertQueued;
  const std::array<uint8_t, 2> content = {fatal ? kFatal : kWarning, static_cast<uint8_t>(alert)};
  if (epochs_.MaxPlaintext(epoch, out.size()) < content.size()) return Misuse(Code::kNoSpace);
  MERLON_ASSIGN_OR_RETURN(const SealedRecord sealed,
                          epochs_.Seal(epoch, ContentType::kAlert, content, out));
  return sealed.size;
}

}  // namespace merlon::tls
