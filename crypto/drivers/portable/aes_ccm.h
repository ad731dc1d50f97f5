// SPDX-License-Identifier: Apache-2.0
// AES-CCM with 96-bit nonces and tags of 16 or 8 bytes (RFC 5116 s5.3, RFC 6655 s4) in portable
// C++.
#pragma once
#include "crypto/aead.h"

namespace merlon::crypto {

extern const AeadAlgorithm kPortableAes128Ccm;
extern const AeadAlgorithm kPortableAes192Ccm;
extern const AeadAlgorithm kPortableAes192Ccm8;
extern const AeadAlgorithm kPortableAes256Ccm;
extern const AeadAlgorithm kPortableAes128Ccm8;
extern const AeadAlgorithm kPortableAes256Ccm8;

}  // namespace merlon::crypto
