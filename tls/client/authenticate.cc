// SPDX-License-Identifier: Apache-2.0
// The client's 4.: the server's certificate and its proof (RFC 9846 s4.3.2, s4.4.2, s4.4.3). The
// chain's and the signature's verdicts are operations: no certificate is parsed here.
#include "tls/client/states.h"
#include "tls/core/certificate_verify.h"

namespace merlon::tls {
namespace {

Result<Moved> TakeChain(ServerFlight flight, const Certificate& m, Context& cx,
                        Into<AwaitChain> next) {
  // s4.4.2: certificate_request_context "SHALL be zero length" for a server's certificate.
  if (!m.context.empty()) return IllegalParameter();
  // s4.4.2.4: "If the server supplies an empty Certificate message, the client MUST abort the
  // handshake with a "decode_error" alert."
  if (m.list.empty()) return DecodeError(Code::kBadCertificate);
  size_t count = 0;
  CertificateEntry entry;
  for (Reader list(m.list); NextCertificate(list, &entry); ++count) {
    // s4.4.2: extensions of an entry answer those of the ClientHello: we asked for none.
    if (!entry.extensions.empty()) {
      return PeerError(Code::kUnsupportedExtension, Alert::kUnsupportedExtension);
    }
  }
  if (count > cx.common.limits.max_chain) {
    return PeerError(Code::kPathTooLong, Alert::kBadCertificate);
  }
  MERLON_ASSIGN_OR_RETURN(const absl::Span<Bytes> chain, cx.arena.KeepArray<Bytes>(count));
  Reader list(m.list);
  for (Bytes& certificate : chain) {
    if (!NextCertificate(list, &entry)) return LocalError(Code::kInternal);
    MERLON_ASSIGN_OR_RETURN(certificate, cx.Keep(entry.der));
  }
  cx.negotiated.peer_chain = chain;
  cx.AbsorbMessage();
  MERLON_TRY(cx.Request(VerifyChain{chain, cx.negotiated.server_name, true, cx.now.wall}));
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
  s.flight.certificate_requested = true;
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
  MERLON_ASSIGN_OR_RETURN(const Bytes public_key, cx.Keep(verdict.public_key));
  return next.To(ExpectCertificateVerify{
      .flight = std::move(s.flight), .key_type = verdict.key_type, .public_key = public_key});
}

Result<Moved> On(ExpectCertificateVerify& s, const CertificateVerify& m, Context& cx,
                 Into<AwaitSignatureVerdict> next) {
  const SignatureScheme* scheme = nullptr;
  for (const SignatureScheme* offered : cx.common.schemes) {
    if (offered->id == m.scheme) scheme = offered;
  }
  // s4.4.3: "the signature algorithm MUST be one offered in the client's "signature_algorithms"
  // extension", and "must be compatible with the key in the sender's end-entity certificate".
  if (scheme == nullptr || scheme->key_type != s.key_type) return IllegalParameter();
  cx.negotiated.scheme = scheme;
  MERLON_ASSIGN_OR_RETURN(const Bytes content, SignedContent(Signer::kServer, cx));
  MERLON_ASSIGN_OR_RETURN(const Bytes signature, cx.Keep(m.signature));
  cx.AbsorbMessage();
  MERLON_TRY(cx.Request(VerifySignature{.scheme = scheme->id,
                                        .algorithm = scheme->algorithm,
                                        .key_type = s.key_type,
                                        .public_key = s.public_key,
                                        .message = content,
                                        .signature = signature}));
  return next.To(AwaitSignatureVerdict{.flight = std::move(s.flight)});
}

Result<Moved> On(AwaitSignatureVerdict& s, const SignatureValid&, Context& cx,
                 Into<ExpectServerFinished> next) {
  cx.negotiated.authentication = Authentication::kCertificate;
  return next.To(ExpectServerFinished{.flight = std::move(s.flight)});
}

}  // namespace merlon::tls
