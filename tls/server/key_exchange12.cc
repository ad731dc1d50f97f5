// SPDX-License-Identifier: Apache-2.0
// The server's 2. in TLS 1.2: the client's flight up to its CertificateVerify (RFC 5246 s7.4.6 to
// s7.4.8, RFC 8422 s5.7, RFC 4279 s2, RFC 5489 s2).
#include "tls/core/certificates12.h"
#include "tls/server/states12.h"

namespace merlon::tls {
namespace {

Result<Moved> WithMaster(const ClientFlight12& flight, MasterSecret secret, Context& cx,
                         AfterClientKeys12 next) {
  ServerEnding12 ending;
  ending.master = {.secret = std::move(secret), .extended = flight.extended_master_secret};
  ending.session_id = flight.session_id;
  ending.ticket_due = flight.ticket_due;
  ending.key_type = flight.key_type;
  ending.public_key = flight.public_key;
  MERLON_TRY(LogMaster12(ending.master, cx));
  if (flight.key_type != crypto::KeyType::kNone) {
    return next.To(ExpectClientCertificateVerify12{.ending = std::move(ending)});
  }
  return ExpectFinished12(std::move(ending), cx, next);
}

Result<void> RequestAgreement(const ClientFlight12& flight, Bytes point, Context& cx) {
  return cx.Request(Agree{cx.negotiated.group->id, flight.private_key, point});
}

}  // namespace

Result<Moved> On(ExpectClientCertificate12& s, const Certificate12& m, Context& cx,
                 Into<AwaitClientChain12, ExpectClientKeyExchange12> next) {
  MERLON_TRY(CheckEpoch12(Epoch::kPlain, cx));
  MERLON_ASSIGN_OR_RETURN(const absl::Span<const Bytes> chain, KeepChain12(m, cx));
  MERLON_TRY(Absorb12(cx));
  if (chain.empty()) {
    // RFC 5246 s7.4.6: "If the client does not send any certificates, the server MAY [...] respond
    // with a fatal handshake_failure alert."
    if (cx.server->client_authentication == ClientAuthentication::kRequired) {
      return PeerError(Code::kCertificateRequired, Alert::kHandshakeFailure);
    }
    return next.To(ExpectClientKeyExchange12{.flight = s.flight});
  }
  cx.negotiated.peer_chain = chain;
  MERLON_TRY(cx.Request(VerifyChain{chain, {}, false, cx.now.wall}));
  return next.To(AwaitClientChain12{.flight = s.flight});
}

Result<Moved> On(AwaitClientChain12& s, const ChainVerified& verdict, Context& cx,
                 Into<ExpectClientKeyExchange12> next) {
  if (verdict.identity.size() > kMaxPeerIdentity) return DriverError(Code::kOperationFailed);
  // RFC 5246 s7.4.6, RFC 8422 s5.6: of the types that were asked for. No other key can prove in
  // CertificateVerify that it is there.
  if (!Authenticates(KeyExchange::kEcdheRsa, verdict.key_type) &&
      !Authenticates(KeyExchange::kEcdheEcdsa, verdict.key_type)) {
    return IllegalParameter(Code::kBadCertificate);
  }
  MERLON_ASSIGN_OR_RETURN(s.flight.public_key, cx.Keep(verdict.public_key));
  MERLON_ASSIGN_OR_RETURN(cx.negotiated.client_identity, cx.Keep(verdict.identity));
  s.flight.key_type = verdict.key_type;
  return next.To(ExpectClientKeyExchange12{.flight = s.flight});
}

Result<Moved> On(ExpectClientKeyExchange12& s, const ClientKeyExchange& m, Context& cx,
                 Into<AwaitPskChoice12, AwaitAgreement12> next) {
  MERLON_TRY(CheckEpoch12(Epoch::kPlain, cx));
  const KeyExchange key_exchange = cx.negotiated.suite->key_exchange;
  Reader reader(m.body);
  Bytes identity, point;
  if (UsesPsk(key_exchange) && !reader.Prefixed<2>(&identity)) return DecodeError();
  if (key_exchange != KeyExchange::kPsk) {
    if (!reader.Prefixed<1>(&point) || point.empty()) return DecodeError();
    if (point.size() != cx.negotiated.group->client_share_size) {
      return IllegalParameter(Code::kBadPublicValue);
    }
  }
  if (!reader.done()) return DecodeError(Code::kTrailingData);
  MERLON_TRY(Absorb12(cx));
  MERLON_ASSIGN_OR_RETURN(const Bytes kept_point, cx.Keep(point));
  if (!UsesPsk(key_exchange)) {
    MERLON_TRY(RequestAgreement(s.flight, kept_point, cx));
    return next.To(AwaitAgreement12{.flight = s.flight});
  }
  MERLON_ASSIGN_OR_RETURN(const absl::Span<PskOffer> offer, cx.arena.KeepArray<PskOffer>(1));
  MERLON_ASSIGN_OR_RETURN(offer[0].identity, cx.Keep(identity));
  MERLON_TRY(cx.Request(
      ChoosePsk{.offers = offer, .hash = cx.negotiated.suite->hash->id, .protocol = kPskOfTls12}));
  return next.To(AwaitPskChoice12{.flight = s.flight, .point = kept_point});
}

Result<Moved> On(AwaitPskChoice12& s, const PskChosen& chosen, Context& cx,
                 Into<AwaitAgreement12, AwaitServerMaster12> next) {
  // RFC 4279 s2: "If the server does not recognize the PSK identity, it MAY respond with an
  // "unknown_psk_identity" alert message."
  if (chosen.psk == nullptr) {
    return PeerError(Code::kUnknownPskIdentity, Alert::kUnknownPskIdentity);
  }
  cx.negotiated.psk = chosen.psk;
  if (!s.point.empty()) {
    MERLON_TRY(RequestAgreement(s.flight, s.point, cx));
    return next.To(AwaitAgreement12{.flight = s.flight});
  }
  MERLON_TRY(RequestPskMaster12(s.flight.extended_master_secret, std::nullopt, cx));
  return next.To(AwaitServerMaster12{.flight = s.flight});
}

Result<Moved> On(AwaitAgreement12& s, const SharedSecret& answer, Context& cx,
                 Into<AwaitServerMaster12, ExpectClientCertificateVerify12,
                      ExpectClientChangeCipherSpec12, ExpectClientFinished12>
                     next) {
  if (cx.negotiated.psk != nullptr) {
    MERLON_ASSIGN_OR_RETURN(const Bytes secret, cx.Keep(answer.secret));
    MERLON_TRY(RequestPskMaster12(s.flight.extended_master_secret, secret, cx));
    return next.To(AwaitServerMaster12{.flight = s.flight});
  }
  MERLON_ASSIGN_OR_RETURN(const MasterSeed seed, SeedOfMaster(s.flight.extended_master_secret, cx));
  return WithMaster(s.flight, DeriveMaster12(*cx.negotiated.suite->hash, answer.secret, seed), cx,
                    next);
}

Result<Moved> On(AwaitServerMaster12& s, const MasterDerived& derived, Context& cx,
                 AfterClientKeys12 next) {
  if (derived.master.size() != kMasterSecretSize) return DriverError(Code::kOperationFailed);
  cx.negotiated.authentication = Authentication::kExternalPsk;
  return WithMaster(s.flight, MasterSecret::CopyOf(derived.master), cx, next);
}

Result<Moved> On(ExpectClientCertificateVerify12& s, const CertificateVerify& m, Context& cx,
                 Into<AwaitClientSignatureVerdict12> next) {
  MERLON_TRY(CheckEpoch12(Epoch::kPlain, cx));
  // RFC 5246 s7.4.8: the algorithm "MUST be one of those present in the
  // supported_signature_algorithms field of the CertificateRequest", and fit the client's key.
  const SignatureScheme* scheme = FindScheme12(m.scheme, cx.common);
  if (scheme == nullptr || !Fits12(*scheme, s.ending.key_type)) return IllegalParameter();
  cx.negotiated.client_scheme = scheme;
  MERLON_ASSIGN_OR_RETURN(const Bytes message, LoggedMessages(cx));
  MERLON_ASSIGN_OR_RETURN(const Bytes signature, cx.Keep(m.signature));
  MERLON_TRY(Absorb12(cx));
  MERLON_TRY(cx.Request(VerifySignature{.scheme = scheme->id,
                                        .algorithm = scheme->algorithm,
                                        .key_type = s.ending.key_type,
                                        .public_key = s.ending.public_key,
                                        .message = message,
                                        .signature = signature}));
  return next.To(AwaitClientSignatureVerdict12{.ending = std::move(s.ending)});
}

Result<Moved> On(AwaitClientSignatureVerdict12& s, const SignatureValid&, Context& cx,
                 Into<ExpectClientChangeCipherSpec12, ExpectClientFinished12> next) {
  cx.negotiated.client_certificate = ClientCertificate::kVerified;
  return ExpectFinished12(std::move(s.ending), cx, next);
}

}  // namespace merlon::tls
