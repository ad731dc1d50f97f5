// SPDX-License-Identifier: Apache-2.0
// RSA's arithmetic by MULX, ADCX and ADOX. Needs BMI2 and ADX.
#pragma once
#include "crypto/drivers/portable/asymmetric/bignum.h"

namespace merlon::crypto::bignum {

extern const Kernel kAdxKernel;

}  // namespace merlon::crypto::bignum
