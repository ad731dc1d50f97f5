// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/cli/line_reader.h"

#include <errno.h>
#include <unistd.h>

#include <utility>

namespace merlon::cli {

std::optional<std::string> LineReader::Next() {
  const size_t end = text_.find('\n');
  if (end == std::string::npos) {
    if (!ended_ || text_.empty()) return std::nullopt;
    return std::exchange(text_, "");
  }
  std::string line = text_.substr(0, end);
  text_.erase(0, end + 1);
  return line;
}

absl::Status LineReader::Fill() {
  char block[4096];
  const ssize_t n = ::read(fd_, block, sizeof(block));
  if (n > 0) {
    text_.append(block, static_cast<size_t>(n));
  } else if (n == 0) {
    ended_ = true;
  } else if (errno != EINTR && errno != EAGAIN) {
    return absl::ErrnoToStatus(errno, "reading lines");
  }
  return absl::OkStatus();
}

}  // namespace merlon::cli
