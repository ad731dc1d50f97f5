// SPDX-License-Identifier: Apache-2.0
// Errors and alerts in words, for logs and people. The engine does not need it: link it where
// somebody reads.
#pragma once
#include <string_view>

#include "crypto/base/error.h"

namespace merlon::tls {

struct Explanation {
  std::string_view sentence;   // what is wrong
  std::string_view reference;  // the RFC and section that says so; empty where none does
};

// Of static storage. A code that does not exist gets a sentence that says so.
Explanation Explain(Error error);
// The RFC's name, such as "close_notify"; "unknown" for a number without one.
std::string_view AlertName(Alert alert);

}  // namespace merlon::tls
