// SPDX-License-Identifier: Apache-2.0
// The client's 4. in TLS 1.2: its share, the master secret, and its flight from Certificate to
// Finished (RFC 5246 s7.4.6 to s7.4.9, RFC 8422 s5.7, RFC 4279 s2, RFC 5489 s2, RFC 7627 s4).
#include "tls/client/states12.h"

namespace merlon::tls {
namespace {

// The client's key exchange, whichever parts of it the suite has.
struct OwnKeyExchange {
  static constexpr uint8_t kType = ClientKeyExchange::kType;
  const ExternalPsk* psk;
  Bytes share;
  void Encode(Writer& writer, const DecodeContext&) const {
    if (psk != nullptr) writer.Prefixed<2>([&] { writer.Raw(psk->identity); });
    if (!share.empty()) writer.Prefixed<1>([&] { writer.Raw(share); });
  }
};

// The session hash ends with it (RFC 7627 s3).
Result<void> EmitKeyExchange(Bytes share, Context& cx) {
  return Emit12(Epoch::kPlain, OwnKeyExchange{cx.negotiated.psk, share}, cx);
}

Result<Moved> FinishFlight(ClientEnding12 ending, Context& cx, AfterClientFlight12 next) {
  MERLON_TRY(EmitFinished12(ending.master, cx));
  return ExpectEnding12(std::move(ending), cx, next);
}

Result<Moved> WithMaster(const ServerFlight12& flight, MasterSecret secret, Context& cx,
                         AfterClientKeyExchange12 next) {
  ClientEnding12 ending;
  ending.master = {.secret = std::move(secret), .extended = flight.extended_master_secret};
  ending.session_id = flight.session_id;
  ending.ticket_expected = flight.ticket_expected;
  MERLON_TRY(LogMaster12(ending.master, cx));
  if (flight.certificate_requested && cx.negotiated.credential != nullptr) {
    MERLON_ASSIGN_OR_RETURN(const Bytes content, LoggedMessages(cx));
    MERLON_TRY(
        cx.Request(Sign{cx.negotiated.credential, cx.negotiated.client_scheme->id, content}));
    return next.To(AwaitClientSignature12{.ending = std::move(ending)});
  }
  return FinishFlight(std::move(ending), cx, next);
}

}  // namespace

Result<void> TakeEcdheParams(const EcdheParams& params, ServerFlight12& flight, Context& cx) {
  // RFC 8422 s5.4: the client "verifies [...] that the parameters [are] of a supported curve".
  const NamedGroup* group = FindGroup12(params.group, cx.common);
  if (group == nullptr) return IllegalParameter();
  if (params.point.size() != group->server_share_size) {
    return IllegalParameter(Code::kBadPublicValue);
  }
  cx.negotiated.group = group;
  MERLON_ASSIGN_OR_RETURN(flight.point, cx.Keep(params.point));
  return {};
}

Result<Moved> On(ExpectPskFlight12& s, const ServerKeyExchange& m, Context& cx,
                 Into<ExpectPskFlight12> next) {
  MERLON_TRY(CheckEpoch12(Epoch::kPlain, cx));
  if (s.key_exchange_seen) return PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
  Reader reader(m.body);
  Bytes hint;  // RFC 4279 s5.2: without a profile that explains it, the client ignores it
  if (!reader.Prefixed<2>(&hint)) return DecodeError();
  if (cx.negotiated.suite->key_exchange == KeyExchange::kEcdhePsk) {
    MERLON_ASSIGN_OR_RETURN(const EcdheParams params, ReadEcdheParams(reader));
    MERLON_TRY(TakeEcdheParams(params, s.flight, cx));
  }
  if (!reader.done()) return DecodeError(Code::kTrailingData);
  MERLON_TRY(Absorb12(cx));
  return next.To(ExpectPskFlight12{.flight = s.flight, .key_exchange_seen = true});
}

Result<Moved> On(ExpectPskFlight12& s, const ServerHelloDone&, Context& cx,
                 Into<AwaitClientShare12, AwaitClientMaster12> next) {
  MERLON_TRY(CheckEpoch12(Epoch::kPlain, cx));
  const bool ecdhe = cx.negotiated.suite->key_exchange == KeyExchange::kEcdhePsk;
  if (ecdhe && !s.key_exchange_seen) {
    return PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
  }
  MERLON_TRY(Absorb12(cx));
  cx.negotiated.psk = &cx.common.psks12[0];
  if (ecdhe) {
    MERLON_TRY(cx.Request(Encapsulate{cx.negotiated.group->id, s.flight.point}));
    return next.To(AwaitClientShare12{.flight = s.flight});
  }
  MERLON_TRY(EmitKeyExchange({}, cx));
  MERLON_TRY(RequestPskMaster12(s.flight.extended_master_secret, std::nullopt, cx));
  return next.To(AwaitClientMaster12{.flight = s.flight});
}

Result<Moved> On(AwaitClientShare12& s, const Encapsulated& made, Context& cx,
                 Into<AwaitClientMaster12, AwaitClientSignature12, ExpectNewSessionTicket12,
                      ExpectServerChangeCipherSpec12, ExpectServerFinished12>
                     next) {
  if (made.share.size() != cx.negotiated.group->client_share_size) {
    return DriverError(Code::kOperationFailed);
  }
  MERLON_TRY(EmitKeyExchange(made.share, cx));
  if (cx.negotiated.psk != nullptr) {
    MERLON_ASSIGN_OR_RETURN(const Bytes secret, cx.Keep(made.secret));
    MERLON_TRY(RequestPskMaster12(s.flight.extended_master_secret, secret, cx));
    return next.To(AwaitClientMaster12{.flight = s.flight});
  }
  MERLON_ASSIGN_OR_RETURN(const MasterSeed seed, SeedOfMaster(s.flight.extended_master_secret, cx));
  return WithMaster(s.flight, DeriveMaster12(*cx.negotiated.suite->hash, made.secret, seed), cx,
                    next);
}

Result<Moved> On(AwaitClientMaster12& s, const MasterDerived& derived, Context& cx,
                 AfterClientKeyExchange12 next) {
  if (derived.master.size() != kMasterSecretSize) return DriverError(Code::kOperationFailed);
  cx.negotiated.authentication = Authentication::kExternalPsk;
  return WithMaster(s.flight, MasterSecret::CopyOf(derived.master), cx, next);
}

Result<Moved> On(AwaitClientSignature12& s, const Signature& signature, Context& cx,
                 AfterClientFlight12 next) {
  MERLON_TRY(Emit12(
      Epoch::kPlain,
      CertificateVerify{.scheme = cx.negotiated.client_scheme->id, .signature = signature.value},
      cx));
  cx.negotiated.client_certificate = ClientCertificate::kVerified;
  const crypto::Digest own_leaf =
      crypto::HashOf(*cx.negotiated.suite->hash, cx.negotiated.credential->chain_der[0]);
  MERLON_ASSIGN_OR_RETURN(cx.negotiated.client_identity, cx.Keep(own_leaf.view()));
  return FinishFlight(std::move(s.ending), cx, next);
}

}  // namespace merlon::tls
