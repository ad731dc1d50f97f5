// SPDX-License-Identifier: Apache-2.0
// Borrowed bytes, and sub-ranges of them that trap when they are out of range.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/base/optimization.h"
#include "absl/types/span.h"

namespace merlon {

using Bytes = absl::Span<const uint8_t>;
using MutableBytes = absl::Span<uint8_t>;

// Span::subspan without its link-time need for Abseil's exception thrower; out of range traps.
template <class T>
absl::Span<T> Slice(absl::Span<T> span, size_t at, size_t size) {
  if (ABSL_PREDICT_FALSE(at > span.size() || size > span.size() - at)) __builtin_trap();
  return absl::Span<T>(span.data() + at, size);
}
// From `at` to the end.
template <class T>
absl::Span<T> Slice(absl::Span<T> span, size_t at) {
  if (ABSL_PREDICT_FALSE(at > span.size())) __builtin_trap();
  return absl::Span<T>(span.data() + at, span.size() - at);
}

// The bytes of a string: names, labels.
inline Bytes AsBytes(std::string_view text) {
  return Bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}
inline std::string_view AsText(Bytes bytes) {
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace merlon
