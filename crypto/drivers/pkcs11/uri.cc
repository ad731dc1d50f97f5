// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/pkcs11/uri.h"

#include <algorithm>

namespace merlon::crypto {
namespace {

constexpr std::string_view kScheme = "pkcs11:";

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// pk11-pchar and pk11-qchar (RFC 7512 s2.3), without what ends a value there.
bool IsPlain(char c) {
  const bool alphanumeric =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric ||
         std::string_view("-._~:[]@!$'()*+,=&/?|").find(c) != std::string_view::npos;
}

std::optional<std::string> Decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!IsPlain(text[i])) return std::nullopt;
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

struct Known {
  std::string_view name;
  std::string Pkcs11Uri::* member;
};
constexpr Known kPath[] = {
    {"token", &Pkcs11Uri::token},   {"manufacturer", &Pkcs11Uri::manufacturer},
    {"model", &Pkcs11Uri::model},   {"serial", &Pkcs11Uri::serial},
    {"object", &Pkcs11Uri::object}, {"id", &Pkcs11Uri::id}};
constexpr Known kQuery[] = {{"module-path", &Pkcs11Uri::module_path},
                            {"pin-value", &Pkcs11Uri::pin_value},
                            {"pin-source", &Pkcs11Uri::pin_source}};

enum class Unknown : uint8_t { kRefuse, kIgnore };

// Attributes between `mark`s into `uri`.
template <size_t n>
bool Parse(std::string_view text, char mark, const Known (&known)[n], Unknown unknown,
           Pkcs11Uri& uri) {
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(mark));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const size_t equals = part.find('=');
    if (equals == part.npos) return false;
    const std::string_view name = part.substr(0, equals);
    const std::optional<std::string> value = Decoded(part.substr(equals + 1));
    if (!value) return false;
    if (name == "type") {
      if (*value != "private") return false;
      continue;
    }
    const auto* const at =
        std::find_if(known, known + n, [&](const Known& entry) { return entry.name == name; });
    if (at == known + n) {
      if (unknown == Unknown::kRefuse) return false;
      continue;
    }
    std::string& member = uri.*at->member;
    if (!member.empty()) return false;
    member = *value;
  }
  return true;
}

}  // namespace

std::optional<Pkcs11Uri> ParsePkcs11Uri(std::string_view text) {
  if (!text.starts_with(kScheme)) return std::nullopt;
  text.remove_prefix(kScheme.size());
  const size_t query = text.find('?');
  Pkcs11Uri uri;
  if (!Parse(text.substr(0, query), ';', kPath, Unknown::kRefuse, uri)) return std::nullopt;
  // s2.4: of query attributes those that are not known are passed over.
  if (query != text.npos && !Parse(text.substr(query + 1), '&', kQuery, Unknown::kIgnore, uri)) {
    return std::nullopt;
  }
  return uri;
}

}  // namespace merlon::crypto
