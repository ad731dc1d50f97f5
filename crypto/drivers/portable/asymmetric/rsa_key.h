// SPDX-License-Identifier: Apache-2.0
// RSA keys (RFC 8017 A.1): strict DER, limits, consistency. What is done with them is
// rsa_operation.h's.
#pragma once
#include "crypto/base/result.h"
#include "crypto/drivers/portable/asymmetric/bignum.h"
#include "crypto/drivers/portable/asymmetric/wiped.h"

namespace merlon::crypto {

inline constexpr size_t kMaxRsaBytes = 512;

// Modulus of 2048 to 4096 bits, odd; exponent odd, 3 <= e < 2^33.
struct RsaPublicKey {
  bignum::Modulus n;
  uint64_t e;
  // Bytes of a signature.
  size_t size() const { return (n.bits() + 7) / 8; }
};
// With the Chinese remainder theorem's numbers, half as long as n, and the private exponent.
struct RsaPrivateKey {
  using Half = std::array<uint64_t, bignum::kMaxLimbs / 2>;

  RsaPublicKey pub;
  bignum::Modulus p, q;
  Half dp, dq, q_inverse;
  std::array<uint64_t, bignum::kMaxLimbs> d;

  size_t half() const { return p.size(); }
};

// DER RSAPublicKey. False: not one within the limits.
[[nodiscard]] bool LoadRsaPublicKey(Bytes der, RsaPublicKey* key,
                                    const bignum::Kernel& kernel = bignum::kPortableKernel);
// DER RSAPrivateKey of two primes whose size is half of the modulus's, a multiple of 64 bits.
// False: not one. That its numbers belong together is IsConsistent's to say.
[[nodiscard]] bool LoadRsaPrivateKey(Bytes der, RsaPrivateKey* key,
                                     const bignum::Kernel& kernel = bignum::kPortableKernel);
// p * q = n; d, dp, dq are inverses of e modulo p - 1 and q - 1, and q_inverse one of q modulo p.
// That p and q are prime is not checked.
bool IsConsistent(const RsaPrivateKey& key);

// The DER RSAPrivateKey; gives its size. kNoSpace.
Result<size_t> WriteRsaPrivateKey(const RsaPrivateKey& key, MutableBytes out);
// The DER RSAPublicKey of a DER RSAPrivateKey; gives its size. Misuse(kBadKey), kNoSpace.
Result<size_t> WriteRsaPublicKey(Bytes private_key, MutableBytes out);
// The size in bits, or Misuse(kBadKey).
Result<uint16_t> CheckRsaPrivateKey(Bytes private_key);

}  // namespace merlon::crypto
