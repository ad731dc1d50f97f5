// SPDX-License-Identifier: Apache-2.0
// Putting text together from std::string_views and numbers: absl::StrCat of a distribution's Abseil
// may know another string_view.
#pragma once
#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"

namespace merlon::io {

template <class T>
  requires std::convertible_to<T, std::string_view>
void AppendTo(std::string& out, const T& text) {
  out += std::string_view(text);
}
template <std::integral T>
void AppendTo(std::string& out, T number) {
  out += std::to_string(number);
}

// The parts, one after another.
template <class... Parts>
std::string Cat(const Parts&... parts) {
  std::string out;
  (AppendTo(out, parts), ...);
  return out;
}

// Lower-case hexadecimal.
std::string ToHex(Bytes bytes);
// With what is not printable ASCII as \xNN: what a peer sends may hold anything, and a terminal
// acts on some of it.
std::string Printable(std::string_view text);
std::string Join(const std::vector<std::string>& parts, std::string_view separator);
// Between separators; empty text has no parts.
std::vector<std::string> Split(std::string_view text, char separator);

}  // namespace merlon::io
