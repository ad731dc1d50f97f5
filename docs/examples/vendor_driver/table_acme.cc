// SPDX-License-Identifier: Apache-2.0
// The table of a device: hashes are the chip's, the rest is Merlon's portable code.
#include "acme_hash.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "table.h"

namespace {

constexpr const merlon::crypto::HashAlgorithm* kHashes[] = {&acme::kSha256};
constexpr const merlon::crypto::AeadAlgorithm* kAeads[] = {&merlon::crypto::kPortableAes128Gcm};
constexpr merlon::crypto::Driver kDevice = {.name = "device",
                                            .location = merlon::crypto::kLocalStorage,
                                            .hashes = kHashes,
                                            .aeads = kAeads};
const merlon::crypto::Driver* const kDrivers[] = {&kDevice};

}  // namespace

merlon::crypto::DriverTable Table() { return merlon::crypto::DriverTable(kDrivers); }
