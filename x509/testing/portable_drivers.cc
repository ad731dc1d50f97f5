// SPDX-License-Identifier: Apache-2.0
#include "x509/testing/portable_drivers.h"

#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/portable/sha512.h"

namespace merlon::x509 {
namespace {

constexpr const crypto::HashAlgorithm* kHashes[] = {
    &crypto::kPortableSha256, &crypto::kPortableSha384, &crypto::kPortableSha512};
constexpr const crypto::SignAlgorithm* kSigns[] = {
    &crypto::kPortableEcdsaP256, &crypto::kPortableRsaPkcs1, &crypto::kPortableRsaPss};
constexpr crypto::Driver kDriver = {.name = "portable for tests",
                                    .location = crypto::kLocalStorage,
                                    .available = nullptr,
                                    .hashes = kHashes,
                                    .ciphers = {},
                                    .aeads = {},
                                    .key_agreements = {},
                                    .signs = kSigns};
constexpr const crypto::Driver* kDrivers[] = {&kDriver};

}  // namespace

crypto::DriverTable PortableDrivers() { return crypto::DriverTable(kDrivers); }

}  // namespace merlon::x509
