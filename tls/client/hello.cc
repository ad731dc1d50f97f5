// SPDX-License-Identifier: Apache-2.0
// Gathers what a ClientHello offers (a session or an external PSK, then key shares, each an
// operation), and writes it (RFC 9846 s4.1.2).
#include <cstring>

#include "tls/client/states.h"
#include "tls/msgs/client_hello.h"
#include "tls/session.h"

namespace merlon::tls {
namespace {

constexpr size_t kRandomSize = 32;

// What a session gives: a PSK of TLS 1.3, or a session of TLS 1.2.
struct Resumable {
  std::optional<OfferedPsk> psk;
  const OfferedSession12* session12 = nullptr;
};

// The PSK of a session that may be resumed here and now; nothing, where it may not.
Result<std::optional<OfferedPsk>> PskOfSession(Bytes encoded, Context& cx) {
  const Result<Session> session = Session::Decode(encoded);
  if (!session.ok()) return std::optional<OfferedPsk>();
  const CipherSuite* suite = FindSuite(cx.common.suites, session->cipher_suite);
  const auto age = cx.now.wall - session->issued;
  const bool fits = suite != nullptr && session->version == 0x0304 &&
                    session->transport == cx.decode.transport &&
                    AsText(session->server_name) == cx.negotiated.server_name;
  // RFC 9846 s4.6.1: "Clients MUST NOT cache tickets for longer than 7 days", nor beyond lifetime.
  const bool fresh = age.count() >= 0 && age.count() < session->lifetime;
  if (!fits || !fresh) return std::optional<OfferedPsk>();
  OfferedPsk psk = {.hash = suite->hash};
  MERLON_ASSIGN_OR_RETURN(psk.secret, cx.Keep(session->psk.reveal()));
  MERLON_ASSIGN_OR_RETURN(psk.identity, cx.Keep(session->ticket));
  // s4.2.11.1: milliseconds since the ticket came, plus ticket_age_add, modulo 2^32.
  psk.obfuscated_age = static_cast<uint32_t>(age.count()) * 1000 + session->age_add;
  return std::optional<OfferedPsk>(psk);
}

Result<Resumable> TakeSession(Bytes encoded, Context& cx) {
  Resumable out;
  MERLON_ASSIGN_OR_RETURN(out.psk, PskOfSession(encoded, cx));
  MERLON_ASSIGN_OR_RETURN(out.session12, TakeSession12(encoded, cx));
  return out;
}

Result<Moved> RequestShares(const Resumable& session, Context& cx, Into<AwaitShares> next) {
  const NamedGroup* group = cx.common.groups[0];
  MERLON_TRY(cx.Request(GenerateShare{group->id}));
  return next.To(AwaitShares{.offer = {.hello = {},
                                       .shares = {},
                                       .psk = session.psk,
                                       .session12 = session.session12},
                             .group = group,
                             .cookie = {},
                             .retry = false});
}

// An external PSK where there is no session to resume; then the shares.
Result<Moved> RequestPskOrShares(const Resumable& session, Context& cx,
                                 Into<AwaitPskSecret, AwaitShares> next) {
  if (!session.psk && !cx.common.psks.empty()) {
    const ExternalPsk& external = cx.common.psks[0];
    for (const CipherSuite& suite : cx.common.suites) {
      if (suite.hash->id != external.hash) continue;
      MERLON_TRY(cx.Request(DerivePsk{&external, suite.hash}));
      return next.To(AwaitPskSecret{.session12 = session.session12});
    }
  }
  return RequestShares(session, cx, next);
}

Result<void> FillShares(ClientHello& hello, const ClientOffer& offer, Arena::Scratch& scratch) {
  size_t size = 0;
  for (const OfferedShare& share : offer.shares) size += 4 + share.share.size();
  MERLON_ASSIGN_OR_RETURN(hello.key_share, WriteList(scratch, size, [&](Writer& w) {
                            for (const OfferedShare& share : offer.shares) {
                              w.Int<2>(static_cast<uint16_t>(share.group->id));
                              w.Prefixed<2>([&] { w.Raw(share.share); });
                            }
                          }));
  return {};
}

// pre_shared_key with zeros for a binder (RFC 9846 s4.2.11).
Result<void> FillPsk(ClientHello& hello, const OfferedPsk& psk, Arena::Scratch& scratch) {
  OfferedPsks offered;
  MERLON_ASSIGN_OR_RETURN(offered.identities,
                          WriteList(scratch, 2 + psk.identity.size() + 4, [&](Writer& w) {
                            w.Prefixed<2>([&] { w.Raw(psk.identity); });
                            w.Int<4>(psk.obfuscated_age);
                          }));
  MERLON_ASSIGN_OR_RETURN(offered.binders, WriteList(scratch, 1 + psk.hash->size, [&](Writer& w) {
                            w.Prefixed<1>([&] {
                              for (size_t i = 0; i < psk.hash->size; ++i) w.Int<1>(0);
                            });
                          }));
  hello.pre_shared_key = offered;
  return {};
}

// Computes the binder over all that stands before the binders, and puts it in its place, which is
// the end of the message (s4.2.11.2).
void FillBinder(MutableBytes message, const OfferedPsk& psk, Context& cx) {
  const size_t binder_size = psk.hash->size;
  const size_t truncated = message.size() - binder_size - 3;
  Transcript transcript = cx.transcript ? *cx.transcript : Transcript(*psk.hash);
  transcript.AddWhole(Slice(message, 0, truncated));
  const EarlyStage stage = psk.Stage(cx.protocol->label_prefix);
  const crypto::Digest binder =
      FinishedMac(stage.schedule(), stage.BinderKey(psk.binder_kind()), transcript.Peek());
  memcpy(message.data() + message.size() - binder_size, binder.view().data(), binder_size);
}

}  // namespace

EarlyStage OfferedPsk::Stage(crypto::LabelPrefix prefix) const {
  const KeySchedule schedule = {hash, prefix};
  return external != nullptr ? EarlyStage::FromEarlySecret(schedule, secret)
                             : EarlyStage::FromPsk(schedule, secret);
}

Result<Moved> On(ClientStart& s, const Begin&, Context& cx,
                 Into<AwaitSession, AwaitPskSecret, AwaitShares, ClientStart12> next) {
  if (cx.common.suites.empty()) return next.Fork(ClientStart12{s.session});
  // RFC 9001 s8.2: "Endpoints MUST NOT send this extension in a TLS connection that does not use
  // QUIC".
  if (cx.decode.transport != Transport::kMessage && !cx.transport_parameters.empty()) {
    return Error{Code::kBadConfig, Alert::kNone, Origin::kLocal};
  }
  cx.NewFlight();
  if (s.session.empty() && cx.client->look_up_sessions) {
    MERLON_TRY(cx.Request(LookUpSession{AsBytes(cx.negotiated.server_name)}));
    return next.To(AwaitSession{});
  }
  MERLON_ASSIGN_OR_RETURN(const Resumable session, TakeSession(s.session, cx));
  return RequestPskOrShares(session, cx, next);
}

Result<Moved> On(AwaitSession&, const SessionFound& found, Context& cx,
                 Into<AwaitPskSecret, AwaitShares> next) {
  MERLON_ASSIGN_OR_RETURN(const Resumable session, TakeSession(found.session, cx));
  return RequestPskOrShares(session, cx, next);
}

Result<Moved> On(AwaitPskSecret& s, const PskDerived& derived, Context& cx,
                 Into<AwaitShares> next) {
  const ExternalPsk& external = cx.common.psks[0];
  OfferedPsk psk = {.external = &external, .identity = external.identity};
  for (const CipherSuite& suite : cx.common.suites) {
    if (suite.hash->id == external.hash) psk.hash = suite.hash;
  }
  if (derived.early_secret.size() != psk.hash->size) return DriverError(Code::kOperationFailed);
  MERLON_ASSIGN_OR_RETURN(psk.secret, cx.Keep(derived.early_secret));
  return RequestShares({.psk = psk, .session12 = s.session12}, cx, next);
}

Result<Moved> On(AwaitShares& s, const ShareGenerated& made, Context& cx,
                 Into<AwaitShares, ExpectServerHello, ExpectSecondServerHello> next) {
  if (made.share.size() != s.group->client_share_size) return DriverError(Code::kOperationFailed);
  OfferedShare share = {.group = s.group};
  MERLON_ASSIGN_OR_RETURN(share.share, cx.Keep(made.share));
  MERLON_ASSIGN_OR_RETURN(share.private_key, cx.Keep(made.private_key));
  MERLON_TRY(s.offer.shares.Push(share));
  const size_t made_so_far = s.offer.shares.size();
  if (!s.retry && made_so_far < cx.client->key_shares && made_so_far < cx.common.groups.size()) {
    s.group = cx.common.groups[made_so_far];
    MERLON_TRY(cx.Request(GenerateShare{s.group->id}));
    return next.To(std::move(s));
  }
  MERLON_TRY(SendClientHello(s.offer, s.retry ? HelloKind::kRetry : HelloKind::kFirst, s.cookie, cx));
  if (s.retry) return next.To(ExpectSecondServerHello{.offer = std::move(s.offer)});
  return next.To(ExpectServerHello{.offer = std::move(s.offer)});
}

Result<void> SendClientHello(ClientOffer& offer, HelloKind kind, Bytes cookie, Context& cx) {
  const bool retry = kind == HelloKind::kRetry;
  Arena::Scratch scratch(cx.arena);
  ClientHello hello;
  MERLON_TRY(FillHello(hello, offer, scratch, cx));
  uint8_t random[kRandomSize], session_id[kSessionIdSize];
  if (kind != HelloKind::kFirst) {
    // RFC 9846 s4.1.2: the second ClientHello repeats the first but for what the retry asks; RFC 6347
    // s4.2.1: but for the cookie.
    hello.random = offer.random();
    hello.session_id = offer.session_id();
  } else {
    cx.random.Fill(MutableBytes(random));
    hello.random = random;
    if (hello.session_id.empty() && cx.protocol->change_cipher_spec &&
        cx.client->middlebox_compatibility) {
      cx.random.Fill(MutableBytes(session_id));
      hello.session_id = session_id;
    }
  }
  if (retry && !cookie.empty()) hello.cookie = cookie;
  if (kind == HelloKind::kVerified) hello.cookie12 = cookie;
  if (cx.decode.transport == Transport::kMessage) {
    hello.quic_transport_parameters = cx.transport_parameters;
  }
  MERLON_TRY(FillShares(hello, offer, scratch));
  // s4.2.9: psk_dhe_ke alone; sent whenever tickets may be used later.
  hello.psk_modes = AsBytes("\x01");
  if (offer.psk) MERLON_TRY(FillPsk(hello, *offer.psk, scratch));
  MERLON_ASSIGN_OR_RETURN(const MutableBytes message, cx.Build(hello));
  if (offer.psk) FillBinder(message, *offer.psk, cx);
  offer.hello = message;
  offer.sent = SentExtensions(hello);
  cx.client_random = offer.random();
  if (retry) cx.transcript->AddWhole(message);
  MERLON_TRY(cx.EmitChangeCipherSpec(retry && !hello.session_id.empty()));
  cx.change_cipher_spec_legal = true;
  return cx.Queue(Epoch::kPlain, message);
}

}  // namespace merlon::tls
