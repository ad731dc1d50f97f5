// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/transport.h"

#include <chrono>

namespace merlon::io {

Now SystemNow() {
  using std::chrono::duration_cast;
  const auto monotonic = std::chrono::steady_clock::now().time_since_epoch();
  return {.instant = Instant(duration_cast<Duration>(monotonic)),
          .wall = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())};
}

}  // namespace merlon::io
