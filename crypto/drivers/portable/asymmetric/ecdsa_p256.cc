// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/ecdsa_impl.h"
#include "crypto/drivers/portable/asymmetric/p256.h"

namespace merlon::crypto {

template class EcdsaNonces<ec::P256>;
template class Ecdsa<ec::P256>;
constinit const SignAlgorithm kPortableEcdsaP256 = Ecdsa<ec::P256>::Algorithm(KeyType::kEcP256);

}  // namespace merlon::crypto
