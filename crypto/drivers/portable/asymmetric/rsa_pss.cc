// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/rsa_pss_impl.h"

namespace merlon::crypto {

constinit const SignAlgorithm kPortableRsaPss =
    RsaPss<bignum::kPortableKernel>::Algorithm(KeyType::kRsa);
constinit const SignAlgorithm kPortableRsaPssKeys =
    RsaPss<bignum::kPortableKernel>::Algorithm(KeyType::kRsaPss);

}  // namespace merlon::crypto
