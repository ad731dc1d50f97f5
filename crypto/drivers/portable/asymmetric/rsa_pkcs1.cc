// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/rsa_pkcs1_impl.h"

namespace merlon::crypto {

constinit const SignAlgorithm kPortableRsaPkcs1 = RsaPkcs1<bignum::kPortableKernel>::Algorithm();

}  // namespace merlon::crypto
