// SPDX-License-Identifier: Apache-2.0
// The client's 5. and 6.: both Finished, application keys; then tickets and key updates (RFC 9846
// s4.4.4, s4.6).
#include "tls/client/states.h"
#include "tls/session.h"

namespace merlon::tls {
namespace {

// Writes the session of a ticket to storage, for the TicketArrived event.
Result<Bytes> KeepSession(const NewSessionTicket& m, Context& cx) {
  // Storage of a session that the caller has read may be used again.
  if (cx.events.empty()) cx.arena.ReleaseTo(cx.ticket_mark);
  const HashSecret psk = ResumptionPsk(cx.schedule(), cx.resumption_master, m.nonce);
  Session session;
  session.transport = cx.decode.transport;
  session.cipher_suite = cx.negotiated.suite->id;
  session.psk = Secret<48>::CopyOf(psk.reveal());
  session.issued = cx.now.wall;
  session.lifetime = m.lifetime;
  session.age_add = m.age_add;
  session.max_early_data = m.early_data.value_or(0);
  if (cx.negotiated.client_certificate != ClientCertificate::kNotRequested) {
    session.client_authentication = ClientAuthentication::kOptional;
  }
  session.client_authenticated = cx.negotiated.client_certificate == ClientCertificate::kVerified;
  session.client_identity = cx.negotiated.client_identity;
  session.server_name = AsBytes(cx.negotiated.server_name);
  session.alpn = AsBytes(cx.negotiated.alpn);
  session.ticket = m.ticket;
  MERLON_ASSIGN_OR_RETURN(const MutableBytes encoded, cx.arena.Keep(session.EncodedSize()));
  MERLON_TRY(session.Encode(encoded));
  return Bytes(encoded);
}

// Our Finished, and the keys behind it.
Result<Moved> FinishHandshake(ClientKeys keys, Context& cx, Into<ClientEstablished> next) {
  MERLON_TRY(cx.EmitFinished(keys.handshake));
  MERLON_TRY(cx.InstallWriteKeys(Epoch::kApplication, keys.application.client));
  cx.resumption_master = std::move(keys.master).ResumptionMaster(cx.transcript->Peek());
  MERLON_TRY(cx.LogSecret("CLIENT_TRAFFIC_SECRET_0", keys.application.client.reveal()));
  MERLON_TRY(cx.LogSecret("SERVER_TRAFFIC_SECRET_0", keys.application.server.reveal()));
  MERLON_TRY(cx.LogSecret("EXPORTER_SECRET", cx.exporter_master.reveal()));
  MERLON_TRY(cx.events.Push(Connected{}));
  cx.ticket_mark = cx.arena.mark();
  return next.To(ClientEstablished{.traffic = {.read = std::move(keys.application.server),
                                               .write = std::move(keys.application.client)},
                                   .finished = cx.flight});
}

// s4.4.2: a client that was asked and has no suitable certificate "MUST send a Certificate message
// containing no certificates".
Result<Moved> Decline(ClientKeys keys, Context& cx, Into<ClientEstablished> next) {
  MERLON_TRY(cx.Emit(Epoch::kHandshake, OwnCertificate{nullptr}));
  return FinishHandshake(std::move(keys), cx, next);
}

}  // namespace

Result<Moved> On(ExpectServerFinished& s, const Finished& m, Context& cx,
                 Into<AwaitClientCredential, ClientEstablished> next) {
  MERLON_TRY(cx.CheckFinished(m.mac, s.flight.handshake.server));
  ApplicationSecrets secrets = s.flight.master.Application(cx.transcript->Peek());
  ClientKeys keys = {.handshake = std::move(s.flight.handshake.client),
                     .application = std::move(secrets.traffic),
                     .master = std::move(s.flight.master)};
  cx.exporter_master = std::move(secrets.exporter_master);
  cx.change_cipher_spec_legal = false;
  MERLON_TRY(cx.InstallReadKeys(Epoch::kApplication, keys.application.server));
  const RequestedCertificate* requested = s.flight.requested;
  if (requested == nullptr) return FinishHandshake(std::move(keys), cx, next);
  if (cx.client->credentials.empty() && !cx.client->choose_credential) {
    return Decline(std::move(keys), cx, next);
  }
  MERLON_TRY(cx.Request(ChooseCredential{.server_name = cx.negotiated.server_name,
                                         .schemes = requested->schemes,
                                         .authorities = requested->authorities,
                                         .as_server = false}));
  return next.To(AwaitClientCredential{.keys = std::move(keys), .requested = requested});
}

Result<Moved> On(AwaitClientCredential& s, const CredentialChosen& chosen, Context& cx,
                 Into<AwaitClientSignature, ClientEstablished> next) {
  if (chosen.credential == nullptr) return Decline(std::move(s.keys), cx, next);
  MERLON_ASSIGN_OR_RETURN(cx.negotiated.client_scheme, CheckChoice(chosen, s.requested->schemes));
  cx.negotiated.credential = chosen.credential;
  MERLON_ASSIGN_OR_RETURN(const Bytes certificate, cx.Build(OwnCertificate{chosen.credential}));
  cx.transcript->AddWhole(certificate);
  MERLON_ASSIGN_OR_RETURN(const Bytes content, SignedContent(Signer::kClient, cx));
  MERLON_TRY(cx.Request(Sign{chosen.credential, chosen.scheme, content}));
  return next.To(AwaitClientSignature{.keys = std::move(s.keys), .certificate = certificate});
}

Result<Moved> On(AwaitClientSignature& s, const Signature& signature, Context& cx,
                 Into<ClientEstablished> next) {
  MERLON_TRY(cx.Queue(Epoch::kHandshake, s.certificate));
  MERLON_TRY(cx.Emit(Epoch::kHandshake, CertificateVerify{.scheme = cx.negotiated.client_scheme->id,
                                                          .signature = signature.value}));
  cx.negotiated.client_certificate = ClientCertificate::kVerified;
  const crypto::Digest own_leaf =
      crypto::HashOf(*cx.negotiated.suite->hash, cx.negotiated.credential->chain_der[0]);
  MERLON_ASSIGN_OR_RETURN(cx.negotiated.client_identity, cx.Keep(own_leaf.view()));
  return FinishHandshake(std::move(s.keys), cx, next);
}

Result<Moved> On(ClientEstablished& s, const NewSessionTicket& m, Context& cx,
                 Into<ClientEstablished> next) {
  // s4.6.1: a lifetime of zero "indicates that the ticket should be discarded immediately";
  // "Servers MUST NOT use any value greater than 604800 seconds".
  constexpr uint32_t kSevenDays = 604800;
  if (m.lifetime > kSevenDays) return IllegalParameter();
  if (m.lifetime != 0) {
    const Result<Bytes> session = KeepSession(m, cx);
    // Without storage (it was given back, or is too small) the ticket is ignored, as s4.6.1 allows.
    if (session.ok()) (void)cx.events.Push(TicketArrived{*session});
  }
  return next.To(std::move(s));
}

Result<Moved> On(ClientEstablished& s, const KeyUpdate& m, Context& cx,
                 Into<ClientEstablished> next) {
  MERLON_TRY(OnKeyUpdate(s.traffic, m, cx));
  return next.To(std::move(s));
}

Result<Moved> On(ClientEstablished& s, const StartKeyUpdate& signal, Context& cx,
                 Into<ClientEstablished> next) {
  MERLON_TRY(OnStartKeyUpdate(s.traffic, signal, cx));
  return next.To(std::move(s));
}

Result<Moved> On(ClientEstablished& s, const Delivered& delivered, Context& cx,
                 Into<ClientEstablished> next) {
  MERLON_TRY(OnDelivered(s.traffic, delivered, cx));
  if (s.finished == delivered.flight) {
    s.finished.reset();
    // RFC 9147 s6.1: the handshake's keys serve until its last flight is acknowledged.
    MERLON_TRY(cx.outbox.Push(DropEpoch{Epoch::kHandshake}));
    MERLON_TRY(cx.OfferStorageBack());
  }
  return next.To(std::move(s));
}

}  // namespace merlon::tls
