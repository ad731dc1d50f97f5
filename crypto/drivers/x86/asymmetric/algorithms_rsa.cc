// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include "crypto/drivers/portable/asymmetric/rsa_signature.h"
#include "crypto/drivers/x86/asymmetric/algorithms.h"
#include "crypto/drivers/x86/asymmetric/bignum_adx.h"

namespace merlon::crypto {

constinit const SignAlgorithm kX86RsaPkcs1 = RsaPkcs1Algorithm<bignum::kAdxKernel>();
constinit const SignAlgorithm kX86RsaPss = RsaPssAlgorithm<bignum::kAdxKernel>(KeyType::kRsa);
constinit const SignAlgorithm kX86RsaPssKeys =
    RsaPssAlgorithm<bignum::kAdxKernel>(KeyType::kRsaPss);

}  // namespace merlon::crypto

#endif
