// SPDX-License-Identifier: Apache-2.0
// What valgrind's memcheck is told about secrets: hidden bytes count as not initialised, so that a
// branch or an address that depends on them is reported. Outside of valgrind nothing happens.
#pragma once
#include <valgrind/memcheck.h>

#include <array>

#include "crypto/base/bytes.h"

namespace merlon::crypto::testing {

// Secret from here on.
inline void Hide(MutableBytes bytes) {
  (void)VALGRIND_MAKE_MEM_UNDEFINED(bytes.data(), bytes.size());
}
// Public from here on: what goes over the wire.
inline void Publish(Bytes bytes) { (void)VALGRIND_MAKE_MEM_DEFINED(bytes.data(), bytes.size()); }
// A verdict, which is public whatever it was made of.
inline bool Public(bool verdict) {
  (void)VALGRIND_MAKE_MEM_DEFINED(&verdict, sizeof(verdict));
  return verdict;
}

// kSize hidden bytes.
template <size_t kSize>
std::array<uint8_t, kSize> Hidden() {
  std::array<uint8_t, kSize> out;
  for (size_t i = 0; i < kSize; ++i) out[i] = static_cast<uint8_t>(37 * i + 11);
  Hide(absl::MakeSpan(out));
  return out;
}

}  // namespace merlon::crypto::testing
