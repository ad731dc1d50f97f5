// SPDX-License-Identifier: Apache-2.0
// The stream face, writing side: queued messages, alerts and application data into records.
#include <algorithm>
#include <array>
#include <new>

#include "tls/stream_connection.h"

namespace merlon::tls {
namespace {

using record::ContentType;
using record::kMaxPlaintext;

// Header and request_update (RFC 9846 s4.6.3).
constexpr size_t kKeyUpdateSize = record::kHandshakeHeaderSize + 1;
constexpr size_t kAlertSize = 2;
// Of a record under keys that wait behind queued messages: the longest tag is 16 bytes, and TLS 1.2
// may have an explicit nonce of 8 instead of a content type.
constexpr size_t kMaxOverhead = record::kStreamHeaderSize + 8 + 16;
// Fatal but for closures; the receiver ignores it (RFC 9846 s6).
constexpr uint8_t kWarning = 1, kFatal = 2;

constexpr size_t RecordsFor(size_t bytes) { return (bytes + kMaxPlaintext - 1) / kMaxPlaintext; }

// Cuts records out of scattered plaintext.
class Pieces {
 public:
  explicit Pieces(absl::Span<const Bytes> pieces) : rest_(pieces) { Skip(); }
  bool done() const { return rest_.empty(); }
  // The next at most `size` bytes, as views; until the next call.
  absl::Span<const Bytes> Take(size_t size) {
    size_t count = 0;
    while (size != 0 && !done()) {
      const size_t part = std::min(size, rest_.front().size() - at_);
      new (&cut_[count++]) Bytes(Slice(rest_.front(), at_, part));
      taken_ += part;
      at_ += part;
      size -= part;
      Skip();
    }
    return {cut_, count};
  }
  size_t taken() const { return taken_; }

