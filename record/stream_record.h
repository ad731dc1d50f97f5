// SPDX-License-Identifier: Apache-2.0
// One TLS record on a stream: its header, and its protection in TLS 1.3 (RFC 9846 s5). Which keys,
// what may come when, and what is counted, is stream_layer's business.
#pragma once
#include <variant>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "record/content_type.h"
#include "record/record_keys.h"

namespace merlon::record {

// legacy_record_version (RFC 9846 s5.1): 0x0301 in a first ClientHello, for old peers, else 0x0303.
inline constexpr uint16_t kLegacyVersion = 0x0303;
inline constexpr uint16_t kLegacyFirstVersion = 0x0301;

// What sealing adds to content under these keys: header, content type and tag.
inline size_t StreamOverhead(const RecordKeys& keys) {
  return kStreamHeaderSize + (keys.installed() ? 1 + keys.tag_size() : 0);
}

// Not a whole record yet.
struct NeedMore {};
// A whole record that was not opened; views of the input.
struct StreamRecord {
  ContentType type;
  MutableBytes header;  // kStreamHeaderSize bytes: the additional data of the AEAD
  MutableBytes body;
  size_t size() const { return header.size() + body.size(); }
};
using ParsedRecord = std::variant<NeedMore, StreamRecord, Error>;

// The first record of `in`. A header that cannot be is an error as soon as it is whole: a version
// that is not 3.x, or not 3.3 on a protected record (protocol_version); a content type that does
// not exist (unexpected_message); a body beyond 2^14, or 2^14 + 256 when protected
// (record_overflow).
ParsedRecord ParseStreamRecord(MutableBytes in, bool is_protected);

struct Content {
  ContentType type;
  MutableBytes bytes;  // a part of the record
};

// The content of a record in the clear. Application data there, and an empty handshake or alert
// record, are unexpected_message.
Result<Content> OpenPlaintext(const StreamRecord& record);
// Opens a TLS 1.3 record in place, and counts it in `keys`. bad_record_mac: it does not
// authenticate. unexpected_message: it is not application_data outside, all zeros inside, of a type
// that may not be inside, or empty where it may not be. record_overflow: more than 2^14 inside.
Result<Content> OpenProtected(RecordKeys& keys, const StreamRecord& record);

// Writes one record in the clear. `out` holds it and the content is at most 2^14, or it traps.
// Returns the bytes written.
size_t WritePlaintext(ContentType type, uint16_t version, absl::Span<const Bytes> content,
                      MutableBytes out);
// Seals one TLS 1.3 record: the content, its type and `padding` zeros, at most kMaxPadding, in all
// at most 2^14 + 1 bytes. `out` holds StreamOverhead(keys) more than content and padding, and
// overlaps nothing, or only the one piece of content that starts kStreamHeaderSize into it. Returns
// the bytes written; kAeadLimit when the keys are used up.
inline constexpr size_t kMaxPadding = 255;
Result<size_t> SealProtected(RecordKeys& keys, ContentType type, absl::Span<const Bytes> content,
                             size_t padding, MutableBytes out);

}  // namespace merlon::record
