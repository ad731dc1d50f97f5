// SPDX-License-Identifier: Apache-2.0
// The drivers of this repository, fastest first: for applications that need not choose. It links
// every algorithm; a device names its own table.
#pragma once
#include "crypto/driver.h"

namespace merlon::crypto {

// Special instructions where the CPU has them, then portable C++. Lives for ever.
DriverTable DefaultDrivers();

}  // namespace merlon::crypto
