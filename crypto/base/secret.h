// SPDX-License-Identifier: Apache-2.0
// Wipe, and Secret<N>: secret bytes that move, never copy, and wipe themselves.
#pragma once
#include <array>
#include <concepts>
#include <cstring>

#include "absl/base/attributes.h"
#include "crypto/base/bytes.h"

namespace merlon {

// Zeroes memory; the barrier keeps the compiler from dropping stores that nothing reads.
inline void Wipe(MutableBytes bytes) {
  if (!bytes.empty()) memset(bytes.data(), 0, bytes.size());
  asm volatile("" : : "r"(bytes.data()) : "memory");
}
// The same for a size that is known beforehand: by stores of 16 bytes. Left to itself, a compiler
// takes a string instruction, whose start alone takes longer.
template <size_t kSize>
void WipeFixed(uint8_t* at) {
  if constexpr (kSize > 256) return Wipe(MutableBytes(at, kSize));
#pragma GCC unroll 16
  for (size_t i = 0; i < kSize / 16; ++i, at += 16) {
    memset(at, 0, 16);
    asm volatile("" : : "r"(at) : "memory");
  }
  if constexpr (kSize % 16 != 0) memset(at, 0, kSize % 16);
  asm volatile("" : : "r"(at) : "memory");
}
// Zeroes an object of plain data.
template <class T>
void WipeObject(T& object) {
  static_assert(std::is_trivially_copyable_v<T>);
  WipeFixed<sizeof(T)>(reinterpret_cast<uint8_t*>(&object));
}

// At most kMax secret bytes, inline: moves, never copies, wipes itself; no ==, no printing.
// A moved-from Secret is empty.
template <size_t kMax>
class Secret {
 public:
  Secret() = default;
  // Lets `fill(MutableBytes)` write `size` bytes in place; size <= kMax or it traps.
  template <std::invocable<MutableBytes> Fill>
  Secret(size_t size, Fill fill) : size_(static_cast<uint8_t>(size)) {
    if (size > kMax) __builtin_trap();
    fill(MutableBytes(bytes_.data(), size));
  }
  Secret(Secret&& other) noexcept : bytes_(other.bytes_), size_(other.size_) { other.Clear(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this == &other) return *this;
    bytes_ = other.bytes_;
    size_ = other.size_;
    other.Clear();
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() {
    if (size_ != 0) Clear();  // one that is empty is zero: it never held any, or was moved from
  }

  // A second Secret of the same bytes, taken from `bytes`; size <= kMax or it traps.
  static Secret CopyOf(Bytes bytes) {
    return Secret(bytes.size(), [&](MutableBytes out) {
      if (!bytes.empty()) memcpy(out.data(), bytes.data(), bytes.size());
    });
  }

  // The only door to the bytes, named so that a reviewer can search for it.
  Bytes reveal() const ABSL_ATTRIBUTE_LIFETIME_BOUND { return Bytes(bytes_.data(), size_); }
  // The size is public.
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  static_assert(kMax <= 255);
  void Clear() {
    WipeFixed<kMax>(bytes_.data());
    size_ = 0;
  }
  std::array<uint8_t, kMax> bytes_{};
  uint8_t size_ = 0;
};

}  // namespace merlon
