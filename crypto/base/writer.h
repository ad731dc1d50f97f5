// SPDX-License-Identifier: Apache-2.0
// Appends big-endian integers and length-prefixed vectors to a caller's buffer.
#pragma once
#include <concepts>
#include <cstring>
#include <utility>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"

namespace merlon {

// The first value that does not fit fails the whole; see Finish.
class Writer {
 public:
  explicit Writer(MutableBytes out) : out_(out) {}

  template <size_t kSize>
  void Int(uint64_t value) {
    static_assert(kSize <= 8);
    uint8_t* at = Grow(kSize);
    for (size_t i = 0; at != nullptr && i < kSize; ++i) {
      at[i] = static_cast<uint8_t>(value >> 8 * (kSize - 1 - i));
    }
  }
  void Raw(Bytes bytes) {
    uint8_t* at = Grow(bytes.size());
    if (at != nullptr && !bytes.empty()) memmove(at, bytes.data(), bytes.size());
  }
  // `size` bytes for the caller to fill; empty when they do not fit.
  MutableBytes Reserve(size_t size) {
    uint8_t* at = Grow(size);
    return at == nullptr ? MutableBytes() : MutableBytes(at, size);
  }
  // Writes what `body` writes behind its length in kLengthBytes; fails if the length does not fit.
  template <size_t kLengthBytes, std::invocable Body>
  void Prefixed(Body body) {
    const size_t at = size_;
    Int<kLengthBytes>(0);
    body();
    if (!ok_) return;
    const size_t length = size_ - at - kLengthBytes;
    ok_ = length >> 8 * kLengthBytes == 0;
    Writer(Slice(out_, at, kLengthBytes)).template Int<kLengthBytes>(length);
  }
  bool ok() const { return ok_; }
  // Bytes written so far; meaningful while ok.
  size_t size() const { return size_; }
  // The size written, or kNoSpace. The bytes are meaningless before this said ok.
  Result<size_t> Finish() const { return ok_ ? Result<size_t>(size_) : NoSpace(); }

 private:
  uint8_t* Grow(size_t size) {
    ok_ = ok_ && out_.size() - size_ >= size;
    return ok_ ? out_.data() + std::exchange(size_, size_ + size) : nullptr;
  }
  MutableBytes out_;
  size_t size_ = 0;
  bool ok_ = true;
};

}  // namespace merlon
