// SPDX-License-Identifier: Apache-2.0
// SHA-1 (FIPS 180-4 s6.1) in portable C++: for what names things by it (OCSP's CertID, RFC 6960
// s4.1.1) and for old files of keys. Collisions are made in practice: no signature here uses it.
#pragma once
#include "crypto/hash.h"

namespace merlon::crypto {

extern const HashAlgorithm kPortableSha1;

}  // namespace merlon::crypto
