// SPDX-License-Identifier: Apache-2.0
// Wiped<T>: a value of plain data that is zeroed when its scope ends. For intermediate values that
// depend on a private key; what leaves is the caller's to wipe.
#pragma once
#include "crypto/base/secret.h"

namespace merlon::crypto {

template <class T>
class Wiped {
 public:
  Wiped() = default;
  explicit Wiped(const T& value) : value_(value) {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { WipeObject(value_); }

  T& operator*() ABSL_ATTRIBUTE_LIFETIME_BOUND { return value_; }
  const T& operator*() const ABSL_ATTRIBUTE_LIFETIME_BOUND { return value_; }
  T* operator->() ABSL_ATTRIBUTE_LIFETIME_BOUND { return &value_; }
  const T* operator->() const ABSL_ATTRIBUTE_LIFETIME_BOUND { return &value_; }

 private:
  T value_{};
};

}  // namespace merlon::crypto
