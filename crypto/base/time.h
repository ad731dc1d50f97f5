// SPDX-License-Identifier: Apache-2.0
// Time as an argument: the caller's monotonic clock and wall clock. Nothing here reads a clock.
#pragma once
#include <chrono>

namespace merlon {

// The caller's monotonic clock. It has no now(): time is an argument everywhere.
struct CallerClock {
  using duration = std::chrono::microseconds;
};
using Duration = std::chrono::microseconds;
using Instant = std::chrono::time_point<CallerClock>;
using UnixTime = std::chrono::sys_seconds;
struct Now {
  Instant instant;  // timers
  UnixTime wall;    // certificate validity, ticket age
};

}  // namespace merlon
