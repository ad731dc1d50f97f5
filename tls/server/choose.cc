// SPDX-License-Identifier: Apache-2.0
// The server's 2.: a PSK (external, or of a ticket) whose binder is right, else a credential (RFC
// 9846 s4.2.11, s4.4.2.2). Each decision is an operation.
#include <algorithm>

#include "crypto/base/constant_time.h"
#include "tls/core/certificates.h"
#include "tls/server/hello.h"
#include "tls/server/states.h"
#include "tls/session.h"

namespace merlon::tls {
namespace {

Result<Moved> RequestCredential(ServerPlan plan, Context& cx, Into<AwaitCredential> next) {
  cx.transcript->Add({ClientHello::kType, plan.body, 0});
  // Without certificates on our side, or schemes on theirs, nothing but a PSK could have served.
  if (cx.server->credentials.empty() && !cx.server->choose_credential) {
    return PeerError(Code::kUnknownPskIdentity, Alert::kUnknownPskIdentity);
  }
  // s9.2: a client without a usable PSK needs signature_algorithms.
  if (plan.schemes.empty()) return PeerError(Code::kMissingExtension, Alert::kMissingExtension);
  MERLON_TRY(cx.Request(ChooseCredential{.server_name = cx.negotiated.server_name,
                                         .schemes = plan.schemes,
                                         .authorities = plan.authorities,
                                         .as_server = true}));
  return next.To(AwaitCredential{.plan = plan});
}

Result<Moved> RequestPsk(ServerPlan plan, Context& cx, Into<AwaitPskEarlySecret> next) {
  cx.negotiated.psk = plan.psk;
  MERLON_TRY(cx.Request(DerivePsk{plan.psk, cx.negotiated.suite->hash}));
  return next.To(AwaitPskEarlySecret{.plan = plan});
}

bool IsExternal(Bytes identity, const CommonConfig& config) {
  return std::any_of(config.psks.begin(), config.psks.end(),
                     [&](const ExternalPsk& psk) { return psk.identity == identity; });
}

// Asks about the next offer that may be a ticket: of those before the external PSK that was chosen,
// because a client puts first what it wants most; of all, where none was.
Result<Moved> RequestTicket(ServerPlan plan, size_t index, Context& cx,
                            Into<AwaitTicket, AwaitPskEarlySecret, AwaitCredential> next) {
  const size_t end = plan.psk != nullptr ? plan.psk_index : plan.offers.size();
  while (index < end && IsExternal(plan.offers[index].identity, cx.common)) ++index;
  if (index < end && cx.server->tickets != 0) {
    MERLON_TRY(cx.Request(OpenTicket{plan.offers[index].identity}));
    return next.To(AwaitTicket{.plan = plan, .index = static_cast<uint16_t>(index)});
  }
  if (plan.psk != nullptr) return RequestPsk(plan, cx, next);
  return RequestCredential(plan, cx, next);
}

Result<Moved> RequestEncapsulation(const ServerPlan& plan, EarlyStage stage,
                                   std::optional<uint16_t> psk_index, Context& cx,
                                   Into<AwaitEncapsulation> next) {
  MERLON_TRY(cx.Request(Encapsulate{cx.negotiated.group->id, plan.peer_share}));
  return next.To(AwaitEncapsulation{.stage = std::move(stage),
                                    .session_id = plan.session_id,
                                    .psk_index = psk_index,
                                    .server_name_used = plan.server_name_used,
                                    .status_wanted = plan.status_wanted});
}

// s4.2.11: "Prior to accepting PSK key establishment, the server MUST validate the corresponding
// binder value [...]. If this value is not present or does not validate, the server MUST abort the
// handshake."
Result<void> CheckBinder(const ServerPlan& plan, size_t index, const EarlyStage& stage,
                         BinderKind kind, Context& cx) {
  Transcript transcript = *cx.transcript;
  transcript.AddTruncated(ClientHello::kType, Slice(plan.body, 0, plan.truncated_size),
                          plan.body.size());
  const crypto::Digest expected =
      FinishedMac(stage.schedule(), stage.BinderKey(kind), transcript.Peek());
  if (!ConstantTimeEqual(expected.view(), plan.Binder(index))) {
    return PeerError(Code::kBadBinder, Alert::kDecryptError);
  }
  cx.transcript->Add({ClientHello::kType, plan.body, 0});
  return {};
}

// May this ticket's session go on here and now? (s4.6.1, s4.2.11)
bool Resumable(const Session& session, const Context& cx) {
  const auto age = cx.now.wall - session.issued;
  const crypto::HashAlgorithm* hash = nullptr;
  for (const CipherSuite& suite : cx.common.suites) {
    if (suite.id == session.cipher_suite) hash = suite.hash;
  }
  return session.version == 0x0304 && session.transport == cx.decode.transport &&
         hash == cx.negotiated.suite->hash && age.count() >= 0 && age.count() < session.lifetime &&
         AsText(session.server_name) == cx.negotiated.server_name &&
         MeetsClientAuthentication(session, *cx.server);
}

}  // namespace

Result<Moved> ChooseAuthentication(
    ServerPlan plan, Context& cx,
    Into<AwaitPskChoice, AwaitPskEarlySecret, AwaitTicket, AwaitCredential> next) {
  if (plan.offers.empty()) return RequestCredential(plan, cx, next);
  if (cx.common.psks.empty()) return RequestTicket(plan, 0, cx, next);
  MERLON_TRY(
      cx.Request(ChoosePsk{plan.offers, cx.negotiated.suite->hash->id, cx.protocol->version13}));
  return next.To(AwaitPskChoice{.plan = plan});
}

Result<Moved> On(AwaitPskChoice& s, const PskChosen& chosen, Context& cx,
                 Into<AwaitPskEarlySecret, AwaitTicket, AwaitCredential> next) {
  if (chosen.psk == nullptr) return RequestTicket(s.plan, 0, cx, next);
  const bool other_protocol =
      chosen.psk->target_protocol != 0 && chosen.psk->target_protocol != cx.protocol->version13;
  if (chosen.index >= s.plan.offers.size() || chosen.psk->hash != cx.negotiated.suite->hash->id ||
      other_protocol) {
    return DriverError(Code::kOperationFailed);
  }
  s.plan.psk = chosen.psk;
  s.plan.psk_index = chosen.index;
  return RequestTicket(s.plan, 0, cx, next);
}

Result<Moved> On(AwaitPskEarlySecret& s, const PskDerived& derived, Context& cx,
                 Into<AwaitEncapsulation> next) {
  if (derived.early_secret.size() != cx.negotiated.suite->hash->size) {
    return DriverError(Code::kOperationFailed);
  }
  EarlyStage stage = EarlyStage::FromEarlySecret(cx.schedule(), derived.early_secret);
  MERLON_TRY(CheckBinder(s.plan, s.plan.psk_index, stage, BinderKindOf(*cx.negotiated.psk), cx));
  cx.negotiated.authentication = Authentication::kExternalPsk;
  return RequestEncapsulation(s.plan, std::move(stage), s.plan.psk_index, cx, next);
}

Result<Moved> On(AwaitTicket& s, const TicketOpened& opened, Context& cx,
                 Into<AwaitTicket, AwaitPskEarlySecret, AwaitCredential, AwaitEncapsulation> next) {
  const Result<Session> session = Session::Decode(opened.session);
  if (opened.session.empty() || !session.ok() || !Resumable(*session, cx)) {
    return RequestTicket(s.plan, s.index + size_t{1}, cx, next);
  }
  EarlyStage stage = EarlyStage::FromPsk(cx.schedule(), session->psk.reveal());
  MERLON_TRY(CheckBinder(s.plan, s.index, stage, BinderKind::kResumption, cx));
  cx.negotiated.authentication = Authentication::kResumption;
  MERLON_TRY(TakeClient(*session, cx));
  return RequestEncapsulation(s.plan, std::move(stage), s.index, cx, next);
}

Result<Moved> On(AwaitCredential& s, const CredentialChosen& chosen, Context& cx,
                 Into<AwaitEncapsulation> next) {
  if (chosen.credential == nullptr) {
    return PeerError(Code::kNoSharedSignatureScheme, Alert::kHandshakeFailure);
  }
  MERLON_ASSIGN_OR_RETURN(cx.negotiated.scheme, CheckChoice(chosen, s.plan.schemes));
  cx.negotiated.credential = chosen.credential;
  cx.negotiated.authentication = Authentication::kCertificate;
  return RequestEncapsulation(s.plan, EarlyStage::WithoutPsk(cx.schedule()), std::nullopt, cx,
                              next);
}

}  // namespace merlon::tls
