// SPDX-License-Identifier: Apache-2.0
// What a user of cryptography is given: keys, algorithms, randomness. Passed in, never global.
#pragma once
#include "crypto/driver.h"
#include "crypto/key_store.h"
#include "crypto/random.h"

namespace merlon::crypto {

struct Context {
  KeyStore& keys;
  DriverTable drivers;
  Rng& rng;
};

}  // namespace merlon::crypto
