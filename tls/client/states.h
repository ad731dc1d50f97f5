// SPDX-License-Identifier: Apache-2.0
// The states of a TLS 1.3 client, and which messages, signals and answers each takes.
//
//   1. ClientStart, AwaitSession, AwaitPskSecret, AwaitShares   gather what ClientHello offers
//      ClientHello                       -->
//   2. ExpectServerHello                 <--  HelloRetryRequest: AwaitShares, ClientHello again,
//      ExpectSecondServerHello           <--  ServerHello
//      AwaitAgreement                    the key exchange; handshake keys
//   3. ExpectEncryptedExtensions         <--  EncryptedExtensions; with a PSK straight to 5
//   4. ExpectCertificateOrRequest        <--  CertificateRequest, Certificate
//      AwaitChain, ExpectCertificateVerify, AwaitSignatureVerdict
//   5. ExpectServerFinished              <--  Finished
//      AwaitClientCredential, AwaitClientSignature   where a certificate was asked for
//      Certificate (empty: there is none), CertificateVerify, Finished -->
//   6. ClientEstablished                 NewSessionTicket, KeyUpdate
#pragma once
#include <optional>

#include "tls/client/offer.h"
#include "tls/client/states12.h"
#include "tls/core/certificates.h"
#include "tls/core/context.h"
#include "tls/core/features.h"
#include "tls/core/post_handshake.h"
#include "tls/core/states.h"
#include "tls/msgs/messages12.h"
#include "tls/msgs/messages13.h"
#include "tls/msgs/server_hello.h"

