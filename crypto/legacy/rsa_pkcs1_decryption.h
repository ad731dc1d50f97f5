// SPDX-License-Identifier: Apache-2.0
// RSAES-PKCS1-v1_5 decryption (RFC 8017 s7.2.2) with implicit rejection
// (draft-irtf-cfrg-rsa-guidance s7): what is not padded as it must be decrypts to a message that
// the key and the ciphertext determine, of a length that they determine. There is nothing in it,
// and in the time that it takes, that tells it from a message: Bleichenbacher's attack has no
// oracle.
#pragma once
#include "crypto/base/constant_time.h"
#include "crypto/encryption.h"

namespace merlon::crypto {

// Decrypts alone. Parameters: `hash` is SHA-256, with which the messages are made that replace what
// is refused; anything else is misuse.
extern const EncryptionAlgorithm kLegacyRsaPkcs1Decryption;

// s7.2.2, step 3: where in `encoded` the message starts: behind the padding, or, when that is
// wrong, encoded.size() - alternative_size bytes on, and *good is unset. Constant time.
size_t DecodePkcs1(Bytes encoded, size_t alternative_size, Mask<uint64_t>* good);

}  // namespace merlon::crypto
