// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/ecdh.h"
#include "crypto/drivers/portable/asymmetric/p521.h"

namespace merlon::crypto {

constinit const KeyAgreementAlgorithm kPortableP521 =
    Ecdh<ec::P521>::Algorithm(GroupId::kSecp521r1);

}  // namespace merlon::crypto
