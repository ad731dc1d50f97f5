// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/p256_key.h"

namespace merlon::crypto::p256 {

bool IsValidScalar(const Words& k) {
  return (~MaskIfZero(k) & MaskIfLess(k, ScalarPrime::kValue)).bits != 0;
}

bool LoadPrivateKey(Bytes private_key, Words* k) {
  if (private_key.size() != kScalarSize) return false;
  *k = LoadBigEndian(private_key);
  return IsValidScalar(*k);
}

Result<void> GeneratePrivateKey(Rng& rng, MutableBytes private_key) {
  // One in 2^32 candidates is out of range; a generator that gives eight of them is broken. The
  // branch tells about rejected candidates alone.
  for (int attempt = 0; attempt < 8; ++attempt) {
    MERLON_TRY(rng.Fill(private_key));
    Wiped<Words> k;
    if (LoadPrivateKey(private_key, &*k)) return {};
  }
  Wipe(private_key);
  return DriverError(Code::kEntropyFailure);
}

Result<void> WritePublicKey(Bytes private_key, MutableBytes out) {
  Wiped<Words> k;
  if (!LoadPrivateKey(private_key, &*k)) return Misuse(Code::kBadKey);
  EncodePoint(MultiplyBase(*k), out);
  return {};
}

}  // namespace merlon::crypto::p256
