// SPDX-License-Identifier: Apache-2.0
// The ACK content of DTLS 1.3 (RFC 9147 s7): the bounded list of records to acknowledge, and the
// reading of a peer's. When to send one is the connection's business; what an acknowledgement means
// for our own messages is flight_table's.
#pragma once
#include <array>

#include "crypto/base/bytes.h"
#include "crypto/base/reader.h"
#include "crypto/base/result.h"
#include "record/record_number.h"

namespace merlon::record {

// Record numbers of handshake records that were kept. The newest 16: a peer sends again what falls
// out, which costs time and nothing else.
class AckList {
 public:
  static constexpr size_t kMax = 16;

  // `last_message` is the highest message_seq that the record touches.
  void Add(RecordNumber number, uint16_t last_message);
  void Clear();
  bool empty() const { return size_ == 0; }
  // Whether a record was added, and not written yet, all of whose messages are below `limit`.
  bool HasNews(uint32_t limit) const { return written_ + 1U != 1U << size_ && FindNews(limit); }
  // Writes the content of an ACK of the records whose messages are below `limit`, the newest that
  // fit, in increasing order (s7). `newest` is the highest epoch that is read. Without any, an
  // empty ACK. Returns its size; kNoSpace when not even an empty one fits.
  Result<size_t> Write(uint32_t limit, Epoch newest, MutableBytes out);

 private:
  bool FindNews(uint32_t limit) const;
  void Erase(size_t index);

  std::array<uint64_t, kMax> numbers_{};   // 16 bits of epoch, 48 of sequence; oldest first
  std::array<uint16_t, kMax> messages_{};  // last_message of each
  uint16_t written_ = 0;                   // bit i: numbers_[i] was written before
  uint8_t size_ = 0;
};

// The record numbers of a received ACK, one after the other.
class AckReader {
 public:
  // kTruncated or kTrailingData (decode_error) when the content is not whole record numbers.
  static Result<AckReader> Parse(Bytes content);
  // False at the end. Numbers beyond 48 bits come as they are: the caller judges them.
  bool Next(RecordNumber* out);

 private:
  explicit AckReader(Bytes numbers) : reader_(numbers) {}
  Reader reader_;
};

}  // namespace merlon::record
