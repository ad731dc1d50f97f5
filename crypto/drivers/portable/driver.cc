// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/driver.h"

#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/portable/sha512.h"

namespace merlon::crypto {
namespace {

constexpr const HashAlgorithm* kHashes[] = {&kPortableSha256, &kPortableSha384, &kPortableSha512};
constexpr const CipherAlgorithm* kCiphers[] = {&kPortableAes128, &kPortableAes256};
constexpr const AeadAlgorithm* kAeads[] = {&kPortableAes128Gcm, &kPortableAes256Gcm};
constexpr const KeyAgreementAlgorithm* kKeyAgreements[] = {&kPortableX25519, &kPortableP256,
                                                           &kPortableP384};
constexpr const SignAlgorithm* kSigns[] = {&kPortableEcdsaP256,  &kPortableEcdsaP384,
                                           &kPortableEd25519,    &kPortableRsaPss,
                                           &kPortableRsaPssKeys, &kPortableRsaPkcs1};

}  // namespace

constinit const Driver kPortableDriver = {
    .name = "portable",
    .location = kLocalStorage,
    .available = nullptr,
    .hashes = kHashes,
    .ciphers = kCiphers,
    .aeads = kAeads,
    .key_agreements = kKeyAgreements,
    .signs = kSigns,
};

}  // namespace merlon::crypto
