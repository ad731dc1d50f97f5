// SPDX-License-Identifier: Apache-2.0
// The server's abbreviated handshake in TLS 1.2: a ticket (RFC 5077) or a session ID (RFC 5246
// s7.3) whose session may go on here and now.
#include "tls/server/hello.h"
#include "tls/server/states12.h"
#include "tls/session.h"

namespace merlon::tls {
namespace {

// May this session go on? Never across versions, transports, server names, identities, or suites
// that are not offered any more.
Result<bool> Resumable(const Session& session, const ServerPlan12& plan, Context& cx) {
  const auto age = cx.now.wall - session.issued;
  const bool offered = plan.suites.Contains(session.cipher_suite);
  if (session.version != 0x0303 || session.transport != cx.decode.transport || !offered ||
      age.count() < 0 || age.count() >= session.lifetime ||
      AsText(session.server_name) != cx.negotiated.server_name ||
      !MeetsClientAuthentication(session, *cx.server)) {
    return false;
  }
  // RFC 7627 s5.3: a session without extended master secret is not resumed; one with it, by a
  // client that offers none: "the server MUST abort the abbreviated handshake".
  if (!session.extended_master_secret) return false;
  if (!plan.extended_master_secret) {
    return PeerError(Code::kMissingExtension, Alert::kHandshakeFailure);
  }
  return true;
}

Result<Moved> ResumeOrNot(Bytes encoded, const ServerPlan12& plan, Context& cx,
                          AfterLookUp12 next) {
  const Result<Session> session = Session::Decode(encoded);
  if (encoded.empty() || !session.ok()) return ChooseSuite12(plan, cx, next);
  MERLON_ASSIGN_OR_RETURN(const bool resumable, Resumable(*session, plan, cx));
  const CipherSuite* suite = nullptr;
  for (const CipherSuite& ours : cx.common.suites12) {
    if (ours.id == session->cipher_suite) suite = &ours;
  }
  if (!resumable || suite == nullptr) return ChooseSuite12(plan, cx, next);
  cx.Choose12(*suite);
  cx.negotiated.group = nullptr;
  cx.negotiated.authentication = Authentication::kResumption;
  MERLON_TRY(TakeClient(*session, cx));
  ServerEnding12 ending;
  ending.master = {
      .secret = MasterSecret::CopyOf(session->psk.reveal()), .extended = true, .resumed = true};
  // RFC 5077 s3.4, RFC 5246 s7.4.1.3: the client's session ID comes back, and says so.
  MERLON_TRY(EmitServerHello12(plan, plan.session_id, /*ticket=*/false, cx));
  MERLON_TRY(LogMaster12(ending.master, cx));
  MERLON_TRY(EmitFinished12(ending.master, cx));
  return ExpectFinished12(std::move(ending), cx, next);
}

}  // namespace

Result<Moved> On(AwaitTicket12& s, const TicketOpened& opened, Context& cx, AfterLookUp12 next) {
  return ResumeOrNot(opened.session, s.plan, cx, next);
}

Result<Moved> On(AwaitSessionById12& s, const SessionFound& found, Context& cx,
                 AfterLookUp12 next) {
  return ResumeOrNot(found.session, s.plan, cx, next);
}

}  // namespace merlon::tls
