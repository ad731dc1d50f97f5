// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include "crypto/drivers/x86/asymmetric/p256_adx.h"

#include "crypto/drivers/portable/asymmetric/curve_impl.h"

namespace merlon::crypto::ec {

template class Residue<P256AdxCoordinatePrime>;
template class Residue<P256AdxOrder>;
template class Curve<P256AdxParameters>;

}  // namespace merlon::crypto::ec

#endif
