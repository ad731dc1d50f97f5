// SPDX-License-Identifier: Apache-2.0
// What a stream connection has to write, in order: handshake messages, ChangeCipherSpec, warnings,
// and between them the key changes, which take effect when all before them is written.
#pragma once
#include <algorithm>
#include <array>

#include "crypto/base/fixed_vector.h"
#include "tls/core/outbox.h"

namespace merlon::tls {

// Inline and small: keys, being large, have slots of their own. kNoSpace when it is full.
class SendQueue {
 public:
  enum class Kind : uint8_t { kMessage, kChangeCipherSpec, kWarning, kKeys };
  struct Entry {
    const uint8_t* data = nullptr;  // of a message: what is not written yet
    uint32_t size = 0;
    FlightId flight;
    Kind kind = Kind::kMessage;
    Alert warning = Alert::kNone;

    Bytes bytes() const { return Bytes(data, size); }
    // These are written.
    void Advance(size_t count) {
      data += count;
      size -= static_cast<uint32_t>(count);
    }
  };
  // A whole server's flight takes 9, and the peer answers nothing before it is written.
  static constexpr size_t kEntries = 10;
  // A server's flight changes to handshake keys and then to application keys.
  static constexpr size_t kKeys = 2;

  Result<void> Push(const Send& send) {
    return entries_.Push(Entry{.data = send.bytes.data(),
                               .size = static_cast<uint32_t>(send.bytes.size()),
                               .flight = send.flight});
  }
  Result<void> Push(SendChangeCipherSpec) {
    return entries_.Push(Entry{.kind = Kind::kChangeCipherSpec});
  }
  // One at a time: a peer that asks again and again is told once.
  Result<void> Push(SendWarning send) {
    for (const Entry& entry : entries_) {
      if (entry.kind == Kind::kWarning) return {};
    }
    return entries_.Push(Entry{.kind = Kind::kWarning, .warning = send.alert});
  }
  Result<void> Push(InstallWrite install) {
    MERLON_TRY(keys_.Push(std::move(install)));
    return entries_.Push(Entry{.kind = Kind::kKeys});
  }

  bool empty() const { return entries_.empty(); }
  Entry* front() ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return entries_.empty() ? nullptr : entries_.begin();
  }
  absl::Span<const Entry> view() const ABSL_ATTRIBUTE_LIFETIME_BOUND { return entries_.view(); }
  void Pop() { entries_.Erase(0); }
  // The keys whose turn it is; only while a key change is in front.
  InstallWrite PopKeys() {
    entries_.Erase(0);
    return *keys_.Pop();
  }
  // A message of this flight is still to be written.
  bool Holds(FlightId flight) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      return entry.kind == Kind::kMessage && entry.flight == flight;
    });
  }
  void Clear() {
    entries_.Clear();
    keys_.Clear();
  }

 private:
  FixedVector<Entry, kEntries> entries_;
  FixedQueue<InstallWrite, kKeys> keys_;
};

}  // namespace merlon::tls
