// SPDX-License-Identifier: Apache-2.0
// The inside of ECDSA on P-256 that tests drive directly. Everyone else takes kPortableEcdsaP256.
#pragma once
#include "crypto/base/result.h"
#include "crypto/hash.h"

namespace merlon::crypto {

// SEQUENCE of two INTEGERs of at most 33 bytes.
inline constexpr size_t kMaxEcdsaP256SignatureSize = 2 + 2 * (2 + 33);

// Signs with the nonces of RFC 6979 and `additional` mixed into them; deterministic where it is
// empty. Gives the size of the DER signature. Misuse(kBadKey), kFaultDetected, kNoSpace.
Result<size_t> SignEcdsaP256(Bytes private_key, const HashAlgorithm& hash, Bytes message,
                             Bytes additional, MutableBytes out);

}  // namespace merlon::crypto
