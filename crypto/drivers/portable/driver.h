// SPDX-License-Identifier: Apache-2.0
// The portable driver: every algorithm in C++ alone, constant time, for any CPU.
#pragma once
#include "crypto/driver.h"

namespace merlon::crypto {

extern const Driver kPortableDriver;

}  // namespace merlon::crypto
