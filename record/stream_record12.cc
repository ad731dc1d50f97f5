// SPDX-License-Identifier: Apache-2.0
// TLS 1.2 stream records: their outcomes by name, and their header. No state but the keys' counts.
#include "record/stream_record12.h"

#include "crypto/base/writer.h"

namespace merlon::record {
namespace {

constexpr Error Unexpected(Code code) { return PeerError(code, Alert::kUnexpectedMessage); }

}  // namespace

Result<Content> OpenProtected12(RecordKeys& keys, const StreamRecord& record) {
  const std::optional<MutableBytes> content =
      OpenBody12(keys, {keys.sequence(), record.type, kLegacyVersion}, record.body);
  if (!content) return PeerError(Code::kBadMac, Alert::kBadRecordMac);
  // "The length MUST NOT exceed 2^14" (RFC 5246 s6.2.1).
  if (content->size() > kMaxPlaintext) {
    return PeerError(Code::kRecordOverflow, Alert::kRecordOverflow);
  }
  // Keys change once: there is no renegotiation.
  if (record.type == ContentType::kChangeCipherSpec) return Unexpected(Code::kBadRecordType);
  // "Implementations MUST NOT send zero-length fragments of Handshake, Alert, or ChangeCipherSpec
  // content types." (RFC 5246 s6.2.1)
  if (content->empty() && record.type != ContentType::kApplicationData) {
    return Unexpected(Code::kEmptyRecord);
  }
  return Content{record.type, *content};
}

Result<size_t> SealProtected12(RecordKeys& keys, ContentType type, absl::Span<const Bytes> content,
                               MutableBytes out) {
  size_t size = 0;
  for (const Bytes part : content) size += part.size();
  if (size > kMaxPlaintext) __builtin_trap();
  size += Overhead12(keys);
  Writer writer(Slice(out, 0, kStreamHeaderSize));
  writer.Int<1>(static_cast<uint8_t>(type));
  writer.Int<2>(kLegacyVersion);
  writer.Int<2>(size);
  MERLON_TRY(SealBody12(keys, {keys.sequence(), type, kLegacyVersion}, content,
                        Slice(out, kStreamHeaderSize, size)));
  return kStreamHeaderSize + size;
}

}  // namespace merlon::record
