// SPDX-License-Identifier: Apache-2.0
#include "crypto/noise_entropy.h"

#include <algorithm>
#include <cstring>

namespace merlon::crypto {
namespace {

constexpr size_t kStartupSamples = 1024;
constexpr size_t kBlock = 32;                      // bytes
constexpr size_t kBlockEntropy = kBlock * 8 + 64;  // bits

// Cutoffs where a sample has H bits of entropy, at a false alarm of a = 2^-30. Repetitions:
// 1 + ceil(30 / H). In a window of 512: 1 + the (1 - a) quantile of the binomial distribution with
// p = 2^-H.
struct Cutoffs {
  uint8_t eighths;
  uint16_t repetitions, in_window;
};
constexpr Cutoffs kCutoffs[] = {{64, 5, 16},  {56, 6, 22},   {48, 6, 31},   {40, 7, 46},
                                {32, 9, 71},  {24, 11, 114}, {16, 16, 190}, {8, 31, 325},
                                {4, 61, 422}, {2, 121, 477}, {1, 241, 502}};

// Of the next lower entropy that the table has: they let more pass, and raise no false alarm.
const Cutoffs& CutoffsOf(uint8_t eighths) {
  for (const Cutoffs& cutoffs : kCutoffs) {
    if (cutoffs.eighths <= eighths) return cutoffs;
  }
  __builtin_trap();  // a source without entropy
}

}  // namespace

HealthTests::HealthTests(uint8_t entropy_eighths)
    : most_repetitions_(CutoffsOf(entropy_eighths).repetitions),
      most_in_window_(CutoffsOf(entropy_eighths).in_window) {}

bool HealthTests::Add(uint8_t sample) {
  const bool again = repetitions_ != 0 && sample == last_;
  repetitions_ = again ? static_cast<uint16_t>(repetitions_ + 1) : uint16_t{1};
  last_ = sample;
  if (window_ == 0) {
    counted_ = sample;
    count_ = 0;
  }
  if (sample == counted_) ++count_;
  window_ = static_cast<uint16_t>((window_ + 1) % kWindow);
  if (repetitions_ >= most_repetitions_ || count_ >= most_in_window_) failed_ = true;
  // What failed is not counted on, or the counters would come round.
  if (failed_) repetitions_ = count_ = 0;
  return !failed_;
}

NoiseEntropy::NoiseEntropy(const NoiseSource& source, const HashAlgorithm& hash)
    : source_(source), hash_(hash), tests_(source.entropy_eighths) {
  if (hash.size != kBlock) __builtin_trap();
}

Result<void> NoiseEntropy::Fill(MutableBytes out) {
  const MutableBytes all = out;
  Result<void> filled;
  for (size_t i = 0; !started_ && filled.ok() && i < kStartupSamples; ++i) {
    const Result<uint8_t> sample = Sample();
    if (!sample.ok()) filled = sample.error();
  }
  if (filled.ok()) started_ = true;
  while (filled.ok() && !out.empty()) {
    const size_t size = std::min(kBlock, out.size());
    filled = FillBlock(Slice(out, 0, size));
    out.remove_prefix(size);
  }
  if (!filled.ok()) Wipe(all);
  return filled;
}

Result<void> NoiseEntropy::FillBlock(MutableBytes out) {
  Hasher hasher(hash_);
  const size_t samples =
      (kBlockEntropy * 8 + source_.entropy_eighths - 1) / source_.entropy_eighths;
  for (size_t i = 0; i < samples; ++i) {
    MERLON_ASSIGN_OR_RETURN(uint8_t sample, Sample());
    hasher.Update(Bytes(&sample, 1));
    WipeObject(sample);
  }
  Secret<kBlock> block(kBlock, [&](MutableBytes bytes) { hasher.Finish(bytes); });
  memcpy(out.data(), block.reveal().data(), out.size());
  return {};
}

Result<uint8_t> NoiseEntropy::Sample() {
  if (tests_.failed()) return DriverError(Code::kEntropyFailure);
  MERLON_ASSIGN_OR_RETURN(const uint8_t sample, source_.sample());
  if (!tests_.Add(sample)) return DriverError(Code::kEntropyFailure);
  return sample;
}

}  // namespace merlon::crypto
