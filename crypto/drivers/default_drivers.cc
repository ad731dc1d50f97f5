// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/default_drivers.h"

#include "crypto/drivers/portable/driver.h"
#include "crypto/drivers/x86/driver.h"

namespace merlon::crypto {
namespace {

constexpr const Driver* kDrivers[] = {&kX86Driver,        &kX86ShaDriver,  &kX86Avx512Driver,
                                      &kX86Avx2AdxDriver, &kX86Avx2Driver, &kX86AdxDriver,
                                      &kPortableDriver};

}  // namespace

DriverTable DefaultDrivers() { return DriverTable(kDrivers); }

}  // namespace merlon::crypto
