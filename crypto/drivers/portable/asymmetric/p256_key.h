// SPDX-License-Identifier: Apache-2.0
// Private keys of P-256, 32 big-endian bytes, for ECDH and ECDSA alike: checking, making, and the
// public key that belongs to one.
#pragma once
#include "crypto/base/result.h"
#include "crypto/drivers/portable/asymmetric/p256_point.h"
#include "crypto/drivers/portable/asymmetric/wiped.h"
#include "crypto/random.h"

namespace merlon::crypto::p256 {

// True if 1 <= k < n; constant time but for the outcome.
bool IsValidScalar(const Words& k);
// Reads a private key; false if it is not one.
[[nodiscard]] bool LoadPrivateKey(Bytes private_key, Words* k);
// A uniform private key (FIPS 186-5 A.2.2, by rejection).
Result<void> GeneratePrivateKey(Rng& rng, MutableBytes private_key);
// 65 bytes. Misuse(kBadKey) if the private key is not one.
Result<void> WritePublicKey(Bytes private_key, MutableBytes out);

}  // namespace merlon::crypto::p256
