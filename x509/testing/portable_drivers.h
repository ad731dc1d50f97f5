// SPDX-License-Identifier: Apache-2.0
// What x509/ needs of the portable driver, so that tests run the same code on every machine.
#pragma once
#include "crypto/driver.h"

namespace merlon::x509 {

crypto::DriverTable PortableDrivers();

}  // namespace merlon::x509
