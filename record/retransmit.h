// SPDX-License-Identifier: Apache-2.0
// The retransmission timer of one flight: when to send again, and when to give up.
#pragma once
#include <cstdint>
#include <optional>

#include "crypto/base/time.h"

namespace merlon::record {

// RFC 9147 s5.8.2: 1 s at first, doubled at each timeout up to 60 s.
struct RetransmitOptions {
  Duration initial = std::chrono::seconds(1);
  Duration maximum = std::chrono::seconds(60);
  uint8_t limit = 12;  // timeouts before giving up
};

// How long DTLS 1.2 answers a peer that repeats its last flight, since it last did: "for at least
// twice the default MSL defined for [TCP]" (RFC 6347 s4.2.4), which is 2 minutes (RFC 9293 s3.4.2).
// Twice that: eight of the longest timeouts, about as long as a peer with the defaults above
// asks. Where a third of all datagrams is lost, four in a row are lost now and then.
inline constexpr Duration kFinalFlightRetention = std::chrono::seconds(480);

// What the next timeout would be after `timeouts` of them.
constexpr Duration TimeoutAfter(const RetransmitOptions& options, uint8_t timeouts) {
  Duration out = options.initial;
  for (uint8_t i = 0; i < timeouts && out < options.maximum; ++i) out *= 2;
  return out < options.maximum ? out : options.maximum;
}

class RetransmitTimer {
 public:
  // Counts from `now` with the present timeout.
  void Arm(const RetransmitOptions& options, Instant now) {
    deadline_ = now + TimeoutAfter(options, timeouts_);
  }
  // Waits until `at`, whatever the timeout is.
  void Wait(Instant at) { deadline_ = at; }
  void Stop() { deadline_ = kNever; }
  std::optional<Instant> deadline() const {
    return deadline_ == kNever ? std::nullopt : std::optional(deadline_);
  }
  // Stops and backs off when the deadline has come; false when it has not.
  bool Expire(Instant now) {
    if (deadline_ == kNever || now < deadline_) return false;
    deadline_ = kNever;
    if (timeouts_ != 255) ++timeouts_;
    nudged_ = false;
    return true;
  }
  bool exhausted(const RetransmitOptions& options) const { return timeouts_ > options.limit; }
  // The peer has received something: the path works, so the back-off starts over.
  void Progress() { timeouts_ = 0; }
  // Whether a hint that something was lost may cause retransmission now: once per timeout, since
  // hints can be forged.
  bool Nudge() {
    if (nudged_) return false;
    nudged_ = true;
    return true;
  }
  uint8_t timeouts() const { return timeouts_; }

 private:
  static constexpr Instant kNever = Instant::max();
  Instant deadline_ = kNever;
  uint8_t timeouts_ = 0;
  bool nudged_ = false;
};

}  // namespace merlon::record
