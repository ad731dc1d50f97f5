// SPDX-License-Identifier: Apache-2.0
// RFC 8448's example handshakes, read from its text: sections of steps of named byte strings. For
// tests alone; what the bytes mean is left to them.
#pragma once
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "crypto/testing/vectors.h"
#include "gtest/gtest.h"

namespace merlon::rfc8448 {

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
  std::string title;  // to the end of its line
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

// "      NAME (N octets):  hex": the name, the hex of this line, and N. False: another kind of
// line.
inline bool SplitValue(std::string_view line, std::string* name, std::string* hex, size_t* octets) {
  const size_t open = line.find(" ("), end = line.find(" octet"), colon = line.find("):");
  if (!line.starts_with("      ") || line.size() < 7 || line[6] == ' ' || open > end ||
      end > colon || colon == line.npos) {
    return false;
  }
  *name = line.substr(6, open - 6);
  *octets = std::stoul(std::string(line.substr(open + 2, end - open - 2)));
  *hex = *octets == 0 ? "" : line.substr(colon + 2);  // "(empty)" is no hex
  return true;
}

inline bool IsHexLine(std::string_view line) {
  return line.starts_with("         ") &&
         line.find_first_not_of(" 0123456789abcdef") == line.npos && line.size() > 9 &&
         line[9] != ' ';
}

// Sections 3 to 7. Each value is checked against the number of octets that the text gives.
inline std::vector<Section> Parse(std::istream& in) {
  std::vector<Section> sections;
  Buffer* value = nullptr;
  size_t octets = 0;
  const auto end_value = [&] {
    EXPECT_TRUE(value == nullptr || value->size() == octets);
    value = nullptr;
  };
  for (std::string line, name, hex; std::getline(in, line);) {
    if (line.size() > 4 && line[0] >= '1' && line[0] <= '9' && line.substr(1, 3) == ".  ") {
      end_value();
      if (line[0] >= '3' && line[0] <= '7') sections.push_back({line[0] - '0', {}});
      if (line[0] == '8') break;
    } else if (sections.empty()) {
      continue;
    } else if (line.starts_with("   {client}  ") || line.starts_with("   {server}  ")) {
      end_value();
      sections.back().steps.push_back({line.substr(4, 6), line.substr(13), {}});
    } else if (sections.back().steps.empty()) {
      continue;
    } else if (size_t size = 0; SplitValue(line, &name, &hex, &size)) {
      end_value();
      value = &sections.back().steps.back().values.emplace_back(name, FromHex(hex)).second;
      octets = size;
    } else if (value != nullptr && IsHexLine(line)) {
      const Buffer more = FromHex(line);
      value->insert(value->end(), more.begin(), more.end());
    }
  }
  end_value();
  return sections;
}

// Empty where the text is not at hand.
inline std::vector<Section> Load() {
  const auto text = crypto::testing::PublishedFile("rfc/rfc8448.txt");
  if (!text) return {};
  std::istringstream in(*text);
  return Parse(in);
}

}  // namespace merlon::rfc8448
