// SPDX-License-Identifier: Apache-2.0
// FixedVector and FixedQueue: at most kMax values, inline, no heap.
#pragma once
#include <array>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/base/attributes.h"
#include "crypto/base/bytes.h"
#include "crypto/base/result.h"

namespace merlon {

// At most kMax values in order, inline. Push fails with kNoSpace and changes nothing.
template <class T, size_t kMax>
class FixedVector {
 public:
  Result<void> Push(T value) {
    if (size_ == kMax) return NoSpace();
    items_[size_++] = std::move(value);
    return {};
  }
  // Takes the i-th value out, keeping the order of the others.
  void Erase(size_t index) {
    if (index >= size_) __builtin_trap();
    for (size_t i = index + 1; i < size_; ++i) items_[i - 1] = std::move(items_[i]);
    items_[--size_] = T();
  }
  void Clear() {
    while (size_ != 0) items_[--size_] = T();
  }
  T& operator[](size_t i) ABSL_ATTRIBUTE_LIFETIME_BOUND {
    if (i >= size_) __builtin_trap();
    return items_[i];
  }
  const T& operator[](size_t i) const ABSL_ATTRIBUTE_LIFETIME_BOUND {
    if (i >= size_) __builtin_trap();
    return items_[i];
  }
  T* begin() ABSL_ATTRIBUTE_LIFETIME_BOUND { return items_.data(); }
  T* end() ABSL_ATTRIBUTE_LIFETIME_BOUND { return items_.data() + size_; }
  const T* begin() const ABSL_ATTRIBUTE_LIFETIME_BOUND { return items_.data(); }
  const T* end() const ABSL_ATTRIBUTE_LIFETIME_BOUND { return items_.data() + size_; }
  absl::Span<const T> view() const ABSL_ATTRIBUTE_LIFETIME_BOUND { return {items_.data(), size_}; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  static constexpr size_t capacity() { return kMax; }

 private:
  std::array<T, kMax> items_{};
  size_t size_ = 0;
};

// At most kMax bytes, copyable: digests, session ids, names. Not for secrets.
template <size_t kMax>
class FixedBytes {
 public:
  FixedBytes() = default;
  // Copies; size <= kMax or it traps.
  explicit FixedBytes(Bytes bytes) {
    if (bytes.size() > kMax) __builtin_trap();
    size_ = static_cast<uint16_t>(bytes.size());
    if (!bytes.empty()) memcpy(bytes_.data(), bytes.data(), bytes.size());
  }
  // `size` zero bytes, to be written through mutable_view.
  static FixedBytes OfSize(size_t size) {
    if (size > kMax) __builtin_trap();
    FixedBytes out;
    out.size_ = static_cast<uint16_t>(size);
    return out;
  }
  Bytes view() const ABSL_ATTRIBUTE_LIFETIME_BOUND { return Bytes(bytes_.data(), size_); }
  MutableBytes mutable_view() ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return MutableBytes(bytes_.data(), size_);
  }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  friend bool operator==(const FixedBytes& a, const FixedBytes& b) { return a.view() == b.view(); }

 private:
  static_assert(kMax <= 65535);
  std::array<uint8_t, kMax> bytes_{};
  uint16_t size_ = 0;
};

// At most kMax values, first in first out, inline. Push fails with kNoSpace and changes nothing.
template <class T, size_t kMax>
class FixedQueue {
 public:
  template <std::convertible_to<T> U>
  Result<void> Push(U&& value) {
    if (size_ == kMax) return NoSpace();
    items_[(head_ + size_++) % kMax] = std::forward<U>(value);
    return {};
  }
  std::optional<T> Pop() {
    if (size_ == 0) return std::nullopt;
    --size_;
    return std::exchange(items_[std::exchange(head_, (head_ + 1) % kMax)], T());
  }
  T* front() ABSL_ATTRIBUTE_LIFETIME_BOUND { return size_ == 0 ? nullptr : &items_[head_]; }
  void Clear() {
    while (size_ != 0) (void)Pop();
  }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  std::array<T, kMax> items_{};
  size_t head_ = 0;
  size_t size_ = 0;
};

}  // namespace merlon
