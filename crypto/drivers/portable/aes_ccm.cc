// SPDX-License-Identifier: Apache-2.0
// Constant time, because aes.cc and ccm_mode.h are.
#include "crypto/drivers/portable/aes_ccm.h"

#include "crypto/drivers/portable/aes_ccm_kernel.h"

namespace merlon::crypto {
namespace {

using Mode128 = CcmMode<PortableCcmKernel<Aes128Keys>>;
using Mode192 = CcmMode<PortableCcmKernel<Aes192Keys>>;
using Mode256 = CcmMode<PortableCcmKernel<Aes256Keys>>;

}  // namespace

constinit const AeadAlgorithm kPortableAes128Ccm =
    Mode128::Algorithm<AeadId::kAes128Ccm, 16>(16, kPortableAes128Mask);
constinit const AeadAlgorithm kPortableAes192Ccm =
    Mode192::Algorithm<AeadId::kAes192Ccm, 16>(24, kPortableAes192Mask);
constinit const AeadAlgorithm kPortableAes256Ccm =
    Mode256::Algorithm<AeadId::kAes256Ccm, 16>(32, kPortableAes256Mask);
constinit const AeadAlgorithm kPortableAes128Ccm8 =
    Mode128::Algorithm<AeadId::kAes128Ccm8, 8>(16, kPortableAes128Mask);
constinit const AeadAlgorithm kPortableAes192Ccm8 =
    Mode192::Algorithm<AeadId::kAes192Ccm8, 8>(24, kPortableAes192Mask);
constinit const AeadAlgorithm kPortableAes256Ccm8 =
    Mode256::Algorithm<AeadId::kAes256Ccm8, 8>(32, kPortableAes256Mask);

}  // namespace merlon::crypto
