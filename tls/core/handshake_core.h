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
using HandshakeMachine = StateMachine<
    Profile, ClientStart, AwaitSession, AwaitPskSecret, AwaitShares, ExpectServerHello,
    ExpectSecondServerHello, AwaitAgreement, ExpectEncryptedExtensions, ExpectCertificateOrRequest,
    ExpectCertificate, AwaitChain, ExpectCertificateVerify, AwaitSignatureVerdict,
    ExpectServerFinished, AwaitClientCredential, AwaitClientSignature, ClientEstablished,
    ExpectClientHello, ExpectSecondClientHello, AwaitPskChoice, AwaitPskEarlySecret, AwaitTicket,
    AwaitCredential, AwaitEncapsulation, AwaitSignature, ExpectClientCertificate, AwaitClientChain,
    ExpectClientCertificateVerify, AwaitClientSignatureVerdict, ExpectClientFinished,
    ServerEstablished,  //
    ClientStart12, AwaitSession12, ExpectServerHello12, ExpectServerCertificate12,
    ExpectCertificateStatus12, AwaitServerChain12, ExpectServerKeyExchange12,
    AwaitServerSignature12, ExpectRequestOrDone12, ExpectPskFlight12, ExpectServerHelloDone12,
    AwaitClientCredential12, AwaitClientShare12, AwaitClientMaster12, AwaitClientSignature12,
    ExpectNewSessionTicket12, ExpectServerChangeCipherSpec12, ExpectServerFinished12,
    ClientEstablished12,  //
    ExpectClientHello12, AwaitTicket12, AwaitSessionById12, AwaitCredential12, AwaitServerShare12,
    AwaitServerSignatureMade12, ExpectClientCertificate12, AwaitClientChain12,
    ExpectClientKeyExchange12, AwaitPskChoice12, AwaitAgreement12, AwaitServerMaster12,
    ExpectClientCertificateVerify12, AwaitClientSignatureVerdict12, ExpectClientChangeCipherSpec12,
    ExpectClientFinished12, AwaitTicketSealed12, AwaitSessionStored12, ServerEstablished12>;

namespace testing {
struct StorageProbe;
}

// Not movable. Configuration and storage outlive it. One that cannot start is born Failed.
template <class Profile>
class HandshakeCore final : public Handshake {
  static constexpr bool kIsClient = (Profile::kFeatures & kClientRole) != 0;
  static constexpr bool kIsServer = (Profile::kFeatures & kServerRole) != 0;
  static constexpr bool kHas13 = (Profile::kFeatures & kTls13) != 0;
  static constexpr bool kHas12 = (Profile::kFeatures & kTls12) != 0;

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
  // Defined with the rest: a file that has a core would instantiate the end of each of its states.
  ~HandshakeCore();

  // Complete from Connected on.
  const Negotiated& negotiated() const { return context_.negotiated; }
  // TLS-Exporter (RFC 9846 s7.5), in TLS 1.2 the exporter of RFC 5705, where no context and an
  // empty one differ. Misuse before Connected, and in TLS 1.2 without extended master secret (RFC
  // 7627 s5.4). label <= 249, context <= 255 bytes.
  Result<void> ExportKeyingMaterial(std::string_view label, std::optional<Bytes> context,
                                    MutableBytes out) const;
  // Gives the handshake storage back, wiped. Misuse before HandshakeMemoryReleasable. Afterwards
  // what Negotiated keeps in storage is gone, and tickets that arrive are ignored.
  Result<MutableBytes> ReleaseStorage();

 private:
  Standing standing() const override;
  Result<Disposition> OnInput(const Input& input, Now now) override;
  Result<void> OnResult(const OpResult& result, Now now) override;
  Result<void> OnStartKeyUpdate(bool request_peer) override;
  void Abandon(Error error) override;
  // Null but in an established TLS 1.2 connection.
  const Established12* established12() const;
  static auto Start(const ClientOptions& options) {
    if constexpr (kHas13) {
      return ClientStart{options.session};
    } else {
      return ClientStart12{options.session};
    }
  }
  // Passes a result on; wipes what a failed connection still holds.
  template <class T>
  Result<T> Checked(Result<T> result);

  friend struct testing::StorageProbe;  // a test's, to make any allocation fail
  Context context_;
  HandshakeMachine<Profile> machine_;
};

}  // namespace merlon::tls
