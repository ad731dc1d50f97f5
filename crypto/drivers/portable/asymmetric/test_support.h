// SPDX-License-Identifier: Apache-2.0
// What the tests of this folder share beyond crypto/testing: fixed arrays, BoringSSL's vector
// files, broken generators.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "crypto/testing/deterministic_rng.h"
#include "crypto/testing/vectors.h"

namespace merlon::crypto::testing {

template <size_t kSize>
std::array<uint8_t, kSize> ArrayFromHex(std::string_view hex) {
  const ByteString bytes = FromHex(hex);
  std::array<uint8_t, kSize> out{};
  EXPECT_EQ(bytes.size(), kSize);
  std::copy_n(bytes.begin(), std::min(bytes.size(), kSize), out.begin());
  return out;
}
inline ByteString HexField(const nlohmann::json& object, const char* name) {
  return FromHex(object[name].get<std::string>());
}

// Gives one byte for ever: a broken generator.
class ConstantRng final : public Rng {
 public:
  explicit ConstantRng(uint8_t byte) : byte_(byte) {}
  Result<void> Fill(MutableBytes out) override {
    for (uint8_t& byte : out) byte = byte_;
    return {};
  }

 private:
  uint8_t byte_;
};

// BoringSSL's format: "Name = value" lines, paragraphs apart, # comments.
using Paragraph = std::map<std::string, std::string>;
inline std::optional<std::vector<Paragraph>> BoringSsl(const std::string& name) {
  const std::optional<std::string> text = PublishedFile("boringssl/crypto/" + name);
  if (!text) return std::nullopt;
  std::istringstream lines(*text);
  std::vector<Paragraph> out(1);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() && !out.back().empty()) out.emplace_back();
    const size_t equals = line.find(" =");
    if (line.empty() || line[0] == '#' || equals == std::string::npos) continue;
    out.back()[line.substr(0, equals)] = line.substr(std::min(line.size(), equals + 3));
  }
  if (out.back().empty()) out.pop_back();
  return out;
}

}  // namespace merlon::crypto::testing
