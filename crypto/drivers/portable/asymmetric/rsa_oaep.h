// SPDX-License-Identifier: Apache-2.0
// RSAES-OAEP (RFC 8017 s7.1), with MGF1.
#pragma once
#include "crypto/encryption.h"

namespace merlon::crypto {

extern const EncryptionAlgorithm kPortableRsaOaep;

// s7.1.2, step 3: where in `encoded`, which is unmasked in place, the message starts. 0: decryption
// error, whichever it is. Constant time in `encoded`.
size_t DecodeOaep(const EncryptionParameters& parameters, MutableBytes encoded);

}  // namespace merlon::crypto
