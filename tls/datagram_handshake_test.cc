// SPDX-License-Identifier: Apache-2.0
// DTLS, both ends ours, under a virtual clock. Over links that lose, and each kind of handshake:
// datagram_loss_test.cc.
#include <gtest/gtest.h>

#include "tls/testing/datagram_pair.h"

namespace merlon::tls::testing {
namespace {

void ExpectConnected(DatagramPair& pair) {
  EXPECT_TRUE(pair.client->connected());
  EXPECT_TRUE(pair.server->connected());
  EXPECT_FALSE(pair.client->face.failure()) << static_cast<int>(pair.client->face.failure()->code);
  EXPECT_FALSE(pair.server->face.failure()) << static_cast<int>(pair.server->face.failure()->code);
}

TEST(DatagramHandshake, ConnectsAndCarriesData) {
  DatagramPair pair;
  ASSERT_TRUE(pair.Run());
  ExpectConnected(pair);
  EXPECT_EQ(pair.client->core.negotiated().version, 0xfefc);
  EXPECT_EQ(pair.client->log.sessions.size(), 2u);
  pair.SendToServer("ping");
  pair.SendToClient("pong");
  ASSERT_TRUE(pair.Run());
  EXPECT_EQ(pair.server->log.data, "ping");
  EXPECT_EQ(pair.client->log.data, "pong");
}

// Record numbers are masked by each suite's own cipher (RFC 9147 s4.2.3); a record of one byte with
// a tag of eight is filled up to what the mask samples.
TEST(DatagramHandshake, RunsOverEverySuite) {
  World& world = SharedWorld();
  for (const uint16_t suite : {kTlsAes128GcmSha256, kTlsAes256GcmSha384, kTlsChaCha20Poly1305Sha256,
                               kTlsAes128CcmSha256, kTlsAes128Ccm8Sha256}) {
    SCOPED_TRACE(suite);
    DatagramPair pair({.client = world.ClientBuilder().SetSuites({suite}).Build().value(),
                       .server = world.ServerBuilder().SetSuites({suite}).Build().value()});
    ASSERT_TRUE(pair.Run());
    ExpectConnected(pair);
    EXPECT_EQ(pair.server->core.negotiated().suite->id, suite);
    ASSERT_TRUE(pair.client->face.RequestKeyUpdate(/*request_peer=*/true).ok());
    ASSERT_TRUE(pair.Run());
    pair.SendToServer("1");
    pair.SendToClient(std::string(1000, '2'));
    ASSERT_TRUE(pair.Run());
    EXPECT_EQ(pair.server->log.data, "1");
    EXPECT_EQ(pair.client->log.data, std::string(1000, '2'));
  }
}

TEST(DatagramHandshake, ResumesAndRetries) {
  DatagramPair first;
  ASSERT_TRUE(first.Run());
  ASSERT_FALSE(first.client->log.sessions.empty());
  DatagramPair second({.session = first.client->log.sessions[0]});
  ASSERT_TRUE(second.Run());
  ExpectConnected(second);
  EXPECT_EQ(second.client->core.negotiated().authentication, Authentication::kResumption);
  DatagramPair retried({.server = SharedWorld().ServerBuilder().SetGroups({23}).Build().value()});
  ASSERT_TRUE(retried.Run());
  ExpectConnected(retried);
  EXPECT_TRUE(retried.client->core.negotiated().retried);
}

TEST(DatagramHandshake, UpdatesKeysAtTheAcknowledgement) {
  DatagramPair pair;
  ASSERT_TRUE(pair.Run());
  ASSERT_TRUE(pair.client->face.RequestKeyUpdate(/*request_peer=*/true).ok());
  EXPECT_FALSE(pair.client->face.RequestKeyUpdate(true).ok());  // one is in flight
  ASSERT_TRUE(pair.Run());
  ASSERT_TRUE(pair.client->face.RequestKeyUpdate(true).ok());
  ASSERT_TRUE(pair.Run());
  pair.SendToServer("after");
  pair.SendToClient("after too");
  ASSERT_TRUE(pair.Run());
  EXPECT_EQ(pair.server->log.data, "after");
  EXPECT_EQ(pair.client->log.data, "after too");
  ExpectConnected(pair);
}

TEST(DatagramHandshake, OffersItsStorageBackWhenAllIsAcknowledged) {
  DatagramPair pair;
  ASSERT_TRUE(pair.Run());
  EXPECT_NE(pair.client->log.events.find("releasable"), std::string::npos);
  EXPECT_NE(pair.server->log.events.find("releasable"), std::string::npos);
  EXPECT_TRUE(pair.client->core.ReleaseStorage().ok());
  EXPECT_TRUE(pair.server->core.ReleaseStorage().ok());
}

TEST(DatagramHandshake, OneServerAnswersBothVersions) {
  for (const Version version : {Version::kTls12, Version::kTls13}) {
    DatagramPair pair(
        {.client = SharedWorld().ClientBuilder().SetVersions(version, version).Build().value()});
    ASSERT_TRUE(pair.Run());
    EXPECT_TRUE(pair.client->connected() && pair.server->connected());
    DatagramPair back(
        {.server = SharedWorld().ServerBuilder().SetVersions(version, version).Build().value()});
    ASSERT_TRUE(back.Run());
    EXPECT_TRUE(back.client->connected() && back.server->connected());
    EXPECT_EQ(back.client->core.negotiated().version, version == Version::kTls12 ? 0xfefd : 0xfefc);
  }
}

}  // namespace
}  // namespace merlon::tls::testing
