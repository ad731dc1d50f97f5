// SPDX-License-Identifier: Apache-2.0
// Drive: two endpoints on the two ends of a LossyLink, stepped in turns on one thread, with the
// link's clock moved on whenever both have nothing to do.
#pragma once
#include <algorithm>
#include <optional>
#include <string>

#include "io_adapters/endpoint.h"
#include "io_adapters/lossy_link.h"

namespace merlon::io {

template <class Connection>
std::optional<Instant> NextTimeoutOf(const Connection& connection) {
  if constexpr (requires { connection.NextTimeout(); }) return connection.NextTimeout();
  return std::nullopt;
}

template <class Connection>
struct Driven {
  Endpoint<Connection>& endpoint;
  std::string received;  // application data so far
};

// Steps until `done()`, which is also asked when the clock comes to `deadline`. kUnavailable:
// nothing will ever happen any more; else the endpoint's failure.
template <class Connection, class Done>
absl::Status Drive(LossyLink& link, Driven<Connection>& left, Driven<Connection>& right, Done done,
                   std::optional<Instant> deadline = std::nullopt) {
  using Step = typename Endpoint<Connection>::Step;
  for (Driven<Connection>* side : {&left, &right}) {
    if (absl::Status s = side->endpoint.Settle(); !s.ok()) return s;
  }
  while (!done()) {
    bool moved = false;
    for (Driven<Connection>* side : {&left, &right}) {
      const absl::StatusOr<Step> step = side->endpoint.Next(link.now().instant);
      if (!step.ok()) return step.status();
      if (step->kind == Step::Kind::kFailed) return side->endpoint.Failure();
      if (step->kind == Step::Kind::kData) side->received += AsText(step->plaintext);
      moved |= step->kind == Step::Kind::kMoved || step->kind == Step::Kind::kData;
    }
    if (moved) continue;
    std::optional<Instant> timer = deadline;
    for (const Driven<Connection>* side : {&left, &right}) {
      const std::optional<Instant> other = NextTimeoutOf(side->endpoint.connection());
      if (other && (!timer || *other < *timer)) timer = other;
    }
    if (!link.Advance(timer)) return absl::UnavailableError("both ends wait for each other");
  }
  return absl::OkStatus();
}

}  // namespace merlon::io
