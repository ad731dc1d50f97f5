// SPDX-License-Identifier: Apache-2.0
// OCSP responses (RFC 6960; light ones of RFC 9919 are among them): a strict, borrowed view, and
// what they tell of a certificate. Stapled or handed in; nothing is asked of anybody.
#pragma once
#include "absl/base/attributes.h"
#include "x509/crl.h"
#include "x509/revocation.h"

namespace merlon::x509 {

// OCSPResponseStatus (RFC 6960 s4.2.1). 4 is not used.
enum class OcspResponseStatus : uint8_t {
  kSuccessful = 0,
  kMalformedRequest = 1,
  kInternalError = 2,
  kTryLater = 3,
  kSigRequired = 5,
  kUnauthorized = 6,
};

// CertID (s4.1.1).
struct OcspCertId {
  Bytes hash;  // contents of the algorithm's OBJECT IDENTIFIER
  Bytes issuer_name_hash, issuer_key_hash;
  Bytes serial;  // magnitude
};

struct OcspSingleResponse {
  OcspCertId id;
  CertificateStatus status = CertificateStatus::kUnknown;
  CrlReason reason = CrlReason::kUnspecified;  // of a revoked one
  UnixTime revoked_at{};
  UnixTime this_update{};
  std::optional<UnixTime> next_update;
};

class OcspResponse {
 public:
  OcspResponse() = default;
  // Every single response is looked at once. kBadDer, kTrailingData; kBadOcspResponse: DER, but it
  // breaks a rule of s4.2, or has a critical extension that is not processed. An answer other than
  // `successful` has its status alone.
  static Result<OcspResponse> Parse(Bytes der ABSL_ATTRIBUTE_LIFETIME_BOUND);

  OcspResponseStatus status() const { return status_; }
  Bytes tbs() const { return tbs_; }
  Bytes signature_algorithm() const { return signature_algorithm_; }
  Bytes signature() const { return signature_; }
  // One of the two: whole DER of the Name; the key's hash, of 20 octets or (RFC 9919) 32.
  Bytes responder_name() const { return responder_name_; }
  Bytes responder_key_hash() const { return responder_key_hash_; }
  UnixTime produced_at() const { return produced_at_; }
  Bytes nonce() const { return nonce_; }  // RFC 9654: 1 to 128 octets; empty: none
  size_t size() const { return size_; }   // single responses
  // Contents of the certificates' SEQUENCE, for readers of whole elements.
  Bytes certificates() const { return certificates_; }
  // The single responses, in their order.
  DerReader responses() const { return DerReader(responses_); }

 private:
  Result<void> ParseBasic(Bytes der);
  Result<void> ParseData(DerReader fields);
  bool ReadExtensions(Bytes contents);

  OcspResponseStatus status_ = OcspResponseStatus::kInternalError;
  Bytes tbs_, signature_algorithm_, signature_, responder_name_, responder_key_hash_, nonce_,
      certificates_, responses_;
  UnixTime produced_at_{};
  size_t size_ = 0;
};
// Takes one off OcspResponse::responses.
[[nodiscard]] bool ReadOcspSingleResponse(DerReader& reader, OcspSingleResponse* single);

struct OcspOptions {
  // For CertIDs and responders named by SHA-1, which names things here and signs nothing: hand in
  // crypto/legacy's. Null: such answers tell nothing, those with SHA-256 do.
  const crypto::HashAlgorithm* sha1 = nullptr;
  Bytes nonce;          // that was asked with, and must be in the answer; empty: any
  bool stapled = true;  // they came with the handshake: what "must staple" asks for
  // How long an answer without nextUpdate counts after thisUpdate.
  std::chrono::seconds max_age = std::chrono::hours(24 * 7);
};

// Responses in any order; those that do not fit, are not current or not of an authorized responder
// (s4.2.2.2) are passed over. Borrowed.
class OcspSource final : public StatusSource {
 public:
  explicit OcspSource(absl::Span<const OcspResponse> responses, OcspOptions options = OcspOptions())
      : responses_(responses), options_(options) {}

  // The status of the first response that has one.
  Result<CertificateStatus> Ask(const StatusQuestion& question) const override;
  bool is_stapled() const override { return options_.stapled; }

 private:
  Result<CertificateStatus> AskResponse(const StatusQuestion& question,
                                        const OcspResponse& response) const;
  bool IsAbout(const OcspCertId& id, const StatusQuestion& question) const;
  bool IsCurrent(const OcspSingleResponse& single, UnixTime now) const;
  bool IsNamed(const OcspResponse& response, Bytes subject, Bytes key,
               const crypto::DriverTable& drivers) const;
  Result<bool> IsAuthorized(const StatusQuestion& question, const OcspResponse& response) const;
  Result<bool> IsDelegate(const StatusQuestion& question, const OcspResponse& response,
                          const Certificate& responder) const;

  absl::Span<const OcspResponse> responses_;
  OcspOptions options_;
};

}  // namespace merlon::x509
