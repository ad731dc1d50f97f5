// SPDX-License-Identifier: Apache-2.0
#include "tls/server/hello.h"

#include "tls/ext/extension_body.h"

namespace merlon::tls {

Result<ClientHello> DecodeKept(Bytes body, Context& cx) {
  Reader reader(body);
  return ClientHello::Decode(reader, cx.decode);
}

Result<void> ChooseAlpn(const ClientHello& hello, Context& cx) {
  const Error none = PeerError(Code::kNoApplicationProtocol, Alert::kNoApplicationProtocol);
  // RFC 9001 s8.1: endpoints of QUIC "MUST immediately close a connection [...] if an application
  // protocol is not negotiated".
  const bool required = cx.server->alpn_required || cx.decode.transport == Transport::kMessage;
  if (cx.common.alpn.empty() || !hello.alpn) return required ? Result<void>(none) : Result<void>();
  for (std::string_view ours : cx.common.alpn) {
    std::string_view theirs;
    for (Reader list(*hello.alpn); NextProtocolName(list, &theirs);) {
      if (ours != theirs) continue;
      cx.negotiated.alpn = ours;
      return {};
    }
  }
  // RFC 7301 s3.2: "If the server supports no protocols that the client advertises, then the server
  // SHALL respond with a fatal "no_application_protocol" alert."
  return none;
}

bool WantsStatus(const ClientHello& hello) {
  return hello.status_request && (*hello.status_request)[0] == kStatusTypeOcsp;
}

bool MeetsClientAuthentication(const Session& session, const ServerConfig& config) {
  return session.client_authentication == config.client_authentication &&
         (config.client_authentication != ClientAuthentication::kRequired ||
          session.client_authenticated);
}

Result<void> TakeClient(const Session& session, Context& cx) {
  if (session.client_authentication != ClientAuthentication::kNone) {
    cx.negotiated.client_certificate =
        session.client_authenticated ? ClientCertificate::kVerified : ClientCertificate::kNone;
  }
  MERLON_ASSIGN_OR_RETURN(cx.negotiated.client_identity, cx.Keep(session.client_identity));
  return {};
}

}  // namespace merlon::tls
