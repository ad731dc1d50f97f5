// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/ecdh.h"
#include "crypto/drivers/portable/asymmetric/p256.h"

namespace merlon::crypto {

constinit const KeyAgreementAlgorithm kPortableP256 =
    Ecdh<ec::P256>::Algorithm(GroupId::kSecp256r1);

}  // namespace merlon::crypto
