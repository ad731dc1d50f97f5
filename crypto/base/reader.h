// SPDX-License-Identifier: Apache-2.0
// Takes big-endian integers and length-prefixed vectors off the front of borrowed bytes.
#pragma once
#include <concepts>

#include "crypto/base/bytes.h"

namespace merlon {

// False means too short; then nothing was taken.
class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}

  // An integer of kSize bytes.
  template <std::unsigned_integral T, size_t kSize = sizeof(T)>
  [[nodiscard]] bool Int(T* out) {
    Bytes raw;
    if (!Take(kSize, &raw)) return false;
    uint64_t value = 0;
    for (uint8_t byte : raw) value = value << 8 | byte;
    *out = static_cast<T>(value);
    return true;
  }
  [[nodiscard]] bool Take(size_t size, Bytes* out) {
    if (rest_.size() < size) return false;
    *out = Slice(rest_, 0, size);
    rest_.remove_prefix(size);
    return true;
  }
  // A vector behind its length in kLengthBytes.
  template <size_t kLengthBytes>
  [[nodiscard]] bool Prefixed(Bytes* out) {
    const Bytes start = rest_;
    uint32_t size = 0;
    if (Int<uint32_t, kLengthBytes>(&size) && Take(size, out)) return true;
    rest_ = start;
    return false;
  }
  bool done() const { return rest_.empty(); }
  // What was not taken yet.
  Bytes rest() const { return rest_; }

 private:
  Bytes rest_;
};

}  // namespace merlon
