// SPDX-License-Identifier: Apache-2.0
// Random bytes: the interface that everything above takes, and the entropy source below it.
#pragma once
#include "crypto/base/bytes.h"
#include "crypto/base/result.h"

namespace merlon::crypto {

// A cryptographic random generator. Not thread-safe: one per thread.
class Rng {
 public:
  // Fills `out`, or fails with kEntropyFailure (Origin::kDriver), `out` wiped.
  virtual Result<void> Fill(MutableBytes out) = 0;

 protected:
  ~Rng() = default;
};

// A source of full-entropy bytes: the operating system, a hardware generator.
struct EntropySource {
  const char* name;
  Result<void> (*fill)(MutableBytes out);  // kEntropyFailure when it cannot
};

}  // namespace merlon::crypto
