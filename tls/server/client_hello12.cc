// SPDX-License-Identifier: Apache-2.0
// The server's 1. in TLS 1.2: what a ClientHello offers against what the configuration wants (RFC
// 5246 s7.4.1.2, RFC 5746 s3.6, RFC 7507, RFC 7627 s5, RFC 8422 s5.1).
#include "tls/core/certificates12.h"
#include "tls/server/hello.h"
#include "tls/server/states12.h"

namespace merlon::tls {
namespace {

constexpr uint16_t kEmptyRenegotiationInfoScsv = 0x00ff;  // RFC 5746 s3.3
constexpr uint16_t kFallbackScsv = 0x5600;                // RFC 7507 s2
constexpr uint8_t kUncompressed = 0;                      // RFC 8422 s5.1.2

bool Contains(Bytes list, uint8_t value) {
  for (uint8_t entry : list) {
    if (entry == value) return true;
  }
  return false;
}

Result<void> CheckHello(const ClientHello& hello, Context& cx) {
  // RFC 7507 s3: "If TLS_FALLBACK_SCSV appears in ClientHello.cipher_suites and the highest
  // protocol version supported by the server is higher than the version indicated in
  // ClientHello.client_version, the server MUST respond with a fatal inappropriate_fallback alert".
  if (!cx.common.suites.empty() && hello.cipher_suites.Contains(kFallbackScsv)) {
    return PeerError(Code::kDowngrade, Alert::kInappropriateFallback);
  }
  // RFC 5246 s7.4.1.2: compression_methods "MUST contain [...] CompressionMethod.null".
  if (!Contains(hello.compression_methods, 0)) return IllegalParameter();
  // RFC 5746 s3.6: "If the extension is present [...] and is not of zero length, the server MUST
  // abort the handshake" with handshake_failure.
  if (hello.renegotiation_info && !hello.renegotiation_info->empty()) {
    return PeerError(Code::kRenegotiation, Alert::kHandshakeFailure);
  }
  // RFC 8422 s5.1.2: whoever sends the list must have uncompressed in it.
  if (hello.ec_point_formats && !Contains(*hello.ec_point_formats, kUncompressed)) {
    return IllegalParameter();
  }
  // RFC 7627 s5.2: without it, and not allowed by name: "the server [...] SHOULD abort".
  if (!hello.extended_master_secret && !cx.common.allow_plain_master_secret) {
    return PeerError(Code::kMissingExtension, Alert::kHandshakeFailure);
  }
  return {};
}

// The first curve of ours that the client supports; null where there is none. A client that says
// nothing of curves gets the one that everybody has (RFC 8422 s4 leaves the choice to the server).
const NamedGroup* ChooseGroup12(const ClientHello& hello, const CommonConfig& config) {
  if (!hello.supported_groups) {
    return FindGroup12(static_cast<uint16_t>(crypto::GroupId::kSecp256r1), config);
  }
  for (const NamedGroup* group : config.groups) {
    const uint16_t id = static_cast<uint16_t>(group->id);
    if (group->tls12 && hello.supported_groups->Contains(id)) return group;
  }
  return nullptr;
}

// Could this suite serve, as far as the ClientHello alone tells?
bool IsShared(const CipherSuite& suite, const ClientHello& hello, const Context& cx) {
  if (!hello.cipher_suites.Contains(suite.id)) return false;
  if (UsesPsk(suite.key_exchange) && cx.common.psks12.empty()) return false;
  const bool has_credentials = !cx.server->credentials.empty() || cx.server->choose_credential;
  if (UsesCertificates(suite.key_exchange) && !(has_credentials && hello.signature_algorithms)) {
    return false;
  }
  return suite.key_exchange == KeyExchange::kPsk || cx.negotiated.group != nullptr;
}

// RFC 8422 s5.3: the server's public key "MUST respect the client's choice of elliptic curves". Of
// ours each scheme has one.
bool RespectsCurves(uint16_t scheme, const ClientHello& hello) {
  for (const SignatureScheme* ecdsa :
       {&kEcdsaSecp256r1Sha256, &kEcdsaSecp384r1Sha384, &kEcdsaSecp521r1Sha512}) {
    if (scheme != ecdsa->id) continue;
    return !hello.supported_groups ||
           hello.supported_groups->Contains(static_cast<uint16_t>(CurveOf(ecdsa->key_type)));
  }
  return true;
}

// The client's schemes that a shared suite can use, in its order.
Result<absl::Span<const uint16_t>> UsableSchemes(const ClientHello& hello, Context& cx) {
  const U16List theirs = hello.signature_algorithms.value_or(U16List());
  MERLON_ASSIGN_OR_RETURN(const absl::Span<uint16_t> kept,
                          cx.arena.KeepArray<uint16_t>(theirs.size()));
  size_t count = 0;
  for (size_t i = 0; i < theirs.size(); ++i) {
    bool usable = false;
    for (const CipherSuite& suite : cx.common.suites12) {
      usable = usable ||
               (IsShared(suite, hello, cx) && SchemeAuthenticates(suite.key_exchange, theirs[i]));
    }
    if (usable && RespectsCurves(theirs[i], hello)) kept[count++] = theirs[i];
  }
  return absl::Span<const uint16_t>(Slice(kept, 0, count));
}

Result<ServerPlan12> MakePlan(const ClientHello& hello, Bytes body, Context& cx) {
  ServerPlan12 plan = {.body = body, .session_id = hello.session_id, .ticket = {}};
  plan.suites = hello.cipher_suites;
  MERLON_TRY(ChooseAlpn(hello, cx));
  plan.extended_master_secret = hello.extended_master_secret;
  cx.negotiated.extended_master_secret = plan.extended_master_secret;
  plan.secure_renegotiation = hello.renegotiation_info.has_value() ||
                              hello.cipher_suites.Contains(kEmptyRenegotiationInfoScsv);
  plan.point_formats = hello.ec_point_formats.has_value();
  if (hello.session_ticket) {
    plan.ticket_wanted = true;
    plan.ticket = *hello.session_ticket;
  }
  if (hello.server_name) cx.negotiated.server_name = *hello.server_name;
  plan.server_name_used = hello.server_name.has_value();
  plan.status_wanted = WantsStatus(hello);
  cx.negotiated.group = ChooseGroup12(hello, cx.common);
  MERLON_ASSIGN_OR_RETURN(plan.schemes, UsableSchemes(hello, cx));
  return plan;
}

}  // namespace

Result<Moved> On(ExpectClientHello12&, const ClientHello&, Context& cx,
                 Into<AwaitTicket12, AwaitSessionById12, AwaitCredential12, AwaitServerShare12,
                      ExpectClientKeyExchange12>
                     next) {
  MERLON_ASSIGN_OR_RETURN(const Bytes body, cx.Keep(cx.message.body));
  MERLON_ASSIGN_OR_RETURN(const ClientHello hello, DecodeKept(body, cx));
  MERLON_TRY(CheckHello(hello, cx));
  cx.client_random = hello.random;
  // RFC 6347 s4.2.2: a ClientHello that answers a HelloVerifyRequest is the second message, and so
  // is what answers it.
  cx.next_sequence = cx.message.sequence;
  cx.client_sequence = cx.message.sequence;
  MERLON_ASSIGN_OR_RETURN(const ServerPlan12 plan, MakePlan(hello, body, cx));
  if (!plan.ticket.empty() && cx.server->tickets != 0) {
    MERLON_TRY(cx.Request(OpenTicket{plan.ticket}));
    return next.To(AwaitTicket12{.plan = plan});
  }
  if (!plan.session_id.empty() && plan.ticket.empty() && cx.server->session_ids) {
    MERLON_TRY(cx.Request(LookUpSession{plan.session_id}));
    return next.To(AwaitSessionById12{.plan = plan});
  }
  return ChooseSuite12(plan, cx, next);
}

Result<Moved> ChooseSuite12(const ServerPlan12& plan, Context& cx, ClientFlightStart12 next) {
  MERLON_ASSIGN_OR_RETURN(const ClientHello hello, DecodeKept(plan.body, cx));
  bool any = false;
  for (const CipherSuite& suite : cx.common.suites12) {
    any = any || hello.cipher_suites.Contains(suite.id);
    if (!IsShared(suite, hello, cx)) continue;
    if (UsesCertificates(suite.key_exchange)) {
      if (plan.schemes.empty()) continue;
      MERLON_TRY(cx.Request(
          ChooseCredential{.server_name = cx.negotiated.server_name,
                           .schemes = plan.schemes,
                           .authorities = hello.certificate_authorities.value_or(Bytes())}));
      return next.To(AwaitCredential12{.plan = plan});
    }
    return ChoosePskSuite12(plan, cx, next);
  }
  if (!any) return PeerError(Code::kNoSharedCipherSuite, Alert::kHandshakeFailure);
  if (cx.negotiated.group == nullptr) {
    return PeerError(Code::kNoSharedGroup, Alert::kHandshakeFailure);
  }
  return PeerError(Code::kNoSharedSignatureScheme, Alert::kHandshakeFailure);
}

Result<Moved> ChoosePskSuite12(const ServerPlan12& plan, Context& cx,
                               Into<AwaitServerShare12, ExpectClientKeyExchange12> next) {
  MERLON_ASSIGN_OR_RETURN(const ClientHello hello, DecodeKept(plan.body, cx));
  for (const CipherSuite& suite : cx.common.suites12) {
    if (!UsesPsk(suite.key_exchange) || !IsShared(suite, hello, cx)) continue;
    cx.Choose12(suite);
    if (suite.key_exchange == KeyExchange::kPsk) return RespondWithPsk12(plan, cx, next);
    MERLON_TRY(cx.Request(GenerateShare{cx.negotiated.group->id}));
    return next.To(AwaitServerShare12{.plan = plan});
  }
  return PeerError(Code::kNoSharedSignatureScheme, Alert::kHandshakeFailure);
}

Result<Moved> On(AwaitCredential12& s, const CredentialChosen& chosen, Context& cx,
                 Into<AwaitServerShare12, ExpectClientKeyExchange12> next) {
  if (chosen.credential == nullptr) return ChoosePskSuite12(s.plan, cx, next);
  MERLON_ASSIGN_OR_RETURN(const SignatureScheme* scheme, CheckChoice(chosen, s.plan.schemes));
  MERLON_ASSIGN_OR_RETURN(const ClientHello hello, DecodeKept(s.plan.body, cx));
  for (const CipherSuite& suite : cx.common.suites12) {
    if (!IsShared(suite, hello, cx)) continue;
    if (!SchemeAuthenticates(suite.key_exchange, scheme->id)) continue;
    cx.Choose12(suite);
    cx.negotiated.scheme = scheme;
    cx.negotiated.credential = chosen.credential;
    cx.negotiated.authentication = Authentication::kCertificate;
    MERLON_TRY(cx.Request(GenerateShare{cx.negotiated.group->id}));
    return next.To(AwaitServerShare12{.plan = s.plan});
  }
  return DriverError(Code::kOperationFailed);
}

}  // namespace merlon::tls
