// SPDX-License-Identifier: Apache-2.0
// LossyLink: two transports joined in memory by a link that loses, duplicates, reorders and limits
// the size of datagrams, with a clock of its own. Same seed, same losses.
#pragma once
#include <functional>
#include <map>

#include "crypto/base/bytes.h"
#include "io_adapters/transport.h"

namespace merlon::io {

struct LinkOptions {
  uint64_t seed = 1;
  int loss_percent = 0;
  int duplicate_percent = 0;
  int reorder_percent = 0;                           // that take twice the latency
  size_t mtu = 1500;                                 // larger ones are lost
  bool byte_stream = false;                          // a Read may take a part: nothing is cut
  Duration latency = std::chrono::milliseconds(10);  // one way
  UnixTime start{std::chrono::seconds(1767225600)};  // 2026-01-01, of the wall clock
};

class LossyLink {
 public:
  enum class Fate { kArrives, kDuplicated, kLate, kLost, kTooLarge };
  // A datagram as it was sent, and what becomes of it.
  struct Sent {
    Instant at;
    bool from_left;
    Bytes datagram;
    Fate fate;
  };

  // Read never waits: it times out at once, and the clock stands until Advance.
  class End final : public Transport {
   public:
    absl::StatusOr<Arrival> Read(MutableBytes out, std::optional<Instant> deadline) override;
    absl::Status Write(Bytes bytes) override;
    Now now() const override { return link_.now(); }

   private:
    friend class LossyLink;
    End(LossyLink& link, bool is_left) : link_(link), is_left_(is_left) {}
    LossyLink& link_;
    bool is_left_;
    std::multimap<Instant, std::string> arriving_;
  };

  explicit LossyLink(const LinkOptions& options, std::function<void(const Sent&)> observer = {});
  LossyLink(const LossyLink&) = delete;
  LossyLink& operator=(const LossyLink&) = delete;

  End& left() { return left_; }
  End& right() { return right_; }
  Now now() const;
  // Moves the clock to the next arrival, or to `timer` if that comes first. False: there is
  // neither, and nothing will ever happen.
  bool Advance(std::optional<Instant> timer);

 private:
  void Send(End& to, Bytes datagram);
  bool Chance(int percent);

  LinkOptions options_;
  std::function<void(const Sent&)> observer_;
  uint64_t random_;
  Instant clock_{};
  End left_{*this, true}, right_{*this, false};
};

}  // namespace merlon::io
