// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/ecdsa_impl.h"
#include "crypto/drivers/portable/asymmetric/p384.h"

namespace merlon::crypto {

template class EcdsaNonces<ec::P384>;
template class Ecdsa<ec::P384>;
constinit const SignAlgorithm kPortableEcdsaP384 = Ecdsa<ec::P384>::Algorithm(KeyType::kEcP384);

}  // namespace merlon::crypto
