// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/p521.h"

#include "crypto/drivers/portable/asymmetric/curve_impl.h"

namespace merlon::crypto::ec {

template class Residue<P521CoordinatePrime>;
template class Residue<P521Order>;
template class Curve<P521Parameters>;

}  // namespace merlon::crypto::ec
