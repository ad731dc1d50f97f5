// SPDX-License-Identifier: Apache-2.0
// Writes certificates, so that a demonstration or a test needs no other tool: CAs and leaves with a
// common name, subjectAltName, usages, key identifiers. Not a CA's issuing policy.
#pragma once
#include <optional>
#include <string_view>

#include "crypto/base/time.h"
#include "crypto/bound_key.h"
#include "x509/der_writer.h"
#include "x509/extensions.h"

namespace merlon::x509 {

// What a certificate says. Everything is borrowed; what is empty is left out. Nothing is checked
// against RFC 5280: tests write bad ones with it.
struct CertificateSpec {
  Bytes serial{};                      // magnitude; 8 to 16 random octets are usual
  std::string_view subject{};          // common name
  Bytes subject_name{};                // whole DER of the Name, in place of `subject`
  Bytes issuer{};                      // whole DER of the Name; empty: the subject's own
  UnixTime not_before{}, not_after{};  // years 0 to 9999, else it traps
  Bytes public_key{};                  // whole DER: see WritePublicKey
  // Writes basicConstraints; and keyCertSign instead of digitalSignature into keyUsage.
  bool ca = false;
  std::optional<uint8_t> path_length{};     // of a CA
  bool key_usage = true;                    // whether keyUsage is written
  std::optional<KeyUsage> usages{};         // its bits, where they are others
  KeyPurpose purposes = KeyPurpose::kNone;  // extendedKeyUsage
  absl::Span<const std::string_view> dns_names{};
  absl::Span<const Bytes> ip_addresses{};  // 4 or 16 octets each
  absl::Span<const std::string_view> emails{}, uris{};
  Bytes subject_alt_name{};  // contents of GeneralNames that come behind those above
  // Name constraints of a CA: DNS names.
  absl::Span<const std::string_view> permitted_dns_names{}, excluded_dns_names{};
  absl::Span<const Bytes> policies{};  // contents of OBJECT IDENTIFIERs
  // cRLDistributionPoints; authorityInfoAccess: OCSP responders, issuers' certificates.
  absl::Span<const std::string_view> crl_urls{}, ocsp_urls{}, issuer_urls{};
  bool must_staple = false;    // TLS feature status_request
  bool ocsp_no_check = false;  // of an OCSP responder
  Bytes subject_key_id{}, authority_key_id{};
  absl::Span<const Extension> more{};  // any others, as they are
};

bool HasExtensions(const CertificateSpec& spec);
// Writes the extensions of `spec`, each whole.
void WriteExtensions(DerWriter& writer, const CertificateSpec& spec);
// Writes its subject.
void WriteSubject(DerWriter& writer, const CertificateSpec& spec);

// Key identifier of the whole DER of a SubjectPublicKeyInfo: the first 160 bits of the SHA-256 of
// the key in it (RFC 7093 s2, method 1). Errors as of PublicKeyInfo::Parse.
Result<FixedBytes<20>> KeyIdentifier(const crypto::HashAlgorithm& sha256, Bytes public_key);

// A Name with a common name alone (a UTF8String), whole DER; gives its size. kNoSpace.
Result<size_t> WriteName(std::string_view common_name, MutableBytes out);

// The TBSCertificate, to be signed with `algorithm` (and of EdDSA, by which key: kEd448, or else
// Ed25519), and the certificate from it. For signers that are not a BoundSigningKey. `out` of
// WriteSigned may hold `tbs` from its 8th byte on.
Result<size_t> WriteTbsCertificate(const CertificateSpec& spec, crypto::SignAlg algorithm,
                                   MutableBytes out, crypto::KeyType key = crypto::KeyType::kNone);
Result<size_t> WriteSigned(Bytes tbs, crypto::SignAlg algorithm, Bytes signature, MutableBytes out,
                           crypto::KeyType key = crypto::KeyType::kNone);

// Signs `tbs_size` bytes that stand in `out` from its kSignedFront-th on, and makes of them the
// SEQUENCE of them, the algorithm and the signature; gives its size.
inline constexpr size_t kSignedFront = 8;
Result<size_t> SignInPlace(size_t tbs_size, const crypto::BoundSigningKey& signer, crypto::Rng& rng,
                           MutableBytes out);

// The whole certificate, signed; gives its size. Errors of the signer; kNoSpace;
// kUnsupportedAlgorithm.
Result<size_t> WriteCertificate(const CertificateSpec& spec, const crypto::BoundSigningKey& signer,
                                crypto::Rng& rng, MutableBytes out);

}  // namespace merlon::x509
