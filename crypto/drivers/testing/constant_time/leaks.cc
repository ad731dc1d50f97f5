// SPDX-License-Identifier: Apache-2.0
// Twins of what the library does, that leak: the job must report each.
#include "crypto/drivers/testing/constant_time/checks.h"
#include "crypto/drivers/testing/constant_time/secrets.h"

namespace merlon::crypto::testing {
namespace {

volatile uint8_t result;  // what is computed is wanted

}  // namespace

// A substitution by table.
void LeakByIndex() {
  static volatile uint8_t table[256] = {99, 124, 119, 123};
  for (const uint8_t byte : Hidden<16>()) result = table[byte];
}

// A reduction that is done only where it is needed.
void LeakByBranch() {
  for (const uint8_t byte : Hidden<16>()) {
    if (byte >= 0x80) result = byte;
  }
}

// A tag compared byte by byte up to the first difference.
void LeakByComparison() {
  const auto expected = Hidden<16>();
  const volatile uint8_t tag[16] = {11, 48};
  for (size_t i = 0; i < expected.size(); ++i) {
    if (expected[i] != tag[i]) return;
    result = static_cast<uint8_t>(i);
  }
}

}  // namespace merlon::crypto::testing
