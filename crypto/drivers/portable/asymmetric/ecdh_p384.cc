// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/ecdh.h"
#include "crypto/drivers/portable/asymmetric/p384.h"

namespace merlon::crypto {

constinit const KeyAgreementAlgorithm kPortableP384 =
    Ecdh<ec::P384>::Algorithm(GroupId::kSecp384r1);

}  // namespace merlon::crypto
