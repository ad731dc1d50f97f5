// SPDX-License-Identifier: Apache-2.0
// The states of a TLS 1.2 and DTLS 1.2 client (RFC 5246 s7.3). A client that offers TLS 1.3 as well
// comes in at 2. from ExpectServerHello, with the ServerHello that chose the version.
//
//   1. ClientStart12, AwaitSession12     ClientHello -->
//   2. ExpectServerHello12               <--  HelloVerifyRequest: ClientHello again; ServerHello
//   3. ExpectServerCertificate12, AwaitServerChain12            <--  Certificate
//      ExpectCertificateStatus12         <--  CertificateStatus, if it was announced
//      ExpectServerKeyExchange12, AwaitServerSignature12        <--  ServerKeyExchange
//      ExpectRequestOrDone12             <--  CertificateRequest, ServerHelloDone; with a PSK
//      ExpectPskFlight12                 <--  ServerKeyExchange, ServerHelloDone
//   4. AwaitClientCredential12, AwaitClientShare12, AwaitClientMaster12, AwaitClientSignature12
//      Certificate, ClientKeyExchange, CertificateVerify, ChangeCipherSpec, Finished -->
//   5. ExpectNewSessionTicket12, ExpectServerChangeCipherSpec12, ExpectServerFinished12
//      <--  NewSessionTicket, ChangeCipherSpec, Finished; resumed: before ours
//   6. ClientEstablished12
#pragma once
#include "tls/client/offer.h"
#include "tls/core/features.h"
#include "tls/core/handshake12.h"
#include "tls/core/states.h"
#include "tls/msgs/messages12.h"
#include "tls/msgs/messages13.h"
#include "tls/msgs/server_hello.h"

