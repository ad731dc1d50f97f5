// SPDX-License-Identifier: Apache-2.0
// DTLS records on the wire: the 13-byte header (DTLSPlaintext, and all of DTLS 1.2) and the unified
// header of DTLS 1.3, and the latter's protection under one direction of one epoch; DTLS 1.2's is
// datagram_record12's. Which epochs are held, and what the content means, is the connection's
// business.
#pragma once
#include <algorithm>
#include <optional>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "record/content_type.h"
#include "record/record_keys.h"
#include "record/record_number.h"
#include "record/replay_window.h"

namespace merlon::record {

inline constexpr size_t kPlainHeaderSize = 13;   // bytes (RFC 9147 s4)
inline constexpr size_t kUnifiedHeaderSize = 5;  // bytes, as we write it: flags, number, length
inline constexpr uint16_t kDtls12Version = 0xfefd;

// Why a record was dropped. Never an error: anyone can send datagrams (RFC 9147 s4.5.2).
enum class Noise : uint8_t {
  kMalformed,     // no header, a length beyond the datagram, a connection ID that is not ours
  kUnknownEpoch,  // no keys for it: reordered, old, or made up
  kReplayed,
  kForged,      // did not open
  kUnexpected,  // opened, or in the clear, but of no use now
};
inline constexpr size_t kNoiseKinds = 5;

// A record as it lies in its datagram, not opened.
struct DatagramRecord {
  bool unified = false;
  uint8_t number_at = 0, number_size = 0;    // unified: where in `header` the hidden number is
  ContentType type = ContentType::kInvalid;  // 13-byte header only
  uint16_t version = 0;                      // 13-byte header only
  uint64_t epoch = 0;                        // unified: the two low bits
  uint64_t sequence = 0;                     // 13-byte header only
  MutableBytes header;                       // all before the body: the additional data
  MutableBytes body;
};

// Takes one record off the front of `datagram`. None when there is none that can be parsed: the
// rest of the datagram is noise. `cid` is the connection ID that the peer has to use; empty: a
// record with one is refused (RFC 9147 s9).
std::optional<DatagramRecord> TakeAnyRecord(MutableBytes& datagram, Bytes cid);
inline std::optional<DatagramRecord> TakeRecord(MutableBytes& datagram, Bytes cid) {
  // As Seal writes it, and most peers do: a number of 16 bits and a length.
  constexpr uint8_t kUsual = 0x2c, kEpochBits = 0x03;
  const bool is_usual =
      cid.empty() && datagram.size() >= kUnifiedHeaderSize && (datagram[0] & ~kEpochBits) == kUsual;
  if (ABSL_PREDICT_FALSE(!is_usual)) return TakeAnyRecord(datagram, cid);
  const size_t size = size_t{datagram[3]} << 8 | datagram[4];
  if (size > std::min(datagram.size() - kUnifiedHeaderSize, kMaxCiphertext)) return std::nullopt;
  const MutableBytes whole = datagram;
  datagram = Slice(whole, kUnifiedHeaderSize + size);
  return DatagramRecord{.unified = true,
                        .number_at = 1,
                        .number_size = 2,
                        .epoch = whole[0] & uint64_t{kEpochBits},
                        .header = Slice(whole, 0, kUnifiedHeaderSize),
                        .body = Slice(whole, kUnifiedHeaderSize, size)};
}

// One direction of one epoch, ready to seal or open. Not movable.
struct BoundKeys {
  RecordKeys keys;
  NumberMask mask;

  // `first`: the number of the next record to seal. DTLS 1.2's keys hide no number.
  Result<void> Bind(const TrafficKeys& traffic, uint64_t first);
  void Clear();
};

// What a record carried: `content` lies inside the datagram. Or why it is noise.
struct Opened {
  std::optional<Noise> noise;
  ContentType type = ContentType::kInvalid;
  uint64_t sequence = 0;
  MutableBytes content;
};
// Opens a unified record in place. An error is the peer's: the record is authentic and malformed.
Result<Opened> Open(const DatagramRecord& record, BoundKeys& bound, ReplayWindow& window);

struct SealedRecord {
  RecordNumber number;
  size_t size = 0;  // bytes
};
// Bytes of plaintext that fit in a record of at most `room` bytes under an AEAD with this tag; 0
// also when not even one does.
inline size_t MaxPlaintext(size_t tag_size, size_t room) {
  // A short AEAD tag needs padding to fill the sample; nothing shorter fits then.
  const size_t overhead = kUnifiedHeaderSize + 1 + tag_size;
  if (room <= overhead || room < kUnifiedHeaderSize + kMaskSampleSize) return 0;
  return std::min(room - overhead, kMaxPlaintext);
}
// Seals one record with a 16-bit number and a length, so that another may follow. `plaintext` may
// start at out + kUnifiedHeaderSize: then it is sealed in place. kNoSpace when it does not fit.
Result<SealedRecord> Seal(BoundKeys& bound, Epoch epoch, ContentType type, Bytes plaintext,
                          MutableBytes out);
// Writes the 13-byte header of a record of ours, whose body has `size` bytes.
void WritePlainHeader(RecordNumber number, ContentType type, size_t size, MutableBytes out);
// Writes one record in the clear; `plaintext` may start at out + kPlainHeaderSize.
Result<SealedRecord> WritePlain(uint64_t sequence, ContentType type, Bytes plaintext,
                                MutableBytes out);

}  // namespace merlon::record
