// SPDX-License-Identifier: Apache-2.0
// LineReader: lines of a descriptor for those who wait for other things as well, and so may not
// block in a read.
#pragma once
#include <optional>
#include <string>

#include "absl/status/status.h"

namespace merlon::cli {

class LineReader {
 public:
  // `fd` stays its owner's.
  explicit LineReader(int fd) : fd_(fd) {}

  // A line that has been read, without its end; the last one may lack an end. Nothing: call Fill
  // when poll(2) says that there is something, or at_end().
  std::optional<std::string> Next();
  // Reads once; blocks where there is nothing.
  absl::Status Fill();
  // No line will come any more.
  bool at_end() const { return ended_ && text_.empty(); }
  int fd() const { return fd_; }

 private:
  int fd_;
  bool ended_ = false;
  std::string text_;  // not taken yet
};

}  // namespace merlon::cli
