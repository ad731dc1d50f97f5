// SPDX-License-Identifier: Apache-2.0
// The server's 3.: its flight, from ServerHello to Finished (RFC 9846 s4.1.3, s4.3.1, s4.4).
#include "tls/core/certificates.h"
#include "tls/msgs/server_hello.h"
#include "tls/server/states.h"

namespace merlon::tls {
namespace {

uint16_t SchemeId(uint16_t id) { return id; }
uint16_t SchemeId(const SignatureScheme* scheme) { return scheme->id; }

Result<void> EmitServerHello(const AwaitEncapsulation& s, const Encapsulated& made, Context& cx) {
  uint8_t random[32];
  cx.random.Fill(MutableBytes(random));
  ServerHello hello;
  hello.legacy_version = cx.protocol->legacy_version;
  hello.random = random;
  // RFC 9147 s5.4: legacy_session_id_echo is empty in DTLS.
  if (cx.decode.transport != Transport::kDatagram) hello.session_id = s.session_id;
  hello.cipher_suite = cx.negotiated.suite->id;
  hello.supported_version = cx.protocol->version13;
  hello.key_share = KeyShareEntry{static_cast<uint16_t>(cx.negotiated.group->id), made.share};
  hello.pre_shared_key = s.psk_index;
  MERLON_TRY(cx.Emit(Epoch::kPlain, ServerHelloMessage{hello}));
  return cx.EmitChangeCipherSpec(!s.session_id.empty());
}

Result<void> EmitEncryptedExtensions(const AwaitEncapsulation& s, Context& cx) {
  EncryptedExtensions extensions;
  // RFC 6066 s3: acknowledged when the name was used, and not when a session is resumed.
  extensions.server_name =
      s.server_name_used && cx.negotiated.authentication == Authentication::kCertificate;
  if (!cx.negotiated.alpn.empty()) extensions.alpn = cx.negotiated.alpn;
  if (cx.decode.transport == Transport::kMessage) {
    extensions.quic_transport_parameters = cx.transport_parameters;
  }
  return cx.Emit(Epoch::kHandshake, extensions);
}

template <class Ids>
Result<U16List> ListOf(const Ids& ids, Arena::Scratch& scratch) {
  MERLON_ASSIGN_OR_RETURN(const MutableBytes raw, scratch.Take(2 * ids.size()));
  Writer writer(raw);
  for (const auto& id : ids) writer.Int<2>(SchemeId(id));
  return U16List(raw);
}

// RFC 9846 s4.3.2. A client that does not know a scheme of ours cannot sign: it says so by an empty
// Certificate.
Result<void> EmitCertificateRequest(Context& cx) {
  const CommonConfig& config = cx.common;
  Arena::Scratch scratch(cx.arena);
  CertificateRequest request;
  MERLON_ASSIGN_OR_RETURN(request.signature_algorithms, ListOf(config.schemes, scratch));
  if (!config.certificate_schemes.empty()) {
    MERLON_ASSIGN_OR_RETURN(request.signature_algorithms_cert,
                            ListOf(config.certificate_schemes, scratch));
  }
  if (!config.authorities.empty()) request.certificate_authorities = config.authorities;
  cx.negotiated.client_certificate = ClientCertificate::kNone;
  return cx.Emit(Epoch::kHandshake, request);
}

// Finished, and the keys behind it: the server may write before it hears from the client again.
Result<ServerKeys> FinishFlight(ClientFlight flight, Context& cx) {
  MERLON_TRY(cx.EmitFinished(flight.handshake.server));
  ApplicationSecrets secrets = flight.master.Application(cx.transcript->Peek());
  TrafficPair application = std::move(secrets.traffic);
  cx.exporter_master = std::move(secrets.exporter_master);
  MERLON_TRY(cx.InstallWriteKeys(Epoch::kApplication, application.server));
  MERLON_TRY(cx.LogSecret("CLIENT_TRAFFIC_SECRET_0", application.client.reveal()));
  MERLON_TRY(cx.LogSecret("SERVER_TRAFFIC_SECRET_0", application.server.reveal()));
  MERLON_TRY(cx.LogSecret("EXPORTER_SECRET", cx.exporter_master.reveal()));
  return ServerKeys{.master = std::move(flight.master),
                    .handshake = std::move(flight.handshake.client),
                    .application = std::move(application)};
}

}  // namespace

Result<Moved> On(AwaitEncapsulation& s, const Encapsulated& made, Context& cx,
                 Into<AwaitSignature, ExpectClientFinished> next) {
  if (made.share.size() != cx.negotiated.group->server_share_size) {
    return DriverError(Code::kOperationFailed);
  }
  MERLON_TRY(EmitServerHello(s, made, cx));
  HandshakeStage stage = std::move(s.stage).Agree(made.secret);
  TrafficPair keys = stage.Handshake(cx.transcript->Peek());
  MERLON_TRY(cx.InstallWriteKeys(Epoch::kHandshake, keys.server));
  MERLON_TRY(cx.InstallReadKeys(Epoch::kHandshake, keys.client));
  MERLON_TRY(cx.LogSecret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", keys.client.reveal()));
  MERLON_TRY(cx.LogSecret("SERVER_HANDSHAKE_TRAFFIC_SECRET", keys.server.reveal()));
  MERLON_TRY(EmitEncryptedExtensions(s, cx));
  ClientFlight flight = {.master = std::move(stage).Master(), .handshake = std::move(keys)};
  if (cx.negotiated.authentication != Authentication::kCertificate) {
    // s4.3.2: a server that authenticates with a PSK does not send CertificateRequest.
    MERLON_ASSIGN_OR_RETURN(ServerKeys server_keys, FinishFlight(std::move(flight), cx));
    return next.To(ExpectClientFinished{.keys = std::move(server_keys)});
  }
  if (cx.server->client_authentication != ClientAuthentication::kNone) {
    MERLON_TRY(EmitCertificateRequest(cx));
  }
  MERLON_TRY(cx.Emit(Epoch::kHandshake, OwnCertificate{cx.negotiated.credential, s.status_wanted}));
  MERLON_ASSIGN_OR_RETURN(const Bytes content, SignedContent(Signer::kServer, cx));
  MERLON_TRY(cx.Request(Sign{cx.negotiated.credential, cx.negotiated.scheme->id, content}));
  return next.To(AwaitSignature{.flight = std::move(flight)});
}

Result<Moved> On(AwaitSignature& s, const Signature& signature, Context& cx,
                 Into<ExpectClientCertificate, ExpectClientFinished> next) {
  MERLON_TRY(cx.Emit(Epoch::kHandshake, CertificateVerify{.scheme = cx.negotiated.scheme->id,
                                                          .signature = signature.value}));
  MERLON_ASSIGN_OR_RETURN(ServerKeys keys, FinishFlight(std::move(s.flight), cx));
  if (cx.negotiated.client_certificate == ClientCertificate::kNotRequested) {
    return next.To(ExpectClientFinished{.keys = std::move(keys)});
  }
  return next.To(ExpectClientCertificate{.keys = std::move(keys)});
}

}  // namespace merlon::tls
