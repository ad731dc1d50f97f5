// SPDX-License-Identifier: Apache-2.0
// One TLS record on a stream: its header, and its protection in TLS 1.3 (RFC 9846 s5). That of TLS
// 1.2 is stream_record12's; which keys, what may come when, and what is counted, is stream_layer's.
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

// What sealing adds to content under these keys of TLS 1.3: header, content type and tag.
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
// What a record has to look like: in the clear, before and after TLS 1.2 is settled, and protected.
enum class StreamForm : uint8_t { kPlain, kPlain12, kProtected13, kProtected12 };
using ParsedRecord = std::variant<NeedMore, StreamRecord, Error>;

// The first record of `in`. A header that cannot be is an error as soon as it is whole: a version
// that is not 3.x, or not 3.3 where that is known to be it (protocol_version); a content type that
// does not exist (unexpected_message); a body beyond 2^14, 2^14 + 256 when protected, or 2^14 +
// 2048 by TLS 1.2 (record_overflow).
ParsedRecord ParseStreamRecord(MutableBytes in, StreamForm form);

struct Content {
  ContentType type;
  MutableBytes bytes;  // a part of the record
};

// The types that records of TLS have on a stream.
constexpr bool IsStreamType(uint8_t type) {
  return type >= static_cast<uint8_t>(ContentType::kChangeCipherSpec) &&
         type <= static_cast<uint8_t>(ContentType::kApplicationData);
}

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
