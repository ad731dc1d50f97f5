// SPDX-License-Identifier: Apache-2.0
// Stream sockets of the Unix domain by path, none of which waits.
#pragma once
#include <string>

#include "absl/status/statusor.h"
#include "io_adapters/descriptor.h"

namespace merlon::io {

// Anybody may connect; who it is has to be looked at. kUnavailable: somebody listens there. What
// nobody listens on any more is replaced.
absl::StatusOr<Descriptor> UnixListen(const std::string& path);
absl::StatusOr<Descriptor> UnixConnect(const std::string& path);

}  // namespace merlon::io
