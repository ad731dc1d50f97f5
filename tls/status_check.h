// SPDX-License-Identifier: Apache-2.0
// StatusCheck: revocation as a part of LocalOperations' verdict on a chain: by the OCSP response
// that came with it (RFC 6066 s8, RFC 9846 s4.4.2.1), and by CRLs and responses that are handed in.
// Linked where somebody names it.
#pragma once
#include "tls/local_operations.h"
#include "x509/crl_source.h"
#include "x509/ocsp.h"

namespace merlon::tls {

// All that is pointed to outlives the StatusCheck.
struct StatusOptions {
  // Of certificates whose status nothing tells: see RevocationPolicy. "Must staple" (RFC 7633) is
  // hard in any case.
  bool hard_fail = false;
  bool leaf_only = false;
  absl::Span<const x509::Crl> crls = {};
  absl::Span<const x509::OcspResponse> responses = {};
  // For the CertIDs of most responders: crypto/legacy's. Null: responses that name certificates by
  // SHA-256 alone count.
  const crypto::HashAlgorithm* sha1 = nullptr;
};

// Threads may share it.
class StatusCheck final : public ChainVerifier {
 public:
  explicit StatusCheck(const StatusOptions& options = StatusOptions()) : options_(options) {}

  // As VerifyChain; with certificate_revoked (kRevoked) or certificate_unknown
  // (kRevocationUnknown). kBadOcspResponse, bad_certificate_status_response: what was stapled does
  // not tell the leaf's status, also where no status would do. RFC 6066 s8: clients "MUST check the
  // OCSP response and abort the handshake if the response is not satisfactory".
  Result<x509::VerifiedChain> Verify(const x509::ChainInput& chain, Bytes ocsp_response,
                                     const x509::TrustStore& anchors,
                                     const x509::VerifyOptions& options) const override;

 private:
  StatusOptions options_;
};

}  // namespace merlon::tls