namespace merlon::tls {

// ---- States
// --------------------------------------------------------------------------------------

struct ClientStart {
  static constexpr uint32_t kNeeds = kClientRole | kTls13;
  using Accepted = Accepts<Begin>;
  Bytes session;  // borrowed: Begin comes within the constructor's call
};
struct AwaitSession {
  static constexpr uint32_t kNeeds = kClientRole | kTls13;
  using Accepted = Accepts<>;
  using Completed = Completes<SessionFound>;
};
struct AwaitPskSecret {
  static constexpr uint32_t kNeeds = kClientRole | kTls13;
  using Accepted = Accepts<>;
  using Completed = Completes<PskDerived>;
  absl::Span<OfferedPsk> psks;  // in storage
  size_t at = 0;                // whose secret is being derived
  const OfferedSession12* session12 = nullptr;
};
struct AwaitShares {
  static constexpr uint32_t kNeeds = kClientRole | kTls13;
  using Accepted = Accepts<>;
  using Completed = Completes<ShareGenerated>;
  ClientOffer offer;
  const NamedGroup* group;  // whose share is being made
  Bytes cookie;             // of a HelloRetryRequest
  bool retry = false;
};
struct ExpectServerHello {
  static constexpr uint32_t kNeeds = kClientRole | kTls13;
  using Accepted = Accepts<ServerHelloMessage, HelloVerifyRequest>;
  ClientOffer offer;
  bool verified = false;  // a HelloVerifyRequest came
};
struct ExpectSecondServerHello {
  static constexpr uint32_t kNeeds = kClientRole | kTls13;
  using Accepted = Accepts<ServerHelloMessage>;
  ClientOffer offer;
};
struct AwaitAgreement {
  static constexpr uint32_t kNeeds = kClientRole | kTls13;
  using Accepted = Accepts<>;
  using Completed = Completes<SharedSecret>;
  EarlyStage stage;
  ExtensionSet sent;
};

// A CertificateRequest; all in storage.
struct RequestedCertificate {
  absl::Span<const uint16_t> schemes;
  Bytes authorities;
};
// What the rest of the server's flight needs.
struct ServerFlight {
  MasterStage master;
  TrafficPair handshake;
  const RequestedCertificate* requested =
      nullptr;  // in storage; null: no certificate was asked for
};
struct ExpectEncryptedExtensions {
  static constexpr uint32_t kNeeds = kClientRole | kTls13;
  using Accepted = Accepts<EncryptedExtensions>;
  ServerFlight flight;
  ExtensionSet sent;  // in the ClientHello
};
struct ExpectCertificateOrRequest {
  static constexpr uint32_t kNeeds = kClientRole | kTls13 | kCertificates;
  using Accepted = Accepts<CertificateRequest, Certificate>;
  ServerFlight flight;
};
struct ExpectCertificate {
  static constexpr uint32_t kNeeds = kClientRole | kTls13 | kCertificates;
  using Accepted = Accepts<Certificate>;
  ServerFlight flight;
};
struct AwaitChain {
  static constexpr uint32_t kNeeds = kClientRole | kTls13 | kCertificates;
  using Accepted = Accepts<>;
  using Completed = Completes<ChainVerified>;
  ServerFlight flight;
};
struct ExpectCertificateVerify {
  static constexpr uint32_t kNeeds = kClientRole | kTls13 | kCertificates;
  using Accepted = Accepts<CertificateVerify>;
  ServerFlight flight;
  PeerKey key;
};
struct AwaitSignatureVerdict {
  static constexpr uint32_t kNeeds = kClientRole | kTls13 | kCertificates;
  using Accepted = Accepts<>;
  using Completed = Completes<SignatureValid>;
  ServerFlight flight;
};
struct ExpectServerFinished {
  static constexpr uint32_t kNeeds = kClientRole | kTls13;
  using Accepted = Accepts<Finished>;
  ServerFlight flight;
};
// What is needed once the server's flight is understood.
struct ClientKeys {
  HashSecret handshake;  // of the client: for its Finished
  TrafficPair application;
  MasterStage master;
};
struct AwaitClientCredential {
  static constexpr uint32_t kNeeds = kClientRole | kTls13 | kCertificates | kClientAuth;
  using Accepted = Accepts<>;
  using Completed = Completes<CredentialChosen>;
  ClientKeys keys;
  const RequestedCertificate* requested;  // in storage
};
struct AwaitClientSignature {
  static constexpr uint32_t kNeeds = kClientRole | kTls13 | kCertificates | kClientAuth;
  using Accepted = Accepts<>;
  using Completed = Completes<Signature>;
  ClientKeys keys;
  Bytes certificate;  // our message, in storage: sent with the rest of its flight
};
struct ClientEstablished {
  static constexpr uint32_t kNeeds = kClientRole | kTls13;
  using Accepted = Accepts<NewSessionTicket, KeyUpdate, StartKeyUpdate, Delivered>;
  Traffic traffic;
  std::optional<FlightId> finished;  // our last flight, until it is delivered: then storage is free
};

// ---- Transitions: hello.cc
// -----------------------------------------------------------------------

Result<Moved> On(ClientStart&, const Begin&, Context&,
                 Into<AwaitSession, AwaitPskSecret, AwaitShares, ClientStart12> next);
Result<Moved> On(AwaitSession&, const SessionFound&, Context&,
                 Into<AwaitPskSecret, AwaitShares> next);
Result<Moved> On(AwaitPskSecret&, const PskDerived&, Context&,
                 Into<AwaitPskSecret, AwaitShares> next);
Result<Moved> On(AwaitShares&, const ShareGenerated&, Context&,
                 Into<AwaitShares, ExpectServerHello, ExpectSecondServerHello> next);

// Which ClientHello it is: the one after a HelloRetryRequest or a HelloVerifyRequest has its
// cookie.
enum class HelloKind : uint8_t { kFirst, kRetry, kVerified };
// Builds and queues the ClientHello of `offer`, binder and all.
Result<void> SendClientHello(ClientOffer& offer, HelloKind kind, Bytes cookie, Context& cx);

// ---- server_hello.cc
// -----------------------------------------------------------------------------

Result<Moved> On(
    ExpectServerHello&, const ServerHelloMessage&, Context&,
    Into<AwaitShares, ExpectSecondServerHello, AwaitAgreement, ExpectServerHello12> next);
Result<Moved> On(ExpectServerHello&, const HelloVerifyRequest&, Context&,
                 Into<ExpectServerHello> next);
Result<Moved> On(ExpectSecondServerHello&, const ServerHelloMessage&, Context&,
                 Into<AwaitAgreement> next);
Result<Moved> On(AwaitAgreement&, const SharedSecret&, Context&,
                 Into<ExpectEncryptedExtensions> next);
Result<Moved> On(ExpectEncryptedExtensions&, const EncryptedExtensions&, Context&,
                 Into<ExpectCertificateOrRequest, ExpectServerFinished> next);

// ---- authenticate.cc
// -----------------------------------------------------------------------------

Result<Moved> On(ExpectCertificateOrRequest&, const CertificateRequest&, Context&,
                 Into<ExpectCertificate> next);
Result<Moved> On(ExpectCertificateOrRequest&, const Certificate&, Context&, Into<AwaitChain> next);
Result<Moved> On(ExpectCertificate&, const Certificate&, Context&, Into<AwaitChain> next);
Result<Moved> On(AwaitChain&, const ChainVerified&, Context&, Into<ExpectCertificateVerify> next);
Result<Moved> On(ExpectCertificateVerify&, const CertificateVerify&, Context&,
                 Into<AwaitSignatureVerdict> next);
Result<Moved> On(AwaitSignatureVerdict&, const SignatureValid&, Context&,
                 Into<ExpectServerFinished> next);

// ---- finish.cc
// -----------------------------------------------------------------------------------

Result<Moved> On(ExpectServerFinished&, const Finished&, Context&,
                 Into<AwaitClientCredential, ClientEstablished> next);
Result<Moved> On(AwaitClientCredential&, const CredentialChosen&, Context&,
                 Into<AwaitClientSignature, ClientEstablished> next);
Result<Moved> On(AwaitClientSignature&, const Signature&, Context&, Into<ClientEstablished> next);
Result<Moved> On(ClientEstablished&, const NewSessionTicket&, Context&,
                 Into<ClientEstablished> next);
Result<Moved> On(ClientEstablished&, const KeyUpdate&, Context&, Into<ClientEstablished> next);
Result<Moved> On(ClientEstablished&, const StartKeyUpdate&, Context&, Into<ClientEstablished> next);
Result<Moved> On(ClientEstablished&, const Delivered&, Context&, Into<ClientEstablished> next);

}  // namespace merlon::tls
