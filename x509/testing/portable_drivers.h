// SPDX-License-Identifier: Apache-2.0
// The portable driver alone, so that tests run the same code on every machine.
#pragma once
#include "crypto/driver.h"

namespace merlon::x509 {

crypto::DriverTable PortableDrivers();

}  // namespace merlon::x509
