// SPDX-License-Identifier: Apache-2.0
// ACME's transparent driver: SHA-256 by the chip's hash engine.
#pragma once
#include "crypto/driver.h"

namespace acme {

extern const merlon::crypto::HashAlgorithm kSha256;
// A table that names it before others hashes by it.
extern const merlon::crypto::Driver kHashDriver;

}  // namespace acme
