// SPDX-License-Identifier: Apache-2.0
#include "x509/dns_name.h"

#include <cstddef>

namespace merlon::x509 {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetterOrDigit(char c) { return IsDigit(c) || (Lower(c) >= 'a' && Lower(c) <= 'z'); }

bool IsLabel(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
    return false;
  }
  for (char c : label) {
    if (!IsLetterOrDigit(c) && c != '-') return false;
  }
  return true;
}

bool AllDigits(std::string_view label) {
  for (char c : label) {
    if (!IsDigit(c)) return false;
  }
  return true;
}

// The label at the front, which is taken off together with its dot.
std::string_view TakeLabel(std::string_view& name) {
  const size_t dot = name.find('.');
  const std::string_view label = name.substr(0, dot);
  name.remove_prefix(dot == name.npos ? name.size() : dot + 1);
  return label;
}

}  // namespace

bool IsDnsName(std::string_view name) {
  if (name.empty() || name.size() > 253 || name.back() == '.') return false;
  std::string_view label;
  while (!name.empty()) {
    label = TakeLabel(name);
    if (!IsLabel(label)) return false;
  }
  return !AllDigits(label);
}

bool IsDnsPattern(std::string_view pattern) {
  if (!pattern.starts_with("*.")) return IsDnsName(pattern);
  pattern.remove_prefix(2);
  return IsDnsName(pattern) && pattern.find('.') != pattern.npos;
}

bool DnsNamesEqual(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (Lower(a[i]) != Lower(b[i])) return false;
  }
  return true;
}

bool DnsPatternMatches(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with("*.")) return DnsNamesEqual(pattern, name);
  pattern.remove_prefix(2);
  TakeLabel(name);
  return DnsNamesEqual(pattern, name);
}

bool DnsNameWithin(std::string_view name, std::string_view base) {
  if (base.empty()) return true;
  if (name.size() < base.size()) return false;
  const size_t above = name.size() - base.size();
  return DnsNamesEqual(name.substr(above), base) && (above == 0 || name[above - 1] == '.');
}

}  // namespace merlon::x509
