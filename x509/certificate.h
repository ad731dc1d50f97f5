// SPDX-License-Identifier: Apache-2.0
// Certificate: a strict, borrowed view of one X.509 certificate (RFC 5280 s4.1). Whether to trust
// it is path_builder's.
#pragma once
#include "absl/base/attributes.h"
#include "crypto/base/result.h"
#include "crypto/base/time.h"
#include "x509/extensions.h"
#include "x509/public_key.h"

namespace merlon::x509 {

struct Validity {
  UnixTime not_before, not_after;  // both inclusive (RFC 5280 s4.1.2.5)
};

// Borrows the DER it was parsed from. A default one is empty and names nothing.
class Certificate {
 public:
  Certificate() = default;
  // kBadDer: not strict DER. kBadCertificate: DER, but not a certificate by RFC 5280. kBadKey: its
  // public key. Always Origin::kPeer, bad_certificate. Algorithms are not judged here.
  static Result<Certificate> Parse(Bytes der ABSL_ATTRIBUTE_LIFETIME_BOUND);

  Bytes der() const { return der_; }
  // What is signed.
  Bytes tbs() const { return tbs_; }
  // 1 or 3. Version 1 serves for trust anchors alone.
  int version() const { return version_; }
  // Magnitude, at most 20 octets, without leading zeros; empty for 0.
  Bytes serial() const { return serial_; }
  // The whole DER of the Name; the issuer is not empty.
  Bytes issuer() const { return issuer_; }
  Bytes subject() const { return subject_; }
  const Validity& validity() const { return validity_; }
  const PublicKeyInfo& public_key() const { return public_key_; }
  const Extensions& extensions() const { return extensions_; }
  // The whole DER of the AlgorithmIdentifier; see ParseSignatureAlgorithm.
  Bytes signature_algorithm() const { return signature_algorithm_; }
  Bytes signature() const { return signature_; }
  // Whether issuer and subject are the same name.
  bool self_issued() const;

  // Forgets what nothing asks of a certificate whose own signature was verified, and whose issuer
  // was judged; `der` is what it was parsed from, to the front of which the rest moves (serial
  // number, names, key, extensions as of Extensions::Condense). Gives how many bytes that has.
  // der(), tbs(), signature() and signature_algorithm() are empty then.
  size_t Condense(MutableBytes der);

 private:
  Result<void> ParseTbs(DerReader fields);
  Result<void> ParseTail(DerReader& fields);

  Bytes der_, tbs_, serial_, issuer_, subject_, signature_algorithm_, signature_;
  Validity validity_{};
  PublicKeyInfo public_key_;
  Extensions extensions_;
  uint8_t version_ = 0;
};

}  // namespace merlon::x509
