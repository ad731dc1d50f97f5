// SPDX-License-Identifier: Apache-2.0
// What a stream's two directions accept and write under the keys they have.
#include "record/stream_layer.h"

namespace merlon::record {
namespace {

constexpr Error Unexpected(Code code) { return PeerError(code, Alert::kUnexpectedMessage); }

Result<void> CheckVersion(const TrafficKeys& keys, bool is_tls12) {
  if (std::holds_alternative<KeyBlockHalf>(keys.secret) != is_tls12) {
    return LocalError(Code::kUnsupported);
  }
  return {};
}

}  // namespace

// ---- Reading -----------------------------------------------------------------------------------

Result<Content> StreamReader::Open(const StreamRecord& record) {
  Result<Content> content = OpenOrSkip(record);
  if (ABSL_PREDICT_FALSE(!content.ok())) return content;
  if (ABSL_PREDICT_FALSE(content->bytes.empty() ||
                         content->type == ContentType::kChangeCipherSpec)) {
    if (++empty_records_ > kMaxEmptyRecords) content = Unexpected(Code::kTooManyEmptyRecords);
  } else if (content->type != ContentType::kAlert) {  // of which there is a limit as well
    empty_records_ = 0;
  }
  return content;
}

Result<Content> StreamReader::OpenOrSkip(const StreamRecord& record) {
  if (form() == StreamForm::kProtected12) return OpenProtected12(keys_, record);
  if (record.type == ContentType::kChangeCipherSpec) {
    // "An implementation which receives any other change_cipher_spec value [than 0x01] or which
    // receives a protected change_cipher_spec record MUST abort the handshake with an
    // "unexpected_message" alert." (RFC 9846 s5)
    if (record.body.size() != 1 || record.body[0] != 1) return Unexpected(Code::kIllegalValue);
    return Content{record.type, record.body};
  }
  // A client that cannot go on from our ServerHello has no keys to say so under: its alert comes in
  // the clear, ahead of any protected record. Taking it for what it is gives away no more than the
  // unexpected_message that would end the connection otherwise.
  const bool is_early_alert = record.type == ContentType::kAlert && accepts_early_alert_ &&
                              epoch_ == Epoch::kHandshake && keys_.sequence() == 0;
  const bool is_protected = keys_.installed() && !is_early_alert;
  if (ABSL_PREDICT_TRUE(skip_ == Skip::kNone)) {
    return is_protected ? OpenProtected(keys_, record) : OpenPlaintext(record);
  }
  if (record.type != ContentType::kApplicationData) {
    skip_ = Skip::kNone;
    return is_protected ? OpenProtected(keys_, record) : OpenPlaintext(record);
  }
  if (skip_ == Skip::kUntilOpened && is_protected) {
    const Result<Content> opened = OpenProtected(keys_, record);
    if (opened.ok() || opened.error().code != Code::kBadMac) {
      skip_ = Skip::kNone;
      return opened;
    }
  }
  // "... up to the configured max_early_data_size" (RFC 9846 s4.2.10).
  if (record.body.size() > skip_budget_) {
    if (is_protected) return PeerError(Code::kBadMac, Alert::kBadRecordMac);
    return Unexpected(Code::kBadRecordType);
  }
  skip_budget_ -= static_cast<uint32_t>(record.body.size());
  return Content{ContentType::kInvalid, record.body};
}

Result<void> StreamReader::Install(MessageBoundary, Epoch epoch, const TrafficKeys& keys) {
  MERLON_TRY(CheckVersion(keys, is_tls12_));
  MERLON_TRY(keys_.Install(keys, crypto::LabelPrefix::kTls13));
  epoch_ = epoch;
  return {};
}

void StreamReader::SkipEarlyData(bool until_client_hello, uint32_t budget) {
  skip_ = until_client_hello ? Skip::kUntilClientHello : Skip::kUntilOpened;
  skip_budget_ = budget;
}

// ---- Writing -----------------------------------------------------------------------------------

Result<size_t> StreamWriter::Write(ContentType type, absl::Span<const Bytes> content,
                                   MutableBytes out) {
  // A change_cipher_spec is never protected (RFC 9846 s5); TLS 1.2 sends none with keys.
  if (keys_.installed() && type != ContentType::kChangeCipherSpec) {
    if (is_tls12_) return SealProtected12(keys_, type, content, out);
    return SealProtected(keys_, type, content, /*padding=*/0, out);
  }
  const bool is_handshake = type == ContentType::kHandshake;
  return WritePlaintext(type, is_handshake ? handshake_version_ : kLegacyVersion, content, out);
}

Result<void> StreamWriter::Install(Epoch epoch, const TrafficKeys& keys) {
  MERLON_TRY(CheckVersion(keys, is_tls12_));
  MERLON_TRY(keys_.Install(keys, crypto::LabelPrefix::kTls13));
  epoch_ = epoch;
  return {};
}

}  // namespace merlon::record
