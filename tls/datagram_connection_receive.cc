// SPDX-License-Identifier: Apache-2.0
// The datagram face: what is received, from records to messages and acknowledgements.
#include <algorithm>

#include "tls/datagram_connection.h"

namespace merlon::tls {
namespace {

using record::ContentType;
using record::Fragment;
using record::Noise;
using record::RecordNumber;

// Handshake types (RFC 6347 s4.3.2, RFC 9846 s4).
constexpr uint8_t kHelloVerifyRequest = 3, kKeyUpdate = 24;
// Warnings that are ignored without application data between them, as many as BoringSSL's
// kMaxWarningAlerts.
constexpr uint8_t kMaxWarnings = 4;
constexpr uint8_t kWarning = 1, kFatal = 2;  // AlertLevel (RFC 5246 s7.2)

// How long records of an epoch are read when the next one is in use: "for up to the default MSL
// specified for TCP" (RFC 9147 s4.2.1), 2 minutes (RFC 9293 s3.4.2).
constexpr Duration kOldKeysRetention = std::chrono::minutes(2);

// Post-handshake messages that are taken without application data between them: each costs more to
// handle than to send (kTooManyMessages beyond it).
constexpr uint8_t kMaxIdleMessages = 32;

constexpr uint8_t Level(Epoch epoch) {
  return static_cast<uint8_t>(std::min(epoch, Epoch::kApplication));
}
constexpr Error Unexpected(Code code) { return PeerError(code, Alert::kUnexpectedMessage); }

}  // namespace

Result<Received> DatagramConnection::Receive(MutableBytes in, Now now, PathId path) {
  if (core_.failure()) return Settle(Result<Received>(*core_.failure()));
  // Answers go to where the first datagram came from: nothing tests another path yet, and "MUST NOT
  // update the address" without that (RFC 9147 s11).
  if (!peer_.path) peer_.path = path;
  if (now.instant >= peer_.old_keys_end) {
    peer_.old_keys_end = Instant::max();
    epochs_.DropOldReads();
  }
  if (held_.used() != 0 && core_.established()) held_.Clear();
  MutableBytes rest = in, plaintext;
  // What follows a ServerHello is protected under keys that its answer brings.
  bool wait = false;
  while (!rest.empty() && plaintext.empty() && !wait) {
    const bool idle = core_.operations().empty();
    Result<void> done = OnDatagram(rest, now, plaintext);
    if (done.ok() && held_.used() != 0) done = OpenHeld(now);
    if (!done.ok()) return Fail(done.error());
    wait = idle && !core_.operations().empty();
  }
  ScheduleAck(now);
  return Received{in.size() - rest.size(), plaintext};
}

// One record of it.
Result<void> DatagramConnection::OnDatagram(MutableBytes& rest, Now now, MutableBytes& plaintext) {
  const std::optional<record::DatagramRecord> record = record::TakeRecord(rest, /*cid=*/{});
  if (!record) {
    Count(Noise::kMalformed);
    rest = {};
    return {};
  }
  if (!record->unified && (record->epoch == 0 || !dtls12_.settled)) return OnPlain(*record, now);
  record::ReadEpoch* keys = nullptr;
  if (record->unified != dtls12_.settled) {
    keys = record->unified ? epochs_.Reader(record->epoch) : epochs_.Reader12(record->epoch);
  }
  if (keys == nullptr) {
    OnNoKeys(*record, now);
    return {};
  }
  const Result<record::Opened> opened = epochs_.Open(*record, *keys);
  if (!opened.ok()) return opened.error();
  if (opened->noise) {
    Count(*opened->noise);
    return *opened->noise == Noise::kForged ? OnNotOpened(*keys) : Result<void>();
  }
  RetireOldKeys(keys->epoch, now);
  const bool is_data = opened->type == ContentType::kApplicationData && !peer_.closed;
  if (ABSL_PREDICT_TRUE(is_data && core_.established() && CarriesData(keys->epoch))) {
    return OnData(opened->content, plaintext);
  }
  return OnContent({keys->epoch, opened->sequence}, opened->type, opened->content, now, plaintext);
}

void DatagramConnection::OnNoKeys(const record::DatagramRecord& record, Now now) {
  const uint8_t* const begin = record.header.data();
  const Bytes whole(begin, static_cast<size_t>(record.body.data() + record.body.size() - begin));
  if (!IsTooEarly(record) || !held_.AddSealed(whole, reassembly_.spare())) {
    Count(Noise::kUnknownEpoch);
  }
  if (record.unified) OnTooEarly(record.epoch, now);
}

// Of an epoch that the handshake will bring: "it is possible for records that are protected by the
// new epoch to be received prior to the completion of a handshake", and we "MAY either buffer or
// discard" them (RFC 6347 s4.1; RFC 9147 s4.2.1). Nothing of them is believed before they open.
bool DatagramConnection::IsTooEarly(const record::DatagramRecord& record) const {
  if (core_.established()) return false;
  const auto newest = static_cast<uint64_t>(epochs_.newest_read());
  // Two bits of its epoch: kHandshake or kApplication. There is no early data.
  if (record.unified) return !dtls12_.settled && record.epoch >= 2 && record.epoch > newest;
  return newest == 0 && record.epoch == static_cast<uint64_t>(Epoch::kFirstKeys);
}

// What was held is handled when its keys are there. What is still held when the handshake is over
// is noise.
Result<void> DatagramConnection::OpenHeld(Now now) {
  std::optional<record::HeldRecords::Sealed> held = held_.FindSealed();
  while (held) {
    MutableBytes rest = held->record;
    const std::optional<record::DatagramRecord> record = record::TakeAnyRecord(rest, /*cid=*/{});
    if (record && IsTooEarly(*record)) {
      held = held_.FindSealed(held->next());
      continue;
    }
    MutableBytes plaintext;
    rest = held->record;
    MERLON_TRY(OnDatagram(rest, now, plaintext));
    if (plaintext.empty()) {
      held_.Remove(*held);
    } else {
      held_.Replace(*held, plaintext);
    }
    held = held_.FindSealed();  // it may have brought keys
  }
  return {};
}

MutableBytes DatagramConnection::TakeHeldData() {
  if (!connected()) return {};
  const MutableBytes data = held_.TakeData();
  if (!data.empty()) peer_.idle_messages = peer_.warnings = 0;
  return data;
}

// Only with the peer's new keys in use is it known that it does not need the old ones again: it
// sends under those until it has our ACK of its KeyUpdate (RFC 9147 s8).
void DatagramConnection::RetireOldKeys(Epoch opened, Now now) {
  if (!epochs_.HoldsOldRead() || opened != epochs_.newest_read()) return;
  if (peer_.old_keys_end == Instant::max()) peer_.old_keys_end = now.instant + kOldKeysRetention;
}

// Counts towards the AEAD's integrity limit (RFC 9147 s4.5.3).
Result<void> DatagramConnection::OnNotOpened(const record::ReadEpoch& keys) {
  const uint64_t limit = keys.traffic.aead->open_limit;
  if (keys.failed_opens >= limit) {
    if (keys.epoch == epochs_.newest_read()) {
      return PeerError(Code::kTooManyBadRecords, Alert::kBadRecordMac);
    }
    epochs_.DropRead(keys.epoch);  // "the previous keys can be dropped when the limit is reached"
  } else if (keys.failed_opens == limit / 2 && core_.established() && !dtls12_.settled) {
    // "SHOULD initiate a key update with update_requested before". Misuse: one is under way.
    const Result<void> started = RequestKeyUpdate(/*request_peer=*/true);
    if (!started.ok() && started.error().origin != Origin::kMisuse) return started;
  }
  return {};
}

// The server's second epoch before its ServerHello: it got lost, and an empty ACK says so sooner
// than the server's timer (RFC 9147 s7.1, at the end).
void DatagramConnection::OnTooEarly(uint64_t epoch_bits, Now now) {
  const bool waiting =
      !flights_.empty() && epochs_.newest_read() == Epoch::kPlain && !dtls12_.settled;
  if (!waiting || epoch_bits != static_cast<uint64_t>(Epoch::kHandshake) || ack_.deadline) return;
  ack_.spoken = true;
  ack_.deadline = now.instant + flights_.CurrentTimeout() / 4;
}

Result<void> DatagramConnection::OnPlain(const record::DatagramRecord& record, Now now) {
  const RecordNumber number = {Epoch::kPlain, record.sequence};
  // In DTLS 1.2 there are keys before the peer uses them.
  const bool keyed =
      dtls12_.settled ? epochs_.has_opened() : epochs_.newest_read() != Epoch::kPlain;
  if (record.epoch != 0) {
    OnNoKeys(record, now);
    return {};
  }
  if (peer_.closed && number > *peer_.closed) return {};
  switch (record.type) {
    case ContentType::kHandshake:
      return OnHandshake(number, record.body, now);
    case ContentType::kAlert:
      if (!keyed) return OnAlert(number, record.body);
      break;
    case ContentType::kChangeCipherSpec:
      return OnChangeCipherSpec(record.body);
    case ContentType::kAck:
      // A client that has only part of our flight has no keys yet.
      if (!core_.established() && !dtls12_.settled) return OnAck(number, record.body, now);
      break;
    default:
      break;
  }
  Count(Noise::kUnexpected);
  return {};
}

Result<void> DatagramConnection::OnContent(RecordNumber number, ContentType type,
                                           MutableBytes content, Now now, MutableBytes& plaintext) {
  // "Any data received with an epoch/sequence number pair after that of a valid received closure
  // alert MUST be ignored" (RFC 9147 s5.10).
  if (peer_.closed && number > *peer_.closed) return {};
  if (type != ContentType::kAlert && !content.empty()) peer_.warnings = 0;
  switch (type) {
    case ContentType::kHandshake:
      return OnHandshake(number, content, now);
    case ContentType::kAck:
      if (dtls12_.settled) return Unexpected(Code::kBadRecordType);
      return OnAck(number, content, now);
    case ContentType::kAlert:
      return OnAlert(number, content);
    case ContentType::kApplicationData:
      if (core_.established() && CarriesData(number.epoch)) return OnData(content, plaintext);
      // It overtook the Finished, or that waits for an operation.
      if (core_.established() || !(dtls12_.settled || CarriesData(number.epoch)) ||
          !held_.AddData(content, reassembly_.spare())) {
        Count(Noise::kUnexpected);
      }
      return {};
    default:
      return Unexpected(Code::kBadRecordType);
  }
}

// ---- Handshake
// -----------------------------------------------------------------------------------

Result<void> DatagramConnection::OnHandshake(RecordNumber number, Bytes content, Now now) {
  const bool plain = number.epoch == Epoch::kPlain;
  const uint8_t level = Level(number.epoch);
  // In DTLS 1.2 both until there is a connection: the core knows which message belongs where.
  const bool current =
      dtls12_.settled ? !plain || !core_.established() : level == Level(epochs_.newest_read());
  // In the clear after there are keys it is anyone's: only a hint that the peer repeats itself.
  const bool hint = plain && !current;
  if (content.empty()) {  // RFC 9846 s5.1
    if (!plain) return Unexpected(Code::kEmptyRecord);
    Count(Noise::kUnexpected);
    return {};
  }
  bool kept = true, news = false;
  uint16_t last = 0;
  Reader reader(content);
  while (!reader.done()) {
    const Result<Fragment> fragment = Fragment::Read(reader);
    if (hint && (!fragment.ok() || fragment->sequence >= reassembly_.next())) {
      Count(Noise::kUnexpected);
      return {};
    }
    if (!fragment.ok()) return fragment.error();
    last = std::max(last, fragment->sequence);
    if (fragment->sequence < reassembly_.next()) {
      OnRepeated(*fragment, plain, now);
      continue;
    }
    if (!current) return Unexpected(Code::kUnexpectedMessage);
    MERLON_ASSIGN_OR_RETURN(const record::Reassembly::Kept how,
                            reassembly_.Add(*fragment, level, held_.used()));
    if (how == record::Reassembly::Kept::kNoRoom) {
      kept = false;
    } else {
      news = true;
    }
  }
  if (news && !core_.established() && ack_.spoken) {
    // "Receiving a message from a handshake flight implicitly acknowledges all messages from the
    // previous flight(s)" (RFC 9147 s7). In DTLS 1.2 we wait for all of the answer: the peer may
    // send the rest only when we repeat ourselves (RFC 6347 s4.2.4).
    flights_.AcknowledgeHandshake();
    MERLON_TRY(Deliver(now));
  }
  // What is repeated from before our last handshake flight was acknowledged by that flight.
  const bool answered = last < ack_.flight_start && (plain || !core_.established());
  if (kept && !answered && !dtls12_.settled) ack_.list.Add(number, last);
  return Pump(now);
}

// Perhaps the peer repeats the flight that ours answered: it does with its last message.
void DatagramConnection::OnRepeated(const Fragment& fragment, bool plain, Now now) {
  if (fragment.offset != 0 || fragment.sequence >= ack_.flight_start) return;
  const uint32_t behind = ack_.flight_start - fragment.sequence;
  if (behind == 1 && !flights_.IsQuiet(now.instant)) flights_.Nudge();
  // DTLS 1.2: its Finished, or what comes before that in the clear.
  if (dtls12_.settled && behind == (plain ? 2u : 1u)) flights_.NudgeFinal(!plain, now.instant);
}

// Of DTLS 1.2: what it says is known from the epochs, which also tell what is reordered; the keys
// are there when they are known (RFC 6347 s4.1). Others have no use for it. It is anyone's, once
// the peer has used its keys.
Result<void> DatagramConnection::OnChangeCipherSpec(Bytes content) {
  const bool well_formed = content.size() == 1 && content[0] == 1;
  if (dtls12_.settled && well_formed) return {};
  if (dtls12_.settled && !epochs_.has_opened()) return Unexpected(Code::kIllegalValue);
  Count(Noise::kUnexpected);
  return {};
}

// Hands whole messages to the core, in order, until one is held or there is no room for answers.
Result<void> DatagramConnection::Pump(Now now) {
  while (!waiting_) {
    const std::optional<record::Reassembly::Message> message = reassembly_.Front();
    if (!message) break;
    const bool established = core_.established();
    MERLON_ASSIGN_OR_RETURN(
        const Disposition done,
        core_.Handle(HandshakeMessage{message->type, message->body, message->sequence,
                                      static_cast<Epoch>(message->level)},
                     now));
    if (done == Disposition::kHeld) break;
    if (message->type == kHelloVerifyRequest) dtls12_.verified = true;
    if (established && ++peer_.idle_messages > kMaxIdleMessages) {
      return Unexpected(Code::kTooManyMessages);
    }
    reassembly_.Pop();
    MERLON_TRY(Drain());
    // On a client the server's Finished is answered by now, and its record forgotten.
    if (!established && core_.established()) ack_.at_once = ack_.list.HasNews(AckLimit());
    if (established && message->type == kKeyUpdate && !options_.batch_acks) ack_.at_once = true;
  }
  // DTLS 1.2: the peer's Finished answers ours. A final flight of ours has not gone out yet.
  if (dtls12_.settled && core_.established() && !std::exchange(dtls12_.last_answered, true)) {
    flights_.AcknowledgeHandshake();
  }
  return Deliver(now);
}

// ---- ACKs
// ----------------------------------------------------------------------------------------

// At once for a flight that is whole and that nothing answers: the last one of the handshake, and a
// KeyUpdate, whose sender goes on under the old keys until then (RFC 9147 s8). Else after a quarter
// of the timeout (s7.1): a flight of ours may answer before, or more come to be acknowledged.
void DatagramConnection::SetAckTime(Now now) {
  if (ack_.at_once) {
    ack_.at_once = false;
    ack_.deadline.reset();
    ack_.due = true;
  } else if (!ack_.deadline) {
    ack_.deadline = now.instant + flights_.CurrentTimeout() / 4;
  }
}

Result<void> DatagramConnection::OnAck(RecordNumber number, Bytes content, Now now) {
  const bool plain = number.epoch == Epoch::kPlain;
  const auto refuse = [&](Error error) -> Result<void> {
    if (!plain) return error;
    Count(Noise::kUnexpected);
    return {};
  };
  Result<record::AckReader> numbers = record::AckReader::Parse(content);
  if (!numbers.ok()) return refuse(numbers.error());
  bool any = false, progress = false;
  RecordNumber acked;
  while (numbers->Next(&acked)) {
    // During the handshake "ACK records MUST be sent with an epoch which is equal to or higher than
    // the record which is being acknowledged" (RFC 9147 s7).
    const bool too_high = number.epoch < Epoch::kApplication && acked.epoch > number.epoch;
    if (too_high || acked.sequence > record::kMaxSequence) return refuse(IllegalParameter());
    any = true;
    if (acked.epoch > epochs_.newest_write()) continue;
    if (flights_.Acknowledge(acked)) progress = true;
  }
  if (!any) flights_.Nudge();
  if (!progress) return {};
  flights_.ResendPartial();
  MERLON_TRY(Deliver(now));
  return Pump(now);
}

// Tells the core what the peer has, which may make it go on.
Result<void> DatagramConnection::Deliver(Now now) {
  while (const std::optional<FlightId> flight = flights_.PopDelivered()) {
    MERLON_TRY(core_.Handle(Delivered{*flight}, now));
    MERLON_TRY(Drain());
  }
  return {};
}

// ---- Alerts
// --------------------------------------------------------------------------------------

Result<void> DatagramConnection::OnAlert(RecordNumber number, Bytes content) {
  const bool plain = number.epoch == Epoch::kPlain;
  const bool sized = content.size() == 2;
  // AlertLevel has two values (RFC 5246 s7.2), which TLS 1.3 does not look at (RFC 9846 s6).
  const bool known =
      !dtls12_.settled || (sized && (content[0] == kWarning || content[0] == kFatal));
  if (!sized || !known) {
    // "Invalid records SHOULD be silently discarded" (RFC 9147 s4.5.2, RFC 6347 s4.1.2.7).
    if (!plain) return sized ? IllegalParameter(Code::kBadAlert) : DecodeError(Code::kBadAlert);
    Count(Noise::kMalformed);
    return {};
  }
  const Alert alert{content[1]};
  if (alert == Alert::kCloseNotify) {
    if (!peer_.closed) core_.PushEvent(PeerClosed{});
    peer_.closed = number;
    return {};
  }
  // close_notify follows (RFC 9846 s6.1). In DTLS 1.2 one can go on after any warning (RFC 5246
  // s7.2.2), and servers give one about the name before they say their version (RFC 6066 s3).
  const bool tolerated = dtls12_.settled || (plain && alert == Alert::kUnrecognizedName);
  if (alert == Alert::kUserCanceled || (tolerated && content[0] == kWarning)) {
    return OnWarning(plain);
  }
  peer_.alert = alert;
  return PeerError(Code::kClosedByAlert, Alert::kNone);
}

Result<void> DatagramConnection::OnWarning(bool plain) {
  if (plain) return {};
  return ++peer_.warnings > kMaxWarnings ? Unexpected(Code::kBadAlert) : Result<void>();
}

}  // namespace merlon::tls