 private:
  void Skip() {
    while (!rest_.empty() && at_ == rest_.front().size()) {
      rest_.remove_prefix(1);
      at_ = 0;
    }
  }
  absl::Span<const Bytes> rest_;
  size_t at_ = 0, taken_ = 0;
  union {  // not filled with anything beforehand: mostly there is one
    Bytes cut_[StreamConnection::kMaxPieces];
  };
};

}  // namespace

// ---- Queued messages
// -----------------------------------------------------------------------------

Result<Transmit> StreamConnection::PollTransmit(MutableBytes out, Now now) {
  now_ = now;
  size_t size = Flush(out);
  if (alert_ != Alert::kNone && queue_.empty()) size += WriteAlert(Slice(out, size));
  if (size == 0 && wants_write()) return Misuse(Code::kNoSpace);
  return Transmit{size};
}

// Writes what is queued, as much as fits; returns the bytes written. Less also after a failure.
size_t StreamConnection::Flush(MutableBytes out) {
  size_t size = 0;
  while (!queue_.empty()) {
    const Result<size_t> written = WriteFront(Slice(out, size));
    if (!written.ok()) {
      (void)Fail(written.error());
      break;
    }
    if (*written == 0) break;
    size += *written;
  }
  return size;
}

// One record; 0 when it does not fit. What writing it leads to is done as well, and if that fails
// the record stands all the same.
Result<size_t> StreamConnection::WriteFront(MutableBytes out) {
  const SendQueue::Entry& front = *queue_.front();
  if (front.kind == SendQueue::Kind::kMessage) return WriteMessages(out);
  constexpr uint8_t kChangeCipherSpec[] = {1};
  const uint8_t warning[kAlertSize] = {kWarning, static_cast<uint8_t>(front.warning)};
  const bool is_warning = front.kind == SendQueue::Kind::kWarning;
  const Bytes content = is_warning ? Bytes(warning) : Bytes(kChangeCipherSpec);
  const ContentType type = is_warning ? ContentType::kAlert : ContentType::kChangeCipherSpec;
  const size_t overhead = is_warning ? writer_.overhead() : record::kStreamHeaderSize;
  if (out.size() < overhead + content.size()) return size_t{0};
  queue_.Pop();
  MERLON_ASSIGN_OR_RETURN(const size_t size, writer_.Write(type, {&content, 1}, out));
  (void)ApplyWriteKeys();
  return size;
}

// Messages share a record, also those of several flights; but not with a KeyUpdate, behind which
// come other keys. What is longer than one is none.
Result<size_t> StreamConnection::WriteMessages(MutableBytes out) {
  const size_t overhead = writer_.overhead();
  if (out.size() <= overhead) return size_t{0};
  size_t room = std::min(out.size() - overhead, kMaxPlaintext);
  const SendQueue::Entry& front = *queue_.front();
  const FlightId flight = front.flight;
  const bool alone = front.size <= kKeyUpdateSize;
  std::array<Bytes, SendQueue::kEntries> parts;
  size_t count = 0;
  for (const SendQueue::Entry& entry : queue_.view()) {
    if (room == 0 || entry.kind != SendQueue::Kind::kMessage) break;
    if (entry.flight != flight && (alone || entry.size <= kKeyUpdateSize)) break;
    parts[count] = Slice(entry.bytes(), 0, std::min(room, size_t{entry.size}));
    room -= parts[count++].size();
  }
  MERLON_ASSIGN_OR_RETURN(const size_t size,
                          writer_.Write(ContentType::kHandshake, {parts.data(), count}, out));
  std::array<FlightId, SendQueue::kEntries> delivered;
  size_t delivered_count = 0;
  for (size_t i = 0; i < count; ++i) {
    SendQueue::Entry& entry = *queue_.front();
    const FlightId of = entry.flight;
    entry.Advance(parts[i].size());
    if (entry.size != 0) break;
    queue_.Pop();
    if (!queue_.Holds(of)) delivered[delivered_count++] = of;
  }
  MERLON_TRY(ApplyWriteKeys());
  for (size_t i = 0; i < delivered_count && !failed(); ++i) {
    // An answer to this, such as new keys behind a KeyUpdate, comes before all that is still
    // queued.
    if (const auto done = core_.Handle(Delivered{delivered[i]}, now_); !done.ok()) {
      (void)Fail(done.error());
    } else {
      (void)Drain(WriteKeys::kAtOnce);
    }
  }
  return size;
}

// Once; dropped when the keys are used up. Returns the bytes written, 0 when it does not fit.
size_t StreamConnection::WriteAlert(MutableBytes out) {
  if (out.size() < writer_.overhead() + kAlertSize) return 0;
  const bool is_closure = alert_ == Alert::kCloseNotify;
  const uint8_t alert[kAlertSize] = {is_closure ? kWarning : kFatal, static_cast<uint8_t>(alert_)};
  const Bytes content(alert);
  alert_ = Alert::kNone;
  is_.close_sent = true;  // an error alert ends our direction as well
  const Result<size_t> size = writer_.Write(ContentType::kAlert, {&content, 1}, out);
  return size.ok() ? *size : 0;
}

Result<void> StreamConnection::Close() {
  if (failed()) return failure_;
  if (is_.closed) return Misuse(Code::kClosed);
  is_.closed = true;
  alert_ = Alert::kCloseNotify;
  return {};
}

// ---- Application data
// ----------------------------------------------------------------------------

Result<Sealed> StreamConnection::Seal(Bytes plaintext, MutableBytes out) {
  // As it mostly is: one record, and nothing else to write.
  const bool simple = is_.established && !is_.closed && !failed() && queue_.empty() &&
                      !plaintext.empty() && plaintext.size() <= kMaxPlaintext &&
                      out.size() >= plaintext.size() + writer_.overhead() &&
                      !writer_.keys().seal_limit_near();
  if (ABSL_PREDICT_TRUE(simple)) {
    const Result<size_t> size = writer_.Write(ContentType::kApplicationData, {&plaintext, 1}, out);
    if (!size.ok()) return Fail(size.error());
    return Sealed{plaintext.size(), *size};
  }
  return Seal(absl::Span<const Bytes>(&plaintext, 1), out);
}

Result<Sealed> StreamConnection::Seal(absl::Span<const Bytes> pieces, MutableBytes out) {
  if (failed()) return failure_;
  if (is_.closed) return Misuse(Code::kClosed);
  if (!is_.established && writer_.epoch() < Epoch::kApplication) return Misuse();
  if (pieces.size() > kMaxPieces) return Misuse();
  Pieces rest(pieces);
  size_t written = 0;
  for (;;) {
    if (!queue_.empty()) written += Flush(Slice(out, written));
    if (rest.done() || failed() || !queue_.empty()) break;
    if (ABSL_PREDICT_FALSE(writer_.keys().seal_limit_near())) {
      if (!UpdateKeys().ok()) break;
      if (!queue_.empty()) continue;
    }
    const size_t overhead = writer_.overhead();
    if (out.size() - written <= overhead) break;
    const size_t room = std::min(out.size() - written - overhead, kMaxPlaintext);
    const Result<size_t> size =
        writer_.Write(ContentType::kApplicationData, rest.Take(room), Slice(out, written));
    if (!size.ok()) {
      (void)Fail(size.error());
      break;
    }
    written += *size;
    if (rest.done()) break;
  }
  // What was written stands, and has to be sent; the next call says what went wrong.
  if (failed() && written == 0) return failure_;
  return Sealed{rest.taken(), written};
}

// New keys before the AEAD's limit is reached, or the connection ends (RFC 9846 s5.5).
Result<void> StreamConnection::UpdateKeys() {
  if (!reader_.is_tls12()) {
    const Result<void> started = core_.StartKeyUpdate(/*request_peer=*/false);
    if (started.ok()) return Drain();
    if (started.error().origin != Origin::kMisuse) return Fail(started.error());
  }
  // Too early for them (0.5-RTT), or TLS 1.2: go on, but leave a record for the alert.
  if (writer_.keys().remaining() <= 1) return Fail(LocalError(Code::kAeadLimit));
  return {};
}

size_t StreamConnection::SealedSize(size_t plaintext) const {
  uint64_t records = RecordsFor(plaintext);
  size_t size = plaintext;
  for (const SendQueue::Entry& entry : queue_.view()) {
    records += std::max<size_t>(RecordsFor(entry.size), 1);
    size += std::max(size_t{entry.size}, kAlertSize);  // a ChangeCipherSpec is shorter
  }
  const record::RecordKeys& keys = writer_.keys();
  if (keys.installed() && !reader_.is_tls12() && records > keys.until_limit_near()) {
    const uint64_t updates = 1 + (records - keys.until_limit_near() - 1) / keys.per_key();
    size += static_cast<size_t>(updates) * kKeyUpdateSize;
    records += updates;
  }
  return size +
         static_cast<size_t>(records) * (keys.installed() ? writer_.overhead() : kMaxOverhead);
}

}  // namespace merlon::tls
