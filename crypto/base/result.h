// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value, or the Error that says why not. And the two macros that pass errors on.
#pragma once
#include <type_traits>
#include <utility>
#include <variant>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "crypto/base/error.h"

namespace merlon {

// A T, or the Error that says why not. Reading the wrong one traps; it is never undefined.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : v_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
  Result(Error error) : v_(std::in_place_index<1>, error) {}         // NOLINT
  bool ok() const { return v_.index() == 0; }
  Error error() const { return *Checked(std::get_if<1>(&v_)); }
  T& operator*() & ABSL_ATTRIBUTE_LIFETIME_BOUND { return *Checked(std::get_if<0>(&v_)); }
  const T& operator*() const& ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return *Checked(std::get_if<0>(&v_));
  }
  T&& operator*() && ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return std::move(*Checked(std::get_if<0>(&v_)));
  }
  T* operator->() ABSL_ATTRIBUTE_LIFETIME_BOUND { return Checked(std::get_if<0>(&v_)); }
  const T* operator->() const ABSL_ATTRIBUTE_LIFETIME_BOUND { return Checked(std::get_if<0>(&v_)); }

 private:
  template <class P>
  static P* Checked(P* p) {
    if (ABSL_PREDICT_FALSE(p == nullptr)) __builtin_trap();
    return p;
  }
  std::variant<T, Error> v_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(error) {}  // NOLINT: implicit by design
  bool ok() const { return error_.code == Code{}; }
  // Meaningful only when not ok.
  Error error() const { return error_; }

 private:
  Error error_{};
};
static_assert(sizeof(Result<void>) == 4);

// Returns the error of `expr`, a Result, if it has one.
#define MERLON_TRY(expr)                                                        \
  do {                                                                          \
    if (auto _merlon_result = (expr); ABSL_PREDICT_FALSE(!_merlon_result.ok())) \
      return _merlon_result.error();                                            \
  } while (0)
#define MERLON_CONCAT_INNER_(a, b) a##b
#define MERLON_CONCAT_(a, b) MERLON_CONCAT_INNER_(a, b)
// Declares or assigns `lhs` from the value of `expr`, or returns its error.
#define MERLON_ASSIGN_OR_RETURN(lhs, expr) \
  MERLON_ASSIGN_OR_RETURN_(MERLON_CONCAT_(_merlon_result, __LINE__), lhs, expr)
#define MERLON_ASSIGN_OR_RETURN_(result, lhs, expr)            \
  auto result = (expr);                                        \
  if (ABSL_PREDICT_FALSE(!result.ok())) return result.error(); \
  lhs = *std::move(result)

}  // namespace merlon
