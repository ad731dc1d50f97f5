// SPDX-License-Identifier: Apache-2.0
// A CertificateVerify of TLS 1.3 (RFC 9846 s4.4.3): what it signs, under which schemes it may.
#pragma once
#include "tls/core/context.h"
#include "tls/ext/lists.h"

namespace merlon::tls {

enum class Signer : uint8_t { kServer, kClient };

// 64 spaces, the context string, a zero, and the transcript's hash; in handshake storage.
Result<Bytes> SignedContent(Signer signer, Context& cx);

// Those of the peer's signature_algorithms that may sign one; in handshake storage.
Result<absl::Span<const uint16_t>> KeepSigningSchemes(U16List theirs, Context& cx);

}  // namespace merlon::tls
