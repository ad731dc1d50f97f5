// SPDX-License-Identifier: Apache-2.0
// Trust anchors (RFC 5280 s6.1.1 (d)), and where a verification finds them. Nothing is copied.
#pragma once
#include <optional>

#include "absl/base/attributes.h"
#include "crypto/base/time.h"
#include "x509/certificate.h"
#include "x509/error.h"
#include "x509/name.h"
#include "x509/name_constraints.h"

namespace merlon::x509 {

// What a store holds against an anchor, beyond what its certificate says.
struct AnchorLimits {
  // Certificates for peers that begin later are refused (kDistrusted), as browsers do with a CA
  // that is on its way out; those who sign its CRLs and OCSP responses are not peers.
  std::optional<UnixTime> distrust_after{};
  // Of the names below it, all of the path (kNameConstraint).
  std::optional<NameConstraints> names{};
};

// A name with its public key. One that comes as a certificate is held to what it says about itself
// (validity, extensions), as RFC 5937 advises; its signature is not looked at.
class TrustAnchor {
 public:
  TrustAnchor() = default;  // trusts nothing
  explicit TrustAnchor(const Certificate& certificate)
      : certificate_(certificate),
        subject_(certificate.subject()),
        public_key_(certificate.public_key()) {}
  // Errors as of Certificate::Parse.
  static Result<TrustAnchor> FromCertificate(Bytes der ABSL_ATTRIBUTE_LIFETIME_BOUND) {
    MERLON_ASSIGN_OR_RETURN(const Certificate certificate, Certificate::Parse(der));
    return TrustAnchor(certificate);
  }
  // A Name and a SubjectPublicKeyInfo, both whole DER.
  static Result<TrustAnchor> FromKey(Bytes subject ABSL_ATTRIBUTE_LIFETIME_BOUND,
                                     Bytes public_key ABSL_ATTRIBUTE_LIFETIME_BOUND) {
    if (!IsName(subject)) return CertificateError(Code::kBadDer);
    TrustAnchor anchor;
    anchor.subject_ = subject;
    MERLON_ASSIGN_OR_RETURN(anchor.public_key_, PublicKeyInfo::Parse(public_key));
    return anchor;
  }

  void Limit(const AnchorLimits& limits) { limits_ = limits; }
  const AnchorLimits& limits() const { return limits_; }
  Bytes subject() const { return subject_; }
  const PublicKeyInfo& public_key() const { return public_key_; }
  // Null: it is a name and a key alone.
  const Certificate* certificate() const ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return certificate_.der().empty() ? nullptr : &certificate_;
  }

 private:
  Certificate certificate_;
  Bytes subject_;
  PublicKeyInfo public_key_;
  AnchorLimits limits_;
};

// Where anchors are found. trust_index.h is one with an index; implement it for one in flash.
class TrustStore {
 public:
  // The `index`-th anchor (from 0) whose subject is the Name `subject` (see NamesEqual); null:
  // there are no more. It lives until the next call.
  virtual const TrustAnchor* FindBySubject(Bytes subject, size_t index) const = 0;

 protected:
  ~TrustStore() = default;
};

// A store over the caller's anchors; looks through all of them.
class TrustAnchors final : public TrustStore {
 public:
  explicit TrustAnchors(absl::Span<const TrustAnchor> anchors) : anchors_(anchors) {}
  const TrustAnchor* FindBySubject(Bytes subject, size_t index) const override {
    for (const TrustAnchor& anchor : anchors_) {
      if (NamesEqual(anchor.subject(), subject) && index-- == 0) return &anchor;
    }
    return nullptr;
  }

 private:
  absl::Span<const TrustAnchor> anchors_;
};

}  // namespace merlon::x509