namespace merlon::tls {

struct Begin {};  // the signal with which a connection starts

inline constexpr uint32_t kClient12 = kClientRole | kTls12;

struct ClientStart12 {
  static constexpr uint32_t kNeeds = kClient12;
  using Accepted = Accepts<Begin>;
  Bytes session;  // borrowed: Begin comes within the constructor's call
};
struct AwaitSession12 {
  static constexpr uint32_t kNeeds = kClient12;
  using Accepted = Accepts<>;
  using Completed = Completes<SessionFound>;
};
struct ExpectServerHello12 {
  static constexpr uint32_t kNeeds = kClient12;
  using Accepted = Accepts<ServerHelloMessage, HelloVerifyRequest>;
  ClientOffer offer;
  bool verified = false;  // a HelloVerifyRequest came
};

// What is known of the server's flight, all of it in storage.
struct ServerFlight12 {
  Bytes session_id;                                // the server's
  Bytes public_key;                                // of its leaf
  Bytes point;                                     // its ECDHE share, for negotiated.group
  absl::Span<const uint16_t> client_schemes = {};  // what we may sign with
  Bytes authorities = {};
  crypto::KeyType key_type = crypto::KeyType::kNone;
  bool extended_master_secret = true;
  bool ticket_expected = false;
  bool certificate_requested = false;
  bool status_expected = false;
};
struct ExpectServerCertificate12 {
  static constexpr uint32_t kNeeds = kClient12 | kCertificates;
  using Accepted = Accepts<Certificate12>;
  ServerFlight12 flight;
};
// RFC 6066 s8: a server that has announced CertificateStatus "MAY also choose not to send" it.
struct ExpectCertificateStatus12 {
  static constexpr uint32_t kNeeds = kClient12 | kCertificates;
  using Accepted = Accepts<CertificateStatus12, ServerKeyExchange>;
  ServerFlight12 flight;
};
struct AwaitServerChain12 {
  static constexpr uint32_t kNeeds = kClient12 | kCertificates;
  using Accepted = Accepts<>;
  using Completed = Completes<ChainVerified>;
  ServerFlight12 flight;
  Bytes key_exchange = {};  // a ServerKeyExchange that came meanwhile; in storage
};
struct ExpectServerKeyExchange12 {
  static constexpr uint32_t kNeeds = kClient12 | kCertificates;
  using Accepted = Accepts<ServerKeyExchange>;
  ServerFlight12 flight;
};
struct AwaitServerSignature12 {
  static constexpr uint32_t kNeeds = kClient12 | kCertificates;
  using Accepted = Accepts<>;
  using Completed = Completes<SignatureValid>;
  ServerFlight12 flight;
};
struct ExpectRequestOrDone12 {
  static constexpr uint32_t kNeeds = kClient12 | kCertificates;
  using Accepted = Accepts<CertificateRequest12, ServerHelloDone>;
  ServerFlight12 flight;
};
// RFC 4279 s2: with a plain PSK ServerKeyExchange comes only where there is a hint; RFC 5489 s2:
// with ECDHE it must.
struct ExpectPskFlight12 {
  static constexpr uint32_t kNeeds = kClient12;
  using Accepted = Accepts<ServerKeyExchange, ServerHelloDone>;
  ServerFlight12 flight;
  bool key_exchange_seen = false;
};
struct ExpectServerHelloDone12 {
  static constexpr uint32_t kNeeds = kClient12 | kCertificates;
  using Accepted = Accepts<ServerHelloDone>;
  ServerFlight12 flight;
};
struct AwaitClientCredential12 {
  static constexpr uint32_t kNeeds = kClient12 | kCertificates;
  using Accepted = Accepts<>;
  using Completed = Completes<CredentialChosen>;
  ServerFlight12 flight;
};
struct AwaitClientShare12 {
  static constexpr uint32_t kNeeds = kClient12;
  using Accepted = Accepts<>;
  using Completed = Completes<Encapsulated>;
  ServerFlight12 flight;
};
struct AwaitClientMaster12 {
  static constexpr uint32_t kNeeds = kClient12;
  using Accepted = Accepts<>;
  using Completed = Completes<MasterDerived>;
  ServerFlight12 flight;
};

// What is left when the keys are known.
struct ClientEnding12 {
  Master12 master;
  Bytes session_id;  // the server's, in storage
  Bytes ticket;      // that came, in storage
  uint32_t ticket_lifetime = 0;
  bool ticket_expected = false;
};
struct AwaitClientSignature12 {
  static constexpr uint32_t kNeeds = kClient12 | kCertificates;
  using Accepted = Accepts<>;
  using Completed = Completes<Signature>;
  ClientEnding12 ending;
};
struct ExpectNewSessionTicket12 {
  static constexpr uint32_t kNeeds = kClient12 | kTickets;
  using Accepted = Accepts<NewSessionTicket12>;
  ClientEnding12 ending;
};
struct ExpectServerChangeCipherSpec12 {
  static constexpr uint32_t kNeeds = kClient12;
  using Accepted = Accepts<ChangeCipherSpec>;
  ClientEnding12 ending;
};
struct ExpectServerFinished12 {
  static constexpr uint32_t kNeeds = kClient12;
  using Accepted = Accepts<Finished>;
  ClientEnding12 ending;
};
struct ClientEstablished12 {
  static constexpr uint32_t kNeeds = kClient12;
  using Accepted = Accepts<HelloRequest, Delivered>;
  Established12 established;
};

// ---- hello12.cc --------------------------------------------------------------------------------

Result<Moved> On(ClientStart12&, const Begin&, Context&,
                 Into<AwaitSession12, ExpectServerHello12> next);
Result<Moved> On(AwaitSession12&, const SessionFound&, Context&, Into<ExpectServerHello12> next);
Result<Moved> On(ExpectServerHello12&, const HelloVerifyRequest&, Context&,
                 Into<ExpectServerHello12> next);
using AfterServerHello12 =
    Into<ExpectServerCertificate12, ExpectPskFlight12, ExpectNewSessionTicket12,
         ExpectServerChangeCipherSpec12, ExpectServerFinished12>;
Result<Moved> On(ExpectServerHello12&, const ServerHelloMessage&, Context&,
                 AfterServerHello12 next);

// ---- authenticate12.cc -------------------------------------------------------------------------

Result<Moved> On(ExpectServerCertificate12&, const Certificate12&, Context&,
                 Into<ExpectCertificateStatus12, AwaitServerChain12> next);
Result<Moved> On(ExpectCertificateStatus12&, const CertificateStatus12&, Context&,
                 Into<AwaitServerChain12> next);
Result<Moved> On(ExpectCertificateStatus12&, const ServerKeyExchange&, Context&,
                 Into<AwaitServerChain12> next);
Result<Moved> On(AwaitServerChain12&, const ChainVerified&, Context&,
                 Into<ExpectServerKeyExchange12, AwaitServerSignature12> next);
Result<Moved> On(ExpectServerKeyExchange12&, const ServerKeyExchange&, Context&,
                 Into<AwaitServerSignature12> next);
Result<Moved> On(AwaitServerSignature12&, const SignatureValid&, Context&,
                 Into<ExpectRequestOrDone12> next);
Result<Moved> On(ExpectRequestOrDone12&, const CertificateRequest12&, Context&,
                 Into<ExpectServerHelloDone12> next);
Result<Moved> On(ExpectRequestOrDone12&, const ServerHelloDone&, Context&,
                 Into<AwaitClientShare12> next);
Result<Moved> On(ExpectServerHelloDone12&, const ServerHelloDone&, Context&,
                 Into<AwaitClientCredential12, AwaitClientShare12> next);
Result<Moved> On(AwaitClientCredential12&, const CredentialChosen&, Context&,
                 Into<AwaitClientShare12> next);

// ---- key_exchange12.cc -------------------------------------------------------------------------

// Takes the ECDHE parameters of a ServerKeyExchange: a group of ours, a share of its size.
Result<void> TakeEcdheParams(const EcdheParams& params, ServerFlight12& flight, Context& cx);
Result<Moved> On(ExpectPskFlight12&, const ServerKeyExchange&, Context&,
                 Into<ExpectPskFlight12> next);
Result<Moved> On(ExpectPskFlight12&, const ServerHelloDone&, Context&,
                 Into<AwaitClientShare12, AwaitClientMaster12> next);
using AfterClientFlight12 =
    Into<ExpectNewSessionTicket12, ExpectServerChangeCipherSpec12, ExpectServerFinished12>;
using AfterClientKeyExchange12 = Into<AwaitClientSignature12, ExpectNewSessionTicket12,
                                      ExpectServerChangeCipherSpec12, ExpectServerFinished12>;
Result<Moved> On(AwaitClientShare12&, const Encapsulated&, Context&,
                 Into<AwaitClientMaster12, AwaitClientSignature12, ExpectNewSessionTicket12,
                      ExpectServerChangeCipherSpec12, ExpectServerFinished12>
                     next);
Result<Moved> On(AwaitClientMaster12&, const MasterDerived&, Context&,
                 AfterClientKeyExchange12 next);
Result<Moved> On(AwaitClientSignature12&, const Signature&, Context&, AfterClientFlight12 next);

// ---- finish12.cc -------------------------------------------------------------------------------

// Waits for what ends the server's last flight.
Result<Moved> ExpectEnding12(ClientEnding12 ending, Context& cx, AfterClientFlight12 next);
Result<Moved> On(ExpectNewSessionTicket12&, const NewSessionTicket12&, Context&,
                 Into<ExpectServerChangeCipherSpec12, ExpectServerFinished12> next);
Result<Moved> On(ExpectServerChangeCipherSpec12&, const ChangeCipherSpec&, Context&,
                 Into<ExpectServerFinished12> next);
Result<Moved> On(ExpectServerFinished12&, const Finished&, Context&,
                 Into<ClientEstablished12> next);
Result<Moved> On(ClientEstablished12&, const HelloRequest&, Context&,
                 Into<ClientEstablished12> next);
Result<Moved> On(ClientEstablished12&, const Delivered&, Context&, Into<ClientEstablished12> next);

}  // namespace merlon::tls
