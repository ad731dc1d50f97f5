// SPDX-License-Identifier: Apache-2.0
// The one table that benchmarks print: sections with named columns, rows of numbers.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace merlon::bench {

struct Options {
  bool quick = false;  // each thing once: does it work?
  bool peers = false;  // other libraries as well
};

class Table {
 public:
  explicit Table(const Options& options) : options_(options) {}
  const Options& options() const { return options_; }
  // `unit` is that of all numbers, in words.
  void Section(std::string_view title, std::string_view unit, std::vector<std::string> columns);
  // A number below 0 is not shown.
  void Row(std::string_view name, const std::vector<double>& numbers);
  void Print() const;

 private:
  struct Line {
    std::string name;
    std::vector<std::string> cells;
    bool title;
  };
  const Options options_;
  std::vector<Line> lines_;
};

// A benchmark adds its sections; false: it measured what must not be.
using Benchmark = bool (*)(Table& table);
// Makes RunRegistered run it.
struct Registration {
  Registration(const char* name, Benchmark benchmark);
};
// Runs those that are linked, in the order of their names, and prints the table; false when one of
// them was.
bool RunRegistered(const Options& options = {});
// What a program's arguments ask for; ends it when they are none of --quick, --peers.
Options OptionsOf(int argc, char** argv);

// Seconds of a monotonic clock.
double Seconds();
// What reading it twice in a row gives: as much too long every interval is.
double ClockCost();
// Sorts `values` in part.
double MedianOf(std::vector<double>& values);
// Ends the program: a benchmark that does not do its work measures nothing.
void Require(bool done, const char* what);

}  // namespace merlon::bench
