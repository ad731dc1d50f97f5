// SPDX-License-Identifier: Apache-2.0
// The server's first flight in TLS 1.2, from ServerHello to ServerHelloDone (RFC 5246 s7.4.1.3 to
// s7.4.5, RFC 8422 s5.4, RFC 5489 s2).
#include <cstring>

#include "tls/core/certificates12.h"
#include "tls/msgs/server_hello.h"
#include "tls/server/states12.h"

namespace merlon::tls {
namespace {

constexpr size_t kSessionIdSize = 32;

// ServerKeyExchange with ECDHE parameters: behind a hint, or with a signature.
struct OwnKeyExchange {
  static constexpr uint8_t kType = ServerKeyExchange::kType;
  Bytes params;
  const SignatureScheme* scheme;  // null: of ECDHE_PSK
  Bytes signature;
  void Encode(Writer& writer, const DecodeContext&) const {
    if (scheme == nullptr) writer.Int<2>(0);  // an empty psk_identity_hint
    writer.Raw(params);
    if (scheme == nullptr) return;
    writer.Int<2>(scheme->id);
    writer.Prefixed<2>([&] { writer.Raw(signature); });
  }
};

struct OwnCertificateRequest {
  static constexpr uint8_t kType = CertificateRequest12::kType;
  const CommonConfig& config;
  void Encode(Writer& writer, const DecodeContext&) const {
    writer.Prefixed<1>([&] {
      writer.Int<1>(kEcdsaSign);
      writer.Int<1>(kRsaSign);
    });
    writer.Prefixed<2>([&] {
      for (const SignatureScheme* scheme : config.schemes) writer.Int<2>(scheme->id);
    });
    writer.Prefixed<2>([&] { writer.Raw(config.authorities); });
  }
};

// RFC 6066 s8: for who asked, and where there is a response.
bool StaplesStatus(const ServerPlan12& plan, const Context& cx) {
  const Credential* const credential = cx.negotiated.credential;
  return plan.status_wanted && credential != nullptr && !credential->ocsp_response.empty();
}

// A ticket, or a session ID, is promised in ServerHello where a session can be resumed later.
struct Promise {
  Bytes session_id;
  bool ticket = false;
};
Result<Promise> PromiseSession(const ServerPlan12& plan, Context& cx) {
  Promise out;
  // A session of a PSK would carry its authority beyond the PSK's life.
  if (!plan.extended_master_secret || UsesPsk(cx.negotiated.suite->key_exchange)) return out;
  out.ticket = plan.ticket_wanted && cx.server->tickets != 0;
  if (out.ticket || !cx.server->session_ids) return out;
  MERLON_ASSIGN_OR_RETURN(const MutableBytes id, cx.arena.Keep(kSessionIdSize));
  cx.random.Fill(id);
  out.session_id = id;
  return out;
}

Result<ClientFlight12> StartFlight(const ServerPlan12& plan, Context& cx) {
  MERLON_ASSIGN_OR_RETURN(const Promise promise, PromiseSession(plan, cx));
  MERLON_TRY(EmitServerHello12(plan, promise.session_id, promise.ticket, cx));
  ClientFlight12 flight;
  flight.session_id = promise.session_id;
  flight.ticket_due = promise.ticket;
  flight.extended_master_secret = plan.extended_master_secret;
  return flight;
}

}  // namespace

Result<void> EmitServerHello12(const ServerPlan12& plan, Bytes session_id, bool ticket,
                               Context& cx) {
  MERLON_TRY(cx.outbox.Push(SettleVersion{cx.protocol->legacy_version}));
  MERLON_ASSIGN_OR_RETURN(const MutableBytes random, cx.arena.Keep(kHelloRandomSize));
  cx.random.Fill(random);
  if (!cx.common.suites.empty()) {
    // RFC 9846 s4.1.3: "TLS 1.3 servers which negotiate TLS 1.2 [...] in response to a ClientHello
    // MUST set the last 8 bytes of their Random value specially".
    memcpy(random.data() + kHelloRandomSize - sizeof(kDowngradeTo12), kDowngradeTo12,
           sizeof(kDowngradeTo12));
  }
  cx.server_random = random;
  MERLON_TRY(
      StartTranscript12(cx.server->client_authentication != ClientAuthentication::kNone, cx));
  MERLON_TRY(AddMessage12(ClientHello::kType, cx.client_sequence, plan.body, cx));
  ServerHello hello;
  hello.legacy_version = cx.protocol->legacy_version;
  hello.random = random;
  hello.session_id = session_id;
  hello.cipher_suite = cx.negotiated.suite->id;
  hello.extended_master_secret = plan.extended_master_secret;
  if (plan.secure_renegotiation) hello.renegotiation_info = Bytes();  // RFC 5746 s3.6
  const bool resumed = cx.negotiated.authentication == Authentication::kResumption;
  // RFC 8422 s5.2: where the client said something of curves and the suite has one.
  const bool curves = cx.negotiated.suite->key_exchange != KeyExchange::kPsk;
  if (plan.point_formats && curves) hello.ec_point_formats = AsBytes(std::string_view("\0", 1));
  hello.session_ticket = ticket;
  // RFC 6066 s3: acknowledged when the name was used, and not when a session is resumed.
  hello.server_name = plan.server_name_used && !resumed && cx.negotiated.credential != nullptr;
  hello.status_request = !resumed && StaplesStatus(plan, cx);
  if (!cx.negotiated.alpn.empty()) hello.alpn = cx.negotiated.alpn;
  return Emit12(Epoch::kPlain, ServerHelloMessage{hello}, cx);
}

Result<Moved> RespondWithPsk12(const ServerPlan12& plan, Context& cx,
                               Into<ExpectClientKeyExchange12> next) {
  MERLON_ASSIGN_OR_RETURN(const ClientFlight12 flight, StartFlight(plan, cx));
  MERLON_TRY(Emit12(Epoch::kPlain, ServerHelloDone(), cx));
  return next.To(ExpectClientKeyExchange12{.flight = flight});
}

Result<Moved> On(AwaitServerShare12& s, const ShareGenerated& made, Context& cx,
                 Into<AwaitServerSignatureMade12, ExpectClientKeyExchange12> next) {
  if (made.share.size() != cx.negotiated.group->client_share_size) {
    return DriverError(Code::kOperationFailed);
  }
  MERLON_ASSIGN_OR_RETURN(ClientFlight12 flight, StartFlight(s.plan, cx));
  MERLON_ASSIGN_OR_RETURN(flight.private_key, cx.Keep(made.private_key));
  MERLON_ASSIGN_OR_RETURN(
      const MutableBytes params, cx.arena.KeepFilled([&](MutableBytes free) -> Result<size_t> {
        Writer writer(free);
        WriteEcdheParams(writer, static_cast<uint16_t>(cx.negotiated.group->id), made.share);
        return writer.Finish();
      }));
  if (cx.negotiated.credential == nullptr) {
    MERLON_TRY(Emit12(Epoch::kPlain, OwnKeyExchange{params, nullptr, {}}, cx));
    MERLON_TRY(Emit12(Epoch::kPlain, ServerHelloDone(), cx));
    return next.To(ExpectClientKeyExchange12{.flight = flight});
  }
  MERLON_TRY(EmitCertificate12(cx.negotiated.credential, cx));
  if (StaplesStatus(s.plan, cx)) {
    MERLON_TRY(
        Emit12(Epoch::kPlain, CertificateStatus12{cx.negotiated.credential->ocsp_response}, cx));
  }
  MERLON_ASSIGN_OR_RETURN(const Bytes content, SignedParams12(params, cx));
  MERLON_TRY(cx.Request(Sign{cx.negotiated.credential, cx.negotiated.scheme->id, content}));
  return next.To(AwaitServerSignatureMade12{.flight = flight, .params = params});
}

Result<Moved> On(AwaitServerSignatureMade12& s, const Signature& signature, Context& cx,
                 Into<ExpectClientCertificate12, ExpectClientKeyExchange12> next) {
  MERLON_TRY(
      Emit12(Epoch::kPlain, OwnKeyExchange{s.params, cx.negotiated.scheme, signature.value}, cx));
  if (cx.server->client_authentication == ClientAuthentication::kNone) {
    MERLON_TRY(Emit12(Epoch::kPlain, ServerHelloDone(), cx));
    return next.To(ExpectClientKeyExchange12{.flight = s.flight});
  }
  cx.negotiated.client_certificate = ClientCertificate::kNone;
  MERLON_TRY(Emit12(Epoch::kPlain, OwnCertificateRequest{cx.common}, cx));
  MERLON_TRY(Emit12(Epoch::kPlain, ServerHelloDone(), cx));
  return next.To(ExpectClientCertificate12{.flight = s.flight});
}

}  // namespace merlon::tls
