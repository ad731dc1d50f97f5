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
                    AsText(session->server_name) == cx.negotiated.server_name &&
                    SpeaksForUs(*session, *suite->hash, *cx.client);
  // RFC 9846 s4.6.1: "Clients MUST NOT cache tickets for longer than 7 days", nor beyond lifetime.
  const bool fresh = age.count() >= 0 && age.count() < session->lifetime;
  if (!fits || !fresh) return std::optional<OfferedPsk>();
  OfferedPsk psk = {.hash = suite->hash};
  MERLON_ASSIGN_OR_RETURN(psk.secret, cx.Keep(session->psk.reveal()));
  MERLON_ASSIGN_OR_RETURN(psk.identity, cx.Keep(session->ticket));
  MERLON_ASSIGN_OR_RETURN(psk.client_identity, cx.Keep(session->client_identity));
  if (session->client_authentication != ClientAuthentication::kNone) {
    psk.client_certificate =
        session->client_authenticated ? ClientCertificate::kVerified : ClientCertificate::kNone;
  }
  // s4.2.11.1: milliseconds since the ticket came, plus ticket_age_add, modulo 2^32.
  psk.obfuscated_age = static_cast<uint32_t>(age.count()) * 1000 + session->age_add;
  return std::optional<OfferedPsk>(psk);
}

Result<Resumable> TakeSession(Bytes encoded, Context& cx) {
  Resumable out;
  MERLON_ASSIGN_OR_RETURN(out.psk, PskOfSession(encoded, cx));
  if (cx.offer12 != nullptr) {
    MERLON_ASSIGN_OR_RETURN(out.session12, cx.offer12->take_session(encoded, cx));
  }
  return out;
}

// The i-th of the groups for which the first ClientHello brings a share; null: there are fewer.
const NamedGroup* ShareGroup(const Context& cx, size_t i) {
  const ClientConfig& config = *cx.client;
  const bool datagrams = cx.decode.transport == Transport::kDatagram;
  const auto& named = datagrams && !config.datagram_key_shares.empty() ? config.datagram_key_shares
                                                                       : config.key_shares;
  if (named.empty()) return i == 0 ? cx.common.groups[0] : nullptr;
  return i < named.size() ? named.data()[i] : nullptr;
}

Result<Moved> RequestShares(absl::Span<OfferedPsk> psks, const OfferedSession12* session12,
                            Context& cx, Into<AwaitShares> next) {
  const NamedGroup* group = ShareGroup(cx, 0);
  MERLON_TRY(cx.Request(GenerateShare{group->id}));
  return next.To(
      AwaitShares{.offer = {.hello = {}, .shares = {}, .psks = psks, .session12 = session12},
                  .group = group,
                  .cookie = {},
                  .retry = false});
}

// The hash under which an external PSK may be offered here; null: under none.
const crypto::HashAlgorithm* HashFor(const ExternalPsk& psk, const Context& cx) {
  // RFC 9258 s5.1: an imported PSK is for one protocol.
  if (psk.target_protocol != 0 && psk.target_protocol != cx.protocol->version13) return nullptr;
  for (const CipherSuite& suite : cx.common.suites) {
    if (suite.hash->id == psk.hash) return suite.hash;
  }
  return nullptr;
}

