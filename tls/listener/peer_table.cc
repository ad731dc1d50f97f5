// SPDX-License-Identifier: Apache-2.0
#include "tls/listener/peer_table.h"

#include <algorithm>
#include <utility>

#include "tls/listener/sip_hash.h"

namespace merlon::tls {

PeerTable::PeerTable(absl::Span<PeerSlot> slots, Seed seed)
    : slots_(slots), seed_(std::move(seed)), bucket_size_(std::min(slots.size(), kBucket)) {
  buckets_ = bucket_size_ == 0 ? 0 : static_cast<uint32_t>(slots.size() / bucket_size_);
}

std::array<size_t, 2> PeerTable::BucketsOf(Bytes address) const {
  const uint64_t hash = SipHash(seed_.reveal(), address);
  const auto bucket = [&](uint64_t half) {
    return static_cast<size_t>(half * buckets_ >> 32) * bucket_size_;
  };
  return {bucket(hash & 0xffffffff), bucket(hash >> 32)};
}

std::optional<uint32_t> PeerTable::Find(Bytes address) const {
  for (const size_t first : BucketsOf(address)) {
    for (size_t i = first; i < first + bucket_size_; ++i) {
      if (slots_[i].used && slots_[i].address.view() == address) return static_cast<uint32_t>(i);
    }
  }
  return std::nullopt;
}

std::optional<uint32_t> PeerTable::Add(Bytes address) {
  std::optional<size_t> free;
  size_t most_free = 0;
  // Into the emptier bucket: that is what lets the table fill up.
  for (const size_t first : BucketsOf(address)) {
    size_t count = 0, place = 0;
    for (size_t i = first; i < first + bucket_size_; ++i) {
      if (slots_[i].used) continue;
      ++count;
      place = i;
    }
    if (count > most_free) {
      most_free = count;
      free = place;
    }
  }
  if (!free) return std::nullopt;
  slots_[*free].used = true;
  slots_[*free].address = PeerAddress(address);
  return static_cast<uint32_t>(*free);
}

PeerSlot& PeerTable::Get(uint32_t slot) {
  if (slot >= slots_.size()) __builtin_trap();
  return slots_[slot];
}
const PeerSlot& PeerTable::Get(uint32_t slot) const {
  if (slot >= slots_.size()) __builtin_trap();
  return slots_[slot];
}

}  // namespace merlon::tls
