// SPDX-License-Identifier: Apache-2.0
// A subcommand's arguments: --name value, --name=value, --switch, and words without a name.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace merlon::cli {

// What a subcommand takes; names without "--", separated by spaces.
struct ArgumentSpec {
  std::string_view options;   // with a value
  std::string_view switches;  // without one
  size_t min_words = 0, max_words = 0;
};

class Arguments {
 public:
  // A sentence about the first thing that `spec` does not have.
  static absl::StatusOr<Arguments> Parse(const ArgumentSpec& spec,
                                         const std::vector<std::string>& given);

  bool Has(const std::string& name) const { return values_.count(name) != 0; }
  // The last value given, or `otherwise`.
  std::string Value(const std::string& name, std::string_view otherwise = "") const;
  // Parts of a value between commas.
  std::vector<std::string> List(const std::string& name) const;
  // A decimal number from `least` to `most`, or `otherwise` where none is given.
  absl::StatusOr<int> Number(const std::string& name, int otherwise, int least, int most) const;
  const std::vector<std::string>& words() const { return words_; }

 private:
  std::map<std::string, std::string> values_;
  std::vector<std::string> words_;
};

// IANA numbers of groups by name: X25519MLKEM768, x25519, secp256r1 (or P-256), secp384r1 (or
// P-384), secp521r1 (or P-521).
absl::StatusOr<std::vector<uint16_t>> ParseGroups(const std::vector<std::string>& names);

}  // namespace merlon::cli
