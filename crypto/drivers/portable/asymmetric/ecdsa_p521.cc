// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/ecdsa_impl.h"
#include "crypto/drivers/portable/asymmetric/p521.h"

namespace merlon::crypto {

template class EcdsaNonces<ec::P521>;
template class Ecdsa<ec::P521>;
constinit const SignAlgorithm kPortableEcdsaP521 = Ecdsa<ec::P521>::Algorithm(KeyType::kEcP521);

}  // namespace merlon::crypto
