// SPDX-License-Identifier: Apache-2.0
// Writes CRLs and OCSP responses, signed by key handle. Which certificates are revoked is the
// caller's to know.
#pragma once
#include "x509/crl.h"
#include "x509/ocsp.h"
#include "x509/writer.h"

namespace merlon::x509 {

// Everything is borrowed; what is empty is left out.
struct CrlSpec {
  Bytes issuer;  // whole DER of the Name
  UnixTime this_update{};
  std::optional<UnixTime> next_update{};
  Bytes number{};                                   // magnitude; cRLNumber
  std::optional<Bytes> base_number{};               // a delta CRL's
  Bytes authority_key_id{};                         // key identifier
  const IssuingDistributionPoint* scope = nullptr;  // issuingDistributionPoint
  absl::Span<const CrlEntry> entries{};
};
// Gives its size. Errors of the signer; kNoSpace; kUnsupportedAlgorithm.
Result<size_t> WriteCrl(const CrlSpec& spec, const crypto::BoundSigningKey& signer,
                        crypto::Rng& rng, MutableBytes out);

struct OcspResponseSpec {
  Bytes responder_name{}, responder_key_hash{};  // one of them: as OcspResponse has them
  UnixTime produced_at{};
  absl::Span<const OcspSingleResponse> responses{};
  Bytes nonce{};
  absl::Span<const Bytes> certificates{};  // DER, of a responder that is not the CA itself
};
// A successful response; errors as of WriteCrl. `out` has 128 bytes more than it takes.
Result<size_t> WriteOcspResponse(const OcspResponseSpec& spec,
                                 const crypto::BoundSigningKey& signer, crypto::Rng& rng,
                                 MutableBytes out);

}  // namespace merlon::x509
