// SPDX-License-Identifier: Apache-2.0
// Wiper: bytes of a key in a file on the stack, gone whichever way a function ends.
#pragma once
#include "crypto/base/secret.h"

namespace merlon::x509 {

// Wipes what it covers when it goes.
class Wiper {
 public:
  explicit Wiper(MutableBytes bytes) : bytes_(bytes) {}
  Wiper(const Wiper&) = delete;
  Wiper& operator=(const Wiper&) = delete;
  ~Wiper() { Wipe(bytes_); }

 private:
  MutableBytes bytes_;
};

}  // namespace merlon::x509
