// SPDX-License-Identifier: Apache-2.0
#include "crypto/legacy/driver.h"

#include "crypto/legacy/sha1.h"

namespace merlon::crypto {
namespace {

constexpr const HashAlgorithm* kHashes[] = {&kPortableSha1};

}  // namespace

constinit const Driver kLegacyDriver = {
    .name = "legacy",
    .location = kLocalStorage,
    .available = nullptr,
    .hashes = kHashes,
    .ciphers = {},
    .aeads = {},
    .key_agreements = {},
    .signs = {},
};

}  // namespace merlon::crypto
