// SPDX-License-Identifier: Apache-2.0
// The protection of TLS 1.2 records with an AEAD (RFC 5246 s6.2.3.3), the same for streams and
// datagrams. Headers are stream_record12's and datagram_record12's.
#pragma once
#include <optional>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "record/content_type.h"
#include "record/record_keys.h"

namespace merlon::record {

// What the header says of a record, as far as it is authenticated.
struct RecordInfo12 {
  uint64_t number;  // seq_num; DTLS: 16 bits of epoch, 48 of sequence number (RFC 6347 s4.1.2.1)
  ContentType type;
  uint16_t version;
};

// Bytes that a body has besides the plaintext: explicit nonce and tag.
inline size_t Overhead12(const RecordKeys& keys) {
  return keys.explicit_nonce_size() + keys.tag_size();
}
// Opens the body of a record in place and counts it. The plaintext, inside `body`; none: it does
// not authenticate, and is wiped.
std::optional<MutableBytes> OpenBody12(RecordKeys& keys, const RecordInfo12& info,
                                       MutableBytes body);
// Seals `content` into a body; `out` is Overhead12 longer, and overlaps nothing, or only the one
// piece that starts explicit_nonce_size() into it. The explicit nonce is the record's number, which
// is never used twice (RFC 5288 s3, RFC 6655 s3). kAeadLimit when the keys are used up.
Result<void> SealBody12(RecordKeys& keys, const RecordInfo12& info, absl::Span<const Bytes> content,
                        MutableBytes out);

}  // namespace merlon::record
