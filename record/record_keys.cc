// SPDX-License-Identifier: Apache-2.0
// Deriving and binding record keys, and the counts that their limits are about.
#include "record/record_keys.h"

#include <algorithm>
#include <array>

namespace merlon::record {
namespace {

using RecordIv = Secret<crypto::kAeadIvSize>;

// A KeyUpdate, and the alert that may have to follow it under the same key.
constexpr uint64_t kLeastReserve = 2;
// TLS 1.2's GCM and CCM: 4 bytes implicit, 8 explicit (RFC 5288 s3, RFC 6655 s3).
constexpr size_t kShortFixedIv = 4;

}  // namespace

Result<void> RecordKeys::Install(const TrafficKeys& keys, crypto::LabelPrefix prefix,
                                 uint64_t first, MutableBytes number_key) {
  Clear();
  if (keys.aead == nullptr || keys.aead->key_size > crypto::kMaxAeadKeySize) {
    return LocalError(Code::kInternal);
  }
  if (const auto* secret = std::get_if<TrafficSecret>(&keys.secret)) {
    if (keys.hash == nullptr || secret->size() != keys.hash->size) {
      return LocalError(Code::kInternal);
    }
    std::array<uint8_t, crypto::kMaxAeadKeySize> key_bytes;
    std::array<uint8_t, crypto::kAeadIvSize> iv;
    const MutableBytes key = Slice(MutableBytes(key_bytes), 0, keys.aead->key_size);
    const crypto::LabelledOutput outputs[] = {
        {"key", {}, key}, {"iv", {}, MutableBytes(iv)}, {"sn", {}, number_key}};
    crypto::HkdfExpandLabels(crypto::Hmac(*keys.hash, secret->reveal()), prefix,
                             Slice(absl::MakeConstSpan(outputs), 0, number_key.empty() ? 2 : 3));
    key_.Bind(*keys.aead, key, iv);
    WipeObject(key_bytes);
    WipeObject(iv);
  } else {
    if (!number_key.empty()) return LocalError(Code::kInternal);
    const KeyBlockHalf& half = std::get<KeyBlockHalf>(keys.secret);
    const size_t fixed = half.fixed_iv.size();
    if (half.key.size() != keys.aead->key_size ||
        (fixed != kShortFixedIv && fixed != crypto::kAeadIvSize)) {
      return LocalError(Code::kInternal);
    }
    const RecordIv iv(crypto::kAeadIvSize, [&](MutableBytes out) {
      const Bytes from = half.fixed_iv.reveal();
      std::fill(std::copy(from.begin(), from.end(), out.begin()), out.end(), uint8_t{0});
    });
    key_.Bind(*keys.aead, half.key.reveal(), iv.reveal());
    explicit_nonce_size_ = static_cast<uint8_t>(crypto::kAeadIvSize - fixed);
  }
  limit_ = std::min(keys.aead->seal_limit, kMaxSequence);
  reserve_ = std::max(limit_ / 8, kLeastReserve);
  sequence_ = std::min(first, limit_);
  return {};
}

void RecordKeys::Clear() {
  key_.Clear();
  sequence_ = limit_ = reserve_ = failed_opens_ = 0;
  explicit_nonce_size_ = 0;
}

}  // namespace merlon::record
