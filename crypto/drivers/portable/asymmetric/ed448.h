// SPDX-License-Identifier: Apache-2.0
// The inside of Ed448 that tests drive directly. Everyone else takes kPortableEd448.
#pragma once
#include "crypto/base/bytes.h"
#include "crypto/base/result.h"

namespace merlon::crypto {

// Signs with `additional` hashed between prefix and message into the nonce; where it is empty, that
// is the deterministic signature of RFC 8032 s5.2.6. Gives 114. Misuse(kBadKey), kFaultDetected,
// kNoSpace.
Result<size_t> SignEd448(Bytes private_key, Bytes message, Bytes additional, MutableBytes out);

}  // namespace merlon::crypto
