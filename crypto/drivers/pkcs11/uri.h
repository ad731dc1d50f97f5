// SPDX-License-Identifier: Apache-2.0
// Pkcs11Uri: what names a token, and a key on it (RFC 7512), as far as this driver uses it.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace merlon::crypto {

// Empty: not said. Percent-encoding is undone.
struct Pkcs11Uri {
  std::string token, manufacturer, model, serial;  // of the token; those that are said must be its
  std::string object, id;                          // of the key: its label, its CKA_ID
  std::string module_path, pin_value, pin_source;  // pin_source: a path, or file: and one
};

// Nothing: not a URI of RFC 7512 s2.3, an attribute twice, one that limits the key and is not known
// here (s2.4: then it must not match), or a type other than private.
std::optional<Pkcs11Uri> ParsePkcs11Uri(std::string_view uri);

}  // namespace merlon::crypto
