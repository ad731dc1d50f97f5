// SPDX-License-Identifier: Apache-2.0
// The table of a device: all is Merlon's portable code.
#include "table.h"

#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/sha256.h"

namespace {

constexpr const merlon::crypto::HashAlgorithm* kHashes[] = {&merlon::crypto::kPortableSha256};
constexpr const merlon::crypto::AeadAlgorithm* kAeads[] = {&merlon::crypto::kPortableAes128Gcm};
constexpr merlon::crypto::Driver kDevice = {.name = "device",
                                            .location = merlon::crypto::kLocalStorage,
                                            .hashes = kHashes,
                                            .aeads = kAeads};
const merlon::crypto::Driver* const kDrivers[] = {&kDevice};

}  // namespace

merlon::crypto::DriverTable Table() { return merlon::crypto::DriverTable(kDrivers); }
