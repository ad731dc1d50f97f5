// SPDX-License-Identifier: Apache-2.0
// As much of HTTP/1.1 (RFC 9112) as serving a folder takes: GET and HEAD, kept connections.
#pragma once
#include <string>

#include "absl/status/status.h"
#include "io_adapters/blocking_stream.h"

namespace merlon::cli {

// Answers requests until either side closes. Files are those under `root`, wherever links point
// inside of it; a folder's is its index.html, or a list.
absl::Status ServeHttp(io::BlockingStream& stream, const std::string& root);

}  // namespace merlon::cli
