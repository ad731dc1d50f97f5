// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/cli/facts.h"

#include <algorithm>
#include <cstdio>

#include "io_adapters/text.h"

namespace merlon::cli {

using io::Cat;

void Facts::Add(std::string_view name, std::string value) {
  if (!value.empty()) facts_.push_back({std::string(name), Kind::kValue, {std::move(value)}});
}

void Facts::Add(std::string_view name, std::vector<std::string> values) {
  if (!values.empty()) facts_.push_back({std::string(name), Kind::kList, std::move(values)});
}

void Facts::AddTrue(std::string_view name) {
  facts_.push_back({std::string(name), Kind::kMark, {}});
}

std::string Facts::Text() const {
  size_t width = 0;
  for (const Fact& fact : facts_) {
    if (fact.kind != Kind::kMark) width = std::max(width, fact.name.size());
  }
  std::string out;
  for (const Fact& fact : facts_) {
    std::string name = fact.name;
    std::replace(name.begin(), name.end(), '_', ' ');
    if (fact.kind == Kind::kMark) {
      out += Cat("   ", name, "\n");
      continue;
    }
    out += Cat("   ", name, std::string(width - name.size() + 2, ' '), io::Join(fact.values, ", "),
               "\n");
  }
  return out;
}

std::string Facts::Json() const {
  std::vector<std::string> members;
  for (const Fact& fact : facts_) {
    std::vector<std::string> values;
    for (const std::string& value : fact.values) values.push_back(JsonString(value));
    const std::string value = fact.kind == Kind::kMark   ? "true"
                              : fact.kind == Kind::kList ? Cat("[", io::Join(values, ","), "]")
                                                         : values[0];
    members.push_back(Cat(JsonString(fact.name), ":", value));
  }
  return Cat("{", io::Join(members, ","), "}");
}

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte < 0x20 || byte >= 0x7f) {
      char escape[8];
      snprintf(escape, sizeof(escape), "\\u%04x", byte);
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace merlon::cli
