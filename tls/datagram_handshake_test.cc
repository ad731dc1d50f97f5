// SPDX-License-Identifier: Apache-2.0
// DTLS 1.3, both ends ours: over links that lose, repeat and reorder, under a virtual clock.
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

// 1,000 seeds at 30 % loss, 10 % duplication, reordering, MTU 512: every handshake completes,
// whichever kind it is, and data goes both ways afterwards.
TEST(DatagramHandshake, CompletesOverBadNetworks) {
  World& world = SharedWorld();
  DatagramPair first;
  ASSERT_TRUE(first.Run());
  const std::string session = first.client->log.sessions.at(0);
  const auto retry = world.ServerBuilder().SetGroups({23}).Build().value();
  size_t lost = 0;
  Duration longest{};
  for (uint32_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    DatagramPairOptions options;
    options.link = {.loss = 30, .duplicate = 10, .reorder = 20, .mtu = 512, .seed = seed};
    options.datagram.mtu = 512;
    options.datagram.retransmit.limit = 30;
    if (seed % 3 == 1) options.session = session;
    if (seed % 3 == 2) options.server = retry;
    DatagramPair pair(options);
    const Instant begin = pair.now.instant;
    ASSERT_TRUE(pair.Run(std::chrono::hours(2)));
    ExpectConnected(pair);
    ASSERT_EQ(pair.client->core.negotiated().authentication,
              seed % 3 == 1 ? Authentication::kResumption : Authentication::kCertificate);
    longest = std::max<Duration>(longest, pair.now.instant - begin);
    lost += pair.to_client.lost() + pair.to_server.lost();
    ASSERT_LE(pair.to_client.largest(), 512u);
    pair.to_client.options() = pair.to_server.options() = LinkOptions{};
    pair.SendToServer("data");
    pair.SendToClient("data");
    ASSERT_TRUE(pair.Run());
    ASSERT_EQ(pair.server->log.data, "data");
    ASSERT_EQ(pair.client->log.data, "data");
    if (HasFailure()) break;
  }
  std::printf(
      "seeds 1 to 1000: %zu datagrams lost; the longest handshake took %.1f s of its time\n", lost,
      static_cast<double>(longest.count()) / 1e6);
}

// Every way to lose any two of the datagrams.
TEST(DatagramHandshake, CompletesWhicheverTwoDatagramsAreLost) {
  DatagramPair whole({.datagram = {.mtu = 512}});
  ASSERT_TRUE(whole.Run());
  const size_t ups = whole.to_server.sent(), downs = whole.to_client.sent();
  const size_t all = ups + downs;
  for (size_t a = 0; a < all; ++a) {
    for (size_t b = a; b < all; ++b) {
      SCOPED_TRACE("lost: " + std::to_string(a) + " and " + std::to_string(b));
      DatagramPair pair({.datagram = {.mtu = 512}});
      pair.to_server.set_drop([=](size_t i) { return i == a || i == b; });
      pair.to_client.set_drop([=](size_t i) { return i + ups == a || i + ups == b; });
      ASSERT_TRUE(pair.Run());
      ExpectConnected(pair);
      ASSERT_FALSE(HasFailure());
    }
  }
  std::printf("%zu pairs of %zu datagrams\n", all * (all + 1) / 2, all);
}

}  // namespace
}  // namespace merlon::tls::testing
