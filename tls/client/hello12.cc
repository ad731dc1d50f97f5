// SPDX-License-Identifier: Apache-2.0
// The client's 1. and 2. in TLS 1.2: ClientHello, HelloVerifyRequest, ServerHello (RFC 5246 s7.4.1,
// RFC 6347 s4.2.1, RFC 7627, RFC 5746, RFC 5077).
#include <cstring>

#include "tls/client/states12.h"

namespace merlon::tls {
namespace {

// A ClientHello that offers TLS 1.2 alone. `cookie`: of a HelloVerifyRequest.
Result<void> SendClientHello12(ClientOffer& offer, std::optional<Bytes> cookie, Context& cx) {
  Arena::Scratch scratch(cx.arena);
  ClientHello hello;
  MERLON_TRY(FillHello(hello, offer, scratch, cx));
  uint8_t random[kHelloRandomSize];
  if (cookie) {
    // RFC 6347 s4.2.1: "the client MUST use the same parameter values (version, random, session_id,
    // cipher_suites, compression_method) as it did in the original ClientHello."
    hello.random = offer.random();
    hello.cookie12 = *cookie;
  } else {
    cx.random.Fill(MutableBytes(random));
    hello.random = random;
  }
  MERLON_ASSIGN_OR_RETURN(const MutableBytes message, cx.Build(hello));
  offer.hello = message;
  offer.sent = SentExtensions(hello);
  cx.client_random = offer.random();
  return cx.Queue(Epoch::kPlain, message);
}

Result<Moved> SendFirst(Bytes session, Context& cx, Into<ExpectServerHello12> next) {
  ClientOffer offer;
  MERLON_ASSIGN_OR_RETURN(offer.session12, kOffer12.take_session(session, cx));
  MERLON_TRY(SendClientHello12(offer, std::nullopt, cx));
  return next.To(ExpectServerHello12{.offer = std::move(offer)});
}

// May this side be asked to sign what was said so far?
bool MaySign(const ClientConfig& config) {
  return !config.credentials.empty() || config.choose_credential;
}

bool EndsWith(Bytes random, Bytes sentinel) {
  return Slice(random, random.size() - sentinel.size(), sentinel.size()) == sentinel;
}

// What a ServerHello of TLS 1.2 must be like, whatever comes after it. Gives the suite.
Result<const CipherSuite*> CheckHello(const ServerHello& hello, const ClientOffer& offer,
                                      Context& cx) {
  const Error version = PeerError(Code::kProtocolVersion, Alert::kProtocolVersion);
  // RFC 5246 appendix E.1, RFC 9846 s4.2.1: a version that we did not offer.
  if (hello.legacy_version != cx.protocol->legacy_version || cx.common.suites12.empty()) {
    return version;
  }
  // RFC 9846 s4.1.3: a client of TLS 1.3 that is answered with 1.2 "MUST check that the last 8
  // bytes are not equal to either of these values" and "MUST abort the handshake with an
  // "illegal_parameter" alert"; a client of TLS 1.2 should, for the second.
  const bool offered13 = !cx.common.suites.empty();
  if ((offered13 && EndsWith(hello.random, kDowngradeTo12)) ||
      EndsWith(hello.random, kDowngradeTo11)) {
    return IllegalParameter(Code::kDowngrade);
  }
  if (hello.compression_method != 0) return IllegalParameter();
  const CipherSuite* suite = FindSuite(cx.common.suites12, hello.cipher_suite);
  if (suite == nullptr) return IllegalParameter();
  // RFC 5246 s7.4.1.4: "If a client receives an extension type in ServerHello that it did not
  // request in the associated ClientHello, it MUST abort the handshake with an
  // unsupported_extension fatal alert."
  if (hello.unknown_extension || !hello.seen.IsSubsetOf(offer.sent)) {
    return PeerError(Code::kUnsupportedExtension, Alert::kUnsupportedExtension);
  }
  // RFC 5746 s3.4: "If the extension is present [...] and is not zero length, the client MUST abort
  // the handshake (by sending a fatal handshake_failure alert)."
  if (hello.renegotiation_info && !hello.renegotiation_info->empty()) {
    return PeerError(Code::kRenegotiation, Alert::kHandshakeFailure);
  }
  // RFC 7627 s5.2: without it, and not allowed by name: the handshake is aborted.
  if (!hello.extended_master_secret && !cx.common.allow_plain_master_secret) {
    return PeerError(Code::kMissingExtension, Alert::kHandshakeFailure);
  }
  cx.negotiated.extended_master_secret = hello.extended_master_secret;
  // RFC 8422 s5.1.2: "If [...] the extension is present [it] MUST contain [...] uncompressed".
  if (hello.ec_point_formats) {
    bool uncompressed = false;
    for (uint8_t format : *hello.ec_point_formats) uncompressed = uncompressed || format == 0;
    if (!uncompressed) return IllegalParameter();
  }
  return suite;
}

Result<void> TakeAlpn(const ServerHello& hello, Context& cx) {
  if (!hello.alpn) return {};
  for (std::string_view name : cx.common.alpn) {
    if (name == *hello.alpn) cx.negotiated.alpn = name;
  }
  // RFC 7301 s3.1: the server chooses from what the client sent.
  if (cx.negotiated.alpn.empty()) return IllegalParameter(Code::kNoApplicationProtocol);
  return {};
}

Result<Moved> Resume(const ServerHello& hello, const OfferedSession12& session, Context& cx,
                     AfterServerHello12 next) {
  // RFC 5246 s7.4.1.3: the suite is that of the session.
  if (cx.negotiated.suite != session.suite) return IllegalParameter();
  // RFC 7627 s5.3: "If the original session used the "extended_master_secret" extension but the new
  // ServerHello does not contain the extension, the client MUST abort the handshake", and the other
  // way round.
  if (hello.extended_master_secret != session.extended_master_secret) {
    return PeerError(Code::kInconsistentRetry, Alert::kHandshakeFailure);
  }
  cx.negotiated.authentication = Authentication::kResumption;
  cx.negotiated.client_certificate = session.client_certificate;
  cx.negotiated.client_identity = session.client_identity;
  ClientEnding12 ending;
  ending.master = {.secret = MasterSecret::CopyOf(session.master),
                   .extended = session.extended_master_secret,
                   .resumed = true};
  ending.session_id = session.session_id;
  ending.ticket = session.ticket;
  ending.ticket_expected = hello.session_ticket;
  MERLON_TRY(LogMaster12(ending.master, cx));
  return ExpectEnding12(std::move(ending), cx, next);
}

}  // namespace

Result<Moved> On(ClientStart12& s, const Begin&, Context& cx,
                 Into<AwaitSession12, ExpectServerHello12> next) {
  // RFC 9001 s4.2: "Clients MUST NOT offer TLS versions older than 1.3", and nobody else has
  // transport parameters.
  if (cx.decode.transport == Transport::kMessage || !cx.transport_parameters.empty()) {
    return Error{Code::kBadConfig, Alert::kNone, Origin::kLocal};
  }
  cx.NewFlight();
  if (s.session.empty() && cx.client->look_up_sessions) {
    MERLON_TRY(cx.Request(LookUpSession{AsBytes(cx.negotiated.server_name)}));
    return next.To(AwaitSession12{});
  }
  return SendFirst(s.session, cx, next);
}

Result<Moved> On(AwaitSession12&, const SessionFound& found, Context& cx,
                 Into<ExpectServerHello12> next) {
  return SendFirst(found.session, cx, next);
}

Result<Moved> On(ExpectServerHello12& s, const HelloVerifyRequest& m, Context& cx,
                 Into<ExpectServerHello12> next) {
  // Once is enough: a server that asks again would have us loop.
  if (s.verified) return PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
  MERLON_ASSIGN_OR_RETURN(const Bytes cookie, cx.Keep(m.cookie));
  MERLON_TRY(SendClientHello12(s.offer, cookie, cx));
  return next.To(ExpectServerHello12{.offer = std::move(s.offer), .verified = true});
}

Result<Moved> On(ExpectServerHello12& s, const ServerHelloMessage& m, Context& cx,
                 AfterServerHello12 next) {
  const auto* hello = std::get_if<ServerHello>(&m.hello);
  // Whoever speaks TLS 1.3 was not asked to.
  if (hello == nullptr || hello->supported_version) {
    return PeerError(Code::kProtocolVersion, Alert::kProtocolVersion);
  }
  MERLON_ASSIGN_OR_RETURN(const CipherSuite* suite, CheckHello(*hello, s.offer, cx));
  cx.Choose12(*suite);
  MERLON_TRY(cx.outbox.Push(SettleVersion{cx.protocol->legacy_version}));
  cx.change_cipher_spec_legal = false;
  MERLON_TRY(TakeAlpn(*hello, cx));
  MERLON_ASSIGN_OR_RETURN(cx.server_random, cx.Keep(hello->random));
  MERLON_TRY(StartTranscript12(MaySign(*cx.client), cx));
  const Bytes body = Slice(s.offer.hello, record::kHandshakeHeaderSize,
                           s.offer.hello.size() - record::kHandshakeHeaderSize);
  MERLON_TRY(
      AddMessage12(ClientHello::kType, static_cast<uint16_t>(cx.next_sequence - 1), body, cx));
  MERLON_TRY(Absorb12(cx));
  const OfferedSession12* session = s.offer.session12;
  if (session != nullptr && hello->session_id == session->session_id) {
    return Resume(*hello, *session, cx, next);
  }
  // RFC 5246 s7.4.1.3: our ID in the answer says that its session is resumed. This one was of no
  // session, but for compatibility (RFC 9846 appendix E.4).
  if (!hello->session_id.empty() && hello->session_id == s.offer.session_id()) {
    return IllegalParameter();
  }
  ServerFlight12 flight;
  MERLON_ASSIGN_OR_RETURN(flight.session_id, cx.Keep(hello->session_id));
  flight.extended_master_secret = hello->extended_master_secret;
  flight.ticket_expected = hello->session_ticket;
  flight.status_expected = hello->status_request;
  // RFC 6066 s8: it answers with a CertificateStatus "immediately after the "Certificate" message",
  // which does not come here.
  if (UsesPsk(suite->key_exchange) && hello->status_request) return IllegalParameter();
  if (UsesPsk(suite->key_exchange)) return next.To(ExpectPskFlight12{.flight = flight});
  return next.To(ExpectServerCertificate12{.flight = flight});
}

}  // namespace merlon::tls
