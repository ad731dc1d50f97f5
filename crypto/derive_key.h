// SPDX-License-Identifier: Apache-2.0
// DeriveKey: a key of a store made of another, whose bytes appear nowhere (PSA's
// psa_key_derivation_output_key after HKDF).
#pragma once
#include "crypto/context.h"

namespace merlon::crypto {

// The key that `attributes` say, from the HKDF output stream of `secret`: symmetric keys of
// attributes.bits; private keys of EC, Edwards, ML-KEM (the seed) and ML-DSA (the seed). On a NIST
// curve, as PSA has it, a number of the stream that is too large is skipped, and one more than the
// number is the key. The same inputs give the same key. `secret` is a kSecret key with kDerive that
// permits kDerivation; where it is in another location, so is the key, which is made there.
// kNotPermitted; kUnsupported: a type that is not derived, or no driver; else
// as KeyStore::Import.
Result<KeyHandle> DeriveKey(const Context& crypto, KeyHandle secret, const HkdfInputs& inputs,
                            const KeyAttributes& attributes);

}  // namespace merlon::crypto
