// SPDX-License-Identifier: Apache-2.0
// HandshakeCore<Profile>: the states of both roles in one machine, behind the Handshake interface.
// Instantiated in tls/profiles/, one target each. What transitions do is in tls/client, tls/server.
#pragma once
#include "tls/client/states.h"
#include "tls/core/context.h"
#include "tls/core/features.h"
#include "tls/core/handshake.h"
#include "tls/core/states.h"
#include "tls/server/states.h"

namespace merlon::tls {

template <class Profile>
using HandshakeMachine =
    StateMachine<Profile, ClientStart, AwaitSession, AwaitPskSecret, AwaitShares, ExpectServerHello,
                 ExpectSecondServerHello, AwaitAgreement, ExpectEncryptedExtensions,
                 ExpectCertificateOrRequest, ExpectCertificate, AwaitChain, ExpectCertificateVerify,
                 AwaitSignatureVerdict, ExpectServerFinished, AwaitClientCredential,
                 AwaitClientSignature, ClientEstablished, ExpectClientHello,
                 ExpectSecondClientHello, AwaitPskChoice, AwaitPskEarlySecret, AwaitTicket,
                 AwaitCredential, AwaitEncapsulation, AwaitSignature, ExpectClientCertificate,
                 AwaitClientChain, ExpectClientCertificateVerify, AwaitClientSignatureVerdict,
                 ExpectClientFinished, ServerEstablished>;

// Not movable. Configuration and storage outlive it. One that cannot start is born Failed.
template <class Profile>
class HandshakeCore final : public Handshake {
  static constexpr bool kIsClient = (Profile::kFeatures & kClientRole) != 0;
  static constexpr bool kIsServer = (Profile::kFeatures & kServerRole) != 0;

 public:
  // A client: asks for what its ClientHello needs at once, so look at operations().
  HandshakeCore(const ClientConfig& config, const ClientOptions& options, Transport transport,
                MutableBytes storage, Seed seed, Now now)
    requires(kIsClient);
  // A server: waits for a ClientHello.
  HandshakeCore(const ServerConfig& config, const ServerOptions& options, Transport transport,
                MutableBytes storage, Seed seed, Now now)
    requires(kIsServer);
  HandshakeCore(const HandshakeCore&) = delete;
  HandshakeCore& operator=(const HandshakeCore&) = delete;

  std::optional<Error> failure() const override;
  bool established() const override;
  // Complete from Connected on.
  const Negotiated& negotiated() const { return context_.negotiated; }
  // TLS-Exporter (RFC 9846 s7.5). Misuse before Connected. label <= 249, context <= 255 bytes.
  Result<void> ExportKeyingMaterial(std::string_view label, Bytes context, MutableBytes out) const;
  // Gives the handshake storage back, wiped. Misuse before HandshakeMemoryReleasable. Afterwards
  // what Negotiated keeps in storage is gone, and tickets that arrive are ignored.
  Result<MutableBytes> ReleaseStorage();

 private:
  Result<Disposition> OnInput(const Input& input, Now now) override;
  Result<void> OnResult(const OpResult& result, Now now) override;
  Result<void> OnStartKeyUpdate(bool request_peer) override;
  void Abandon(Error error) override;
  // Passes a result on; wipes what a failed connection still holds.
  template <class T>
  Result<T> Checked(Result<T> result);

  Context context_;
  HandshakeMachine<Profile> machine_;
};

}  // namespace merlon::tls
