// SPDX-License-Identifier: Apache-2.0
// The states of a TLS 1.3 server, and which messages, signals and answers each takes.
//
//   1. ExpectClientHello                 <--  ClientHello; without a share that we want:
//      ExpectSecondClientHello           -->  HelloRetryRequest, <-- ClientHello again
//   2. AwaitPskChoice, AwaitPskEarlySecret, AwaitTicket   which PSK, if any; its binder
//      AwaitCredential                   else: who signs, under which scheme
//   3. AwaitEncapsulation                the key exchange
//      ServerHello, EncryptedExtensions  -->
//      CertificateRequest, if we ask     -->  (not with a PSK, nor the next line)
//      Certificate; AwaitSignature; CertificateVerify -->
//      Finished                          -->
//   4. ExpectClientCertificate           <--  Certificate, if we asked
//      AwaitClientChain, ExpectClientCertificateVerify, AwaitClientSignatureVerdict   if not empty
//   5. ExpectClientFinished              <--  Finished
//   6. ServerEstablished                 NewSessionTicket -->, KeyUpdate
#pragma once
#include <optional>

#include "tls/core/certificates.h"
#include "tls/core/context.h"
#include "tls/core/features.h"
#include "tls/core/post_handshake.h"
#include "tls/core/states.h"
#include "tls/msgs/client_hello.h"
#include "tls/msgs/messages13.h"
#include "tls/server/states12.h"

namespace merlon::tls {

// What was understood of a ClientHello; all of it in storage.
struct ServerPlan {
  Bytes body;  // of the ClientHello
  Bytes session_id;
  Bytes peer_share;                        // for negotiated.group
  absl::Span<const PskOffer> offers = {};  // empty: no PSK may be used
  Bytes binders = {};
  size_t truncated_size = 0;  // of the body, before the binders
  absl::Span<const uint16_t> schemes = {};
  Bytes authorities = {};
  bool server_name_used = false;
  bool status_wanted = false;
  const ExternalPsk* psk = nullptr;  // the one that was chosen, for the offer at psk_index
  uint16_t psk_index = 0;

