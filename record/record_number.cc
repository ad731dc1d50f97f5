// SPDX-License-Identifier: Apache-2.0
// Record numbers: reconstruction and the mask.
#include "record/record_number.h"

#include "record/record_keys.h"

namespace merlon::record {

std::optional<uint64_t> ReconstructSequence(uint16_t wire, unsigned bits, uint64_t expected) {
  const uint64_t step = uint64_t{1} << bits;
  // The first candidate at or above `expected`; the one before is closer when it is more than half
  // a step away.
  uint64_t sequence = expected + ((wire - expected) & (step - 1));
  if (sequence - expected > step / 2 && sequence >= step) sequence -= step;
  if (sequence > kMaxSequence) return std::nullopt;
  return sequence;
}

Result<void> NumberMask::Bind(const crypto::MaskAlgorithm& algorithm, Bytes key) {
  Clear();
  if (algorithm.context_size > crypto::kMaxCipherContextSize || key.size() != algorithm.key_size) {
    return LocalError(Code::kInternal);
  }
  algorithm.bind(context_.data(), key);
  algorithm_ = &algorithm;
  return {};
}

void NumberMask::Clear() {
  if (algorithm_ != nullptr) Wipe(MutableBytes(context_.data(), algorithm_->context_size));
  algorithm_ = nullptr;
}

bool NumberMask::Apply(Bytes ciphertext, MutableBytes number) const {
  if (ciphertext.size() < kMaskSampleSize || algorithm_ == nullptr) return false;
  std::array<uint8_t, kMaskSampleSize> mask;
  algorithm_->mask(context_.data(), Slice(ciphertext, 0, kMaskSampleSize), absl::MakeSpan(mask));
  for (size_t i = 0; i < number.size(); ++i) number[i] ^= mask[i];
  WipeObject(mask);
  return true;
}

}  // namespace merlon::record
