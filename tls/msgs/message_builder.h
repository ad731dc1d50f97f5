// SPDX-License-Identifier: Apache-2.0
// Bodies of messages written by hand, right or wrong, for tests: strings of hex in which [..] is a
// vector behind its length in 1 byte, {..} in 2 and <..> in 3.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace merlon::tls {

// "0303 [00] {1301}" is 03 03 01 00 00 02 13 01. Text in quotes stands for its characters, "*N" for
// the byte before it N times in all.
inline std::vector<uint8_t> Build(std::string_view text) {
  struct Open {
    size_t at;
    size_t length_bytes;
  };
  std::vector<uint8_t> out;
  std::vector<Open> open;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ') continue;
    if (c == '[' || c == '{' || c == '<') {
      const size_t length_bytes = c == '[' ? 1 : c == '{' ? 2 : 3;
      open.push_back({out.size(), length_bytes});
      out.insert(out.end(), length_bytes, 0);
    } else if (c == ']' || c == '}' || c == '>') {
      const Open vector = open.back();
      open.pop_back();
      const size_t length = out.size() - vector.at - vector.length_bytes;
      for (size_t k = 0; k < vector.length_bytes; ++k) {
        out[vector.at + k] = static_cast<uint8_t>(length >> 8 * (vector.length_bytes - 1 - k));
      }
    } else if (c == '\'') {
      while (text[++i] != '\'') out.push_back(static_cast<uint8_t>(text[i]));
    } else if (c == '*') {
      const size_t count = std::stoul(std::string(text.substr(i + 1)));
      while (i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9') ++i;
      out.insert(out.end(), count - 1, out.back());
    } else {
      out.push_back(static_cast<uint8_t>(digit(c) << 4 | digit(text[i + 1])));
      ++i;
    }
  }
  return out;
}

}  // namespace merlon::tls
