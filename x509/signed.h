// SPDX-License-Identifier: Apache-2.0
// What certificates, CRLs and requests are (RFC 5280 s4.1.1, s5.1.1; RFC 2986 s4.2): a SEQUENCE of
// what is signed, the algorithm, the signature.
#pragma once
#include "crypto/base/bytes.h"
#include "crypto/base/result.h"

namespace merlon::x509 {

// Borrowed.
struct SignedDer {
  // kBadDer; kTrailingData: something stands behind it.
  static Result<SignedDer> Parse(Bytes der);

  Bytes tbs;        // whole DER of a SEQUENCE
  Bytes contents;   // of that
  Bytes algorithm;  // whole DER of the AlgorithmIdentifier
  Bytes signature;
};

}  // namespace merlon::x509
