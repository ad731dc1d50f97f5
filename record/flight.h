// SPDX-License-Identifier: Apache-2.0
// The parts of sent flights: a queued message, a flight, and the set of bytes that the peer is not
// known to have. flight_table puts them together.
//
// All queued messages are seen as one stream of units, so that a record, a flight and what is
// missing are each plain ranges of it. A message takes a unit for each byte of its body; an empty
// one takes a single unit, which stands for its header.
#pragma once
#include <array>

#include "crypto/base/bytes.h"
#include "record/content_type.h"
#include "record/epoch.h"
#include "record/retransmit.h"

namespace merlon::record {

struct UnitRange {
  uint32_t begin = 0, end = 0;
  bool empty() const { return begin == end; }
  uint32_t size() const { return end - begin; }
};

// Units that were not acknowledged: at most 8 ranges, in order, apart from each other.
class MissingUnits {
 public:
  static constexpr size_t kMax = 8;

  // `range` starts where everything before ended.
  void Append(UnitRange range);
  // Returns whether anything was missing in there. What would need one more range than there is
  // room for stays missing: it is sent once more than it had to be.
  bool Remove(UnitRange range);
  // The first missing range inside `within`; empty when there is none.
  UnitRange First(UnitRange within) const;
  // The first `units` of the stream are gone.
  void Shift(uint32_t units);

 private:
  std::array<UnitRange, kMax> ranges_;
  uint8_t size_ = 0;
};

// A message in flight. `bytes` begins with 4 bytes of TLS header; borrowed until it is delivered.
// Without any it is DTLS 1.2's ChangeCipherSpec, which has no message_seq: one unit.
struct FlightMessage {
  Bytes bytes;
  Epoch epoch = Epoch::kPlain;
  uint32_t begin = 0;     // its first unit
  uint16_t sequence = 0;  // message_seq

  bool is_change_cipher_spec() const { return bytes.empty(); }
  size_t body_size() const {
    return is_change_cipher_spec() ? 0 : bytes.size() - kHandshakeHeaderSize;
  }
  UnitRange units() const {
    const uint32_t size = static_cast<uint32_t>(body_size());
    return {begin, begin + (size == 0 ? 1 : size)};
  }
};
// Writes as much of `units`, a part of the message's, as fits behind a 12-byte header (RFC 9147
// s5.2; a ChangeCipherSpec has none); returns how many units, 0 when none fits, and adds the bytes
// written to `size`.
uint32_t WriteFragment(const FlightMessage& message, UnitRange units, MutableBytes out,
                       size_t& size);

// Messages that are acknowledged together and share a timer (RFC 9147 s5.8.1, s5.8.4).
struct Flight {
  RetransmitTimer timer;
  Epoch last_epoch = Epoch::kPlain;
  UnitRange units;
  uint32_t cursor = 0;    // where sending goes on in this pass
  uint32_t sent_end = 0;  // behind the last unit that was ever sent
  FlightId id;
  bool acknowledged = false;  // some of it was
  bool is_final = false;      // DTLS 1.2: ends the handshake, nothing answers it

  // Sends what is missing from the start.
  void Restart() { cursor = units.begin; }
};

}  // namespace merlon::record
