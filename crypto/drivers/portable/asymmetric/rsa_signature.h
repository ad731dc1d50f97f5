// SPDX-License-Identifier: Apache-2.0
// RSA's two signature schemes with any driver's arithmetic, and how they become its algorithms. The
// definitions are in rsa_pkcs1.cc and rsa_pss.cc.
#pragma once
#include "crypto/drivers/portable/asymmetric/bignum.h"
#include "crypto/drivers/portable/asymmetric/rsa_generate.h"
#include "crypto/drivers/portable/asymmetric/rsa_key.h"
#include "crypto/sign.h"

namespace merlon::crypto {

// SignAlgorithm's sign and verify.
Result<size_t> SignRsaPkcs1(const bignum::Kernel& kernel, Bytes private_key,
                            const HashAlgorithm* hash, Bytes message, Rng& rng, MutableBytes out);
Result<void> VerifyRsaPkcs1(const bignum::Kernel& kernel, Bytes public_key,
                            const HashAlgorithm* hash, Bytes message, Bytes signature);
Result<size_t> SignRsaPss(const bignum::Kernel& kernel, Bytes private_key,
                          const HashAlgorithm* hash, Bytes message, Rng& rng, MutableBytes out);
Result<void> VerifyRsaPss(const bignum::Kernel& kernel, Bytes public_key, const HashAlgorithm* hash,
                          Bytes message, Bytes signature);

template <const bignum::Kernel& kKernel, auto kSign, auto kVerify>
constexpr SignAlgorithm RsaSignature(SignFamily family, KeyType type) {
  return {
      .family = family,
      .key_type = type,
      .sign = [](Bytes private_key, const HashAlgorithm* hash, Bytes message, Rng& rng,
                 MutableBytes out) { return kSign(kKernel, private_key, hash, message, rng, out); },
      .verify =
          [](Bytes public_key, const HashAlgorithm* hash, Bytes message, Bytes signature) {
            return kVerify(kKernel, public_key, hash, message, signature);
          },
      .public_key = WriteRsaPublicKey,
      .check_private = CheckRsaPrivateKey,
      .generate = GenerateRsaKey,
  };
}
template <const bignum::Kernel& kKernel>
constexpr SignAlgorithm RsaPkcs1Algorithm() {
  return RsaSignature<kKernel, SignRsaPkcs1, VerifyRsaPkcs1>(SignFamily::kRsaPkcs1, KeyType::kRsa);
}
template <const bignum::Kernel& kKernel>
constexpr SignAlgorithm RsaPssAlgorithm(KeyType type) {
  return RsaSignature<kKernel, SignRsaPss, VerifyRsaPss>(SignFamily::kRsaPss, type);
}

}  // namespace merlon::crypto
