// SPDX-License-Identifier: Apache-2.0
// TLS 1.2 over streams, both ends ours: what is negotiated, what is resumed, what fails and how,
// and that the bytes may come in any pieces.
#include <gtest/gtest.h>

#include "tls/testing/stream_pair.h"

namespace merlon::tls::testing {
namespace {

constexpr Version k12 = Version::kTls12, k13 = Version::kTls13;

ClientConfigBuilder Client12() { return SharedWorld().ClientBuilder().SetVersions(k12, k12); }
ServerConfigBuilder Server12() { return SharedWorld().ServerBuilder().SetVersions(k12, k12); }
ServerConfigBuilder PskServer() {
  return std::move(ServerConfigBuilder(SharedWorld().crypto())
                       .AddRawExternalPsk(kPskIdentity, SharedWorld().psk()));
}

void ExpectConnected(StreamPair& pair) {
  EXPECT_TRUE(pair.client->connected());
  EXPECT_TRUE(pair.server->connected());
  if (const auto failure = pair.server->face.failure()) {
    ADD_FAILURE() << static_cast<int>(failure->code);
  }
  EXPECT_FALSE(pair.client->log.error) << static_cast<int>(pair.client->log.error->code);
  ASSERT_FALSE(pair.server->log.error)
      << static_cast<int>(pair.server->log.error->code) << " alert "
      << static_cast<int>(pair.server->log.error->alert);
}

void ExpectData(StreamPair& pair) {
  pair.DeliverToServer(pair.client->Seal("ping"));
  pair.DeliverToClient(pair.server->Seal("pong"));
  EXPECT_EQ(pair.server->log.data, "ping");
  EXPECT_EQ(pair.client->log.data, "pong");
}

// Both sides fail: one by its own error, the other by the alert.
void ExpectAlert(StreamPair& pair, Alert alert) {
  ASSERT_TRUE(pair.client->log.error && pair.server->log.error);
  const Error& own = pair.client->log.error->code == Code::kClosedByAlert ? *pair.server->log.error
                                                                          : *pair.client->log.error;
  EXPECT_EQ(static_cast<int>(own.alert), static_cast<int>(alert)) << static_cast<int>(own.code);
}

TEST(Tls12Handshake, ConnectsAndCarriesData) {
  StreamPair pair({.client = Client12().Build().value(), .server = Server12().Build().value()});
  pair.Run();
  ExpectConnected(pair);
  const Negotiated& negotiated = pair.client->core.negotiated();
  EXPECT_EQ(negotiated.version, 0x0303);
  EXPECT_EQ(negotiated.authentication, Authentication::kCertificate);
  EXPECT_EQ(negotiated.suite->id, kTlsEcdheEcdsaAes128GcmSha256);
  EXPECT_EQ(negotiated.group->id, crypto::GroupId::kX25519);
  EXPECT_EQ(pair.server->core.negotiated().server_name, kServerName);
  ExpectData(pair);
  EXPECT_EQ(pair.client->log.sessions.size(), 1u);
}

TEST(Tls12Handshake, OneServerAnswersBothVersions) {
  for (const Version version : {k12, k13}) {
    StreamPair pair(
        {.client = SharedWorld().ClientBuilder().SetVersions(version, version).Build().value()});
    pair.Run();
    ExpectConnected(pair);
    EXPECT_EQ(pair.server->core.negotiated().version, static_cast<uint16_t>(version));
    StreamPair back(
        {.server = SharedWorld().ServerBuilder().SetVersions(version, version).Build().value()});
    back.Run();
    ExpectConnected(back);
    EXPECT_EQ(back.server->core.negotiated().version, static_cast<uint16_t>(version));
    ExpectData(back);
  }
}

TEST(Tls12Handshake, ResumesWithATicket) {
  StreamPair first({.server = Server12().Build().value()});
  first.Run();
  ASSERT_EQ(first.client->log.sessions.size(), 1u);
  StreamPair second(
      {.server = Server12().Build().value(), .session = first.client->log.sessions[0]});
  second.Run();
  ExpectConnected(second);
  EXPECT_EQ(second.client->core.negotiated().authentication, Authentication::kResumption);
  EXPECT_EQ(second.server->core.negotiated().authentication, Authentication::kResumption);
  ExpectData(second);
}

TEST(Tls12Handshake, WhoAsksForNoTicketsOffersNone) {
  StreamPair first({.server = Server12().Build().value()});
  first.Run();
  ASSERT_EQ(first.client->log.sessions.size(), 1u);
  StreamPair second({.client = Client12().DisableTickets12().Build().value(),
                     .server = Server12().Build().value(),
                     .session = first.client->log.sessions[0]});
  second.Run();
  ExpectConnected(second);
  EXPECT_EQ(second.server->core.negotiated().authentication, Authentication::kCertificate);
  EXPECT_TRUE(second.client->log.sessions.empty());
}

TEST(Tls12Handshake, ExternalPsks) {
  for (const uint16_t suite : {kTlsPskAes128GcmSha256, kTlsEcdhePskAes128GcmSha256}) {
    StreamPair pair({.client = SharedWorld()
                                   .ClientBuilder()
                                   .AddRawExternalPsk(kPskIdentity, SharedWorld().psk())
                                   .RequirePsk()
                                   .SetSuites({suite})
                                   .Build()
                                   .value(),
                     .server = PskServer().Build().value()});
    pair.Run();
    ExpectConnected(pair);
    EXPECT_EQ(pair.server->core.negotiated().authentication, Authentication::kExternalPsk);
    EXPECT_EQ(pair.server->core.negotiated().suite->id, suite);
    ExpectData(pair);
  }
}

TEST(Tls12Handshake, ClientCertificates) {
  for (const bool shows : {true, false}) {
    for (const auto mode : {ClientAuthentication::kOptional, ClientAuthentication::kRequired}) {
      ClientConfigBuilder client = Client12();
      if (shows) client.AddCredential(SharedWorld().ClientCredential("client.example"));
      StreamPair pair({.client = client.Build().value(),
                       .server = Server12().SetClientAuthentication(mode).Build().value()});
      pair.Run();
      if (!shows && mode == ClientAuthentication::kRequired) {
        ExpectAlert(pair, Alert::kHandshakeFailure);
        continue;
      }
      ExpectConnected(pair);
      EXPECT_EQ(pair.server->core.negotiated().client_certificate,
                shows ? ClientCertificate::kVerified : ClientCertificate::kNone);
      EXPECT_EQ(pair.server->core.negotiated().peer_chain.size(), shows ? 1u : 0u);
      ExpectData(pair);
      // And resumes as who it was.
      StreamPair again({.client = client.Build().value(),
                        .server = Server12().SetClientAuthentication(mode).Build().value(),
                        .session = pair.client->log.sessions.at(0)});
      again.Run();
      ExpectConnected(again);
      EXPECT_EQ(again.server->core.negotiated().authentication, Authentication::kResumption);
      EXPECT_EQ(again.server->core.negotiated().client_certificate,
                shows ? ClientCertificate::kVerified : ClientCertificate::kNone);
    }
  }
}

TEST(Tls12Handshake, ExportsTheSameKeys) {
  StreamPair pair({.client = Client12().Build().value()});
  pair.Run();
  uint8_t a[32], b[32], c[32];
  ASSERT_TRUE(
      pair.client->core.ExportKeyingMaterial("EXPERIMENTAL x", std::nullopt, MutableBytes(a)).ok());
  ASSERT_TRUE(
      pair.server->core.ExportKeyingMaterial("EXPERIMENTAL x", std::nullopt, MutableBytes(b)).ok());
  ASSERT_TRUE(
      pair.server->core.ExportKeyingMaterial("EXPERIMENTAL x", Bytes(), MutableBytes(c)).ok());
  EXPECT_EQ(Bytes(a), Bytes(b));
  EXPECT_NE(Bytes(a), Bytes(c));
}

}  // namespace
}  // namespace merlon::tls::testing
