// SPDX-License-Identifier: Apache-2.0
#include "fuzz/script.h"

#include <algorithm>
#include <random>

namespace merlon::fuzz {
namespace {

constexpr size_t kMaxStepBytes = 0xffff;

// A step with bytes of its own, so that they can change.
struct OwnedStep {
  uint8_t what;
  std::string bytes;
};

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}
  size_t Below(size_t end) { return end == 0 ? 0 : random_() % end; }

  void Change(std::vector<OwnedStep>& steps) {
    const size_t at = Below(steps.size());
    switch (Below(8)) {
      case 0:
        if (!steps.empty()) steps.erase(steps.begin() + static_cast<ptrdiff_t>(at));
        return;
      case 1:
        if (!steps.empty()) steps.insert(steps.begin() + static_cast<ptrdiff_t>(at), steps[at]);
        return;
      case 2:
        if (!steps.empty()) std::swap(steps[at], steps[Below(steps.size())]);
        return;
      case 3:
        steps.insert(steps.begin() + static_cast<ptrdiff_t>(at),
                     {static_cast<uint8_t>(4 + Below(12)), {}});
        return;
      case 4:  // the same, done otherwise
        if (!steps.empty()) steps[at].what ^= static_cast<uint8_t>(Below(32) << 3);
        return;
      default:
        if (!steps.empty()) ChangeBytes(steps[at].bytes);
    }
  }

 private:
  void ChangeBytes(std::string& bytes) {
    const size_t at = Below(bytes.size() + 1);
    const size_t some = 1 + Below(8);
    ptrdiff_t grown = 0;
    switch (Below(5)) {
      case 0:
        bytes.insert(at, some, static_cast<char>(random_()));
        grown = static_cast<ptrdiff_t>(some);
        break;
      case 1:
        grown = -static_cast<ptrdiff_t>(std::min(some, bytes.size() - at));
        bytes.erase(at, some);
        break;
      case 2: {
        const std::string copy = bytes.substr(Below(bytes.size() + 1), some * 4);
        bytes.insert(at, copy);
        grown = static_cast<ptrdiff_t>(copy.size());
        break;
      }
      case 3:
        if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] + Below(3) - 1);
        break;
      default:
        if (at < bytes.size()) bytes[at] = static_cast<char>(random_());
    }
    if (grown != 0 && Below(4) != 0) PutLengthsRight(bytes, at, grown);
  }
  // Adds `grown` to two-byte lengths before `at` whose extent ended where the change was or behind
  // it: of the record, of the message, of vectors within. Some that are no lengths change as well.
  void PutLengthsRight(std::string& bytes, size_t at, ptrdiff_t grown) {
    const size_t old_size = static_cast<size_t>(static_cast<ptrdiff_t>(bytes.size()) - grown);
    size_t end = old_size;
    for (size_t i = 0; i + 2 <= std::min(at, bytes.size()); ++i) {
      const size_t value = static_cast<size_t>(static_cast<uint8_t>(bytes[i])) << 8 |
                           static_cast<uint8_t>(bytes[i + 1]);
      const size_t reach = i + 2 + value;
      if (value == 0 || reach < at || reach > end) continue;
      const size_t next = static_cast<size_t>(static_cast<ptrdiff_t>(value) + grown);
      bytes[i] = static_cast<char>(next >> 8);
      bytes[i + 1] = static_cast<char>(next);
      end = reach;
      ++i;
    }
  }

  std::minstd_rand random_;
};

}  // namespace

std::vector<Step> ParseScript(Bytes script) {
  std::vector<Step> steps;
  std::string_view rest = AsText(script);
  while (!rest.empty()) {
    Step step{.what = static_cast<uint8_t>(rest[0])};
    rest.remove_prefix(1);
    if (step.action() == Action::kDeliver) {
      if (rest.size() < 2) break;
      const size_t size =
          static_cast<size_t>(static_cast<uint8_t>(rest[0])) << 8 | static_cast<uint8_t>(rest[1]);
      rest.remove_prefix(2);
      step.bytes = rest.substr(0, size);
      rest.remove_prefix(step.bytes.size());
    }
    steps.push_back(step);
  }
  return steps;
}

void AppendStep(const Step& step, std::string& script) {
  script += static_cast<char>(step.what);
  if (step.action() != Action::kDeliver) return;
  const std::string_view bytes = step.bytes.substr(0, kMaxStepBytes);
  script += static_cast<char>(bytes.size() >> 8);
  script += static_cast<char>(bytes.size());
  script += bytes;
}

size_t MutateScript(uint8_t* data, size_t size, size_t max_size, size_t header, unsigned seed) {
  if (size < header || max_size < header) return size;
  std::vector<OwnedStep> steps;
  for (const Step& step : ParseScript(Bytes(data + header, size - header))) {
    steps.push_back({step.what, std::string(step.bytes)});
  }
  Mutator mutator(seed);
  for (size_t n = 1 + mutator.Below(3); n != 0; --n) mutator.Change(steps);
  std::string out;
  for (const OwnedStep& step : steps) AppendStep({step.what, step.bytes}, out);
  out.resize(std::min(out.size(), max_size - header));
  std::copy(out.begin(), out.end(), data + header);
  return header + out.size();
}

}  // namespace merlon::fuzz