  Bytes Binder(size_t index) const;
};

struct ExpectClientHello {
  static constexpr uint32_t kNeeds = kServerRole;
  using Accepted = Accepts<ClientHello>;
};
struct ExpectSecondClientHello {
  static constexpr uint32_t kNeeds = kServerRole | kTls13;
  using Accepted = Accepts<ClientHello>;
};
struct AwaitPskChoice {
  static constexpr uint32_t kNeeds = kServerRole | kTls13;
  using Accepted = Accepts<>;
  using Completed = Completes<PskChosen>;
  ServerPlan plan;
};
struct AwaitPskEarlySecret {
  static constexpr uint32_t kNeeds = kServerRole | kTls13;
  using Accepted = Accepts<>;
  using Completed = Completes<PskDerived>;
  ServerPlan plan;
};
struct AwaitTicket {
  static constexpr uint32_t kNeeds = kServerRole | kTls13 | kTickets;
  using Accepted = Accepts<>;
  using Completed = Completes<TicketOpened>;
  ServerPlan plan;
  uint16_t index;
};
struct AwaitCredential {
  static constexpr uint32_t kNeeds = kServerRole | kTls13 | kCertificates;
  using Accepted = Accepts<>;
  using Completed = Completes<CredentialChosen>;
  ServerPlan plan;
};
struct AwaitEncapsulation {
  static constexpr uint32_t kNeeds = kServerRole | kTls13;
  using Accepted = Accepts<>;
  using Completed = Completes<Encapsulated>;
  EarlyStage stage;
  Bytes session_id;
  std::optional<uint16_t> psk_index;
  bool server_name_used;
  bool status_wanted;
};

// What the rest of the handshake needs.
struct ClientFlight {
  MasterStage master;
  TrafficPair handshake;
};
struct AwaitSignature {
  static constexpr uint32_t kNeeds = kServerRole | kTls13 | kCertificates;
  using Accepted = Accepts<>;
  using Completed = Completes<Signature>;
  ClientFlight flight;
};
// What the rest of the client's flight needs.
struct ServerKeys {
  MasterStage master;
  HashSecret handshake;  // of the client: for its Finished
  TrafficPair application;
};
struct ExpectClientCertificate {
  static constexpr uint32_t kNeeds = kServerRole | kTls13 | kCertificates | kClientAuth;
  using Accepted = Accepts<Certificate>;
  ServerKeys keys;
};
struct AwaitClientChain {
  static constexpr uint32_t kNeeds = kServerRole | kTls13 | kCertificates | kClientAuth;
  using Accepted = Accepts<>;
  using Completed = Completes<ChainVerified>;
  ServerKeys keys;
};
struct ExpectClientCertificateVerify {
  static constexpr uint32_t kNeeds = kServerRole | kTls13 | kCertificates | kClientAuth;
  using Accepted = Accepts<CertificateVerify>;
  ServerKeys keys;
  PeerKey key;
};
struct AwaitClientSignatureVerdict {
  static constexpr uint32_t kNeeds = kServerRole | kTls13 | kCertificates | kClientAuth;
  using Accepted = Accepts<>;
  using Completed = Completes<SignatureValid>;
  ServerKeys keys;
};
struct ExpectClientFinished {
  static constexpr uint32_t kNeeds = kServerRole | kTls13;
  using Accepted = Accepts<Finished>;
  ServerKeys keys;
};
struct ServerEstablished {
  static constexpr uint32_t kNeeds = kServerRole | kTls13;
  using Accepted = Accepts<KeyUpdate, StartKeyUpdate, Delivered>;
  using Completed = Completes<TicketSealed>;
  Traffic traffic;
  uint32_t age_add = 0;  // of the ticket being sealed
  uint8_t tickets_due = 0;
  uint8_t tickets_sent = 0;
  uint8_t tickets_delivered = 0;
  uint16_t handshake_flight = 0;  // a later one is a ticket's, or a KeyUpdate's
};

// ---- Transitions: client_hello.cc
// ----------------------------------------------------------------

Result<Moved> On(ExpectClientHello&, const ClientHello&, Context&,
                 Into<ExpectSecondClientHello, AwaitPskChoice, AwaitPskEarlySecret, AwaitTicket,
                      AwaitCredential, ExpectClientHello12>
                     next);
Result<Moved> On(ExpectSecondClientHello&, const ClientHello&, Context&,
                 Into<AwaitPskChoice, AwaitPskEarlySecret, AwaitTicket, AwaitCredential> next);

// ---- choose.cc
// -----------------------------------------------------------------------------------

// Asks for a PSK where one may be used, else for a credential.
Result<Moved> ChooseAuthentication(
    ServerPlan plan, Context& cx,
    Into<AwaitPskChoice, AwaitPskEarlySecret, AwaitTicket, AwaitCredential> next);
Result<Moved> On(AwaitPskChoice&, const PskChosen&, Context&,
                 Into<AwaitPskEarlySecret, AwaitTicket, AwaitCredential> next);
Result<Moved> On(AwaitPskEarlySecret&, const PskDerived&, Context&, Into<AwaitEncapsulation> next);
Result<Moved> On(AwaitTicket&, const TicketOpened&, Context&,
                 Into<AwaitTicket, AwaitPskEarlySecret, AwaitCredential, AwaitEncapsulation> next);
Result<Moved> On(AwaitCredential&, const CredentialChosen&, Context&,
                 Into<AwaitEncapsulation> next);

// ---- respond.cc
// ----------------------------------------------------------------------------------

Result<Moved> On(AwaitEncapsulation&, const Encapsulated&, Context&,
                 Into<AwaitSignature, ExpectClientFinished> next);
Result<Moved> On(AwaitSignature&, const Signature&, Context&,
                 Into<ExpectClientCertificate, ExpectClientFinished> next);

// ---- authenticate.cc
// -----------------------------------------------------------------------------

Result<Moved> On(ExpectClientCertificate&, const Certificate&, Context&,
                 Into<AwaitClientChain, ExpectClientFinished> next);
Result<Moved> On(AwaitClientChain&, const ChainVerified&, Context&,
                 Into<ExpectClientCertificateVerify> next);
Result<Moved> On(ExpectClientCertificateVerify&, const CertificateVerify&, Context&,
                 Into<AwaitClientSignatureVerdict> next);
Result<Moved> On(AwaitClientSignatureVerdict&, const SignatureValid&, Context&,
                 Into<ExpectClientFinished> next);

// ---- finish.cc
// -----------------------------------------------------------------------------------

Result<Moved> On(ExpectClientFinished&, const Finished&, Context&, Into<ServerEstablished> next);
Result<Moved> On(ServerEstablished&, const TicketSealed&, Context&, Into<ServerEstablished> next);
Result<Moved> On(ServerEstablished&, const KeyUpdate&, Context&, Into<ServerEstablished> next);
Result<Moved> On(ServerEstablished&, const StartKeyUpdate&, Context&, Into<ServerEstablished> next);
Result<Moved> On(ServerEstablished&, const Delivered&, Context&, Into<ServerEstablished> next);

}  // namespace merlon::tls
