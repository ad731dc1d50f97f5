// SPDX-License-Identifier: Apache-2.0
// The states of a TLS 1.2 and DTLS 1.2 server (RFC 5246 s7.3). It comes in from ExpectClientHello,
// with the ClientHello that leaves it at TLS 1.2.
//
//   1. ExpectClientHello12               <--  ClientHello
//      AwaitTicket12, AwaitSessionById12 a session to resume; else
//      AwaitCredential12, AwaitServerShare12                who signs, for which group
//      ServerHello, Certificate -->
//      AwaitServerSignatureMade12            ServerKeyExchange, CertificateRequest, ServerHelloDone
//      -->
//   2. ExpectClientCertificate12, AwaitClientChain12        <--  Certificate, if one was asked for
//      ExpectClientKeyExchange12         <--  ClientKeyExchange
//      AwaitPskChoice12, AwaitAgreement12, AwaitServerMaster12
//      ExpectClientCertificateVerify12, AwaitClientSignature12 <--  CertificateVerify
//   3. ExpectClientChangeCipherSpec12, ExpectClientFinished12  <--  ChangeCipherSpec, Finished
//      AwaitTicketSealed12               NewSessionTicket, ChangeCipherSpec, Finished -->
//   4. ServerEstablished12               resumed: 3. comes behind our Finished
#pragma once
#include "tls/core/features.h"
#include "tls/core/handshake12.h"
#include "tls/core/states.h"
#include "tls/ext/lists.h"
#include "tls/msgs/client_hello.h"
#include "tls/msgs/messages12.h"
#include "tls/msgs/messages13.h"

