// SPDX-License-Identifier: Apache-2.0
// The portable driver alone, so that tests run the same code on every machine.
#pragma once
#include "crypto/driver.h"

namespace merlon::x509 {

crypto::DriverTable PortableDrivers();
// Its hashes, and RSA PKCS#1 to which each signature is good: for published chains whose keys are
// too short for any driver.
crypto::DriverTable CredulousDrivers();

}  // namespace merlon::x509
