// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include "crypto/drivers/portable/asymmetric/rsa_pkcs1_impl.h"
#include "crypto/drivers/portable/asymmetric/rsa_pss_impl.h"
#include "crypto/drivers/x86/asymmetric/algorithms.h"
#include "crypto/drivers/x86/asymmetric/bignum_adx.h"

namespace merlon::crypto {

constinit const SignAlgorithm kX86RsaPkcs1 = RsaPkcs1<bignum::kAdxKernel>::Algorithm();
constinit const SignAlgorithm kX86RsaPss = RsaPss<bignum::kAdxKernel>::Algorithm(KeyType::kRsa);
constinit const SignAlgorithm kX86RsaPssKeys =
    RsaPss<bignum::kAdxKernel>::Algorithm(KeyType::kRsaPss);

}  // namespace merlon::crypto

#endif
