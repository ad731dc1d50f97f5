// SPDX-License-Identifier: Apache-2.0
// Key agreements that hold as long as one of two does: ML-KEM beside a curve.
#pragma once
#include "crypto/key_agreement.h"

namespace merlon::crypto {

// The private key is the expanded ML-KEM one, then X25519's; it is the initiator's to wipe.
extern const KeyAgreementAlgorithm kPortableX25519MlKem768;

}  // namespace merlon::crypto
