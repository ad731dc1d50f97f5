// SPDX-License-Identifier: Apache-2.0
// Which alert each complaint about a peer's certificate becomes: one table for all of x509/. And
// which of several complaints is told.
#pragma once
#include "crypto/base/error.h"

namespace merlon::x509 {

// RFC 9846 s6.2. What has no alert of its own is bad_certificate ("corrupt, contained signatures
// that did not verify correctly, etc.").
constexpr Error CertificateError(Code code) {
  switch (code) {
    case Code::kExpired:
    case Code::kNotYetValid:  // "has expired or is not currently valid"
      return PeerError(code, Alert::kCertificateExpired);
    case Code::kUnknownIssuer:
    case Code::kDistrusted:  // "could not be matched with a known trust anchor"
      return PeerError(code, Alert::kUnknownCa);
    case Code::kUnsupportedAlgorithm:
    case Code::kBadKeyUsage:
    case Code::kBadExtendedKeyUsage:  // s4.4.2.2: "by default, unsupported_certificate"
      return PeerError(code, Alert::kUnsupportedCertificate);
    case Code::kRevoked:
      return PeerError(code, Alert::kCertificateRevoked);
    case Code::kBadOcspResponse:
      return PeerError(code, Alert::kBadCertificateStatusResponse);
    case Code::kRevocationUnknown:
    case Code::kWorkBudget:  // "some other (unspecified) issue arose in processing the certificate"
      return PeerError(code, Alert::kCertificateUnknown);
    default:
      return PeerError(code, Alert::kBadCertificate);
  }
}

// How much an error says about why no path was found. Expiry is what users can act upon; a rule
// broken by the right issuer comes before a signature by another of the same name.
constexpr int HowTelling(Code code) {
  switch (code) {
    case Code::kUnknownIssuer:
      return 0;
    case Code::kBadDer:
    case Code::kTrailingData:
    case Code::kBadCertificate:
      return 1;
    case Code::kBadSignature:
    case Code::kBadKey:
      return 2;
    case Code::kUnsupportedAlgorithm:
      return 3;
    case Code::kRevoked:
      return 6;
    case Code::kExpired:
    case Code::kNotYetValid:
      return 5;
    default:
      return 4;
  }
}

}  // namespace merlon::x509
