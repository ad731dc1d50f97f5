// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include "crypto/drivers/portable/asymmetric/ecdh.h"
#include "crypto/drivers/portable/asymmetric/ecdsa_impl.h"
#include "crypto/drivers/portable/asymmetric/ecdsa_prepared.h"
#include "crypto/drivers/x86/asymmetric/algorithms.h"
#include "crypto/drivers/x86/asymmetric/p256_adx.h"

namespace merlon::crypto {

template class EcdsaNonces<ec::P256Adx>;
template class Ecdsa<ec::P256Adx>;
constinit const KeyAgreementAlgorithm kX86P256 = Ecdh<ec::P256Adx>::Algorithm(GroupId::kSecp256r1);
constinit const SignAlgorithm kX86EcdsaP256 =
    Ecdsa<ec::P256Adx>::Algorithm(KeyType::kEcP256, &PreparedEcdsa<ec::P256Adx>::kOperations);

}  // namespace merlon::crypto

#endif
