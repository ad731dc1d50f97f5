// SPDX-License-Identifier: Apache-2.0
// The stream face, receiving side: records in, messages to the core, its commands carried out.
// stream_connection_write.cc has the writing side.
#include "tls/stream_connection.h"

#include <algorithm>

namespace merlon::tls {
namespace {

using record::Content;
using record::ContentType;
using record::StreamRecord;

// Handshake types after which the peer's keys may change (RFC 9846 s4): what comes next cannot be
// read before they are handled.
constexpr uint8_t kClientHello = 1, kServerHello = 2, kEndOfEarlyData = 5, kFinished = 20,
                  kKeyUpdate = 24;
constexpr bool MayChangeReadKeys(uint8_t type) {
  return type == kClientHello || type == kServerHello || type == kEndOfEarlyData ||
         type == kFinished || type == kKeyUpdate;
}

// Tolerated in a row; as many as BoringSSL tolerates (kMaxWarningAlerts, kMaxKeyUpdates).
constexpr uint8_t kMaxWarnings = 4;
constexpr uint8_t kMaxIdleMessages = 32;

constexpr uint8_t kWarning = 1, kFatal = 2;  // AlertLevel (RFC 5246 s7.2)

constexpr Error Unexpected(Code code) { return PeerError(code, Alert::kUnexpectedMessage); }

}  // namespace

StreamConnection::StreamConnection(Handshake& core, MutableBytes reassembly)
    : core_(core), deframer_(reassembly) {
  (void)Drain();
}

std::optional<Error> StreamConnection::failure() const {
  return failed() ? std::optional(failure_) : std::nullopt;
}
std::optional<Alert> StreamConnection::peer_alert() const {
  return peer_alert_ == Alert::kNone ? std::nullopt : std::optional(peer_alert_);
}

// ---- Receiving
// -----------------------------------------------------------------------------------

Result<Received> StreamConnection::Receive(MutableBytes in, Now now) {
  now_ = now;
  if (failed()) return failure_;
  // "Any data received after a closure alert has been received MUST be ignored." (RFC 9846 s6.1)
  if (is_.peer_closed) return Received{in.size(), {}};
  const record::ParsedRecord parsed = reader_.Parse(in);
  if (const Error* error = std::get_if<Error>(&parsed)) return Fail(*error);
  const StreamRecord* record = std::get_if<StreamRecord>(&parsed);
  if (record == nullptr) return Received{};
  if (!core_.operations().empty() && MustWait(*record)) return Received{};
  const Result<Content> content = reader_.Open(*record);
  if (!content.ok()) return Fail(content.error());
  const bool is_data = content->type == ContentType::kApplicationData;
  if (ABSL_PREDICT_FALSE(!is_data || !is_.established || !deframer_.idle() ||
                         content->bytes.empty())) {
    MERLON_TRY(OnContent(*content));
  } else {
    counts_ = {};
  }
  return Received{record->size(), is_data ? content->bytes : MutableBytes()};
}

// Asked while an operation is pending, before anything is decrypted.
bool StreamConnection::MustWait(const StreamRecord& record) const {
  if (reader_.is_tls12()) return MustWait12(record);
  // The peer may have changed keys behind the message that waits, or that is being worked on.
  if (MayChangeReadKeys(deframer_.last_kept().value_or(last_message_))) return true;
  // Application data may come right behind the peer's Finished, before ours is made.
  if (reader_.epoch() >= Epoch::kApplication && !is_.established) return true;
  if (!reader_.is_protected()) {
    // In TLS 1.2 ChangeCipherSpec has its place among the messages.
    if (record.type == ContentType::kChangeCipherSpec) return true;
    if (record.type != ContentType::kHandshake) return false;
  }
  return record.body.size() > deframer_.free();
}

// Keys change with a record of their own, and the type of a record is not hidden.
bool StreamConnection::MustWait12(const StreamRecord& record) const {
  switch (record.type) {
    case ContentType::kHandshake:
      return record.body.size() > deframer_.free();
    case ContentType::kApplicationData:
      // A client may send it behind its Finished at once (RFC 7918).
      return !is_.established;
    default:
      return record.type == ContentType::kChangeCipherSpec;
  }
}

Result<void> StreamConnection::OnContent(const Content& content) {
  // "Handshake messages MUST NOT be interleaved with other record types." (RFC 9846 s5.1)
  if (content.type != ContentType::kHandshake && deframer_.mid_message()) {
    return Fail(Unexpected(Code::kInterleaved));
  }
  if (content.type != ContentType::kAlert && !content.bytes.empty()) counts_.warnings = 0;
  switch (content.type) {
    case ContentType::kHandshake:
      return OnHandshake(content.bytes);
    case ContentType::kAlert:
      return OnAlert(content.bytes);
    case ContentType::kChangeCipherSpec:
      return OnChangeCipherSpec();
    case ContentType::kApplicationData:
      if (!is_.established) return Fail(Unexpected(Code::kUnexpectedMessage));
      if (!content.bytes.empty()) counts_.idle_messages = 0;
      return {};
    default:  // early data, skipped
      return {};
  }
}

Result<void> StreamConnection::OnHandshake(Bytes fragment) {
  is_.started = true;
  writer_.set_handshake_version(record::kLegacyVersion);
  deframer_.Add(fragment);
  return PumpMessages();
}

// Hands whole messages to the core until there is none, or it holds one.
Result<void> StreamConnection::PumpMessages() {
  for (;;) {
    const Result<std::optional<record::FramedMessage>> next = deframer_.Next();
    if (!next.ok()) return Fail(next.error());
    if (!next->has_value()) return {};
    const record::FramedMessage& message = **next;
    const bool post_handshake = is_.established;
    const Epoch epoch = std::min(reader_.epoch(), Epoch::kApplication);
    const Result<Disposition> done = core_.Handle(
        HandshakeMessage{.type = message.type, .body = message.body, .epoch = epoch}, now_);
    if (!done.ok()) return Fail(done.error());
    if (*done == Disposition::kHeld) {
      if (deframer_.Hold() != 0) return Fail(NoSpace());
      return {};
    }
    last_message_ = message.type;
    deframer_.Taken();
    // What a client goes on with depends on the answer to its ClientHello (RFC 9846 s4.1.2): what
    // came along with that one is not an answer to our HelloRetryRequest.
    if (last_message_ == kClientHello) {
      if (!deframer_.idle()) return Fail(Unexpected(Code::kUnexpectedMessage));
      reader_.AcceptEarlyAlert();
    }
    if (post_handshake && ++counts_.idle_messages > kMaxIdleMessages) {
      return Fail(Unexpected(Code::kTooManyMessages));
    }
    MERLON_TRY(Drain());
  }
}

// In TLS 1.3 levels mean nothing any more: what is not a closure alert is an error alert (RFC 9846
// s6); a close_notify follows user_canceled. In TLS 1.2 one can go on after any warning (RFC 5246
// s7.2.2), and servers give one about the name before they say their version (RFC 6066 s3).
bool StreamConnection::IsOnlyWarning(uint8_t level, Alert description) const {
  if (description == Alert::kUserCanceled) return true;
  if (level != kWarning) return false;
  return reader_.is_tls12() || (!reader_.is_protected() && description == Alert::kUnrecognizedName);
}

Result<void> StreamConnection::OnAlert(Bytes alert) {
  // "Alert messages MUST NOT be fragmented across records, and multiple alert messages MUST NOT be
  // coalesced into a single TLSPlaintext record." (RFC 9846 s5.1)
  if (alert.size() != 2) return Fail(DecodeError(Code::kBadAlert));
  if (reader_.is_tls12() && alert[0] != kWarning && alert[0] != kFatal) {
    return Fail(IllegalParameter(Code::kBadAlert));
  }
  const Alert description{alert[1]};
  if (description == Alert::kCloseNotify) {
    is_.peer_closed = true;
    core_.PushEvent(PeerClosed{});
    return {};
  }
  if (IsOnlyWarning(alert[0], description)) {
    if (++counts_.warnings > kMaxWarnings) return Fail(Unexpected(Code::kBadAlert));
    return {};
  }
  peer_alert_ = description;
  return Fail(PeerError(Code::kClosedByAlert, Alert::kNone));
}

// "... receives a change_cipher_spec record [...] at any time after the first ClientHello message
// has been sent or received and before the peer's Finished message has been received" (RFC 9846
// s5): only then. Under TLS 1.3 keys it is dropped here; in the clear it may be TLS 1.2's, which
// has its place among the messages.
Result<void> StreamConnection::OnChangeCipherSpec() {
  if (!is_.started || is_.established) return Fail(Unexpected(Code::kBadRecordType));
  if (reader_.is_protected()) return {};
  const Result<Disposition> done = core_.Handle(ChangeCipherSpec{}, now_);
  if (!done.ok()) return Fail(done.error());
  return Drain();
}

Result<void> StreamConnection::TransportClosed() {
  if (failed()) return failure_;
  if (is_.peer_closed) return {};
  return Fail(PeerError(Code::kTruncatedByTransport, Alert::kNone));
}

// ---- The core's commands
// -------------------------------------------------------------------------

Result<void> StreamConnection::Complete(OpId id, const OpResult& result, Now now) {
  now_ = now;
  if (failed()) return failure_;
  const Result<void> done = core_.Complete(id, result, now);
  if (!done.ok()) return done.error().origin == Origin::kMisuse ? done.error() : Fail(done.error());
  MERLON_TRY(Drain());
  return PumpMessages();
}

Result<void> StreamConnection::RequestKeyUpdate(bool request_peer) {
  if (failed()) return failure_;
  if (is_.closed) return Misuse(Code::kClosed);
  if (reader_.is_tls12()) return Misuse();
  const Result<void> done = core_.StartKeyUpdate(request_peer);
  if (!done.ok()) return done.error().origin == Origin::kMisuse ? done.error() : Fail(done.error());
  return Drain();
}

Result<void> StreamConnection::Drain(WriteKeys write_keys) {
  while (std::optional<Command> command = core_.NextCommand()) {
    const Result<void> done = CarryOut(*command, write_keys);
    if (!done.ok()) return Fail(done.error());
  }
  if (const std::optional<Error> error = core_.failure()) return Fail(*error);
  is_.established = core_.established();
  return ApplyWriteKeys();
}

Result<void> StreamConnection::CarryOut(Command& command, WriteKeys write_keys) {
  if (const auto* install = std::get_if<InstallRead>(&command)) return InstallReadKeys(*install);
  if (const auto* skip = std::get_if<SkipEarlyData>(&command)) {
    reader_.SkipEarlyData(skip->until_client_hello, skip->budget);
    return {};
  }
  if (std::holds_alternative<SettleVersion>(command)) {
    reader_.Settle12();
    writer_.Settle12();
    return {};
  }
  if (is_.close_sent) return {};  // nothing is written behind close_notify
  if (const auto* send = std::get_if<Send>(&command)) {
    if (!is_.started) writer_.set_handshake_version(record::kLegacyFirstVersion);
    is_.started = true;
    return queue_.Push(*send);
  }
  if (const auto* change = std::get_if<SendChangeCipherSpec>(&command)) return queue_.Push(*change);
  if (const auto* warning = std::get_if<SendWarning>(&command)) return queue_.Push(*warning);
  if (auto* install = std::get_if<InstallWrite>(&command)) {
    // In TLS 1.2 this flight of ours answers all of the peer's, which begins its next one behind it
    // (RFC 5246 s7.3).
    if (reader_.is_tls12()) MERLON_TRY(deframer_.Boundary());
    if (write_keys == WriteKeys::kAtOnce) return InstallWriteKeys(*install);
    return queue_.Push(std::move(*install));
  }
  return {};  // DropEpoch: a stream has one epoch in each direction; FinalFlight: nothing is lost
}

Result<void> StreamConnection::InstallReadKeys(const InstallRead& install) {
  MERLON_ASSIGN_OR_RETURN(const record::MessageBoundary boundary, deframer_.Boundary());
  MERLON_TRY(reader_.Install(boundary, install.epoch, install.keys));
  last_message_ = 0;
  core_.PushEvent(KeysChanged{install.epoch, /*write=*/false});
  return {};
}

Result<void> StreamConnection::InstallWriteKeys(const InstallWrite& install) {
  MERLON_TRY(writer_.Install(install.epoch, install.keys));
  core_.PushEvent(KeysChanged{install.epoch, /*write=*/true});
  return {};
}

// Keys that wait for nothing any more.
Result<void> StreamConnection::ApplyWriteKeys() {
  while (!queue_.empty() && queue_.front()->kind == SendQueue::Kind::kKeys) {
    const Result<void> installed = InstallWriteKeys(queue_.PopKeys());
    if (!installed.ok()) return Fail(installed.error());
  }
  return {};
}

// Enters the failed state, once; says what the failure is. Secrets go, but for the write key of the
// alert: that of the next message that was not written, or the newest.
Error StreamConnection::Fail(Error error) {
  if (failed()) return failure_;
  core_.Fail(error);
  failure_ = core_.failure().value_or(error);
  bool change_cipher_spec = false;
  while (!queue_.empty() && queue_.front()->kind != SendQueue::Kind::kMessage) {
    if (queue_.front()->kind == SendQueue::Kind::kKeys) {
      (void)InstallWriteKeys(queue_.PopKeys());
    } else {
      change_cipher_spec |= queue_.front()->kind == SendQueue::Kind::kChangeCipherSpec;
      queue_.Pop();
    }
  }
  queue_.Clear();
  // It comes before anything encrypted, for the peer (RFC 5246 s7.1) or for what lies between (RFC
  // 9846 appendix E.4); it needs no key.
  if (change_cipher_spec && writer_.keys().installed()) (void)queue_.Push(SendChangeCipherSpec{});
  reader_.Clear();
  deframer_.Clear();
  alert_ = is_.close_sent ? Alert::kNone : failure_.alert;
  return failure_;
}

}  // namespace merlon::tls
