// SPDX-License-Identifier: Apache-2.0
// Attacks on TLS 1.2 that have a name, each with the alert that ends it: messages are changed, left
// out or forged between two cores.
#include <gtest/gtest.h>

#include "tls/msgs/client_hello.h"
#include "tls/msgs/server_hello.h"
#include "tls/session.h"
#include "tls/testing/core_pair.h"
#include "tls/testing/rewrite.h"
#include "tls/testing/stream_pair.h"

namespace merlon::tls::testing {
namespace {

constexpr Version k12 = Version::kTls12, k13 = Version::kTls13;
constexpr uint8_t kCertificateType = 11, kServerKeyExchangeType = 12, kCertificateVerifyType = 15;

constexpr Transport kTransports[] = {Transport::kStream, Transport::kDatagram};

Error Refused(Code code, Alert alert) { return PeerError(code, alert); }

// Lets messages through until one of this type is next on its way from `from`; false: none came.
bool RunUntil(CorePair& pair, BareCore& from, uint8_t type) {
  for (int i = 0; i < 40; ++i) {
    if (!from.to_send.empty() && !from.to_send.front().empty() &&
        static_cast<uint8_t>(from.to_send.front()[0]) == type) {
      return true;
    }
    if (!pair.DeliverToServer() && !pair.DeliverToClient()) return false;
  }
  return false;
}

// A ServerKeyExchange whose parameters are not those that were signed (the signature covers both
// randoms and the parameters, RFC 5246 s7.4.3).
TEST(Tls12Attacks, ServerKeyExchangeSignedForOtherParameters) {
  for (const Transport transport : kTransports) {
    CorePair pair({.transport = transport, .max_version = k12});
    ASSERT_TRUE(RunUntil(pair, *pair.server, kServerKeyExchangeType));
    pair.server->to_send.front()[4 + 4 + 7] ^= 1;  // in the point
    pair.Run();
    EXPECT_EQ(pair.client->core.failure(), Refused(Code::kBadPeerSignature, Alert::kDecryptError));
  }
}

// One that is right for another handshake of the same server.
TEST(Tls12Attacks, ServerKeyExchangeOfAnotherHandshake) {
  for (const Transport transport : kTransports) {
    const CorePairOptions options = {.transport = transport, .max_version = k12};
    CorePair other(options), pair(options);
    ASSERT_TRUE(RunUntil(other, *other.server, kServerKeyExchangeType));
    ASSERT_TRUE(RunUntil(pair, *pair.server, kServerKeyExchangeType));
    pair.server->to_send.front() = other.server->to_send.front();
    pair.Run();
    EXPECT_EQ(pair.client->core.failure(), Refused(Code::kBadPeerSignature, Alert::kDecryptError));
  }
}

TEST(Tls12Attacks, CertificateOrCertificateVerifyLeftOut) {
  for (const Transport transport : kTransports) {
    for (const uint8_t type : {kCertificateType, kCertificateVerifyType}) {
      CorePair pair({.transport = transport,
                     .client_authentication = ClientAuthentication::kRequired,
                     .max_version = k12});
      ASSERT_TRUE(RunUntil(pair, *pair.client, type));
      pair.client->to_send.pop_front();
      pair.Run();
      EXPECT_EQ(pair.server->core.failure(),
                Refused(Code::kUnexpectedMessage, Alert::kUnexpectedMessage));
    }
    CorePair pair({.transport = transport, .max_version = k12});
    ASSERT_TRUE(RunUntil(pair, *pair.server, kCertificateType));
    pair.server->to_send.pop_front();
    pair.Run();
    EXPECT_EQ(pair.client->core.failure(),
              Refused(Code::kUnexpectedMessage, Alert::kUnexpectedMessage));
  }
}

TEST(Tls12Attacks, EmptyClientCertificateWhereOneIsRequired) {
  for (const Transport transport : kTransports) {
    CorePair pair({.transport = transport,
                   .client_authentication = ClientAuthentication::kRequired,
                   .client_credential = false,
                   .max_version = k12});
    pair.Run();
    EXPECT_EQ(pair.server->core.failure(),
              Refused(Code::kCertificateRequired, Alert::kHandshakeFailure));
  }
}

// A CertificateVerify of another handshake: signed by the right key over other messages.
TEST(Tls12Attacks, CertificateVerifyOfAnotherHandshake) {
  for (const Transport transport : kTransports) {
    const CorePairOptions options = {.transport = transport,
                                     .client_authentication = ClientAuthentication::kRequired,
                                     .max_version = k12};
    CorePair other(options), pair(options);
    ASSERT_TRUE(RunUntil(other, *other.client, kCertificateVerifyType));
    ASSERT_TRUE(RunUntil(pair, *pair.client, kCertificateVerifyType));
    pair.client->to_send.front() = other.client->to_send.front();
    pair.Run();
    EXPECT_EQ(pair.server->core.failure(), Refused(Code::kBadPeerSignature, Alert::kDecryptError));
  }
}

// A verdict that trusts the chain but names no key that could prove anything: the client is nobody,
// also where no certificate is required.
TEST(Tls12Attacks, ClientCertificateWithAKeyThatNobodyKnows) {
  World& world = SharedWorld();
  for (const auto mode : {ClientAuthentication::kOptional, ClientAuthentication::kRequired}) {
    StreamPair pair({.client = world.ClientBuilder()
                                   .SetVersions(k12, k12)
                                   .AddCredential(world.ClientCredential())
                                   .Build()
                                   .value(),
                     .server = world.ServerBuilder()
                                   .SetVersions(k12, k12)
                                   .SetClientAuthentication(mode)
                                   .Build()
                                   .value()});
    pair.server->answer = false;
    for (int i = 0; i < 20 && !pair.server->face.failure(); ++i) {
      pair.DeliverToServer(pair.client->Transmit(pair.now));
      while (!pair.server->face.Operations().empty()) {
        const Pending pending = pair.server->face.Operations().front();
        const bool chain = std::holds_alternative<VerifyChain>(pending.request);
        (void)pair.server->face.Complete(pending.id,
                                         chain ? OpResult(ChainVerified{crypto::KeyType::kNone, {}})
                                               : pair.server->operations.Perform(pending.request),
                                         pair.now);
        pair.server->Pump(pair.now);
      }
      pair.DeliverToClient(pair.server->Transmit(pair.now));
    }
    ASSERT_TRUE(pair.server->face.failure());
    EXPECT_EQ(pair.server->face.failure()->alert, Alert::kIllegalParameter);
    EXPECT_FALSE(pair.server->connected());
  }
}

// The triple handshake needs a master secret that is not bound to its handshake (RFC 7627 s1).
TEST(Tls12Attacks, TripleHandshake) {
  for (const Transport transport : kTransports) {
    const auto drop = [](auto& hello) { hello.extended_master_secret = false; };
    CorePair to_server({.transport = transport, .max_version = k12});
    to_server.client->to_send.front() =
        Rewritten<ClientHello>(to_server.client->to_send.front(), transport, drop);
    to_server.Run();
    EXPECT_EQ(to_server.server->core.failure(),
              Refused(Code::kMissingExtension, Alert::kHandshakeFailure));
    CorePair to_client({.transport = transport, .max_version = k12});
    ASSERT_TRUE(to_client.DeliverToServer());
    to_client.server->to_send.front() = Rewritten<ServerHelloMessage>(
        to_client.server->to_send.front(), transport,
        [&](ServerHelloMessage& m) { drop(std::get<ServerHello>(m.hello)); });
    to_client.Run();
    EXPECT_EQ(to_client.client->core.failure(),
              Refused(Code::kMissingExtension, Alert::kHandshakeFailure));
  }
}

// RFC 7627 s5.3: a session with extended master secret is not resumed by a client without it.
TEST(Tls12Attacks, ResumptionWithoutExtendedMasterSecret) {
  CorePair first({.max_version = k12});
  first.Run();
  CorePair pair({.session = first.client->sessions.at(0), .max_version = k12});
  pair.client->to_send.front() =
      Rewritten<ClientHello>(pair.client->to_send.front(), Transport::kStream,
                             [](ClientHello& hello) { hello.extended_master_secret = false; });
  pair.Run();
  ASSERT_TRUE(pair.server->core.failure());
  EXPECT_EQ(pair.server->core.failure()->alert, Alert::kHandshakeFailure);
}

// Whoever takes supported_versions away makes a server that could do better answer with TLS 1.2;
// the server's random says so (RFC 9846 s4.1.3).
TEST(Tls12Attacks, DowngradeByDeletionOfSupportedVersions) {
  for (const Transport transport : {Transport::kStream, Transport::kDatagram}) {
    CorePair pair({.transport = transport});
    pair.client->to_send.front() =
        Rewritten<ClientHello>(pair.client->to_send.front(), transport, [](ClientHello& hello) {
          hello.supported_versions.reset();
          hello.key_share.reset();
          hello.psk_modes.reset();
        });
    pair.Run();
    EXPECT_EQ(pair.client->core.failure(), Refused(Code::kDowngrade, Alert::kIllegalParameter));
  }
}

// RFC 7507 s3.
TEST(Tls12Attacks, FallbackThatNobodyNeeds) {
  static constexpr uint8_t kSuites[] = {0xc0, 0x2b, 0x56, 0x00};
  for (const Version highest : {k12, k13}) {
    CorePair pair({.max_version = highest});
    pair.client->to_send.front() = Rewritten<ClientHello>(
        pair.client->to_send.front(), Transport::kStream, [](ClientHello& hello) {
          hello.supported_versions.reset();
          hello.cipher_suites = U16List(kSuites);
        });
    EXPECT_TRUE(pair.DeliverToServer());
    EXPECT_EQ(pair.server->core.failure().has_value(), highest == k13);
    if (highest == k13) {
      EXPECT_EQ(pair.server->core.failure(),
                Refused(Code::kDowngrade, Alert::kInappropriateFallback));
    }
  }
}

// A ticket of one version is no ticket of another: the other version makes a full handshake.
TEST(Tls12Attacks, TicketConfusionBetweenVersions) {
  for (const Transport transport : kTransports) {
    for (const Version version : {k12, k13}) {
      CorePair first({.transport = transport, .min_version = version, .max_version = version});
      first.Run();
      Result<Session> session = Session::Decode(AsBytes(first.client->sessions.at(0)));
      ASSERT_TRUE(session.ok());
      // The client is told that it is one of the other version.
      const Version other = version == k12 ? k13 : k12;
      session->version = static_cast<uint16_t>(other);
      session->cipher_suite = other == k12 ? kTlsEcdheEcdsaAes128GcmSha256 : kTlsAes128GcmSha256;
      session->extended_master_secret = true;
      std::string encoded(session->EncodedSize(), '\0');
      ASSERT_TRUE(
          session->Encode(MutableBytes(reinterpret_cast<uint8_t*>(encoded.data()), encoded.size()))
              .ok());
      CorePair pair(
          {.transport = transport, .session = encoded, .min_version = other, .max_version = other});
      pair.Run();
      EXPECT_TRUE(pair.client->connected && pair.server->connected);
      EXPECT_EQ(pair.server->core.negotiated().authentication, Authentication::kCertificate);
    }
  }
}

// HelloVerifyRequest is not authenticated: one costs a round trip, a second is an error, and a
// client that speaks DTLS 1.3 alone takes none.
TEST(Tls12Attacks, ForgedHelloVerifyRequest) {
  static constexpr uint8_t kForged[] = {0xfe, 0xff, 2, 0xaa, 0xbb};
  for (const Version lowest : {k12, k13}) {
    for (const Version highest : {k12, k13}) {
      if (lowest > highest) continue;
      CorePair pair(
          {.transport = Transport::kDatagram, .min_version = lowest, .max_version = highest});
      const Result<Disposition> first = pair.client->Handle({3, kForged, 0});
      if (lowest == k13) {
        EXPECT_EQ(first.error(), Refused(Code::kProtocolVersion, Alert::kProtocolVersion));
        continue;
      }
      ASSERT_TRUE(first.ok());
      ASSERT_EQ(pair.client->to_send.size(), 2u);
      EXPECT_NE(pair.client->to_send[1].find("\xaa\xbb"), std::string::npos);
      EXPECT_EQ(pair.client->Handle({3, kForged, 0}).error(),
                Refused(Code::kUnexpectedMessage, Alert::kUnexpectedMessage));
    }
  }
}

// A server of TLS 1.2 has no session under the ID that a client of TLS 1.3 sends for compatibility
// (RFC 9846 appendix E.4).
TEST(Tls12Attacks, EchoOfTheCompatibilitySessionId) {
  for (const bool echo : {false, true}) {
    CorePair both({}), old({.max_version = k12});
    const std::string hello = both.client->to_send.front();
    ASSERT_EQ(hello[4 + 2 + 32], 32);
    const std::string id = hello.substr(4 + 2 + 32 + 1, 32);
    old.client->to_send.front() = hello;
    ASSERT_TRUE(old.DeliverToServer());
    both.server->to_send.push_back(Rewritten<ServerHelloMessage>(
        old.server->to_send.front(), Transport::kStream, [&](ServerHelloMessage& m) {
          EXPECT_NE(AsText(std::get<ServerHello>(m.hello).session_id), id);
          if (echo) std::get<ServerHello>(m.hello).session_id = AsBytes(id);
        }));
    ASSERT_TRUE(both.DeliverToClient());
    EXPECT_EQ(both.client->core.failure(),
              echo ? std::optional<Error>(Refused(Code::kIllegalValue, Alert::kIllegalParameter))
                   : std::nullopt);
  }
}

// What is older than TLS 1.2 is not spoken, whoever asks.
TEST(Tls12Attacks, OlderVersions) {
  for (const uint16_t version : {0x0300, 0x0301, 0x0302}) {
    CorePair pair({.max_version = k12});
    pair.client->to_send.front() =
        Rewritten<ClientHello>(pair.client->to_send.front(), Transport::kStream,
                               [&](ClientHello& hello) { hello.legacy_version = version; });
    EXPECT_TRUE(pair.DeliverToServer());
    EXPECT_EQ(pair.server->core.failure(),
              Refused(Code::kProtocolVersion, Alert::kProtocolVersion));
    CorePair answered({.max_version = k12});
    ASSERT_TRUE(answered.DeliverToServer());
    answered.server->to_send.front() = Rewritten<ServerHelloMessage>(
        answered.server->to_send.front(), Transport::kStream,
        [&](ServerHelloMessage& m) { std::get<ServerHello>(m.hello).legacy_version = version; });
    EXPECT_TRUE(answered.DeliverToClient());
    EXPECT_EQ(answered.client->core.failure(),
              Refused(Code::kProtocolVersion, Alert::kProtocolVersion));
  }
}

}  // namespace
}  // namespace merlon::tls::testing
