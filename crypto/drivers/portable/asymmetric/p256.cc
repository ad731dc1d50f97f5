// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/p256.h"

#include "crypto/drivers/portable/asymmetric/curve_impl.h"

namespace merlon::crypto::ec {

template class Residue<P256CoordinatePrime>;
template class Residue<P256Order>;
template class Curve<P256Parameters>;

}  // namespace merlon::crypto::ec
