// SPDX-License-Identifier: Apache-2.0
// The server's 3. and 4. in TLS 1.2: the client's Finished, the session for later, our Finished,
// and what an established connection still hears (RFC 5246 s7.3, s7.4.9; RFC 5077 s3.3; RFC 6347
// s4.2.4).
#include "tls/server/states12.h"

namespace merlon::tls {
namespace {

Result<Moved> FinishLast(Master12 master, Context& cx, Into<ServerEstablished12> next) {
  MERLON_TRY(EmitFinished12(master, cx));
  MERLON_ASSIGN_OR_RETURN(Established12 established,
                          Establish12(std::move(master), /*waits=*/true, cx));
  return next.To(ServerEstablished12{.established = std::move(established)});
}

}  // namespace

Result<Moved> ExpectFinished12(ServerEnding12 ending, Context& cx,
                               Into<ExpectClientChangeCipherSpec12, ExpectClientFinished12> next) {
  // RFC 6347 s4.2.4: datagrams lose and reorder ChangeCipherSpec, so the epoch of the record tells
  // what it protects.
  if (cx.decode.transport == Transport::kDatagram) {
    MERLON_TRY(InstallReadKeys12(ending.master, cx));
    return next.To(ExpectClientFinished12{.ending = std::move(ending)});
  }
  return next.To(ExpectClientChangeCipherSpec12{.ending = std::move(ending)});
}

Result<Moved> On(ExpectClientChangeCipherSpec12& s, const ChangeCipherSpec&, Context& cx,
                 Into<ExpectClientFinished12> next) {
  MERLON_TRY(InstallReadKeys12(s.ending.master, cx));
  return next.To(ExpectClientFinished12{.ending = std::move(s.ending)});
}

Result<Moved> On(ExpectClientFinished12& s, const Finished& m, Context& cx,
                 Into<AwaitTicketSealed12, AwaitSessionStored12, ServerEstablished12> next) {
  MERLON_TRY(CheckFinished12(m.mac, s.ending.master, cx));
  if (s.ending.master.resumed) {
    MERLON_ASSIGN_OR_RETURN(Established12 established,
                            Establish12(std::move(s.ending.master), /*waits=*/false, cx));
    return next.To(ServerEstablished12{.established = std::move(established)});
  }
  if (!s.ending.ticket_due && s.ending.session_id.empty()) {
    return FinishLast(std::move(s.ending.master), cx, next);
  }
  MERLON_ASSIGN_OR_RETURN(
      const Bytes session,
      KeepSession12(s.ending.master, {}, s.ending.session_id, cx.server->ticket_lifetime, cx));
  if (s.ending.ticket_due) {
    MERLON_TRY(cx.Request(SealTicket{session}));
    return next.To(AwaitTicketSealed12{.ending = std::move(s.ending)});
  }
  // Before the client learns that it may resume.
  MERLON_TRY(cx.Request(StoreSession{s.ending.session_id, session}));
  return next.To(AwaitSessionStored12{.ending = std::move(s.ending)});
}

Result<Moved> On(AwaitTicketSealed12& s, const TicketSealed& sealed, Context& cx,
                 Into<ServerEstablished12> next) {
  // RFC 5077 s3.3: ServerHello promised one; an empty one takes that back.
  MERLON_TRY(Emit12(
      Epoch::kPlain,
      NewSessionTicket12{.lifetime_hint = cx.server->ticket_lifetime, .ticket = sealed.ticket},
      cx));
  return FinishLast(std::move(s.ending.master), cx, next);
}

Result<Moved> On(AwaitSessionStored12& s, const SessionStored&, Context& cx,
                 Into<ServerEstablished12> next) {
  return FinishLast(std::move(s.ending.master), cx, next);
}

Result<Moved> On(ServerEstablished12& s, const ClientHello&, Context& cx,
                 Into<ServerEstablished12> next) {
  MERLON_TRY(RefuseRenegotiation(s.established, cx));
  return next.To(std::move(s));
}

Result<Moved> On(ServerEstablished12& s, const Delivered& delivered, Context& cx,
                 Into<ServerEstablished12> next) {
  MERLON_TRY(OnDelivered12(s.established, delivered, cx));
  return next.To(std::move(s));
}

}  // namespace merlon::tls
