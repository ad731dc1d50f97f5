// SPDX-License-Identifier: Apache-2.0
// What a server does alike with the ClientHello of each version.
#pragma once
#include "tls/core/context.h"
#include "tls/msgs/client_hello.h"

namespace merlon::tls {

// Decodes a ClientHello whose body lies in storage: what is kept of it may outlive the call.
Result<ClientHello> DecodeKept(Bytes body, Context& cx);
// Sets negotiated.alpn by our order of preference (RFC 7301 s3.2).
Result<void> ChooseAlpn(const ClientHello& hello, Context& cx);

}  // namespace merlon::tls
