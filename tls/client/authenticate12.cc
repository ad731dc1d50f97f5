// SPDX-License-Identifier: Apache-2.0
// The client's 3. in TLS 1.2: the server's certificate and its signature over the key exchange, and
// which certificate of ours it wants (RFC 5246 s7.4.2 to s7.4.4, RFC 8422 s5). The verdicts are
// operations: no certificate is parsed here.
#include "tls/client/states12.h"
#include "tls/core/certificates12.h"

namespace merlon::tls {
namespace {

// RFC 8422 s5.3: "If the client has used a Supported Elliptic Curves Extension, the public key in
// the server's certificate MUST respect the client's choice of elliptic curves."
bool RespectsCurves(crypto::KeyType key, const CommonConfig& config) {
  const crypto::GroupId curve = CurveOf(key);
  return curve == crypto::GroupId::kNone ||
         FindGroup12(static_cast<uint16_t>(curve), config) != nullptr;
}

// May a certificate whose key signs under this scheme be shown? RFC 5246 s7.4.4: certificate_types
// lists "the types of certificate types that the client may offer"; Ed25519 goes with ecdsa_sign
// (RFC 8422 s5.5).
bool TypeWanted(uint16_t scheme, Bytes certificate_types) {
  for (uint8_t type : certificate_types) {
    if ((type == kRsaSign && SchemeAuthenticates(KeyExchange::kEcdheRsa, scheme)) ||
        (type == kEcdsaSign && SchemeAuthenticates(KeyExchange::kEcdheEcdsa, scheme))) {
      return true;
    }
  }
  return false;
}

// Certificate, if one was asked for; then the key exchange.
Result<Moved> RequestShare(const ServerFlight12& flight, Context& cx,
                           Into<AwaitClientShare12> next) {
  if (flight.certificate_requested) {
    // RFC 5246 s7.4.6: "If no suitable certificate is available, the client MUST send a certificate
    // message containing no certificates."
    MERLON_TRY(EmitCertificate12(cx.negotiated.credential, cx));
  }
  MERLON_TRY(cx.Request(Encapsulate{cx.negotiated.group->id, flight.point}));
  return next.To(AwaitClientShare12{.flight = flight});
}

// Asks about the chain that was kept, once it is known what comes with it.
Result<void> RequestVerdict(Bytes ocsp_response, Context& cx) {
  return cx.Request(VerifyChain{cx.negotiated.peer_chain, cx.negotiated.server_name, true,
                                cx.now.wall, ocsp_response});
}

// A ServerKeyExchange that is in the transcript already.
Result<Moved> TakeKeyExchange(ServerFlight12& flight, Bytes body, Context& cx,
                              Into<AwaitServerSignature12> next) {
  Reader reader(body);
  MERLON_ASSIGN_OR_RETURN(const EcdheParams params, ReadEcdheParams(reader));
  uint16_t id = 0;
  Bytes raw_signature;
  if (!reader.Int(&id) || !reader.Prefixed<2>(&raw_signature)) return DecodeError();
  if (!reader.done()) return DecodeError(Code::kTrailingData);
  MERLON_TRY(TakeEcdheParams(params, flight, cx));
  // RFC 5246 s7.4.3: the algorithm "MUST be a pair that is present in [...] signature_algorithms",
  // and fit the key of the certificate.
  const SignatureScheme* scheme = FindScheme12(id, cx.common);
  if (scheme == nullptr || !Fits12(*scheme, flight.key_type)) return IllegalParameter();
  cx.negotiated.scheme = scheme;
  // The signature is over both randoms and the parameters.
  MERLON_ASSIGN_OR_RETURN(const Bytes message, SignedParams12(params.raw, cx));
  MERLON_ASSIGN_OR_RETURN(const Bytes signature, cx.Keep(raw_signature));
  MERLON_TRY(cx.Request(VerifySignature{.scheme = scheme->id,
                                        .algorithm = scheme->algorithm,
                                        .key_type = flight.key_type,
                                        .public_key = flight.public_key,
                                        .message = message,
                                        .signature = signature}));
  return next.To(AwaitServerSignature12{.flight = flight});
}

}  // namespace

Result<Moved> On(ExpectServerCertificate12& s, const Certificate12& m, Context& cx,
                 Into<ExpectCertificateStatus12, AwaitServerChain12> next) {
  MERLON_TRY(CheckEpoch12(Epoch::kPlain, cx));
  MERLON_ASSIGN_OR_RETURN(const absl::Span<const Bytes> chain, KeepChain12(m, cx));
  // RFC 5246 s7.4.2: the server MUST send a Certificate message for suites that use certificates;
  // an empty one authenticates nobody.
  if (chain.empty()) return DecodeError(Code::kBadCertificate);
  cx.negotiated.peer_chain = chain;
  MERLON_TRY(Absorb12(cx));
  if (s.flight.status_expected) return next.To(ExpectCertificateStatus12{.flight = s.flight});
  MERLON_TRY(RequestVerdict({}, cx));
  return next.To(AwaitServerChain12{.flight = s.flight});
}

Result<Moved> On(ExpectCertificateStatus12& s, const CertificateStatus12& m, Context& cx,
                 Into<AwaitServerChain12> next) {
  MERLON_TRY(CheckEpoch12(Epoch::kPlain, cx));
  MERLON_ASSIGN_OR_RETURN(const Bytes response, cx.Keep(m.ocsp_response));
  MERLON_TRY(Absorb12(cx));
  MERLON_TRY(RequestVerdict(response, cx));
  return next.To(AwaitServerChain12{.flight = s.flight});
}

Result<Moved> On(ExpectCertificateStatus12& s, const ServerKeyExchange& m, Context& cx,
                 Into<AwaitServerChain12> next) {
  MERLON_TRY(CheckEpoch12(Epoch::kPlain, cx));
  if (m.body.empty()) return DecodeError();
  MERLON_ASSIGN_OR_RETURN(const Bytes body, cx.Keep(m.body));
  MERLON_TRY(Absorb12(cx));
  MERLON_TRY(RequestVerdict({}, cx));
  return next.To(AwaitServerChain12{.flight = s.flight, .key_exchange = body});
}

Result<Moved> On(AwaitServerChain12& s, const ChainVerified& verdict, Context& cx,
                 Into<ExpectServerKeyExchange12, AwaitServerSignature12> next) {
  // RFC 8422 s5.3: the key has to suit the cipher suite that was chosen.
  if (!Authenticates(cx.negotiated.suite->key_exchange, verdict.key_type)) {
    return IllegalParameter(Code::kBadCertificate);
  }
  if (!RespectsCurves(verdict.key_type, cx.common)) {
    return IllegalParameter(Code::kBadCertificate);
  }
  MERLON_ASSIGN_OR_RETURN(s.flight.public_key, cx.Keep(verdict.public_key));
  s.flight.key_type = verdict.key_type;
  if (!s.key_exchange.empty()) return TakeKeyExchange(s.flight, s.key_exchange, cx, next);
  return next.To(ExpectServerKeyExchange12{.flight = s.flight});
}

Result<Moved> On(ExpectServerKeyExchange12& s, const ServerKeyExchange& m, Context& cx,
                 Into<AwaitServerSignature12> next) {
  MERLON_TRY(CheckEpoch12(Epoch::kPlain, cx));
  MERLON_TRY(Absorb12(cx));
  return TakeKeyExchange(s.flight, m.body, cx, next);
}

Result<Moved> On(AwaitServerSignature12& s, const SignatureValid&, Context& cx,
                 Into<ExpectRequestOrDone12> next) {
  cx.negotiated.authentication = Authentication::kCertificate;
  return next.To(ExpectRequestOrDone12{.flight = s.flight});
}

Result<Moved> On(ExpectRequestOrDone12& s, const CertificateRequest12& m, Context& cx,
                 Into<ExpectServerHelloDone12> next) {
  MERLON_TRY(CheckEpoch12(Epoch::kPlain, cx));
  s.flight.certificate_requested = true;
  cx.negotiated.client_certificate = ClientCertificate::kNone;
  MERLON_ASSIGN_OR_RETURN(const absl::Span<uint16_t> schemes,
                          cx.arena.KeepArray<uint16_t>(m.schemes.size()));
  size_t count = 0;
  for (size_t i = 0; i < schemes.size(); ++i) {
    if (TypeWanted(m.schemes[i], m.certificate_types)) schemes[count++] = m.schemes[i];
  }
  s.flight.client_schemes = Slice(schemes, 0, count);
  MERLON_ASSIGN_OR_RETURN(s.flight.authorities, cx.Keep(m.authorities));
  MERLON_TRY(Absorb12(cx));
  return next.To(ExpectServerHelloDone12{.flight = s.flight});
}

Result<Moved> On(ExpectRequestOrDone12& s, const ServerHelloDone&, Context& cx,
                 Into<AwaitClientShare12> next) {
  MERLON_TRY(CheckEpoch12(Epoch::kPlain, cx));
  MERLON_TRY(Absorb12(cx));
  return RequestShare(s.flight, cx, next);
}

Result<Moved> On(ExpectServerHelloDone12& s, const ServerHelloDone&, Context& cx,
                 Into<AwaitClientCredential12, AwaitClientShare12> next) {
  MERLON_TRY(CheckEpoch12(Epoch::kPlain, cx));
  MERLON_TRY(Absorb12(cx));
  if (cx.client->credentials.empty() && !cx.client->choose_credential) {
    return RequestShare(s.flight, cx, next);
  }
  MERLON_TRY(cx.Request(ChooseCredential{.server_name = cx.negotiated.server_name,
                                         .schemes = s.flight.client_schemes,
                                         .authorities = s.flight.authorities,
                                         .as_server = false}));
  return next.To(AwaitClientCredential12{.flight = s.flight});
}

Result<Moved> On(AwaitClientCredential12& s, const CredentialChosen& chosen, Context& cx,
                 Into<AwaitClientShare12> next) {
  if (chosen.credential != nullptr) {
    MERLON_ASSIGN_OR_RETURN(cx.negotiated.client_scheme,
                            CheckChoice(chosen, s.flight.client_schemes));
    cx.negotiated.credential = chosen.credential;
  }
  return RequestShare(s.flight, cx, next);
}

}  // namespace merlon::tls
