// SPDX-License-Identifier: Apache-2.0
// The kit's checks of drivers that own a location, as googletest expectations. What keys do there
// is checked with algorithms that are here.
#pragma once
#include <functional>

#include "crypto/context.h"

namespace merlon::crypto::testing {

struct OpaqueUnderTest {
  const Driver* driver = nullptr;
  DriverTable local;  // verifies signatures, encrypts, agrees; hashes
  // Keys that it makes: type, bits, usage, and the algorithm of those that sign, which is the only
  // one that their policy permits.
  absl::Span<const KeyAttributes> kinds;
  bool keeps = false;    // persistent keys, by name
  bool imports = false;  // EC private keys
  bool destroys = true;
  bool later = false;  // signs by Start and Resume
  // After it the n-th exchange with the hardware fails, and none with 0. It says whether one failed
  // since the call before. Null: not checked.
  std::function<bool(int)> fail_at{};
};

// What was checked, for the test to say how much it must be.
struct OpaqueChecked {
  int signatures = 0, agreements = 0, decryptions = 0;
  int later = 0;     // calls that were pending at first
  int failures = 0;  // steps that were made to fail
};

// Public keys, signatures, agreement and decryption against the local algorithms; the policy; sizes
// one too small; names, replacement and destruction; handles and references that are stale; calls
// that are resumed, cancelled and left; failure at each step, and work as before after it.
OpaqueChecked CheckOpaqueDriver(const OpaqueUnderTest& test);

}  // namespace merlon::crypto::testing
