// SPDX-License-Identifier: Apache-2.0
// ClientHellos of which fragments have come, from peers that have no connection: a table of fixed
// size in the caller's memory. A peer has at most one place, and the oldest gives way. What a whole
// one means is the listener's business.
#pragma once
#include <optional>

#include "crypto/base/time.h"
#include "record/reassembly.h"
#include "tls/listener/peer_table.h"

namespace merlon::tls {

// How long fragments are kept: a client repeats itself after 1, 2, 4 and at most 60 s (RFC 9147
// s5.8.2), and where much is lost each time brings some.
inline constexpr Duration kHalfHelloLifetime = std::chrono::seconds(90);

// One peer's place. Value-initialise; then it is the table's.
struct HalfHello {
  bool used = false;
  PeerAddress peer{};
  uint16_t sequence = 0;  // message_seq
  uint32_t length = 0;    // bytes of the message
  Instant since{};
  std::optional<record::Reassembly> pieces{};
};

// What is to be known of a ClientHello that is whole.
struct WholeHello {
  Bytes body;
  uint16_t sequence = 0;  // message_seq
  uint64_t record = 0;    // number of the record that made it whole
  MutableBytes first;     // a datagram that brings it to a connection
};

class HalfHellos {
 public:
  // Slots and bytes are the caller's, for the life of the table; the bytes are divided evenly among
  // the slots. No slots: fragmented ClientHellos are dropped.
  HalfHellos(absl::Span<HalfHello> slots, MutableBytes memory);

  // Takes a fragment that record number `record` brought. A message that is whole now leaves the
  // table, and lies there until the next call. A fragment that contradicts those before it empties
  // its place; one of another message takes it over.
  std::optional<WholeHello> Add(Bytes peer, const record::Fragment& fragment, uint64_t record,
                                Instant now);
  // Whether fragments of the same message have come from this peer.
  bool Holds(Bytes peer, const record::Fragment& fragment, Instant now) const;
  // Bytes of the largest message.
  size_t max_message() const { return max_message_; }
  // Messages that gave way to another peer's.
  uint64_t evicted() const { return evicted_; }
  size_t used() const;

 private:
  const HalfHello* Find(Bytes peer, Instant now) const;
  HalfHello& PlaceFor(Bytes peer, Instant now);
  MutableBytes RoomOf(const HalfHello& slot);

  absl::Span<HalfHello> slots_;
  MutableBytes memory_;
  size_t max_message_ = 0;
  uint64_t evicted_ = 0;
};

}  // namespace merlon::tls
