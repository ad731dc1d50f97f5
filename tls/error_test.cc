// SPDX-License-Identifier: Apache-2.0
// Every code that crypto/base/error.h declares is explained, and every alert has a name. The header
// itself is read, so a code that is added there without a row here fails.
#include "tls/error.h"

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "gtest/gtest.h"

namespace merlon::tls {
namespace {

// The enumerators "kName = N," of one enum of the header.
std::map<std::string, int> Enumerators(const std::string& enum_name) {
  const char* root = std::getenv("TEST_SRCDIR");
  const char* workspace = std::getenv("TEST_WORKSPACE");
  if (root == nullptr || workspace == nullptr) return {};
  std::ifstream in(std::string(root) + "/" + workspace + "/crypto/base/error.h");
  std::map<std::string, int> out;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("enum class " + enum_name)) inside = true;
    if (line.starts_with("}")) inside = false;
    const size_t equals = line.find(" = ");
    if (!inside || !line.starts_with("  k") || equals == line.npos) continue;
    out[line.substr(2, equals - 2)] = std::stoi(line.substr(equals + 3));
  }
  return out;
}

TEST(Error, EveryCodeHasASentenceOfItsOwn) {
  const auto codes = Enumerators("Code");
  if (codes.empty()) GTEST_SKIP() << "crypto/base/error.h is not here to be read";
  EXPECT_GE(codes.size(), 70u);
  const Explanation none = Explain({Code{}, Alert::kNone, Origin::kLocal});
  std::set<std::string_view> sentences = {none.sentence};
  for (const auto& [name, value] : codes) {
    const Explanation text =
        Explain({static_cast<Code>(value), Alert::kInternalError, Origin::kLocal});
    EXPECT_TRUE(sentences.insert(text.sentence).second) << name << ": " << text.sentence;
    EXPECT_TRUE(text.sentence.ends_with('.')) << name;
  }
}

TEST(Error, EveryAlertHasANameOfItsOwn) {
  const auto alerts = Enumerators("Alert");
  if (alerts.empty()) GTEST_SKIP() << "crypto/base/error.h is not here to be read";
  EXPECT_GE(alerts.size(), 32u);
  std::set<std::string_view> names = {"unknown"};
  for (const auto& [name, value] : alerts) {
    EXPECT_TRUE(names.insert(AlertName(static_cast<Alert>(value))).second) << name;
  }
}

TEST(Error, KnownAnswers) {
  EXPECT_EQ(AlertName(Alert::kDecodeError), "decode_error");
  EXPECT_EQ(AlertName(static_cast<Alert>(1)), "unknown");
  EXPECT_EQ(Explain(IllegalParameter(Code::kDuplicateExtension)).reference, "RFC 9846 s4.2");
  EXPECT_EQ(Explain({static_cast<Code>(9999), Alert::kNone, Origin::kLocal}).sentence,
            "No error, or one that this build does not know.");
}

}  // namespace
}  // namespace merlon::tls
