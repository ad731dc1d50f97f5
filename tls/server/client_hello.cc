// SPDX-License-Identifier: Apache-2.0
// The server's 1.: what a ClientHello offers against what the configuration wants, and
// HelloRetryRequest (RFC 9846 s4.1.1, s4.1.2, s4.1.4, s9.2).
#include <algorithm>

#include "tls/core/certificate_verify.h"
#include "tls/msgs/server_hello.h"
#include "tls/server/hello.h"
#include "tls/server/states.h"

namespace merlon::tls {
namespace {

constexpr uint8_t kPskDheKe = 1;

// RFC 9846 s4.1.2 and s9.2: what a ClientHello of TLS 1.3 must look like.
Result<void> CheckHello(const ClientHello& hello, Context& cx) {
  // "For every TLS 1.3 ClientHello, this vector MUST contain exactly one byte, set to zero [...]
  // the server MUST abort the handshake with an "illegal_parameter" alert."
  if (hello.compression_methods.size() != 1 || hello.compression_methods[0] != 0) {
    return IllegalParameter();
  }
  // RFC 9147 s5.3: legacy_cookie "MUST be set to the zero-length vector [...] abort the handshake
  // with an "illegal_parameter" alert".
  if (!hello.cookie12.empty()) return IllegalParameter();
  const Error missing = PeerError(Code::kMissingExtension, Alert::kMissingExtension);
  // s9.2: "If containing a "supported_groups" extension, it MUST also contain a "key_share"
  // extension, and vice versa"; and without a PSK both, and signature_algorithms.
  if (hello.supported_groups.has_value() != hello.key_share.has_value()) return missing;
  if (!hello.pre_shared_key && (!hello.signature_algorithms || !hello.supported_groups)) {
    return missing;
  }
  // s4.2.9: "If clients offer "pre_shared_key" without a "psk_key_exchange_modes" extension,
  // servers MUST abort the handshake."
  if (hello.pre_shared_key && !hello.psk_modes) return missing;
  // RFC 9001 s8.2.
  const bool quic = cx.decode.transport == Transport::kMessage;
  if (quic && !hello.quic_transport_parameters) return missing;
  // RFC 9001 s8.4: "A server SHOULD treat the receipt of a TLS ClientHello with a non-empty
  // legacy_session_id field as a connection error".
  if (quic && !hello.session_id.empty()) return IllegalParameter();
  return {};
}

// Which version: TLS 1.3, or (false) TLS 1.2. What is configured decides.
Result<bool> ChooseTls13(const ClientHello& hello, const Context& cx) {
  const bool with12 = !cx.common.suites12.empty() && cx.decode.transport != Transport::kMessage;
  const uint16_t version12 = cx.protocol->legacy_version;
  const Error none = PeerError(Code::kProtocolVersion, Alert::kProtocolVersion);
  // RFC 9846 s4.2.1: with supported_versions, "the ClientHello.legacy_version [MUST NOT be used] to
  // determine" the version.
  if (hello.supported_versions) {
    if (!cx.common.suites.empty() && hello.supported_versions->Contains(cx.protocol->version13)) {
      return true;
    }
    if (with12 && hello.supported_versions->Contains(version12)) return false;
    return none;
  }
  // RFC 5246 appendix E.1: a client that knows a later version speaks this one as well. DTLS counts
  // downwards (RFC 6347 s4.1).
  const bool datagram = cx.decode.transport == Transport::kDatagram;
  const bool knows12 = datagram
                           ? hello.legacy_version <= version12 && hello.legacy_version >= 0xfe00
                           : hello.legacy_version >= version12;
  if (with12 && knows12) return false;
  return none;
}

Result<void> ChooseSuite(const ClientHello& hello, Context& cx) {
  for (const CipherSuite& suite : cx.common.suites) {
    if (!hello.cipher_suites.Contains(suite.id)) continue;
    // s4.1.4: the suite of a HelloRetryRequest is that of the ServerHello.
    if (cx.negotiated.retried && cx.negotiated.suite != &suite) {
      return IllegalParameter(Code::kInconsistentRetry);
    }
    cx.Choose(suite);
    return {};
  }
  return PeerError(Code::kNoSharedCipherSuite, Alert::kHandshakeFailure);
}

// The first group of ours that the client supports; null where there is none.
const NamedGroup* ChooseGroup(const ClientHello& hello, const CommonConfig& config) {
  for (const NamedGroup* group : config.groups) {
    if (hello.supported_groups &&
        hello.supported_groups->Contains(static_cast<uint16_t>(group->id))) {
      return group;
    }
  }
  return nullptr;
}

// The share for `group`; nothing, where the client sent none. Checks all shares (s4.2.8).
Result<std::optional<Bytes>> FindShare(const ClientHello& hello, const NamedGroup& group) {
  std::optional<Bytes> found;
  KeyShareEntry entry;
  for (Reader list(*hello.key_share); NextKeyShare(list, &entry);) {
    // "Clients MUST NOT offer multiple KeyShareEntry values for the same group", nor for groups
    // that are not in supported_groups; "servers MAY check for violations".
    if (!hello.supported_groups->Contains(entry.group)) return IllegalParameter();
    KeyShareEntry other;
    for (Reader rest = list; NextKeyShare(rest, &other);) {
      if (other.group == entry.group) return IllegalParameter();
    }
    if (entry.group != static_cast<uint16_t>(group.id)) continue;
    if (entry.key_exchange.size() != group.client_share_size) {
      return IllegalParameter(Code::kBadPublicValue);
    }
    found = entry.key_exchange;
  }
  return found;
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
  HelloRetryRequest retry;
  retry.legacy_version = cx.protocol->legacy_version;
  // RFC 9147 s5.4: legacy_session_id_echo is empty in DTLS.
  if (cx.decode.transport != Transport::kDatagram) retry.session_id = hello.session_id;
  retry.cipher_suite = cx.negotiated.suite->id;
  retry.supported_version = cx.protocol->version13;
  retry.selected_group = static_cast<uint16_t>(cx.negotiated.group->id);
  MERLON_TRY(cx.Emit(Epoch::kPlain, ServerHelloMessage{retry}));
  MERLON_TRY(cx.EmitChangeCipherSpec(!hello.session_id.empty()));
  if (hello.early_data) MERLON_TRY(cx.outbox.Push(SkipEarlyData{true, kMaxSkippedEarlyData}));
  return next.To(ExpectSecondClientHello{});
}

// What both ClientHellos go through. Gives the plan, its share empty where a retry is needed.
Result<ServerPlan> Understand(const ClientHello& hello, Bytes body, Context& cx) {
  MERLON_TRY(CheckHello(hello, cx));
  MERLON_TRY(ChooseSuite(hello, cx));
  const NamedGroup* group = ChooseGroup(hello, cx.common);
  if (group == nullptr) return PeerError(Code::kNoSharedGroup, Alert::kHandshakeFailure);
  if (cx.negotiated.retried && group != cx.negotiated.group) {
    return IllegalParameter(Code::kInconsistentRetry);
  }
  cx.negotiated.group = group;
  MERLON_ASSIGN_OR_RETURN(const std::optional<Bytes> share, FindShare(hello, *group));
  MERLON_ASSIGN_OR_RETURN(ServerPlan plan, MakePlan(hello, body, cx));
  if (share) plan.peer_share = *share;
  return plan;
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
  MERLON_ASSIGN_OR_RETURN(const bool is13, ChooseTls13(m, cx));
  if (!is13) return next.Fork(ExpectClientHello12());
  MERLON_ASSIGN_OR_RETURN(const Bytes body, cx.Keep(cx.message.body));
  MERLON_ASSIGN_OR_RETURN(const ClientHello hello, DecodeKept(body, cx));
  MERLON_ASSIGN_OR_RETURN(ServerPlan plan, Understand(hello, body, cx));
  cx.client_random = hello.random;
  cx.change_cipher_spec_legal = true;
  cx.transcript.emplace(*cx.negotiated.suite->hash);
  if (plan.peer_share.empty()) return SendRetry(hello, body, cx, next);
  if (hello.early_data) MERLON_TRY(cx.outbox.Push(SkipEarlyData{false, kMaxSkippedEarlyData}));
  return ChooseAuthentication(std::move(plan), cx, next);
}

Result<Moved> On(ExpectSecondClientHello&, const ClientHello& m, Context& cx,
                 Into<AwaitPskChoice, AwaitPskEarlySecret, AwaitTicket, AwaitCredential> next) {
  // s4.1.2: the second ClientHello is the first, but for what the retry asked to change.
  const Error inconsistent = IllegalParameter(Code::kInconsistentRetry);
  if (!m.supported_versions || !m.supported_versions->Contains(cx.protocol->version13)) {
    return inconsistent;
  }
  // s4.2.10: "A client MUST NOT include the "early_data" extension in its followup ClientHello."
  if (m.early_data) return inconsistent;
  MERLON_ASSIGN_OR_RETURN(const Bytes body, cx.Keep(cx.message.body));
  MERLON_ASSIGN_OR_RETURN(const ClientHello hello, DecodeKept(body, cx));
  if (hello.random != cx.client_random) return inconsistent;
  MERLON_ASSIGN_OR_RETURN(ServerPlan plan, Understand(hello, body, cx));
  // s4.2.8: the one share is for the group that the retry named.
  KeyShareEntry first, second;
  Reader shares(*hello.key_share);
  if (plan.peer_share.empty() || !NextKeyShare(shares, &first) || NextKeyShare(shares, &second)) {
    return inconsistent;
  }
  return ChooseAuthentication(std::move(plan), cx, next);
}

}  // namespace merlon::tls
