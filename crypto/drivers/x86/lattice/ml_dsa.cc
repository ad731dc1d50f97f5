// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#include "crypto/drivers/portable/lattice/ml_dsa_impl.h"
#include "crypto/drivers/x86/lattice/algorithms.h"
#include "crypto/drivers/x86/lattice/ml_dsa_kernel.h"

namespace merlon::crypto {

using ml_dsa::MlDsa;
using x86::MlDsaKernel;

constinit const SignAlgorithm kX86MlDsa44 = MlDsa<MlDsaKernel, ml_dsa::kMlDsa44>::Algorithm();
constinit const SignAlgorithm kX86MlDsa65 = MlDsa<MlDsaKernel, ml_dsa::kMlDsa65>::Algorithm();
constinit const SignAlgorithm kX86MlDsa87 = MlDsa<MlDsaKernel, ml_dsa::kMlDsa87>::Algorithm();

}  // namespace merlon::crypto
#endif
