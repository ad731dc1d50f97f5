// SPDX-License-Identifier: Apache-2.0
#include "tls/listener/half_hellos.h"

#include <algorithm>

#include "tls/listener/plain_message.h"

namespace merlon::tls {
namespace {

bool IsFresh(const HalfHello& slot, Instant now) {
  return slot.used && now - slot.since < kHalfHelloLifetime;
}
bool IsOf(const HalfHello& slot, const record::Fragment& fragment) {
  return slot.sequence == fragment.sequence && slot.length == fragment.length;
}

}  // namespace

HalfHellos::HalfHellos(absl::Span<HalfHello> slots, MutableBytes memory)
    : slots_(slots), memory_(memory) {
  const size_t room = slots.empty() ? 0 : memory.size() / slots.size();
  max_message_ = room > kPlainMessageHeader ? room - kPlainMessageHeader : 0;
}

// The memory is divided evenly: place i is slot i's.
MutableBytes HalfHellos::RoomOf(const HalfHello& slot) {
  const size_t room = kPlainMessageHeader + max_message_;
  return Slice(memory_, static_cast<size_t>(&slot - slots_.data()) * room, room);
}

const HalfHello* HalfHellos::Find(Bytes peer, Instant now) const {
  for (const HalfHello& slot : slots_) {
    if (IsFresh(slot, now) && slot.peer.view() == peer) return &slot;
  }
  return nullptr;
}

bool HalfHellos::Holds(Bytes peer, const record::Fragment& fragment, Instant now) const {
  const HalfHello* slot = Find(peer, now);
  return slot != nullptr && IsOf(*slot, fragment);
}

size_t HalfHellos::used() const {
  return static_cast<size_t>(
      std::count_if(slots_.begin(), slots_.end(), [](const HalfHello& slot) { return slot.used; }));
}

// The peer's own place, one that is free or out of date, or the oldest.
HalfHello& HalfHellos::PlaceFor(Bytes peer, Instant now) {
  if (const HalfHello* own = Find(peer, now)) return slots_[own - slots_.data()];
  HalfHello* oldest = &slots_[0];
  for (HalfHello& slot : slots_) {
    if (!IsFresh(slot, now)) return slot;
    if (slot.since < oldest->since) oldest = &slot;
  }
  ++evicted_;
  return *oldest;
}

std::optional<WholeHello> HalfHellos::Add(Bytes peer, const record::Fragment& fragment,
                                          uint64_t record, Instant now) {
  if (fragment.length > max_message_ || fragment.data.empty()) return std::nullopt;
  HalfHello& slot = PlaceFor(peer, now);
  const MutableBytes room = RoomOf(slot);
  const bool known = IsFresh(slot, now) && slot.peer.view() == peer && IsOf(slot, fragment);
  if (!known) {
    slot.used = true;
    slot.peer = PeerAddress(peer);
    slot.sequence = fragment.sequence;
    slot.length = fragment.length;
    slot.since = now;
    slot.pieces.emplace(Slice(room, kPlainMessageHeader), max_message_, fragment.sequence);
  }
  const auto kept = slot.pieces->Add(fragment, /*level=*/0);
  if (!kept.ok()) {
    slot.used = false;
    return std::nullopt;
  }
  const std::optional<record::Reassembly::Message> whole = slot.pieces->Front();
  if (!whole) return std::nullopt;
  // The body lies behind the room for its headers.
  slot.used = false;
  const MutableBytes first = Slice(room, 0, kPlainMessageHeader + whole->body.size());
  WritePlainMessageHeader(whole->type, slot.sequence, record, whole->body.size(), first);
  return WholeHello{
      .body = whole->body, .sequence = slot.sequence, .record = record, .first = first};
}

}  // namespace merlon::tls
