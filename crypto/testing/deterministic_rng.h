// SPDX-License-Identifier: Apache-2.0
// Random generators for tests: one that repeats itself from its seed, one that fails. No security.
#pragma once
#include "crypto/base/secret.h"
#include "crypto/random.h"

namespace merlon::crypto::testing {

// The same bytes for the same seed, on every machine, however they are asked for: a stream of
// SplitMix64 outputs (Steele, Lea and Flood, 2014), least significant byte first.
class DeterministicRng final : public Rng {
 public:
  explicit DeterministicRng(uint64_t seed) : state_(seed) {}
  Result<void> Fill(MutableBytes out) override {
    for (uint8_t& byte : out) {
      if (left_ == 0) Refill();
      byte = static_cast<uint8_t>(word_);
      word_ >>= 8;
      --left_;
    }
    return {};
  }

 private:
  void Refill() {
    state_ += 0x9e3779b97f4a7c15;
    word_ = state_;
    word_ = (word_ ^ word_ >> 30) * 0xbf58476d1ce4e5b9;
    word_ = (word_ ^ word_ >> 27) * 0x94d049bb133111eb;
    word_ ^= word_ >> 31;
    left_ = 8;
  }
  uint64_t state_;
  uint64_t word_ = 0;
  int left_ = 0;
};

// Serves `calls` fills from another generator, then fails for ever.
class FailingRng final : public Rng {
 public:
  explicit FailingRng(int calls = 0, uint64_t seed = 1) : calls_(calls), rng_(seed) {}
  Result<void> Fill(MutableBytes out) override {
    if (calls_ == 0) {
      Wipe(out);
      return DriverError(Code::kEntropyFailure);
    }
    --calls_;
    return rng_.Fill(out);
  }

 private:
  int calls_;
  DeterministicRng rng_;
};

}  // namespace merlon::crypto::testing
