// SPDX-License-Identifier: Apache-2.0
// The server's 1.: what a ClientHello offers against what the configuration wants, and
// HelloRetryRequest (RFC 9846 s4.1.1, s4.1.2, s4.1.4, s9.2).
#include <algorithm>

#include "tls/core/certificate_verify.h"
#include "tls/server/hello.h"
#include "tls/server/select.h"
#include "tls/server/states.h"

namespace merlon::tls {
namespace {

constexpr uint8_t kPskDheKe = 1;

Result<void> TakeSuite(const ClientHello& hello, Context& cx) {
  MERLON_ASSIGN_OR_RETURN(const CipherSuite* suite, ChooseSuite(hello, cx.common));
  // s4.1.4: the suite of a HelloRetryRequest is that of the ServerHello.
  if (cx.negotiated.retried && cx.negotiated.suite != suite) {
    return IllegalParameter(Code::kInconsistentRetry);
  }
  cx.Choose(*suite);
  return {};
}

// The offers that may be used: none without psk_dhe_ke (s4.2.9).
Result<void> TakeOffers(const ClientHello& hello, ServerPlan& plan, Context& cx) {
  for (uint8_t mode : hello.psk_modes.value_or(Bytes())) {
    cx.client_takes_tickets = cx.client_takes_tickets || mode == kPskDheKe;
  }
  if (!hello.pre_shared_key) return {};
  size_t count = 0, binders = 0;
  PskOffer offer;
  Bytes binder;
  for (Reader list(hello.pre_shared_key->identities); NextPskIdentity(list, &offer);) ++count;
  for (Reader list(hello.pre_shared_key->binders); NextPskBinder(list, &binder);) ++binders;
  // s4.2.11: one binder for each identity, "in the same order".
  if (count != binders) return IllegalParameter();
  if (!cx.client_takes_tickets) return {};
  count = std::min<size_t>(count, cx.common.limits.max_psk_offers);
  MERLON_ASSIGN_OR_RETURN(const absl::Span<PskOffer> offers, cx.arena.KeepArray<PskOffer>(count));
  Reader list(hello.pre_shared_key->identities);
  for (PskOffer& kept : offers) {
    if (!NextPskIdentity(list, &kept)) return LocalError(Code::kInternal);
  }
  plan.offers = offers;
  plan.binders = hello.pre_shared_key->binders;
  plan.truncated_size = hello.pre_shared_key->truncated_size;
  return {};
}

Result<ServerPlan> MakePlan(const ClientHello& hello, Bytes body, Context& cx) {
  ServerPlan plan = {.body = body, .session_id = hello.session_id, .peer_share = {}};
  MERLON_TRY(ChooseAlpn(hello, cx));
  MERLON_TRY(TakeOffers(hello, plan, cx));
  if (hello.signature_algorithms) {
    MERLON_ASSIGN_OR_RETURN(plan.schemes, KeepSigningSchemes(*hello.signature_algorithms, cx));
  }
  plan.authorities = hello.certificate_authorities.value_or(Bytes());
  if (hello.server_name) cx.negotiated.server_name = *hello.server_name;
  plan.server_name_used = hello.server_name.has_value();
  plan.status_wanted = WantsStatus(hello);
  if (hello.quic_transport_parameters) {
    cx.negotiated.peer_transport_parameters = *hello.quic_transport_parameters;
  }
  return plan;
}

Result<Moved> SendRetry(const ClientHello& hello, Bytes body, Context& cx,
                        Into<ExpectSecondClientHello> next) {
  cx.negotiated.retried = true;
  cx.transcript->Add({ClientHello::kType, body, 0});
  cx.transcript->BecomeMessageHash();
  HelloRetryRequest retry =
      RetryFor(*cx.protocol, *cx.negotiated.suite, cx.negotiated.group, /*cookie=*/{});
  // RFC 9147 s5.4: legacy_session_id_echo is empty in DTLS.
  if (cx.decode.transport != Transport::kDatagram) retry.session_id = hello.session_id;
  MERLON_TRY(cx.Emit(Epoch::kPlain, ServerHelloMessage{retry}));
  MERLON_TRY(cx.EmitChangeCipherSpec(!hello.session_id.empty()));
  if (hello.early_data) MERLON_TRY(cx.outbox.Push(SkipEarlyData{true, kMaxSkippedEarlyData}));
  return next.To(ExpectSecondClientHello{});
}

// What both ClientHellos go through. Gives the plan, its share empty where a retry is needed.
Result<ServerPlan> Understand(const ClientHello& hello, Bytes body, Context& cx) {
  MERLON_TRY(CheckHello13(hello, cx.decode.transport));
  MERLON_TRY(TakeSuite(hello, cx));
  MERLON_ASSIGN_OR_RETURN(const NamedGroup* group, ChooseGroup(hello, cx.common));
  if (cx.negotiated.retried && group != cx.negotiated.group) {
    return IllegalParameter(Code::kInconsistentRetry);
  }
  cx.negotiated.group = group;
  MERLON_ASSIGN_OR_RETURN(const std::optional<Bytes> share, FindShare(hello, *group));
  MERLON_ASSIGN_OR_RETURN(ServerPlan plan, MakePlan(hello, body, cx));
  if (share) plan.peer_share = *share;
  return plan;
}

// Puts the connection where it would be had it sent the retry itself (s4.2.2): the suite and the
// group are what the second ClientHello makes us choose again, the cookie is in it.
Result<void> RestoreRetry(const RetriedHello& retried, const ClientHello& m, Context& cx) {
  MERLON_TRY(CheckHello13(m, cx.decode.transport));
  MERLON_TRY(TakeSuite(m, cx));
  MERLON_ASSIGN_OR_RETURN(cx.negotiated.group, ChooseGroup(m, cx.common));
  if (!m.cookie || retried.hash.size() != cx.negotiated.suite->hash->size) {
    return IllegalParameter(Code::kInconsistentRetry);
  }
  cx.negotiated.retried = true;
  cx.change_cipher_spec_legal = true;
  MERLON_TRY(cx.StartTranscript());
  cx.transcript->AddMessageHash(retried.hash.view());
  const size_t mark = cx.arena.mark();
  MERLON_ASSIGN_OR_RETURN(const MutableBytes retry,
                          cx.Build(ServerHelloMessage{RetryFor(
                              *cx.protocol, *cx.negotiated.suite,
                              retried.group_named ? cx.negotiated.group : nullptr, *m.cookie)}));
  cx.transcript->AddWhole(retry);
  cx.arena.ReleaseTo(mark);
  return {};
}

Result<Moved> TakeSecondHello(
    const ClientHello& m, bool group_named, Context& cx,
    Into<AwaitPskChoice, AwaitPskEarlySecret, AwaitTicket, AwaitCredential> next) {
  const Error inconsistent = IllegalParameter(Code::kInconsistentRetry);
  if (!m.supported_versions || !m.supported_versions->Contains(cx.protocol->version13)) {
    return inconsistent;
  }
  // s4.2.10: "A client MUST NOT include the "early_data" extension in its followup ClientHello."
  if (m.early_data) return inconsistent;
  MERLON_ASSIGN_OR_RETURN(const Bytes body, cx.Keep(cx.message.body));
  MERLON_ASSIGN_OR_RETURN(const ClientHello hello, DecodeKept(body, cx));
  cx.client_random = hello.random;
  MERLON_ASSIGN_OR_RETURN(ServerPlan plan, Understand(hello, body, cx));
  if (plan.peer_share.empty()) return inconsistent;
  // s4.2.8: where the retry named a group, the one share is for that.
  KeyShareEntry first, second;
  Reader shares(*hello.key_share);
  if (group_named && NextKeyShare(shares, &first) && NextKeyShare(shares, &second)) {
    return inconsistent;
  }
  return ChooseAuthentication(std::move(plan), cx, next);
}

}  // namespace

Bytes ServerPlan::Binder(size_t index) const {
  Bytes binder;
  Reader list(binders);
  for (size_t i = 0; i <= index; ++i) {
    if (!NextPskBinder(list, &binder)) return {};
  }
  return binder;
}

Result<Moved> On(ExpectClientHello&, const ClientHello& m, Context& cx,
                 Into<ExpectSecondClientHello, AwaitPskChoice, AwaitPskEarlySecret, AwaitTicket,
                      AwaitCredential, ExpectClientHello12>
                     next) {
  MERLON_ASSIGN_OR_RETURN(const bool is13, ChooseTls13(m, cx.common, cx.decode.transport));
  if (const RetriedHello* retried = std::exchange(cx.retried, nullptr)) {
    if (!is13) return IllegalParameter(Code::kInconsistentRetry);
    MERLON_TRY(RestoreRetry(*retried, m, cx));
    return TakeSecondHello(m, retried->group_named, cx, next);
  }
  if (!is13) return next.Fork(ExpectClientHello12());
  MERLON_ASSIGN_OR_RETURN(const Bytes body, cx.Keep(cx.message.body));
  MERLON_ASSIGN_OR_RETURN(const ClientHello hello, DecodeKept(body, cx));
  MERLON_ASSIGN_OR_RETURN(ServerPlan plan, Understand(hello, body, cx));
  cx.client_random = hello.random;
  cx.change_cipher_spec_legal = true;
  MERLON_TRY(cx.StartTranscript());
  if (plan.peer_share.empty()) return SendRetry(hello, body, cx, next);
  if (hello.early_data) MERLON_TRY(cx.outbox.Push(SkipEarlyData{false, kMaxSkippedEarlyData}));
  return ChooseAuthentication(std::move(plan), cx, next);
}

Result<Moved> On(ExpectSecondClientHello&, const ClientHello& m, Context& cx,
                 Into<AwaitPskChoice, AwaitPskEarlySecret, AwaitTicket, AwaitCredential> next) {
  // s4.1.2: the second ClientHello is the first, but for what the retry asked to change.
  if (m.random != cx.client_random) return IllegalParameter(Code::kInconsistentRetry);
  return TakeSecondHello(m, /*group_named=*/true, cx, next);
}

}  // namespace merlon::tls
