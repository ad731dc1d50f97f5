// SPDX-License-Identifier: Apache-2.0
// Record numbers: reconstruction and the mask.
#include "record/record_number.h"

#include "crypto/key_derivation.h"
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

Result<void> NumberMask::Bind(const TrafficKeys& keys) {
  Clear();
  const auto* secret = std::get_if<TrafficSecret>(&keys.secret);
  if (secret == nullptr || keys.aead == nullptr || keys.aead->mask == nullptr ||
      keys.hash == nullptr) {
    return LocalError(Code::kUnsupported);
  }
  const crypto::MaskAlgorithm& mask = *keys.aead->mask;
  if (mask.context_size > crypto::kMaxCipherContextSize) return LocalError(Code::kInternal);
  const Secret<32> key(mask.key_size, [&](MutableBytes out) {
    crypto::HkdfExpandLabel(*keys.hash, secret->reveal(), crypto::LabelPrefix::kDtls13, "sn", {},
                            out);
  });
  mask.bind(context_.data(), key.reveal());
  algorithm_ = &mask;
  return {};
}

void NumberMask::Clear() {
  if (algorithm_ != nullptr) WipeObject(context_);
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
