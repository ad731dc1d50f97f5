// SPDX-License-Identifier: Apache-2.0
// The fate of datagrams.
#include "tls/testing/link.h"

#include <algorithm>

namespace merlon::tls {

void Link::Send(Bytes datagram, Instant now) {
  const size_t index = sent_++;
  largest_ = std::max(largest_, datagram.size());
  // Both are drawn for each datagram, so that what a test drops does not shift the rest.
  const bool lost = Chance(options_.loss), doubled = Chance(options_.duplicate);
  if (lost || datagram.size() > options_.mtu || (drop_ && drop_(index))) {
    ++lost_;
    return;
  }
  Put(datagram, now);
  if (doubled) Put(datagram, now);
}

void Link::Put(Bytes datagram, Instant now) {
  Duration delay = options_.delay;
  if (Chance(options_.reorder)) delay += options_.delay * (random_() % 300) / 100;
  const Instant arrival = now + delay;
  const auto at =
      std::upper_bound(queue_.begin(), queue_.end(), arrival,
                       [](Instant when, const InFlight& entry) { return when < entry.arrival; });
  queue_.insert(at, InFlight{arrival, {datagram.begin(), datagram.end()}});
}

std::optional<std::vector<uint8_t>> Link::Receive(Instant now) {
  if (queue_.empty() || queue_.front().arrival > now) return std::nullopt;
  std::vector<uint8_t> out = std::move(queue_.front().datagram);
  queue_.erase(queue_.begin());
  return out;
}

std::optional<Instant> Link::NextArrival() const {
  if (queue_.empty()) return std::nullopt;
  return queue_.front().arrival;
}

}  // namespace merlon::tls
