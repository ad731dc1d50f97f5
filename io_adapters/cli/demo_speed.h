// SPDX-License-Identifier: Apache-2.0
// What this machine does in a second, on one thread, in memory: full and resumed handshakes with
// both ends, and application data sealed and opened.
#pragma once
#include <string>

#include "absl/status/statusor.h"
#include "io_adapters/cli/demo_world.h"
#include "io_adapters/lossy_link.h"

namespace merlon::cli {

// A few lines; takes about two seconds.
absl::StatusOr<std::string> MeasureSpeed(DemoWorld& world, const io::LinkOptions& link);

}  // namespace merlon::cli
