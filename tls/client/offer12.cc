// SPDX-License-Identifier: Apache-2.0
// What a ClientHello has of TLS 1.2: linked where the profile has that version.
#include <algorithm>

#include "tls/client/offer.h"

namespace merlon::tls {
namespace {

constexpr size_t kTicketSessionIdSize = 16;  // bytes, of the ID that stands for a ticket

// What TLS 1.2 alone asks for.
void Fill(ClientHello& hello, const ClientOffer& offer, const Context& cx) {
  hello.extended_master_secret = true;  // RFC 7627 s5.1
  hello.renegotiation_info = Bytes();   // RFC 5746 s3.4: empty in a first handshake
  bool curves = false;
  for (const CipherSuite& suite : cx.common.suites12) {
    curves = curves || suite.key_exchange != KeyExchange::kPsk;
  }
  // RFC 8422 s5.1.2: uncompressed points.
  if (curves) hello.ec_point_formats = AsBytes(std::string_view("\0", 1));
  // RFC 5077 s3.2: empty, to ask for one.
  if (cx.client->tickets) hello.session_ticket = Bytes();
  if (offer.session12 == nullptr) return;
  if (!offer.session12->ticket.empty()) hello.session_ticket = offer.session12->ticket;
  hello.session_id = offer.session12->session_id;
}

Result<const OfferedSession12*> TakeSession(Bytes encoded, Context& cx) {
  const OfferedSession12* const none = nullptr;
  const Result<Session> session = Session::Decode(encoded);
  if (!session.ok() || session->version != 0x0303) return none;
  const CipherSuite* suite = FindSuite(cx.common.suites12, session->cipher_suite);
  const auto age = cx.now.wall - session->issued;
  // RFC 7627 s5.3: a session without extended master secret is offered only where one may be made.
  // Who asks for no tickets offers none either.
  if (!session->ticket.empty() && !cx.client->tickets) return none;
  if (suite == nullptr || !SpeaksForUs(*session, *suite->hash, *cx.client) ||
      session->transport != cx.decode.transport ||
      AsText(session->server_name) != cx.negotiated.server_name || age.count() < 0 ||
      age.count() >= session->lifetime || !session->extended_master_secret) {
    return none;
  }
  MERLON_ASSIGN_OR_RETURN(const absl::Span<OfferedSession12> kept,
                          cx.arena.KeepArray<OfferedSession12>(1));
  OfferedSession12& out = kept[0];
  out.suite = suite;
  out.extended_master_secret = session->extended_master_secret;
  MERLON_ASSIGN_OR_RETURN(out.client_identity, cx.Keep(session->client_identity));
  if (session->client_authentication != ClientAuthentication::kNone) {
    out.client_certificate =
        session->client_authenticated ? ClientCertificate::kVerified : ClientCertificate::kNone;
  }
  MERLON_ASSIGN_OR_RETURN(out.master, cx.Keep(session->psk.reveal()));
  MERLON_ASSIGN_OR_RETURN(out.ticket, cx.Keep(session->ticket));
  if (out.ticket.empty()) {
    MERLON_ASSIGN_OR_RETURN(out.session_id, cx.Keep(session->session_id));
  } else {
    // RFC 5077 s3.4: an ID of ours, so that its echo tells that the ticket was taken. It need not be
    // secret, nor new: the end of the ticket, mostly a tag, goes beside it in the clear.
    out.session_id =
        Slice(out.ticket, out.ticket.size() - std::min(out.ticket.size(), kTicketSessionIdSize));
  }
  return &out;
}

}  // namespace

const Offer12 kOffer12 = {TakeSession, Fill};

}  // namespace merlon::tls
