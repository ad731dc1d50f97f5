// SPDX-License-Identifier: Apache-2.0
// The rules of RFC 5280 s6.1 that a path must keep, one certificate at a time from the leaf
// upwards, and those that need all of it: policies, and a check that is handed in, as of
// revocation. Which certificates to try is path_builder's.
#pragma once
#include <string_view>

#include "crypto/driver.h"
#include "x509/certificate.h"
#include "x509/profile.h"
#include "x509/service_identity.h"
#include "x509/trust_store.h"

namespace merlon::x509 {

// What a verification may cost; each number is counted down. The defaults serve chains that exist.
struct WorkBudget {
  uint32_t signature_checks = 16;
  // Certificates looked at as issuers, again and again, each once for every 4 KiB that it has.
  uint32_t path_steps = 2048;
  uint32_t name_comparisons = 1u << 16;  // of a name with one name constraint
  uint32_t list_entries = 1u << 22;      // entries of CRLs and OCSP responses looked at
};

// A whole path: certificates that keep all rules so far, the leaf first, up to one that the anchor
// signed (none, where the leaf is an anchor itself); and all that were presented.
struct CertificatePath {
  absl::Span<const Certificate> certificates;
  const TrustAnchor* anchor;
  absl::Span<const Bytes> presented;
  // The key that signed the `index`-th one.
  const PublicKeyInfo& issuer_key(size_t index) const {
    return index + 1 < certificates.size() ? certificates[index + 1].public_key()
                                           : anchor->public_key();
  }
  // Its certificate; null: the anchor is a name and a key alone.
  const Certificate* issuer(size_t index) const {
    return index + 1 < certificates.size() ? &certificates[index + 1] : anchor->certificate();
  }
};

class PreparedKeys;
class SignatureCache;
struct VerifyOptions;
// What a whole path must pass besides: revocation.h implements it.
class PathCheck {
 public:
  // Takes from *budget what it costs; *culprit is the certificate (an index into the path) that an
  // error is about.
  virtual Result<void> Check(const CertificatePath& path, const VerifyOptions& options,
                             WorkBudget* budget, size_t* culprit) const = 0;

 protected:
  ~PathCheck() = default;
};

struct VerifyOptions {
  UnixTime now{};
  // There is no trusted clock, and `now` is a time that has passed for certain (when the device was
  // made, say): what begins later is not refused.
  bool now_is_a_minimum = false;
  // What the leaf is to be used for: kServerAuth or kClientAuth. kNone: not checked.
  KeyPurpose purpose = KeyPurpose::kServerAuth;
  // What the leaf's keyUsage must allow, if it has one. RFC 9846 s4.4.2.2: "the digitalSignature
  // bit MUST be set if the Key Usage extension is present".
  KeyUsage leaf_usage = KeyUsage::kDigitalSignature;
  // Who the leaf must be: a server's DNS name or IP address (see ServerIdentity), and other
  // reference identities (RFC 9525 s6.1). It has to match one of them; none at all: not checked.
  std::string_view server_name;
  absl::Span<const ReferenceIdentity> identities;
  // What is not here is not accepted.
  crypto::DriverTable drivers;
  WorkBudget budget;
  // Intermediates that are not self-issued: max_path_length of RFC 5280 s6.1.2 (k).
  uint8_t max_path_length = 6;
  // RFC 9325 s4.5.
  uint16_t min_rsa_bits = 2048;
  const Profile* profile = nullptr;  // none: what RFC 5280 s6 and the rules of TLS ask
  PolicyOptions policies;
  const PathCheck* path_check = nullptr;   // none: revocation is not looked at
  SignatureCache* signatures = nullptr;    // none: each signature is verified
  const PreparedKeys* prepared = nullptr;  // by which some signatures are verified faster
};

// A leaf as such: kExpired, kNotYetValid, kUnknownCriticalExtension, kBadKeyUsage,
// kBadExtendedKeyUsage, kUnsupportedAlgorithm (its key), kBadCertificate.
Result<void> CheckLeaf(const Certificate& leaf, const VerifyOptions& options);

// Whether it is who `options` ask for: kNameMismatch.
Result<void> CheckIdentities(const Certificate& leaf, const VerifyOptions& options);

// Whether `issuer` may stand above `below`, which begins with the leaf: as CheckLeaf, and kNotACa,
// kPathTooLong, kNameConstraint, kWorkBudget. An anchor may be of version 1 or have serial 0.
Result<void> CheckIssuer(const Certificate& issuer, bool is_anchor,
                         absl::Span<const Certificate> below, const VerifyOptions& options,
                         uint32_t* name_comparisons);

// What the anchor's store holds against it: kDistrusted, kNameConstraint, kWorkBudget.
Result<void> CheckLimits(const TrustAnchor& anchor, absl::Span<const Certificate> path,
                         uint32_t* name_comparisons);

// Policies of a path below `anchor`: kNoValidPolicy, kWorkBudget. *culprit as of PathCheck.
Result<void> CheckPolicies(absl::Span<const Certificate> path, const TrustAnchor& anchor,
                           const PolicyOptions& options, size_t* culprit);

// Whether the key may verify certificates here at all: kUnsupportedAlgorithm.
Result<void> CheckKey(const PublicKeyInfo& key, const VerifyOptions& options);

// Whether `key` signed `signed_data`: kUnsupportedAlgorithm, kBadKey, kBadSignature.
Result<void> CheckSignature(crypto::SignAlg algorithm, Bytes signed_data, Bytes signature,
                            const PublicKeyInfo& key, const crypto::DriverTable& drivers,
                            SignatureCache* cache = nullptr,
                            const PreparedKeys* prepared = nullptr);
// The same with the AlgorithmIdentifier, whole DER.
Result<void> CheckSignature(Bytes algorithm, Bytes signed_data, Bytes signature,
                            const PublicKeyInfo& key, const crypto::DriverTable& drivers,
                            SignatureCache* cache = nullptr,
                            const PreparedKeys* prepared = nullptr);

}  // namespace merlon::x509
