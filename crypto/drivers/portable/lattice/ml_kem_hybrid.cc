// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/lattice/ml_kem_hybrid.h"

#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/lattice/ml_kem.h"
#include "crypto/drivers/portable/lattice/ml_kem_hybrid_impl.h"

namespace merlon::crypto {

constinit const KeyAgreementAlgorithm kPortableX25519MlKem768 =
    X25519MlKem768<kPortableMlKem768, kPortableX25519>::Algorithm();

}  // namespace merlon::crypto
