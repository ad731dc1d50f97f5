// SPDX-License-Identifier: Apache-2.0
// The TCP connection to the runner. Blocking; what its bytes mean is for the carriers.
#pragma once
#include <string_view>

#include "crypto/base/bytes.h"
#include "tls/bogo/flags.h"

namespace merlon::bogo {

class Socket {
 public:
  // Connects to the runner on loopback and says who we are. Ends the program where that fails.
  explicit Socket(const Flags& flags);
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  // Says that nothing more comes, and waits for the runner to do the same: what it has not read yet
  // must not be lost by a reset.
  ~Socket();

  // Waits for bytes; how many came, 0 at the end of the stream.
  size_t Read(MutableBytes out);
  // False: the stream ended before.
  bool ReadAll(MutableBytes out);
  // What cannot be written is dropped: the runner has heard enough, and says so itself.
  void Write(Bytes bytes);

 private:
  int descriptor_;
};

}  // namespace merlon::bogo
