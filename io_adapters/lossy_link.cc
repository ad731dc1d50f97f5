// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/lossy_link.h"

#include <algorithm>
#include <cstring>

namespace merlon::io {

LossyLink::LossyLink(const LinkOptions& options, std::function<void(const Sent&)> observer)
    : options_(options), observer_(std::move(observer)), random_(options.seed) {}

Now LossyLink::now() const {
  const auto passed = std::chrono::floor<std::chrono::seconds>(clock_.time_since_epoch());
  return {.instant = clock_, .wall = options_.start + passed};
}

bool LossyLink::Advance(std::optional<Instant> timer) {
  std::optional<Instant> next = timer;
  for (const End* end : {&left_, &right_}) {
    if (end->arriving_.empty()) continue;
    const Instant arrival = end->arriving_.begin()->first;
    if (!next || arrival < *next) next = arrival;
  }
  if (!next) return false;
  clock_ = std::max(clock_, *next);
  return true;
}

void LossyLink::Send(End& to, Bytes datagram) {
  Fate fate = Fate::kArrives;
  if (datagram.size() > options_.mtu) {
    fate = Fate::kTooLarge;
  } else if (Chance(options_.loss_percent)) {
    fate = Fate::kLost;
  } else if (Chance(options_.duplicate_percent)) {
    fate = Fate::kDuplicated;
  } else if (Chance(options_.reorder_percent)) {
    fate = Fate::kLate;
  }
  if (observer_) observer_({clock_, &to == &right_, datagram, fate});
  if (fate == Fate::kTooLarge || fate == Fate::kLost) return;
  const Duration delay = fate == Fate::kLate ? 2 * options_.latency : options_.latency;
  to.arriving_.emplace(clock_ + delay, AsText(datagram));
  if (fate == Fate::kDuplicated) to.arriving_.emplace(clock_ + 2 * delay, AsText(datagram));
}

// SplitMix64 (Steele, Lea, Flood 2014): repeatable, and nothing here is secret.
bool LossyLink::Chance(int percent) {
  random_ += 0x9e3779b97f4a7c15;
  uint64_t word = random_;
  word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
  word = (word ^ word >> 27) * 0x94d049bb133111eb;
  word ^= word >> 31;
  return static_cast<int>(word % 100) < percent;
}

absl::StatusOr<Arrival> LossyLink::End::Read(MutableBytes out, std::optional<Instant>) {
  if (arriving_.empty() || arriving_.begin()->first > link_.clock_) {
    return Arrival{Arrival::Kind::kTimedOut};
  }
  std::string& first = arriving_.begin()->second;
  const size_t size = std::min(out.size(), first.size());
  if (size != 0) memcpy(out.data(), first.data(), size);
  if (link_.options_.byte_stream && size < first.size()) {
    first.erase(0, size);
  } else {
    arriving_.erase(arriving_.begin());
  }
  return Arrival{Arrival::Kind::kBytes, size};
}

absl::Status LossyLink::End::Write(Bytes bytes) {
  link_.Send(is_left_ ? link_.right_ : link_.left_, bytes);
  return absl::OkStatus();
}

}  // namespace merlon::io
