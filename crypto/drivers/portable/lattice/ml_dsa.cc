// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/lattice/ml_dsa.h"

#include "crypto/drivers/portable/lattice/ml_dsa_impl.h"

namespace merlon::crypto {

using ml_dsa::MlDsa;
using ml_dsa::PortableKernel;

constinit const SignAlgorithm kPortableMlDsa44 =
    MlDsa<PortableKernel, ml_dsa::kMlDsa44>::Algorithm();
constinit const SignAlgorithm kPortableMlDsa65 =
    MlDsa<PortableKernel, ml_dsa::kMlDsa65>::Algorithm();
constinit const SignAlgorithm kPortableMlDsa87 =
    MlDsa<PortableKernel, ml_dsa::kMlDsa87>::Algorithm();

}  // namespace merlon::crypto
