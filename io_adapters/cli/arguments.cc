// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/cli/arguments.h"

#include <algorithm>
#include <charconv>

#include "io_adapters/text.h"

namespace merlon::cli {
namespace {

using io::Cat;

bool Names(std::string_view list, std::string_view name) {
  const std::vector<std::string> names = io::Split(list, ' ');
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

absl::StatusOr<Arguments> Arguments::Parse(const ArgumentSpec& spec,
                                           const std::vector<std::string>& given) {
  Arguments out;
  for (size_t i = 0; i < given.size(); ++i) {
    const std::string& word = given[i];
    if (word.size() < 3 || word.compare(0, 2, "--") != 0) {
      out.words_.push_back(word);
      continue;
    }
    const size_t equals = word.find('=');
    const bool has_value = equals != std::string::npos;
    const std::string name = word.substr(2, has_value ? equals - 2 : std::string::npos);
    if (Names(spec.switches, name)) {
      if (has_value) return absl::InvalidArgumentError(Cat("--", name, " takes no value"));
      out.values_[name] = "";
    } else if (!Names(spec.options, name)) {
      return absl::InvalidArgumentError(Cat("there is no option --", name));
    } else if (has_value) {
      out.values_[name] = word.substr(equals + 1);
    } else if (i + 1 < given.size()) {
      out.values_[name] = given[++i];
    } else {
      return absl::InvalidArgumentError(Cat("--", name, " needs a value"));
    }
  }
  if (out.words_.size() < spec.min_words)
    return absl::InvalidArgumentError("an argument is missing");
  if (out.words_.size() > spec.max_words) {
    return absl::InvalidArgumentError(Cat("\"", out.words_[spec.max_words], "\" is one too many"));
  }
  return out;
}

std::string Arguments::Value(const std::string& name, std::string_view otherwise) const {
  const auto at = values_.find(name);
  return at == values_.end() ? std::string(otherwise) : at->second;
}

std::vector<std::string> Arguments::List(const std::string& name) const {
  return io::Split(Value(name), ',');
}

absl::StatusOr<int> Arguments::Number(const std::string& name, int otherwise, int least,
                                      int most) const {
  if (!Has(name)) return otherwise;
  const std::string text = Value(name);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most) {
    return absl::InvalidArgumentError(
        Cat("--", name, " takes a number from ", least, " to ", most));
  }
  return number;
}

absl::StatusOr<std::vector<uint16_t>> ParseGroups(const std::vector<std::string>& names) {
  std::vector<uint16_t> out;
  for (const std::string& name : names) {
    if (name == "x25519" || name == "X25519") {
      out.push_back(29);
    } else if (name == "secp256r1" || name == "P-256") {
      out.push_back(23);
    } else if (name == "secp384r1" || name == "P-384") {
      out.push_back(24);
    } else if (name == "secp521r1" || name == "P-521") {
      out.push_back(25);
    } else if (name == "X25519MLKEM768" || name == "x25519mlkem768") {
      out.push_back(4588);
    } else {
      return absl::InvalidArgumentError(
          Cat("no group is called \"", name,
              "\"; there are X25519MLKEM768, x25519, secp256r1 "
              "(or P-256), secp384r1 (or P-384), secp521r1 (or P-521)"));
    }
  }
  return out;
}

}  // namespace merlon::cli
