// SPDX-License-Identifier: Apache-2.0
// What a CertificateVerify signs (RFC 9846 s4.4.3).
#pragma once
#include "tls/core/context.h"

namespace merlon::tls {

enum class Signer : uint8_t { kServer, kClient };

// 64 spaces, the context string, a zero, and the transcript's hash; in handshake storage.
Result<Bytes> SignedContent(Signer signer, Context& cx);

}  // namespace merlon::tls
