// SPDX-License-Identifier: Apache-2.0
// Writes certificates, so that a demonstration or a test needs no other tool: CAs and leaves with a
// common name, subjectAltName, usages, key identifiers. Not a CA's issuing policy.
#pragma once
#include <optional>
#include <string_view>

#include "crypto/base/time.h"
#include "crypto/bound_key.h"
#include "x509/extensions.h"

namespace merlon::x509 {

// What a certificate says. Everything is borrowed; what is empty is left out. Nothing is checked
// against RFC 5280: tests write bad ones with it.
struct CertificateSpec {
  Bytes serial{};                      // magnitude; 8 to 16 random octets are usual
  std::string_view subject{};          // common name
  Bytes issuer{};                      // whole DER of the Name; empty: the subject's own
  UnixTime not_before{}, not_after{};  // years 0 to 9999, else it traps
  Bytes public_key{};                  // whole DER: see WritePublicKey
  // Writes basicConstraints; and keyCertSign instead of digitalSignature into keyUsage.
  bool ca = false;
  std::optional<uint8_t> path_length{};     // of a CA
  bool key_usage = true;                    // whether keyUsage is written
  KeyPurpose purposes = KeyPurpose::kNone;  // extendedKeyUsage
  absl::Span<const std::string_view> dns_names{};
  absl::Span<const Bytes> ip_addresses{};  // 4 or 16 octets each
  Bytes subject_key_id{}, authority_key_id{};
  absl::Span<const Extension> more{};  // any others, as they are
};

// Key identifier of the whole DER of a SubjectPublicKeyInfo: the first 160 bits of the SHA-256 of
// the key in it (RFC 7093 s2, method 1). Errors as of PublicKeyInfo::Parse.
Result<FixedBytes<20>> KeyIdentifier(const crypto::HashAlgorithm& sha256, Bytes public_key);

// A Name with a common name alone (a UTF8String), whole DER; gives its size. kNoSpace.
Result<size_t> WriteName(std::string_view common_name, MutableBytes out);

// The TBSCertificate, to be signed with `algorithm`, and the certificate from it. For signers that
// are not a BoundSigningKey. `out` of WriteSigned may hold `tbs` from its 8th byte on.
Result<size_t> WriteTbsCertificate(const CertificateSpec& spec, crypto::SignAlg algorithm,
                                   MutableBytes out);
Result<size_t> WriteSigned(Bytes tbs, crypto::SignAlg algorithm, Bytes signature, MutableBytes out);

// The whole certificate, signed; gives its size. Errors of the signer; kNoSpace;
// kUnsupportedAlgorithm.
Result<size_t> WriteCertificate(const CertificateSpec& spec, const crypto::BoundSigningKey& signer,
                                crypto::Rng& rng, MutableBytes out);

}  // namespace merlon::x509
