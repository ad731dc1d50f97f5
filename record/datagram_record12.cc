// SPDX-License-Identifier: Apache-2.0
// Sealing and opening of DTLS 1.2 records.
#include "record/datagram_record12.h"

#include <algorithm>

namespace merlon::record {
namespace {

// The 64 bits that stand for seq_num, epoch and sequence number (RFC 6347 s4.1.2.1).
constexpr uint64_t Number12(uint64_t epoch, uint64_t sequence) { return epoch << 48 | sequence; }

}  // namespace

Result<Opened> Open12(const DatagramRecord& record, RecordKeys& keys, ReplayWindow& window) {
  Opened out;
  out.type = record.type;
  out.sequence = record.sequence;
  if (window.IsReplay(record.sequence)) {
    out.noise = Noise::kReplayed;
    return out;
  }
  const std::optional<MutableBytes> content = OpenBody12(
      keys, {Number12(record.epoch, record.sequence), record.type, record.version}, record.body);
  // "In general, invalid records SHOULD be silently discarded" (RFC 6347 s4.1.2.7).
  if (!content || record.version != kDtls12Version) {
    out.noise = Noise::kForged;
    return out;
  }
  window.Mark(record.sequence);
  if (content->size() > kMaxPlaintext) {
    return PeerError(Code::kRecordOverflow, Alert::kRecordOverflow);
  }
  out.content = *content;
  return out;
}

size_t MaxPlaintext12(size_t overhead, size_t room) {
  const size_t taken = kPlainHeaderSize + overhead;
  return room <= taken ? 0 : std::min(room - taken, kMaxPlaintext);
}

Result<SealedRecord> Seal12(RecordKeys& keys, Epoch epoch, ContentType type, Bytes plaintext,
                            MutableBytes out) {
  const uint64_t sequence = keys.sequence();
  const size_t body_size = plaintext.size() + Overhead12(keys);
  if (plaintext.size() > kMaxPlaintext || out.size() < kPlainHeaderSize + body_size) {
    return NoSpace();
  }
  const RecordInfo12 info = {Number12(static_cast<uint64_t>(epoch), sequence), type,
                             kDtls12Version};
  MERLON_TRY(SealBody12(keys, info, absl::Span<const Bytes>(&plaintext, 1),
                        Slice(out, kPlainHeaderSize, body_size)));
  WritePlainHeader({epoch, sequence}, type, body_size, Slice(out, 0, kPlainHeaderSize));
  return SealedRecord{{epoch, sequence}, kPlainHeaderSize + body_size};
}

}  // namespace merlon::record
