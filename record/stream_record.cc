// SPDX-License-Identifier: Apache-2.0
// Stream records: parsing, opening and sealing. No state but the keys' counts.
#include "record/stream_record.h"

#include <array>

#include "crypto/base/endian.h"
#include "crypto/base/reader.h"
#include "crypto/base/writer.h"

namespace merlon::record {
namespace {

constexpr Error Unexpected(Code code) { return PeerError(code, Alert::kUnexpectedMessage); }
constexpr Error Overflow() { return PeerError(Code::kRecordOverflow, Alert::kRecordOverflow); }

// "Implementations MUST NOT send zero-length fragments of Handshake types" and "MUST NOT send
// Handshake and Alert records that have a zero-length TLSInnerPlaintext.content" (RFC 9846 s5.1,
// s5.4).
constexpr bool MayBeEmpty(ContentType type) { return type == ContentType::kApplicationData; }

size_t TotalSize(absl::Span<const Bytes> parts) {
  size_t size = 0;
  for (Bytes part : parts) size += part.size();
  return size;
}

// `header`: kStreamHeaderSize bytes.
void WriteHeader(ContentType type, uint16_t version, size_t size, MutableBytes header) {
  // Four bytes in one store, so that a load of four finds them at once.
  StoreBigEndian(static_cast<uint32_t>(type) << 24 | static_cast<uint32_t>(version) << 8 |
                     static_cast<uint32_t>(size >> 8),
                 header.data());
  header[4] = static_cast<uint8_t>(size);
}

// `tail`: the content's type and the padding.
Result<size_t> SealInner(RecordKeys& keys, absl::Span<const Bytes> content, Bytes tail,
                         MutableBytes out) {
  const size_t inner = TotalSize(content) + tail.size();
  if (inner > kMaxPlaintext + 1) __builtin_trap();
  const size_t size = inner + keys.tag_size();
  const MutableBytes header = Slice(out, 0, kStreamHeaderSize);
  WriteHeader(ContentType::kApplicationData, kLegacyVersion, size, header);
  MERLON_TRY(
      keys.Seal(keys.sequence(), header, content, tail, Slice(out, kStreamHeaderSize, size)));
  return kStreamHeaderSize + size;
}

}  // namespace

ParsedRecord ParseStreamRecord(MutableBytes in, StreamForm form) {
  Reader reader(in);
  uint8_t type = 0;
  uint16_t version = 0, size = 0;
  if (!reader.Int(&type) || !reader.Int(&version) || !reader.Int(&size)) return NeedMore{};
  // The version is to be ignored in plaintext (RFC 9846 s5.1), but what is not 3.x is not TLS. A
  // protected record has it fixed (s5.2); in TLS 1.2 it is that of the protocol (RFC 5246 s6.2.1).
  const bool is_fixed = form != StreamForm::kPlain;
  if (is_fixed ? version != kLegacyVersion : version >> 8 != kLegacyVersion >> 8) {
    return PeerError(Code::kBadRecordVersion, Alert::kProtocolVersion);
  }
  // "If a TLS implementation receives an unexpected record type, it MUST terminate the connection
  // with an "unexpected_message" alert." (RFC 9846 s5)
  if (!IsStreamType(type)) return Unexpected(Code::kBadRecordType);
  // Early data that we cannot read comes as ciphertext while we expect plaintext (s4.2.10).
  const bool is_early_data =
      form == StreamForm::kPlain && type == static_cast<uint8_t>(ContentType::kApplicationData);
  const size_t limit = form == StreamForm::kProtected12                    ? kMaxCiphertext12
                       : form == StreamForm::kProtected13 || is_early_data ? kMaxCiphertext
                                                                           : kMaxPlaintext;
  if (size > limit) return Overflow();
  if (in.size() - kStreamHeaderSize < size) return NeedMore{};
  return StreamRecord{static_cast<ContentType>(type), Slice(in, 0, kStreamHeaderSize),
                      Slice(in, kStreamHeaderSize, size)};
}

Result<Content> OpenPlaintext(const StreamRecord& record) {
  if (record.type == ContentType::kApplicationData) return Unexpected(Code::kBadRecordType);
  if (record.body.empty()) return Unexpected(Code::kEmptyRecord);
  return Content{record.type, record.body};
}

Result<Content> OpenProtected(RecordKeys& keys, const StreamRecord& record) {
  // "The outer opaque_type field of a TLSCiphertext record is always set to the value 23" (s5.2).
  if (record.type != ContentType::kApplicationData) return Unexpected(Code::kBadRecordType);
  if (!keys.Open(keys.sequence(), record.header, record.body)) {
    return PeerError(Code::kBadMac, Alert::kBadRecordMac);
  }
  size_t size = record.body.size() - keys.tag_size();
  // "The full encoded TLSInnerPlaintext MUST NOT exceed 2^14 + 1 octets" (s5.4).
  if (size > kMaxPlaintext + 1) return Overflow();
  // Branching here tells how much padding there is, no more: the content's size, which whoever
  // handles the content tells anyway (RFC 9846 appendix F.3).
  while (size != 0 && record.body[size - 1] == 0) --size;
  // "If a receiving implementation does not find a non-zero octet in the cleartext, it MUST
  // terminate the connection with an "unexpected_message" alert." (s5.4)
  if (size == 0) return Unexpected(Code::kBadPadding);
  const uint8_t type = record.body[--size];
  // A change_cipher_spec is never protected (s5).
  if (!IsStreamType(type) || type == static_cast<uint8_t>(ContentType::kChangeCipherSpec)) {
    return Unexpected(Code::kBadRecordType);
  }
  const Content content{static_cast<ContentType>(type), Slice(record.body, 0, size)};
  if (content.bytes.empty() && !MayBeEmpty(content.type)) return Unexpected(Code::kEmptyRecord);
  return content;
}

size_t WritePlaintext(ContentType type, uint16_t version, absl::Span<const Bytes> content,
                      MutableBytes out) {
  const size_t size = TotalSize(content);
  if (size > kMaxPlaintext) __builtin_trap();
  WriteHeader(type, version, size, Slice(out, 0, kStreamHeaderSize));
  Writer writer(Slice(out, kStreamHeaderSize, size));
  for (Bytes part : content) writer.Raw(part);
  return kStreamHeaderSize + size;
}

Result<size_t> SealProtected(RecordKeys& keys, ContentType type, absl::Span<const Bytes> content,
                             size_t padding, MutableBytes out) {
  const uint8_t type_byte = static_cast<uint8_t>(type);
  if (padding == 0) return SealInner(keys, content, Bytes(&type_byte, 1), out);
  if (padding > kMaxPadding) __builtin_trap();
  std::array<uint8_t, 1 + kMaxPadding> tail{};
  tail[0] = type_byte;
  return SealInner(keys, content, Slice(Bytes(tail), 0, 1 + padding), out);
}

}  // namespace merlon::record