// The session's PSK and the external ones, for a server may have forgotten the session; then the
// shares.
Result<Moved> RequestPskOrShares(const Resumable& session, Context& cx,
                                 Into<AwaitPskSecret, AwaitShares> next) {
  const size_t first = session.psk ? 1 : 0;
  size_t count = first;
  for (const ExternalPsk& external : cx.common.psks) count += HashFor(external, cx) != nullptr;
  MERLON_ASSIGN_OR_RETURN(const absl::Span<OfferedPsk> psks, cx.arena.KeepArray<OfferedPsk>(count));
  if (session.psk) psks[0] = *session.psk;
  if (count == first) return RequestShares(psks, session.session12, cx, next);
  size_t at = first;
  for (const ExternalPsk& external : cx.common.psks) {
    const crypto::HashAlgorithm* hash = HashFor(external, cx);
    if (hash == nullptr) continue;
    psks[at].hash = hash;
    psks[at].external = &external;
    psks[at++].identity = external.identity;
  }
  MERLON_TRY(cx.Request(DerivePsk{psks[first].external, psks[first].hash}));
  return next.To(AwaitPskSecret{.psks = psks, .at = first, .session12 = session.session12});
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

// Bytes of the binders of a pre_shared_key, their lengths included.
size_t BindersSize(absl::Span<const OfferedPsk> psks) {
  size_t size = 0;
  for (const OfferedPsk& psk : psks) size += 1 + size_t{psk.hash->size};
  return size;
}

// pre_shared_key with zeros for binders (RFC 9846 s4.2.11).
Result<void> FillPsks(ClientHello& hello, absl::Span<const OfferedPsk> psks,
                      Arena::Scratch& scratch) {
  size_t size = 0;
  for (const OfferedPsk& psk : psks) size += 2 + psk.identity.size() + 4;
  OfferedPsks offered;
  MERLON_ASSIGN_OR_RETURN(offered.identities, WriteList(scratch, size, [&](Writer& w) {
                            for (const OfferedPsk& psk : psks) {
                              w.Prefixed<2>([&] { w.Raw(psk.identity); });
                              w.Int<4>(psk.obfuscated_age);
                            }
                          }));
  MERLON_ASSIGN_OR_RETURN(offered.binders, WriteList(scratch, BindersSize(psks), [&](Writer& w) {
                            for (const OfferedPsk& psk : psks) {
                              w.Int<1>(psk.hash->size);
                              for (size_t i = 0; i < psk.hash->size; ++i) w.Int<1>(0);
                            }
                          }));
  hello.pre_shared_key = offered;
  return {};
}

// Computes the binders over all that stands before them, and puts them in their place, which is the
// end of the message (s4.2.11.2).
void FillBinders(MutableBytes message, absl::Span<const OfferedPsk> psks, const Context& cx) {
  size_t at = message.size() - BindersSize(psks);
  const Bytes truncated = Slice(message, 0, at - 2);
  for (const OfferedPsk& psk : psks) {
    Transcript transcript = cx.transcript ? *cx.transcript : Transcript(*psk.hash);
    transcript.AddWhole(truncated);
    const EarlyStage stage = psk.Stage(cx.protocol->label_prefix);
    const crypto::Digest binder =
        FinishedMac(stage.schedule(), stage.BinderKey(psk.binder_kind()), transcript.Peek());
    memcpy(message.data() + at + 1, binder.view().data(), binder.size());
    at += 1 + binder.size();
  }
}

}  // namespace

EarlyStage OfferedPsk::Stage(crypto::LabelPrefix prefix) const {
  const KeySchedule schedule = {hash, prefix};
  return external != nullptr ? EarlyStage::FromEarlySecret(schedule, secret)
                             : EarlyStage::FromPsk(schedule, secret);
}

BinderKind OfferedPsk::binder_kind() const {
  return external != nullptr ? BinderKindOf(*external) : BinderKind::kResumption;
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
                 Into<AwaitPskSecret, AwaitShares> next) {
  OfferedPsk& psk = s.psks[s.at];
  if (derived.early_secret.size() != psk.hash->size) return DriverError(Code::kOperationFailed);
  MERLON_ASSIGN_OR_RETURN(psk.secret, cx.Keep(derived.early_secret));
  if (++s.at == s.psks.size()) {
    return RequestShares(s.psks, s.session12, cx, next);
  }
  MERLON_TRY(cx.Request(DerivePsk{s.psks[s.at].external, s.psks[s.at].hash}));
  return next.To(AwaitPskSecret(s));
}

Result<Moved> On(AwaitShares& s, const ShareGenerated& made, Context& cx,
                 Into<AwaitShares, ExpectServerHello, ExpectSecondServerHello> next) {
  if (made.share.size() != s.group->client_share_size) return DriverError(Code::kOperationFailed);
  OfferedShare share = {.group = s.group};
  MERLON_ASSIGN_OR_RETURN(share.share, cx.Keep(made.share));
  MERLON_ASSIGN_OR_RETURN(share.private_key, cx.Keep(made.private_key));
  MERLON_TRY(s.offer.shares.Push(share));
  const NamedGroup* another = s.retry ? nullptr : ShareGroup(cx, s.offer.shares.size());
  if (another != nullptr) {
    s.group = another;
    MERLON_TRY(cx.Request(GenerateShare{another->id}));
    return next.To(std::move(s));
  }
  MERLON_TRY(
      SendClientHello(s.offer, s.retry ? HelloKind::kRetry : HelloKind::kFirst, s.cookie, cx));
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
    // RFC 9846 s4.1.2: the second ClientHello repeats the first but for what the retry asks; RFC
    // 6347 s4.2.1: but for the cookie.
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
  if (!offer.psks.empty()) MERLON_TRY(FillPsks(hello, offer.psks, scratch));
  MERLON_ASSIGN_OR_RETURN(const MutableBytes message, cx.Build(hello));
  if (!offer.psks.empty()) FillBinders(message, offer.psks, cx);
  offer.hello = message;
  offer.sent = SentExtensions(hello);
  cx.client_random = offer.random();
  if (retry) cx.transcript->AddWhole(message);
  MERLON_TRY(cx.EmitChangeCipherSpec(retry && !hello.session_id.empty()));
  cx.change_cipher_spec_legal = true;
  return cx.Queue(Epoch::kPlain, message);
}

}  // namespace merlon::tls
