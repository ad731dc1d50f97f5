// SPDX-License-Identifier: Apache-2.0
#include "x509/testing/portable_drivers.h"

#include "crypto/drivers/portable/driver.h"

namespace merlon::x509 {
namespace {

constexpr const crypto::Driver* kDrivers[] = {&crypto::kPortableDriver};

constexpr crypto::SignAlgorithm kCredulousRsa = {
    .family = crypto::SignFamily::kRsaPkcs1,
    .key_type = crypto::KeyType::kRsa,
    .sign = nullptr,
    .verify = [](Bytes, const crypto::HashAlgorithm*, Bytes, Bytes) { return Result<void>(); },
    .public_key = nullptr,
    .check_private = nullptr,
    .generate = nullptr};
constexpr const crypto::SignAlgorithm* kCredulousSigns[] = {&kCredulousRsa};

}  // namespace

crypto::DriverTable CredulousDrivers() {
  static const crypto::Driver driver = {.name = "credulous",
                                        .location = crypto::kLocalStorage,
                                        .available = [] { return true; },
                                        .hashes = crypto::kPortableDriver.hashes,
                                        .ciphers = {},
                                        .aeads = {},
                                        .key_agreements = {},
                                        .signs = kCredulousSigns};
  static const crypto::Driver* const drivers[] = {&driver};
  return crypto::DriverTable(drivers);
}

crypto::DriverTable PortableDrivers() { return crypto::DriverTable(kDrivers); }

}  // namespace merlon::x509
