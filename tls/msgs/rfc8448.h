// SPDX-License-Identifier: Apache-2.0
// RFC 8448's example handshakes, read from its text: sections of steps of named byte strings. For
// tests alone; what the bytes mean is left to them.
#pragma once
#include <cstdlib>
#include <fstream>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace merlon::tls::rfc8448 {

using Buffer = std::vector<uint8_t>;

inline Buffer FromHex(std::string_view hex) {
  Buffer out;
  std::string digits;
  for (char c : hex) {
    if (isxdigit(static_cast<unsigned char>(c))) digits += c;
  }
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    out.push_back(static_cast<uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return out;
}

// One line "{server}  derive secret ...", and the values below it.
struct Step {
  std::string who;
  std::string title;  // up to the colon
  std::vector<std::pair<std::string, Buffer>> values;

  const Buffer* Find(std::string_view name) const {
    for (const auto& [key, value] : values) {
      if (key == name) return &value;
    }
    return nullptr;
  }
};

struct Section {
  int number = 0;
  std::vector<Step> steps;

  // The first step of that party whose title starts so and which shows values.
  const Step* Find(std::string_view who, std::string_view title) const {
    for (const Step& step : steps) {
      if (step.who == who && step.title.starts_with(title) && !step.values.empty()) return &step;
    }
    return nullptr;
  }
};

// Sections 3 to 7. Each value is checked against the number of octets that the text gives.
inline std::vector<Section> Parse(std::istream& in) {
  static const std::regex kSection(R"(^([3-7])\.  \S.*)");
  static const std::regex kStep(R"(^   \{(client|server)\}  (.*))");
  static const std::regex kValue(R"(^      (\S.*?) \((\d+) octets?\):(.*))");
  static const std::regex kMore(R"(^         ([0-9a-f]{2}( [0-9a-f]{2})*)\s*$)");
  std::vector<Section> sections;
  std::vector<size_t> octets;
  bool in_value = false;
  for (std::string line; std::getline(in, line);) {
    std::smatch m;
    if (std::regex_match(line, m, kSection)) {
      sections.push_back({std::stoi(m[1]), {}});
    } else if (!line.empty() && std::isdigit(static_cast<unsigned char>(line[0]))) {
      if (!sections.empty()) break;  // section 8
    } else if (sections.empty()) {
      continue;
    } else if (std::regex_match(line, m, kStep)) {
      sections.back().steps.push_back({m[1], m[2], {}});
      in_value = false;
    } else if (sections.back().steps.empty()) {
      continue;
    } else if (std::regex_match(line, m, kValue)) {
      sections.back().steps.back().values.emplace_back(m[1], FromHex(m[3].str()));
      octets.push_back(std::stoul(m[2]));
      in_value = true;
    } else if (in_value && std::regex_match(line, m, kMore)) {
      const Buffer more = FromHex(m[1].str());
      Buffer& value = sections.back().steps.back().values.back().second;
      value.insert(value.end(), more.begin(), more.end());
    }
  }
  size_t i = 0;
  for (const Section& section : sections) {
    for (const Step& step : section.steps) {
      for (const auto& [name, value] : step.values) {
        EXPECT_EQ(value.size(), octets.at(i++))
            << section.number << " " << step.title << " " << name;
      }
    }
  }
  return sections;
}

// Empty where the text is not at hand.
inline std::vector<Section> Load() {
  const char* root = std::getenv("TEST_SRCDIR");
  std::ifstream in(std::string(root == nullptr ? "." : root) + "/vectors/vectors/rfc/rfc8448.txt");
  return in ? Parse(in) : std::vector<Section>();
}

}  // namespace merlon::tls::rfc8448
