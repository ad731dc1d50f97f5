// SPDX-License-Identifier: Apache-2.0
#include "x509/testing/portable_drivers.h"

#include "crypto/drivers/portable/driver.h"

namespace merlon::x509 {
namespace {

constexpr const crypto::Driver* kDrivers[] = {&crypto::kPortableDriver};

}  // namespace

crypto::DriverTable PortableDrivers() { return crypto::DriverTable(kDrivers); }

}  // namespace merlon::x509
