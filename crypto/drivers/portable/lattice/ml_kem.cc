// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/lattice/ml_kem.h"

#include "crypto/drivers/portable/lattice/ml_kem_impl.h"

namespace merlon::crypto {

using ml_kem::MlKem;
using ml_kem::PortableKernel;

constinit const KemAlgorithm kPortableMlKem512 =
    MlKem<PortableKernel, ml_kem::kMlKem512>::Algorithm();
constinit const KemAlgorithm kPortableMlKem768 =
    MlKem<PortableKernel, ml_kem::kMlKem768>::Algorithm();
constinit const KemAlgorithm kPortableMlKem1024 =
    MlKem<PortableKernel, ml_kem::kMlKem1024>::Algorithm();

}  // namespace merlon::crypto
