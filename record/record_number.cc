// SPDX-License-Identifier: Apache-2.0
// Record numbers: reconstruction and the mask.
#include "record/record_number.h"

#include "crypto/key_derivation.h"
#include "record/record_keys.h"

namespace merlon::record {

std::optional<uint64_t> ReconstructSequence(uint16_t wire, unsigned bits, uint64_t expected) {
  const uint64_t step = uint64_t{1} << bits;
  // The first candidate at or above `expected`; the one before is closer when it is more than half a
  // step away.
  uint64_t sequence = expected + ((wire - expected) & (step - 1));
  if (sequence - expected > step / 2 && sequence >= step) sequence -= step;
  if (sequence > kMaxSequence) return std::nullopt;
  return sequence;
}

Result<void> NumberKey::Derive(const TrafficKeys& keys) {
  Clear();
  const auto* secret = std::get_if<TrafficSecret>(&keys.secret);
  if (secret == nullptr || keys.aead == nullptr || keys.aead->mask == nullptr ||
      keys.hash == nullptr) {
    return LocalError(Code::kUnsupported);
  }
  algorithm_ = keys.aead->mask;
  if (algorithm_->context_size > crypto::kMaxCipherContextSize) return LocalError(Code::kInternal);
  secret_ = Secret<32>(algorithm_->key_size, [&](MutableBytes out) {
    crypto::HkdfExpandLabel(*keys.hash, secret->reveal(), crypto::LabelPrefix::kDtls13, "sn", {},
                            out);
  });
  return {};
}

void NumberKey::Clear() {
  secret_ = {};
  algorithm_ = nullptr;
}

bool NumberMask::Apply(const NumberKey& key, Bytes ciphertext, MutableBytes number) {
  if (ciphertext.size() < kMaskSampleSize || key.empty()) return false;
  if (bound_ != &key) {
    Clear();
    key.algorithm_->bind(context_.data(), key.secret_.reveal());
    bound_ = &key;
  }
  std::array<uint8_t, kMaskSampleSize> mask;
  key.algorithm_->mask(context_.data(), Slice(ciphertext, 0, kMaskSampleSize), absl::MakeSpan(mask));
  for (size_t i = 0; i < number.size(); ++i) number[i] ^= mask[i];
  WipeObject(mask);
  return true;
}

void NumberMask::Clear() {
  if (bound_ != nullptr) WipeObject(context_);
  bound_ = nullptr;
}

}  // namespace merlon::record
