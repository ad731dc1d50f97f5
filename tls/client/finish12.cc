// SPDX-License-Identifier: Apache-2.0
// The client's 5. and 6. in TLS 1.2: the end of the server's last flight, and what an established
// connection still hears (RFC 5246 s7.3, s7.4.9; RFC 5077 s3.3; RFC 6347 s4.2.4).
#include "tls/client/states12.h"

namespace merlon::tls {
namespace {

using AfterTicket = Into<ExpectServerChangeCipherSpec12, ExpectServerFinished12>;

Result<Moved> ExpectFinished(ClientEnding12 ending, Context& cx, AfterTicket next) {
  // RFC 6347 s4.2.4: datagrams lose and reorder ChangeCipherSpec, so the epoch of the record tells
  // what it protects.
  if (cx.decode.transport == Transport::kDatagram) {
    MERLON_TRY(InstallReadKeys12(ending.master, cx));
    return next.To(ExpectServerFinished12{.ending = std::move(ending)});
  }
  return next.To(ExpectServerChangeCipherSpec12{.ending = std::move(ending)});
}

// The event with the session that may be resumed later, if there is one.
Result<void> HandOutSession(const ClientEnding12& ending, Context& cx) {
  constexpr uint32_t kDefaultLifetime = 7200;    // seconds, where the server gave no hint
  constexpr uint32_t kLongestLifetime = 604800;  // as in TLS 1.3
  // A session without extended master secret is not resumed (RFC 7627 s5.3).
  if (!ending.master.extended || (ending.ticket.empty() && ending.session_id.empty())) return {};
  // A resumed one stays as it was unless the server renewed its ticket.
  if (ending.master.resumed && !ending.ticket_expected) return {};
  const uint32_t hint = ending.ticket_lifetime == 0 ? kDefaultLifetime : ending.ticket_lifetime;
  const Result<Bytes> session = KeepSession12(ending.master, ending.ticket,
                                              ending.ticket.empty() ? ending.session_id : Bytes(),
                                              std::min(hint, kLongestLifetime), cx);
  // Without room in storage there is none.
  if (!session.ok()) return {};
  return cx.events.Push(TicketArrived{*session});
}

}  // namespace

Result<Moved> ExpectEnding12(ClientEnding12 ending, Context& cx, AfterClientFlight12 next) {
  if (ending.ticket_expected) {
    return next.To(ExpectNewSessionTicket12{.ending = std::move(ending)});
  }
  return ExpectFinished(std::move(ending), cx, next);
}

Result<Moved> On(ExpectNewSessionTicket12& s, const NewSessionTicket12& m, Context& cx,
                 AfterTicket next) {
  MERLON_TRY(CheckEpoch12(Epoch::kPlain, cx));
  MERLON_TRY(Absorb12(cx));
  // RFC 5077 s3.3: an empty one means none; then a session that was resumed keeps its own.
  if (m.ticket.empty()) {
    s.ending.ticket_expected = false;
    if (!s.ending.master.resumed) s.ending.ticket = {};
  } else {
    MERLON_ASSIGN_OR_RETURN(s.ending.ticket, cx.Keep(m.ticket));
    s.ending.ticket_lifetime = m.lifetime_hint;
  }
  return ExpectFinished(std::move(s.ending), cx, next);
}

Result<Moved> On(ExpectServerChangeCipherSpec12& s, const ChangeCipherSpec&, Context& cx,
                 Into<ExpectServerFinished12> next) {
  MERLON_TRY(InstallReadKeys12(s.ending.master, cx));
  return next.To(ExpectServerFinished12{.ending = std::move(s.ending)});
}

Result<Moved> On(ExpectServerFinished12& s, const Finished& m, Context& cx,
                 Into<ClientEstablished12> next) {
  MERLON_TRY(CheckFinished12(m.mac, s.ending.master, cx));
  const bool resumed = s.ending.master.resumed;
  if (resumed) MERLON_TRY(EmitFinished12(s.ending.master, cx));
  MERLON_TRY(HandOutSession(s.ending, cx));
  MERLON_ASSIGN_OR_RETURN(Established12 established,
                          Establish12(std::move(s.ending.master), /*waits=*/resumed, cx));
  return next.To(ClientEstablished12{.established = std::move(established)});
}

Result<Moved> On(ClientEstablished12& s, const HelloRequest&, Context& cx,
                 Into<ClientEstablished12> next) {
  MERLON_TRY(RefuseRenegotiation(s.established, cx));
  return next.To(std::move(s));
}

Result<Moved> On(ClientEstablished12& s, const Delivered& delivered, Context& cx,
                 Into<ClientEstablished12> next) {
  MERLON_TRY(OnDelivered12(s.established, delivered, cx));
  return next.To(std::move(s));
}

}  // namespace merlon::tls
