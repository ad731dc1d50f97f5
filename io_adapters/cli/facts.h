// SPDX-License-Identifier: Apache-2.0
// Facts: what a command says about a thing, as lines for people or as one JSON object.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace merlon::cli {

class Facts {
 public:
  // Facts without a value are left out. Names are lower case with underscores, as JSON has them;
  // people read spaces.
  void Add(std::string_view name, std::string value);
  void Add(std::string_view name, std::vector<std::string> values);  // a list in JSON
  void AddTrue(std::string_view name);                               // a mark: its name says it all

  // A line each, indented, the values below one another.
  std::string Text() const;
  std::string Json() const;

 private:
  enum class Kind { kValue, kList, kMark };
  struct Fact {
    std::string name;
    Kind kind;
    std::vector<std::string> values;
  };
  std::vector<Fact> facts_;
};

// A JSON string with its quotes.
std::string JsonString(std::string_view text);

}  // namespace merlon::cli
