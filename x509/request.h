// SPDX-License-Identifier: Apache-2.0
// Certification requests (PKCS #10, RFC 2986): a strict, borrowed view, the check of its own
// signature, and their writing. What a CA grants of a request is its own to decide.
#pragma once
#include "absl/base/attributes.h"
#include "crypto/base/result.h"
#include "x509/extensions.h"
#include "x509/public_key.h"
#include "x509/writer.h"

namespace merlon::x509 {

class Request {
 public:
  Request() = default;
  // kBadDer, kTrailingData, kBadKey; kBadRequest: DER, but not a request by RFC 2986, or with
  // extensions (RFC 2985 s5.4.2) that break RFC 5280.
  static Result<Request> Parse(Bytes der ABSL_ATTRIBUTE_LIFETIME_BOUND);

  // Whether the key in it signed it (RFC 2986 s3, proof of possession): kUnsupportedAlgorithm,
  // kBadKey, kBadSignature.
  Result<void> CheckSignature(const crypto::DriverTable& drivers) const;

  Bytes tbs() const { return tbs_; }
  Bytes subject() const { return subject_; }  // whole DER of the Name; may be empty
  const PublicKeyInfo& public_key() const { return public_key_; }
  // What is asked for; all empty where nothing is.
  const Extensions& extensions() const { return extensions_; }
  Bytes signature_algorithm() const { return signature_algorithm_; }
  Bytes signature() const { return signature_; }

 private:
  Result<void> ParseAttributes(Bytes contents);

  Bytes tbs_, subject_, signature_algorithm_, signature_;
  PublicKeyInfo public_key_;
  Extensions extensions_;
};

// The request for a certificate of `spec`, of which the subject, the public key and the extensions
// are written; `signer` has the key. Errors as of WriteCertificate.
Result<size_t> WriteRequest(const CertificateSpec& spec, const crypto::BoundSigningKey& signer,
                            crypto::Rng& rng, MutableBytes out);

}  // namespace merlon::x509
