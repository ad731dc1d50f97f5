// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/p384.h"

#include "crypto/drivers/portable/asymmetric/curve_impl.h"

namespace merlon::crypto::ec {

template class Residue<P384CoordinatePrime>;
template class Residue<P384Order>;
template class Curve<P384Parameters>;

}  // namespace merlon::crypto::ec
