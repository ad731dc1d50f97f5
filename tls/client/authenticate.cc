// SPDX-License-Identifier: Apache-2.0
// The client's 4.: the server's certificate and its proof, and what the server asks of ours (RFC
// 9846 s4.3.2, s4.4.2, s4.4.3).
#include "tls/client/states.h"
#include "tls/core/certificate_verify.h"
#include "tls/core/certificates.h"

namespace merlon::tls {
namespace {

Result<Moved> TakeChain(ServerFlight flight, const Certificate& m, Context& cx,
                        Into<AwaitChain> next) {
  // s4.4.2.4: "If the server supplies an empty Certificate message, the client MUST abort the
  // handshake with a "decode_error" alert."
  if (m.context.empty() && m.list.empty()) return DecodeError(Code::kBadCertificate);
  MERLON_TRY(TakePeerChain(m, /*peer_is_server=*/true, cx));
  return next.To(AwaitChain{.flight = std::move(flight)});
}

}  // namespace

Result<Moved> On(ExpectCertificateOrRequest& s, const CertificateRequest& m, Context& cx,
                 Into<ExpectCertificate> next) {
  // RFC 9846 s4.3.2: the context is empty but in post-handshake authentication.
  if (!m.context.empty()) return IllegalParameter();
  // s4.3.2: "The "signature_algorithms" extension MUST be specified".
  if (!m.signature_algorithms) {
    return PeerError(Code::kMissingExtension, Alert::kMissingExtension);
  }
  MERLON_ASSIGN_OR_RETURN(const absl::Span<RequestedCertificate> kept,
                          cx.arena.KeepArray<RequestedCertificate>(1));
  MERLON_ASSIGN_OR_RETURN(kept[0].schemes, KeepSigningSchemes(*m.signature_algorithms, cx));
  MERLON_ASSIGN_OR_RETURN(kept[0].authorities,
                          cx.Keep(m.certificate_authorities.value_or(Bytes())));
  s.flight.requested = kept.data();
  cx.negotiated.client_certificate = ClientCertificate::kNone;
  cx.AbsorbMessage();
  return next.To(ExpectCertificate{.flight = std::move(s.flight)});
}

Result<Moved> On(ExpectCertificateOrRequest& s, const Certificate& m, Context& cx,
                 Into<AwaitChain> next) {
  return TakeChain(std::move(s.flight), m, cx, next);
}

Result<Moved> On(ExpectCertificate& s, const Certificate& m, Context& cx, Into<AwaitChain> next) {
  return TakeChain(std::move(s.flight), m, cx, next);
}

Result<Moved> On(AwaitChain& s, const ChainVerified& verdict, Context& cx,
                 Into<ExpectCertificateVerify> next) {
  MERLON_ASSIGN_OR_RETURN(const PeerKey key, KeepPeerKey(verdict, cx));
  return next.To(ExpectCertificateVerify{.flight = std::move(s.flight), .key = key});
}

Result<Moved> On(ExpectCertificateVerify& s, const CertificateVerify& m, Context& cx,
                 Into<AwaitSignatureVerdict> next) {
  MERLON_ASSIGN_OR_RETURN(cx.negotiated.scheme, TakePeerSignature(m, Signer::kServer, s.key, cx));
  return next.To(AwaitSignatureVerdict{.flight = std::move(s.flight)});
}

Result<Moved> On(AwaitSignatureVerdict& s, const SignatureValid&, Context& cx,
                 Into<ExpectServerFinished> next) {
  cx.negotiated.authentication = Authentication::kCertificate;
  return next.To(ExpectServerFinished{.flight = std::move(s.flight)});
}

}  // namespace merlon::tls
