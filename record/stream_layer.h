// SPDX-License-Identifier: Apache-2.0
// The two directions of a record stream: keys, what is skipped or counted, versions. What the
// content means is the connection's business.
#pragma once
#include "record/epoch.h"
#include "record/handshake_deframer.h"
#include "record/stream_record.h"
#include "record/stream_record12.h"

namespace merlon::record {

// Records in a row that bring nothing; more are unexpected_message. BoringSSL's kMaxEmptyRecords.
inline constexpr uint8_t kMaxEmptyRecords = 32;

// The reading direction: Parse the first record, then Open it, or leave it for later.
class StreamReader {
 public:
  ParsedRecord Parse(MutableBytes in) const { return ParseStreamRecord(in, form()); }
  // The content of a record, opened in place. ContentType::kInvalid: early data, skipped. An error
  // is fatal. ChangeCipherSpec has its one legal form, the byte 1, in the clear (RFC 9846 s5, RFC
  // 5246 s7.1).
  Result<Content> Open(const StreamRecord& record);
  // The peer is a client: it may have no keys to tell us in that it cannot go on.
  void AcceptEarlyAlert() { accepts_early_alert_ = true; }
  // Records are TLS 1.2's from the next one on.
  void Settle12() { is_tls12_ = true; }
  // From the next record on. The token says that no handshake message straddles the change.
  // kUnsupported: keys of another version.
  Result<void> Install(MessageBoundary, Epoch epoch, const TrafficKeys& keys);
  // We refuse 0-RTT (RFC 9846 s4.2.10). Skips records of application data for at most `budget`
  // bytes of body: all of them until another type comes (until_client_hello), or, with keys
  // installed, those that do not open until one does.
  void SkipEarlyData(bool until_client_hello, uint32_t budget);
  void Clear() { keys_.Clear(); }

  Epoch epoch() const { return epoch_; }
  bool is_protected() const { return keys_.installed(); }
  bool is_tls12() const { return is_tls12_; }

 private:
  StreamForm form() const {
    if (is_tls12_) return is_protected() ? StreamForm::kProtected12 : StreamForm::kPlain12;
    return is_protected() ? StreamForm::kProtected13 : StreamForm::kPlain;
  }
  enum class Skip : uint8_t { kNone, kUntilClientHello, kUntilOpened };
  Result<Content> OpenOrSkip(const StreamRecord& record);

  RecordKeys keys_;
  Epoch epoch_ = Epoch::kPlain;
  uint32_t skip_budget_ = 0;
  Skip skip_ = Skip::kNone;
  uint8_t empty_records_ = 0;
  bool accepts_early_alert_ = false;
  bool is_tls12_ = false;
};

// The writing direction.
class StreamWriter {
 public:
  // Seals, or writes in the clear, one record of at most 2^14 bytes; `out` holds overhead() more,
  // and overlaps nothing, or only what SealProtected allows. Returns the bytes written. kAeadLimit
  // when the keys are used up.
  Result<size_t> Write(ContentType type, absl::Span<const Bytes> content, MutableBytes out);
  // The version of handshake records in the clear.
  void set_handshake_version(uint16_t version) { handshake_version_ = version; }
  // Keys are TLS 1.2's.
  void Settle12() { is_tls12_ = true; }
  // From the next record on. kUnsupported: keys of another version.
  Result<void> Install(Epoch epoch, const TrafficKeys& keys);

  size_t overhead() const { return is_tls12_ ? StreamOverhead12(keys_) : StreamOverhead(keys_); }
  Epoch epoch() const { return epoch_; }
  const RecordKeys& keys() const { return keys_; }

 private:
  RecordKeys keys_;
  Epoch epoch_ = Epoch::kPlain;
  uint16_t handshake_version_ = kLegacyVersion;
  bool is_tls12_ = false;
};

}  // namespace merlon::record
