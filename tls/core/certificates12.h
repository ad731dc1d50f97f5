// SPDX-License-Identifier: Apache-2.0
// Certificates and signatures of TLS 1.2, as both roles handle them. Nothing here parses X.509: the
// verdicts are operations.
#pragma once
#include "tls/core/certificates.h"
#include "tls/core/handshake12.h"

namespace merlon::tls {

// The peer's chain, copied to storage; empty where it sent none. Too long: bad_certificate.
Result<absl::Span<const Bytes>> KeepChain12(const Certificate12& m, Context& cx);
// Queues our chain; null: the empty list.
Result<void> EmitCertificate12(const Credential* credential, Context& cx);
// What a ServerKeyExchange signs: both randoms, and the parameters (RFC 5246 s7.4.3); in storage.
Result<Bytes> SignedParams12(Bytes params, Context& cx);

}  // namespace merlon::tls
