// SPDX-License-Identifier: Apache-2.0
// The error of a Result for expectations: nothing where there is none, which Result's own accessor
// does not survive.
#pragma once
#include <optional>

#include "crypto/base/result.h"

namespace merlon::crypto::testing {

template <class T>
std::optional<Error> ErrorOf(const Result<T>& result) {
  return result.ok() ? std::nullopt : std::optional<Error>(result.error());
}

}  // namespace merlon::crypto::testing
