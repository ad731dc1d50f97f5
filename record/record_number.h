// SPDX-License-Identifier: Apache-2.0
// DTLS record numbers: what they are, how the few bits on the wire become whole numbers again, and
// the mask that hides them. Which keys an epoch means is the connection's business.
#pragma once
#include <array>
#include <compare>
#include <optional>

#include "crypto/base/endian.h"
#include "crypto/base/result.h"
#include "crypto/base/secret.h"
#include "crypto/cipher.h"
#include "record/epoch.h"
#include "record/record_keys.h"

namespace merlon::record {

// One record of one direction (RFC 9147 s4).
struct RecordNumber {
  Epoch epoch = Epoch::kPlain;
  uint64_t sequence = 0;  // at most kMaxSequence
  friend auto operator<=>(const RecordNumber&, const RecordNumber&) = default;
};

// The number that ends in the low `bits` (8 or 16) bits `wire` and is closest to `expected`, one
// more than the highest that opened (RFC 9147 s4.2.2). None when that exceeds 48 bits.
inline std::optional<uint64_t> ReconstructSequence(uint16_t wire, unsigned bits,
                                                   uint64_t expected) {
  const uint64_t step = uint64_t{1} << bits;
  // The first candidate at or above `expected`; the one before is closer when it is more than half
  // a step away.
  uint64_t sequence = expected + ((wire - expected) & (step - 1));
  if (sequence - expected > step / 2 && sequence >= step) sequence -= step;
  if (sequence > kMaxSequence) return std::nullopt;
  return sequence;
}

inline constexpr size_t kMaskSampleSize = 16;  // bytes of ciphertext (RFC 9147 s4.2.3)

// Hides the record numbers of one direction of one epoch.
class NumberMask {
 public:
  NumberMask() = default;
  NumberMask(const NumberMask&) = delete;
  NumberMask& operator=(const NumberMask&) = delete;
  ~NumberMask() { Clear(); }

  // `key`, of key_size bytes, is of the epoch's traffic secret by "sn" (RFC 9147 s4.2.3): see
  // RecordKeys::Install. Fails (local) when sizes do not fit.
  Result<void> Bind(const crypto::MaskAlgorithm& algorithm, Bytes key);
  void Clear();
  // The first two bytes of the mask that `ciphertext` gives: XORed into a number they hide it and
  // reveal it, the first alone in one of 8 bits. None when the ciphertext is shorter than 16 bytes:
  // such a record counts as not opened.
  std::optional<uint16_t> Of(Bytes ciphertext) const {
    if (ciphertext.size() < kMaskSampleSize || algorithm_ == nullptr) return std::nullopt;
    std::array<uint8_t, kMaskSampleSize> mask;
    algorithm_->mask(context_.data(), Slice(ciphertext, 0, kMaskSampleSize), absl::MakeSpan(mask));
    return TakeBytes(mask);
  }
  // For an AEAD that makes the mask as well (crypto::MaskedAead).
  const void* context() const { return context_.data(); }
  // The same two bytes of a mask, which is wiped.
  static uint16_t TakeBytes(std::array<uint8_t, kMaskSampleSize>& mask) {
    const uint16_t out = static_cast<uint16_t>(LoadBigEndian<uint32_t>(mask.data()) >> 16);
    WipeObject(mask);
    return out;
  }

 private:
  const crypto::MaskAlgorithm* algorithm_ = nullptr;
  alignas(16) std::array<uint8_t, crypto::kMaxCipherContextSize> context_;
};

}  // namespace merlon::record
