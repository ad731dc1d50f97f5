// SPDX-License-Identifier: Apache-2.0
// The sliding window that tells a new record of an epoch from one that was opened before.
#pragma once
#include <cstdint>

namespace merlon::record {

// The last 64 record numbers of one epoch (RFC 9147 s4.5.1). Ask before opening, mark only what
// opened: a forged record must not move the window.
class ReplayWindow {
 public:
  static constexpr uint64_t kSize = 64;

  // True when `sequence` was marked, or is too old to tell.
  bool IsReplay(uint64_t sequence) const {
    if (sequence >= next_) return false;
    const uint64_t age = next_ - 1 - sequence;
    return age >= kSize || (seen_ >> age & 1) != 0;
  }
  void Mark(uint64_t sequence) {
    if (sequence == next_) {  // as they mostly come
      seen_ = seen_ << 1 | 1;
      ++next_;
      return;
    }
    if (sequence > next_) {
      const uint64_t shift = sequence + 1 - next_;
      seen_ = shift >= kSize ? 0 : seen_ << shift;
      next_ = sequence + 1;
    }
    const uint64_t age = next_ - 1 - sequence;
    if (age < kSize) seen_ |= uint64_t{1} << age;
  }
  // One more than the highest that was marked: what the next number is reconstructed around.
  uint64_t expected() const { return next_; }
  void Reset() { next_ = seen_ = 0; }

 private:
  uint64_t next_ = 0;
  uint64_t seen_ = 0;  // bit i: next_ - 1 - i
};

}  // namespace merlon::record
