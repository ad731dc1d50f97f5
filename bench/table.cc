// SPDX-License-Identifier: Apache-2.0
#include "bench/table.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace merlon::bench {
namespace {

struct Registered {
  std::string_view name;
  Benchmark benchmark;
};
std::vector<Registered>& All() {
  static std::vector<Registered> all;
  return all;
}

// Three digits that count, no exponent.
std::string Shown(double number) {
  if (number < 0) return "";
  char text[32];
  const int decimals = number >= 100 || number == static_cast<double>(static_cast<long>(number)) ? 0
                       : number >= 10 ? 1
                                      : 2;
  snprintf(text, sizeof text, "%.*f", decimals, number);
  return text;
}

}  // namespace

void Table::Section(std::string_view title, std::string_view unit,
                    std::vector<std::string> columns) {
  std::string name(title);
  if (!unit.empty()) name += " (" + std::string(unit) + ")";
  lines_.push_back({std::move(name), std::move(columns), true});
}

void Table::Row(std::string_view name, const std::vector<double>& numbers) {
  std::vector<std::string> cells;
  for (double number : numbers) cells.push_back(Shown(number));
  lines_.push_back({std::string(name), std::move(cells), false});
}

void Table::Print() const {
  constexpr int kName = 40, kCell = 14;
  for (const Line& line : lines_) {
    if (line.title) printf("\n%s\n", line.name.c_str());
    printf("  %-*s", kName, line.title ? "" : line.name.c_str());
    for (const std::string& cell : line.cells) printf(" %*s", kCell, cell.c_str());
    printf("\n");
  }
}

Registration::Registration(const char* name, Benchmark benchmark) {
  All().push_back({name, benchmark});
}

double Seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double ClockCost() {
  static const double cost = [] {
    std::vector<double> intervals;
    for (int i = 0; i < 4001; ++i) {
      const double start = Seconds();
      intervals.push_back(Seconds() - start);
    }
    return MedianOf(intervals);
  }();
  return cost;
}

double MedianOf(std::vector<double>& values) {
  Require(!values.empty(), "values");
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void Require(bool done, const char* what) {
  if (done) return;
  fprintf(stderr, "failed: %s\n", what);
  exit(1);
}

Options OptionsOf(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument(argv[i]);
    options.quick |= argument == "--quick";
    options.peers |= argument == "--peers";
    Require(argument == "--quick" || argument == "--peers", "arguments: --quick, --peers");
  }
  return options;
}

bool RunRegistered(const Options& options) {
  std::sort(All().begin(), All().end(), [](auto& a, auto& b) { return a.name < b.name; });
  Table table(options);
  bool good = true;
  for (const Registered& registered : All()) good &= registered.benchmark(table);
  table.Print();
  return good;
}

}  // namespace merlon::bench
