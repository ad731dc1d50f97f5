// SPDX-License-Identifier: Apache-2.0
// One protected TLS 1.2 record on a stream. How it is protected is protection12's business.
#pragma once
#include "record/protection12.h"
#include "record/stream_record.h"

namespace merlon::record {

// What sealing adds to content under these keys of TLS 1.2: header, explicit nonce and tag.
inline size_t StreamOverhead12(const RecordKeys& keys) {
  return kStreamHeaderSize + Overhead12(keys);
}

// Opens a record in place, and counts it in `keys`. bad_record_mac: it does not authenticate.
// unexpected_message: it is a ChangeCipherSpec, or an empty handshake or alert record.
// record_overflow: more than 2^14 inside.
Result<Content> OpenProtected12(RecordKeys& keys, const StreamRecord& record);

// Seals one record of at most 2^14 bytes, or it traps. `out` holds StreamOverhead12(keys) more, and
// overlaps nothing, or only the one piece of content that starts where its ciphertext will. Returns
// the bytes written; kAeadLimit when the keys are used up.
Result<size_t> SealProtected12(RecordKeys& keys, ContentType type, absl::Span<const Bytes> content,
                               MutableBytes out);

}  // namespace merlon::record
