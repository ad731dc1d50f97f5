// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/interop/table.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>
#include <tuple>
#include <utility>
#include <vector>

namespace merlon::interop {
namespace {

using Key = std::tuple<std::string, std::string, std::string, std::string>;

class Table : public testing::EmptyTestEventListener {
 public:
  void Add(const Meeting& m, const std::string& what) {
    pending_.emplace_back(Key(m.peer, m.version, m.merlon, m.authentication), what);
  }

  void OnTestEnd(const testing::TestInfo& test) override {
    for (auto& [key, what] : pending_) {
      std::vector<std::string>& proved = rows_[key];
      if (test.result()->Passed()) {
        if (std::find(proved.begin(), proved.end(), what) == proved.end()) proved.push_back(what);
      } else {
        proved.push_back("FAILED: " + what);
      }
    }
    pending_.clear();
  }

  void OnTestProgramEnd(const testing::UnitTest&) override {
    std::ostringstream out;
    out << std::left;
    const auto line = [&out](const Key& key, const std::string& rest) {
      out << std::setw(18) << std::get<0>(key) << ' ' << std::setw(8) << std::get<1>(key) << ' '
          << std::setw(9) << std::get<2>(key) << ' ' << std::setw(18) << std::get<3>(key) << ' '
          << rest << '\n';
    };
    line({"peer", "version", "Merlon is", "authentication"}, "proved");
    for (const auto& [key, proved] : rows_) {
      std::string all;
      for (const std::string& what : proved) all += (all.empty() ? "" : ", ") + what;
      line(key, all);
    }
    std::cout << out.str();
    if (const char* folder = getenv("TEST_UNDECLARED_OUTPUTS_DIR")) {
      std::ofstream(std::string(folder) + "/table.txt") << out.str();
    }
  }

 private:
  std::vector<std::pair<Key, std::string>> pending_;
  std::map<Key, std::vector<std::string>> rows_;
};

// gtest owns it.
Table& TheTable() {
  static Table* const table = [] {
    auto* made = new Table();
    testing::UnitTest::GetInstance()->listeners().Append(made);
    return made;
  }();
  return *table;
}

}  // namespace

void Prove(const Meeting& meeting, const std::string& what) { TheTable().Add(meeting, what); }

}  // namespace merlon::interop
