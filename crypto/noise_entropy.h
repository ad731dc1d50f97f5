// SPDX-License-Identifier: Apache-2.0
// NoiseEntropy: full entropy of a device's own source of noise (oscillators' jitter, a converter's
// lowest bit), watched by the health tests of NIST SP 800-90B. How much entropy a sample has is
// assessed elsewhere (SP 800-90B s3).
#pragma once
#include <cstdint>

#include "crypto/hash.h"
#include "crypto/random.h"

namespace merlon::crypto {

struct NoiseSource {
  const char* name;
  Result<uint8_t> (*sample)();  // one, raw: nothing has whitened it. kEntropyFailure when it cannot
  uint8_t entropy_eighths;      // min-entropy of a sample in eighths of a bit, 1 to 64
};

// The repetition count and adaptive proportion tests (SP 800-90B s4.4.1, s4.4.2), each with one
// false alarm in 2^30 windows at most if the samples have the entropy that is said.
class HealthTests {
 public:
  explicit HealthTests(uint8_t entropy_eighths);
  // False: the source is not what it should be. It stays so.
  bool Add(uint8_t sample);
  bool failed() const { return failed_; }

  static constexpr uint16_t kWindow = 512;  // samples: of a source of more than two values

 private:
  uint16_t most_repetitions_, most_in_window_;
  bool failed_ = false;
  uint8_t last_ = 0;
  uint16_t repetitions_ = 0;  // of last_; 0: there was no sample
  uint8_t counted_ = 0;       // what is counted in this window
  uint16_t window_ = 0;       // samples of it so far
  uint16_t count_ = 0;
};

// Not thread-safe. An EntropySource is a function: one that fills from an instance of the device.
class NoiseEntropy {
 public:
  // `hash` has 32 bytes of output; both outlive it.
  NoiseEntropy(const NoiseSource& source, const HashAlgorithm& hash);
  // Hashes for each 32 bytes samples of 64 bits of entropy more than these have (SP 800-90C
  // s3.1.5.1.2). kEntropyFailure (Origin::kDriver), `out` wiped: a sample was not to be had, or the
  // health tests failed, of which it does not recover. The first call tests 1024 samples which it
  // does not use (s4.3).
  Result<void> Fill(MutableBytes out);

 private:
  Result<uint8_t> Sample();
  Result<void> FillBlock(MutableBytes out);

  const NoiseSource& source_;
  const HashAlgorithm& hash_;
  HealthTests tests_;
  bool started_ = false;
};

}  // namespace merlon::crypto
