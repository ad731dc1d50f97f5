// SPDX-License-Identifier: Apache-2.0
// What a server does alike in each version: with a ClientHello, with a session to resume.
#pragma once
#include "tls/core/context.h"
#include "tls/msgs/client_hello.h"
#include "tls/session.h"

namespace merlon::tls {

// Decodes a ClientHello whose body lies in storage: what is kept of it may outlive the call.
Result<ClientHello> DecodeKept(Bytes body, Context& cx);
// Sets negotiated.alpn by our order of preference (RFC 7301 s3.2).
Result<void> ChooseAlpn(const ClientHello& hello, Context& cx);
// Whether it asks for an OCSP response with the certificate (RFC 6066 s8).
bool WantsStatus(const ClientHello& hello);

// A session does not outlive a change of what we ask of clients; nor does one without a client's
// certificate where we require one.
bool MeetsClientAuthentication(const Session& session, const ServerConfig& config);
// What became of the client's certificate when the session was made.
Result<void> TakeClient(const Session& session, Context& cx);

}  // namespace merlon::tls
