// SPDX-License-Identifier: Apache-2.0
// The server's 4.: the client's certificate and its proof (RFC 9846 s4.4.2, s4.4.3).
#include "tls/core/certificates.h"
#include "tls/server/states.h"

namespace merlon::tls {

Result<Moved> On(ExpectClientCertificate& s, const Certificate& m, Context& cx,
                 Into<AwaitClientChain, ExpectClientFinished> next) {
  if (!m.list.empty()) {
    MERLON_TRY(TakePeerChain(m, /*peer_is_server=*/false, cx));
    return next.To(AwaitClientChain{.keys = std::move(s.keys)});
  }
  // s4.4.2: certificate_request_context is that of the CertificateRequest.
  if (!m.context.empty()) return IllegalParameter();
  // s4.4.2.4: "If the client does not send any certificates [...], the server MAY at its discretion
  // either continue the handshake without client authentication or abort the handshake with a
  // "certificate_required" alert."
  if (cx.server->client_authentication == ClientAuthentication::kRequired) {
    return PeerError(Code::kCertificateRequired, Alert::kCertificateRequired);
  }
  cx.AbsorbMessage();
  return next.To(ExpectClientFinished{.keys = std::move(s.keys)});
}

Result<Moved> On(AwaitClientChain& s, const ChainVerified& verdict, Context& cx,
                 Into<ExpectClientCertificateVerify> next) {
  if (verdict.identity.size() > kMaxPeerIdentity) return DriverError(Code::kOperationFailed);
  MERLON_ASSIGN_OR_RETURN(cx.negotiated.client_identity, cx.Keep(verdict.identity));
  MERLON_ASSIGN_OR_RETURN(const PeerKey key, KeepPeerKey(verdict, cx));
  return next.To(ExpectClientCertificateVerify{.keys = std::move(s.keys), .key = key});
}

Result<Moved> On(ExpectClientCertificateVerify& s, const CertificateVerify& m, Context& cx,
                 Into<AwaitClientSignatureVerdict> next) {
  MERLON_ASSIGN_OR_RETURN(cx.negotiated.client_scheme,
                          TakePeerSignature(m, Signer::kClient, s.key, cx));
  return next.To(AwaitClientSignatureVerdict{.keys = std::move(s.keys)});
}

Result<Moved> On(AwaitClientSignatureVerdict& s, const SignatureValid&, Context& cx,
                 Into<ExpectClientFinished> next) {
  cx.negotiated.client_certificate = ClientCertificate::kVerified;
  return next.To(ExpectClientFinished{.keys = std::move(s.keys)});
}

}  // namespace merlon::tls
