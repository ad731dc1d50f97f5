// SPDX-License-Identifier: Apache-2.0
// Which addresses have a connection: a hash table in the caller's memory, of fixed size, with at
// most sixteen places to look at. What an address is, is the caller's business.
#pragma once
#include <array>
#include <optional>

#include "crypto/base/bytes.h"
#include "crypto/base/fixed_vector.h"
#include "tls/core/connection_random.h"

namespace merlon::tls {

inline constexpr size_t kMaxPeerAddress = 32;  // bytes: an IPv6 address with its port takes 22
using PeerAddress = FixedBytes<kMaxPeerAddress>;

// One peer's place. Zero-initialise; then it is the table's.
struct PeerSlot {
  bool used = false;
  PeerAddress address{};
  std::array<uint8_t, 32> random{};  // of the ClientHello that its connection began with
};

// An address has its place in one of two buckets of eight, found by a keyed hash: nobody who does
// not know the seed can choose addresses that share one. Both buckets full is a full table: of more
// than eight slots, at least four fifths are taken by then.
class PeerTable {
 public:
  static constexpr size_t kBucket = 8;

  // Slots are the caller's, for the life of the table: a multiple of kBucket, or fewer than that.
  PeerTable(absl::Span<PeerSlot> slots, Seed seed);

  std::optional<uint32_t> Find(Bytes address) const;
  // Gives the slot; none: there is no room. The address is not in the table.
  std::optional<uint32_t> Add(Bytes address);
  void Remove(uint32_t slot) { Get(slot) = PeerSlot(); }
  PeerSlot& Get(uint32_t slot);
  const PeerSlot& Get(uint32_t slot) const;
  size_t capacity() const { return slots_.size(); }

 private:
  // The first slots of the two buckets; perhaps the same.
  std::array<size_t, 2> BucketsOf(Bytes address) const;

  absl::Span<PeerSlot> slots_;
  Seed seed_;
  size_t bucket_size_;
  uint32_t buckets_;
};

}  // namespace merlon::tls
