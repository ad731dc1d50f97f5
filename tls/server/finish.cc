// SPDX-License-Identifier: Apache-2.0
// The server's 5. and 6.: the client's Finished, application keys, tickets, key updates (RFC 9846
// s4.4.4, s4.6).
#include "tls/server/states.h"
#include "tls/session.h"

namespace merlon::tls {
namespace {

// Asks for the next ticket to be sealed. After the last, and when the last is delivered, the
// storage that they live in is free.
Result<void> RequestNextTicket(ServerEstablished& s, Context& cx) {
  if (s.tickets_sent == s.tickets_due) {
    if (s.tickets_delivered < s.tickets_sent) return {};
    return cx.OfferStorageBack();
  }
  uint8_t random[4];
  cx.random.Fill(MutableBytes(random));
  if (!Reader(random).Int(&s.age_add)) return LocalError(Code::kInternal);
  // s4.6.1: "a per-ticket value that is unique across all tickets issued on this connection".
  const HashSecret psk =
      ResumptionPsk(cx.schedule(), cx.resumption_master, Bytes(&s.tickets_sent, 1));
  Session session;
  session.transport = cx.decode.transport;
  session.cipher_suite = cx.negotiated.suite->id;
  session.psk = Secret<48>::CopyOf(psk.reveal());
  session.issued = cx.now.wall;
  session.lifetime = cx.server->ticket_lifetime;
  session.age_add = s.age_add;
  session.client_authentication = cx.server->client_authentication;
  session.client_authenticated = cx.negotiated.client_certificate == ClientCertificate::kVerified;
  session.client_identity = cx.negotiated.client_identity;
  session.server_name = AsBytes(cx.negotiated.server_name);
  session.alpn = AsBytes(cx.negotiated.alpn);
  MERLON_ASSIGN_OR_RETURN(const MutableBytes encoded, cx.arena.Keep(session.EncodedSize()));
  MERLON_TRY(session.Encode(encoded));
  return cx.Request(SealTicket{encoded});
}

}  // namespace

Result<Moved> On(ExpectClientFinished& s, const Finished& m, Context& cx,
                 Into<ServerEstablished> next) {
  MERLON_TRY(cx.CheckFinished(m.mac, s.keys.handshake));
  cx.change_cipher_spec_legal = false;
  cx.resumption_master = std::move(s.keys.master).ResumptionMaster(cx.transcript->Peek());
  MERLON_TRY(cx.InstallReadKeys(Epoch::kApplication, s.keys.application.client));
  MERLON_TRY(cx.events.Push(Connected{}));
  ServerEstablished established = {.traffic = {.read = std::move(s.keys.application.client),
                                               .write = std::move(s.keys.application.server)}};
  established.tickets_due = cx.client_takes_tickets ? cx.server->tickets : 0;
  established.handshake_flight = cx.flight.value;
  MERLON_TRY(RequestNextTicket(established, cx));
  return next.To(std::move(established));
}

Result<Moved> On(ServerEstablished& s, const TicketSealed& sealed, Context& cx,
                 Into<ServerEstablished> next) {
  if (sealed.ticket.empty()) {
    s.tickets_due = s.tickets_sent;
  } else {
    const uint8_t nonce = s.tickets_sent++;
    cx.NewFlight();
    MERLON_ASSIGN_OR_RETURN(const MutableBytes message,
                            cx.Build(NewSessionTicket{.lifetime = cx.server->ticket_lifetime,
                                                      .age_add = s.age_add,
                                                      .nonce = Bytes(&nonce, 1),
                                                      .ticket = sealed.ticket,
                                                      .early_data = {},
                                                      .extensions = {}}));
    MERLON_TRY(cx.Queue(s.traffic.write_epoch, message));
  }
  MERLON_TRY(RequestNextTicket(s, cx));
  return next.To(std::move(s));
}

Result<Moved> On(ServerEstablished& s, const KeyUpdate& m, Context& cx,
                 Into<ServerEstablished> next) {
  MERLON_TRY(OnKeyUpdate(s.traffic, m, cx));
  return next.To(std::move(s));
}

Result<Moved> On(ServerEstablished& s, const StartKeyUpdate& signal, Context& cx,
                 Into<ServerEstablished> next) {
  MERLON_TRY(OnStartKeyUpdate(s.traffic, signal, cx));
  return next.To(std::move(s));
}

Result<Moved> On(ServerEstablished& s, const Delivered& delivered, Context& cx,
                 Into<ServerEstablished> next) {
  const bool of_ticket = s.traffic.update != delivered.flight &&
                         delivered.flight.value > s.handshake_flight &&
                         s.tickets_delivered < s.tickets_sent;
  MERLON_TRY(OnDelivered(s.traffic, delivered, cx));
  if (of_ticket && ++s.tickets_delivered == s.tickets_due) {
    MERLON_TRY(cx.OfferStorageBack());
  }
  return next.To(std::move(s));
}

}  // namespace merlon::tls
