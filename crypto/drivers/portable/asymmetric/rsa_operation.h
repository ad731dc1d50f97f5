// SPDX-License-Identifier: Apache-2.0
// RSA's two primitives (RFC 8017 s5.2): RSAVP1, and RSASP1 blinded and checked. Encodings of
// messages are the schemes'.
#pragma once
#include "crypto/drivers/portable/asymmetric/rsa_key.h"
#include "crypto/random.h"

namespace merlon::crypto {

// True if `value` is key.size() bytes and below n.
[[nodiscard]] bool IsBelowModulus(const RsaPublicKey& key, Bytes value);
// signature^e modulo n, key.size() bytes into `out`. False: the signature is not key.size() bytes,
// or not below n.
[[nodiscard]] bool RsaPublicOperation(const RsaPublicKey& key, Bytes signature, MutableBytes out);

// encoded^d modulo n, in place; `encoded` is key.pub.size() bytes and below n. The base is blinded
// with `rng`, and the result checked with e: kFaultDetected (in_out wiped).
Result<void> RsaPrivateOperation(const RsaPrivateKey& key, Rng& rng, MutableBytes in_out);

}  // namespace merlon::crypto
