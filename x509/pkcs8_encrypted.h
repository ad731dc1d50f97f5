// SPDX-License-Identifier: Apache-2.0
// Private keys under a password: EncryptedPrivateKeyInfo (RFC 5958 s3) with PBES2 (RFC 8018 s6.2):
// PBKDF2 with HMAC of SHA-1 or SHA-2, AES in CBC mode. A target of its own, for old algorithms are
// in it: //x509 depends on nothing of this. No scrypt, no PBES1, no PKCS#12.
#pragma once
#include <string_view>

#include "crypto/key_store.h"
#include "x509/pkcs8.h"

namespace merlon::x509 {

// What a file may cost: its iteration count is its writer's to choose.
inline constexpr uint32_t kMaxPasswordIterations = 10'000'000;

// Decrypts, and imports as ImportPrivateKeyDer. SHA-2 and AES are the store's drivers'. kBadKey
// (misuse): malformed; kUnsupported (misuse): another scheme, or an algorithm that no driver has;
// kWorkBudget (misuse): more iterations than that; kBadPassword (misuse): what comes out is no key.
// No copy of the key, or of what is made of the password, stays in memory.
Result<crypto::KeyHandle> ImportEncryptedPrivateKeyDer(
    crypto::KeyStore& store, Bytes der, Bytes password, crypto::Usage usage,
    uint32_t max_iterations = kMaxPasswordIterations);
// The same from the first private key of a PEM text; one that is not encrypted is taken as it is.
// kBadPem: there is none.
Result<crypto::KeyHandle> ImportPrivateKeyPem(crypto::KeyStore& store, std::string_view text,
                                              Bytes password, crypto::Usage usage,
                                              uint32_t max_iterations = kMaxPasswordIterations);

struct PasswordOptions {
  crypto::HashId hash = crypto::HashId::kSha256;  // of HMAC: SHA-2
  uint32_t iterations = 600'000;
  uint8_t key_size = 32;  // of AES: 16, 24 or 32 bytes
};
// Bytes of an encrypted key beyond those of the PKCS#8 key.
inline constexpr size_t kEncryptedPkcs8Overhead = 176;
// Writes EncryptedPrivateKeyInfo, with a random salt and IV; gives its size. Errors as of
// ExportPkcs8, and the generator's; then `out` is wiped.
Result<size_t> ExportEncryptedPkcs8(const crypto::KeyStore& store, crypto::KeyHandle key,
                                    Bytes password, crypto::Rng& rng, MutableBytes out,
                                    const PasswordOptions& options = PasswordOptions());

}  // namespace merlon::x509
