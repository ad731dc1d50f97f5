// SPDX-License-Identifier: Apache-2.0
#include "crypto/legacy/driver.h"

#include "crypto/legacy/rsa_pkcs1_decryption.h"
#include "crypto/legacy/sha1.h"

namespace merlon::crypto {
namespace {

constexpr const HashAlgorithm* kHashes[] = {&kPortableSha1};
constexpr const EncryptionAlgorithm* kEncryptions[] = {&kLegacyRsaPkcs1Decryption};

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
    .encryptions = kEncryptions,
};

}  // namespace merlon::crypto
