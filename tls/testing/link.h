// SPDX-License-Identifier: Apache-2.0
// One direction of a datagram network under a virtual clock: it loses, duplicates, delays, reorders
// and refuses what is too large. The same seed gives the same fate to the same datagrams.
#pragma once
#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/time.h"

namespace merlon::tls {

struct LinkOptions {
  unsigned loss = 0;       // percent
  unsigned duplicate = 0;  // percent; the copy takes its own time
  unsigned reorder = 0;    // percent that take up to four times the delay
  size_t mtu = 65535;      // bytes; what is larger is lost
  Duration delay = std::chrono::milliseconds(20);
  uint32_t seed = 1;
};

class Link {
 public:
  explicit Link(const LinkOptions& options) : options_(options), random_(options.seed) {}

  void Send(Bytes datagram, Instant now);
  // The next datagram that has arrived by `now`.
  std::optional<std::vector<uint8_t>> Receive(Instant now);
  std::optional<Instant> NextArrival() const;

  // Loses the datagram with this index (the first sent is 0) when it says true, besides `loss`.
  void set_drop(std::function<bool(size_t index)> drop) { drop_ = std::move(drop); }
  LinkOptions& options() { return options_; }
  size_t sent() const { return sent_; }
  size_t lost() const { return lost_; }
  size_t largest() const { return largest_; }  // bytes of the largest datagram sent

 private:
  struct InFlight {
    Instant arrival;
    std::vector<uint8_t> datagram;
  };
  bool Chance(unsigned percent) { return random_() % 100 < percent; }
  void Put(Bytes datagram, Instant now);

  LinkOptions options_;
  std::minstd_rand random_;
  std::function<bool(size_t)> drop_;
  std::vector<InFlight> queue_;  // by arrival
  size_t sent_ = 0, lost_ = 0, largest_ = 0;
};

}  // namespace merlon::tls
