// SPDX-License-Identifier: Apache-2.0
// DTLS record numbers: what they are, how the few bits on the wire become whole numbers again, and
// the mask that hides them. Which keys an epoch means is the connection's business.
#pragma once
#include <array>
#include <compare>
#include <optional>

#include "crypto/base/result.h"
#include "crypto/base/secret.h"
#include "crypto/cipher.h"
#include "record/epoch.h"

namespace merlon::record {

// One record of one direction (RFC 9147 s4).
struct RecordNumber {
  Epoch epoch = Epoch::kPlain;
  uint64_t sequence = 0;  // at most kMaxSequence
  friend auto operator<=>(const RecordNumber&, const RecordNumber&) = default;
};

// The number that ends in the low `bits` (8 or 16) bits `wire` and is closest to `expected`, one
// more than the highest that opened (RFC 9147 s4.2.2). None when that exceeds 48 bits.
std::optional<uint64_t> ReconstructSequence(uint16_t wire, unsigned bits, uint64_t expected);

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
  // XORs the mask that `ciphertext` gives into `number`, 1 or 2 bytes: hides and reveals. False
  // when the ciphertext is shorter than 16 bytes: such a record counts as not opened.
  [[nodiscard]] bool Apply(Bytes ciphertext, MutableBytes number) const;

 private:
  const crypto::MaskAlgorithm* algorithm_ = nullptr;
  alignas(16) std::array<uint8_t, crypto::kMaxCipherContextSize> context_;
};

inline constexpr size_t kMaskSampleSize = 16;  // bytes of ciphertext (RFC 9147 s4.2.3)

}  // namespace merlon::record