namespace merlon::tls {

inline constexpr uint32_t kServer12 = kServerRole | kTls12;

struct ExpectClientHello12 {
  static constexpr uint32_t kNeeds = kServer12;
  using Accepted = Accepts<ClientHello>;
};

// What was understood of a ClientHello; all of it in storage.
struct ServerPlan12 {
  Bytes body;        // of the ClientHello
  Bytes session_id;  // the client's
  Bytes ticket;
  U16List suites = {};
  absl::Span<const uint16_t> schemes = {};  // the client's, that one of our shared suites can use
  bool extended_master_secret = false;
  bool server_name_used = false;
  bool status_wanted = false;
  bool secure_renegotiation = false;  // it wants the indication (RFC 5746 s3.6)
  bool point_formats = false;
  bool ticket_wanted = false;  // it would take one
};
struct AwaitTicket12 {
  static constexpr uint32_t kNeeds = kServer12 | kTickets;
  using Accepted = Accepts<>;
  using Completed = Completes<TicketOpened>;
  ServerPlan12 plan;
};
struct AwaitSessionById12 {
  static constexpr uint32_t kNeeds = kServer12 | kTickets;
  using Accepted = Accepts<>;
  using Completed = Completes<SessionFound>;
  ServerPlan12 plan;
};
struct AwaitCredential12 {
  static constexpr uint32_t kNeeds = kServer12 | kCertificates;
  using Accepted = Accepts<>;
  using Completed = Completes<CredentialChosen>;
  ServerPlan12 plan;
};
struct AwaitServerShare12 {
  static constexpr uint32_t kNeeds = kServer12;
  using Accepted = Accepts<>;
  using Completed = Completes<ShareGenerated>;
  ServerPlan12 plan;
};

// What the client's flight is read with.
struct ClientFlight12 {
  Bytes private_key;                                  // of our share, in storage
  Bytes session_id;                                   // ours, in storage; empty: none to resume by
  Bytes public_key;                                   // of the client's leaf, in storage
  crypto::KeyType key_type = crypto::KeyType::kNone;  // kNone: it showed no certificate
  bool extended_master_secret = false;
  bool ticket_due = false;
};
struct AwaitServerSignatureMade12 {
  static constexpr uint32_t kNeeds = kServer12 | kCertificates;
  using Accepted = Accepts<>;
  using Completed = Completes<Signature>;
  ClientFlight12 flight;
  Bytes params;  // what was signed of ServerKeyExchange, in storage
};
struct ExpectClientCertificate12 {
  static constexpr uint32_t kNeeds = kServer12 | kCertificates | kClientAuth;
  using Accepted = Accepts<Certificate12>;
  ClientFlight12 flight;
};
struct AwaitClientChain12 {
  static constexpr uint32_t kNeeds = kServer12 | kCertificates | kClientAuth;
  using Accepted = Accepts<>;
  using Completed = Completes<ChainVerified>;
  ClientFlight12 flight;
};
struct ExpectClientKeyExchange12 {
  static constexpr uint32_t kNeeds = kServer12;
  using Accepted = Accepts<ClientKeyExchange>;
  ClientFlight12 flight;
};
struct AwaitPskChoice12 {
  static constexpr uint32_t kNeeds = kServer12;
  using Accepted = Accepts<>;
  using Completed = Completes<PskChosen>;
  ClientFlight12 flight;
  Bytes point;  // the client's share, in storage; empty: none
};
struct AwaitAgreement12 {
  static constexpr uint32_t kNeeds = kServer12;
  using Accepted = Accepts<>;
  using Completed = Completes<SharedSecret>;
  ClientFlight12 flight;
};
struct AwaitServerMaster12 {
  static constexpr uint32_t kNeeds = kServer12;
  using Accepted = Accepts<>;
  using Completed = Completes<MasterDerived>;
  ClientFlight12 flight;
};

// What is left when the keys are known.
struct ServerEnding12 {
  Master12 master;
  Bytes session_id;  // in storage
  Bytes public_key;  // of the client's leaf, in storage
  crypto::KeyType key_type = crypto::KeyType::kNone;
  bool ticket_due = false;
};
struct ExpectClientCertificateVerify12 {
  static constexpr uint32_t kNeeds = kServer12 | kCertificates | kClientAuth;
  using Accepted = Accepts<CertificateVerify>;
  ServerEnding12 ending;
};
struct AwaitClientSignatureVerdict12 {
  static constexpr uint32_t kNeeds = kServer12 | kCertificates | kClientAuth;
  using Accepted = Accepts<>;
  using Completed = Completes<SignatureValid>;
  ServerEnding12 ending;
};
struct ExpectClientChangeCipherSpec12 {
  static constexpr uint32_t kNeeds = kServer12;
  using Accepted = Accepts<ChangeCipherSpec>;
  ServerEnding12 ending;
};
struct ExpectClientFinished12 {
  static constexpr uint32_t kNeeds = kServer12;
  using Accepted = Accepts<Finished>;
  ServerEnding12 ending;
};
struct AwaitTicketSealed12 {
  static constexpr uint32_t kNeeds = kServer12 | kTickets;
  using Accepted = Accepts<>;
  using Completed = Completes<TicketSealed>;
  ServerEnding12 ending;
};
struct AwaitSessionStored12 {
  static constexpr uint32_t kNeeds = kServer12 | kTickets;
  using Accepted = Accepts<>;
  using Completed = Completes<SessionStored>;
  ServerEnding12 ending;
};
struct ServerEstablished12 {
  static constexpr uint32_t kNeeds = kServer12;
  using Accepted = Accepts<ClientHello, Delivered>;
  Established12 established;
};

// ---- client_hello12.cc -------------------------------------------------------------------------

using ClientFlightStart12 = Into<AwaitCredential12, AwaitServerShare12, ExpectClientKeyExchange12>;
Result<Moved> On(ExpectClientHello12&, const ClientHello&, Context&,
                 Into<AwaitTicket12, AwaitSessionById12, AwaitCredential12, AwaitServerShare12,
                      ExpectClientKeyExchange12>
                     next);
// A full handshake: by certificate where one may serve, else by PSK.
Result<Moved> ChooseSuite12(const ServerPlan12& plan, Context& cx, ClientFlightStart12 next);

// By PSK.
Result<Moved> ChoosePskSuite12(const ServerPlan12& plan, Context& cx,
                               Into<AwaitServerShare12, ExpectClientKeyExchange12> next);
Result<Moved> On(AwaitCredential12&, const CredentialChosen&, Context&,
                 Into<AwaitServerShare12, ExpectClientKeyExchange12> next);

// ---- resume12.cc -------------------------------------------------------------------------------

using AfterLookUp12 = Into<AwaitCredential12, AwaitServerShare12, ExpectClientKeyExchange12,
                           ExpectClientChangeCipherSpec12, ExpectClientFinished12>;
Result<Moved> On(AwaitTicket12&, const TicketOpened&, Context&, AfterLookUp12 next);
Result<Moved> On(AwaitSessionById12&, const SessionFound&, Context&, AfterLookUp12 next);

// ---- respond12.cc ------------------------------------------------------------------------------

// Queues ServerHello. `session_id`: what it says.
Result<void> EmitServerHello12(const ServerPlan12& plan, Bytes session_id, bool ticket,
                               Context& cx);
// A plain PSK: ServerHello and ServerHelloDone.
Result<Moved> RespondWithPsk12(const ServerPlan12& plan, Context& cx,
                               Into<ExpectClientKeyExchange12> next);
Result<Moved> On(AwaitServerShare12&, const ShareGenerated&, Context&,
                 Into<AwaitServerSignatureMade12, ExpectClientKeyExchange12> next);
Result<Moved> On(AwaitServerSignatureMade12&, const Signature&, Context&,
                 Into<ExpectClientCertificate12, ExpectClientKeyExchange12> next);

// ---- key_exchange12.cc -------------------------------------------------------------------------

Result<Moved> On(ExpectClientCertificate12&, const Certificate12&, Context&,
                 Into<AwaitClientChain12, ExpectClientKeyExchange12> next);
Result<Moved> On(AwaitClientChain12&, const ChainVerified&, Context&,
                 Into<ExpectClientKeyExchange12> next);
Result<Moved> On(ExpectClientKeyExchange12&, const ClientKeyExchange&, Context&,
                 Into<AwaitPskChoice12, AwaitAgreement12> next);
Result<Moved> On(AwaitPskChoice12&, const PskChosen&, Context&,
                 Into<AwaitAgreement12, AwaitServerMaster12> next);
using AfterClientKeys12 =
    Into<ExpectClientCertificateVerify12, ExpectClientChangeCipherSpec12, ExpectClientFinished12>;
Result<Moved> On(AwaitAgreement12&, const SharedSecret&, Context&,
                 Into<AwaitServerMaster12, ExpectClientCertificateVerify12,
                      ExpectClientChangeCipherSpec12, ExpectClientFinished12>
                     next);
Result<Moved> On(AwaitServerMaster12&, const MasterDerived&, Context&, AfterClientKeys12 next);
Result<Moved> On(ExpectClientCertificateVerify12&, const CertificateVerify&, Context&,
                 Into<AwaitClientSignatureVerdict12> next);
Result<Moved> On(AwaitClientSignatureVerdict12&, const SignatureValid&, Context&,
                 Into<ExpectClientChangeCipherSpec12, ExpectClientFinished12> next);

// ---- finish12.cc -------------------------------------------------------------------------------

// Waits for the client's ChangeCipherSpec and Finished.
Result<Moved> ExpectFinished12(ServerEnding12 ending, Context& cx,
                               Into<ExpectClientChangeCipherSpec12, ExpectClientFinished12> next);
Result<Moved> On(ExpectClientChangeCipherSpec12&, const ChangeCipherSpec&, Context&,
                 Into<ExpectClientFinished12> next);
Result<Moved> On(ExpectClientFinished12&, const Finished&, Context&,
                 Into<AwaitTicketSealed12, AwaitSessionStored12, ServerEstablished12> next);
Result<Moved> On(AwaitTicketSealed12&, const TicketSealed&, Context&,
                 Into<ServerEstablished12> next);
Result<Moved> On(AwaitSessionStored12&, const SessionStored&, Context&,
                 Into<ServerEstablished12> next);
Result<Moved> On(ServerEstablished12&, const ClientHello&, Context&,
                 Into<ServerEstablished12> next);
Result<Moved> On(ServerEstablished12&, const Delivered&, Context&, Into<ServerEstablished12> next);

}  // namespace merlon::tls
