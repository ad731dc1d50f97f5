// SPDX-License-Identifier: Apache-2.0
// ACME's opaque driver: P-256 keys of the secure element, which sign at once or later; and its
// generator as an entropy source.
#pragma once
#include "crypto/driver.h"
#include "crypto/random.h"

namespace acme {

// Vendors' locations are from 0x80000000 on; the rest is Merlon's.
inline constexpr merlon::crypto::Location kLocation{0x80000ac3};

// To be listed in a table of drivers, or added to a DriverList by whoever finds the chip.
extern const merlon::crypto::Driver kKeyDriver;
extern const merlon::crypto::EntropySource kEntropy;

}  // namespace acme
