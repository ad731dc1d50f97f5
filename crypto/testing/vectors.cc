// SPDX-License-Identifier: Apache-2.0
#include "crypto/testing/vectors.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace merlon::crypto::testing {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

}  // namespace

ByteString FromHex(std::string_view hex) {
  ByteString out;
  int half = -1;
  for (char c : hex) {
    if (c == ' ' || c == '\n') continue;
    const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    const size_t digit = kDigits.find(lower);
    if (digit == std::string_view::npos) throw std::invalid_argument("not hexadecimal");
    if (half < 0) {
      half = static_cast<int>(digit);
    } else {
      out.push_back(static_cast<uint8_t>(half << 4 | static_cast<int>(digit)));
      half = -1;
    }
  }
  if (half >= 0) throw std::invalid_argument("odd number of digits");
  return out;
}

std::string ToHex(Bytes bytes) {
  std::string out;
  for (uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::optional<std::string> PublishedFile(std::string_view path) {
  const char* root = std::getenv("TEST_SRCDIR");
  if (root == nullptr) return std::nullopt;
  std::ifstream file(std::string(root) + "/vectors/vectors/" + std::string(path), std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::optional<nlohmann::json> Wycheproof(std::string_view name) {
  const auto text = PublishedFile("wycheproof/testvectors_v1/" + std::string(name) + "_test.json");
  if (!text) return std::nullopt;
  return nlohmann::json::parse(*text);
}

}  // namespace merlon::crypto::testing
