// SPDX-License-Identifier: Apache-2.0
// AEAD_CHACHA20_POLY1305 (RFC 8439 s2.8) in portable C++.
#pragma once
#include "crypto/aead.h"

namespace merlon::crypto {

extern const AeadAlgorithm kPortableChaCha20Poly1305;

}  // namespace merlon::crypto
