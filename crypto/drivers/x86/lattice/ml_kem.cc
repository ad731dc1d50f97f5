// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/lattice/ml_kem_hybrid_impl.h"
#include "crypto/drivers/portable/lattice/ml_kem_impl.h"
#include "crypto/drivers/x86/asymmetric/algorithms.h"
#include "crypto/drivers/x86/lattice/algorithms.h"
#include "crypto/drivers/x86/lattice/ml_kem_kernel.h"

namespace merlon::crypto {

using ml_kem::MlKem;
using x86::MlKemKernel;

constinit const KemAlgorithm kX86MlKem512 = MlKem<MlKemKernel, ml_kem::kMlKem512>::Algorithm();
constinit const KemAlgorithm kX86MlKem768 = MlKem<MlKemKernel, ml_kem::kMlKem768>::Algorithm();
constinit const KemAlgorithm kX86MlKem1024 = MlKem<MlKemKernel, ml_kem::kMlKem1024>::Algorithm();

constinit const KeyAgreementAlgorithm kX86X25519MlKem768 =
    X25519MlKem768<kX86MlKem768, kPortableX25519>::Algorithm();
constinit const KeyAgreementAlgorithm kX86AdxX25519MlKem768 =
    X25519MlKem768<kX86MlKem768, kX86X25519>::Algorithm();

}  // namespace merlon::crypto
#endif
