// SPDX-License-Identifier: Apache-2.0
// DTLS 1.2, both ends ours: over links that lose, repeat and reorder, under a virtual clock; full,
// with a client's certificate, resumed, and by PSK.
#include <gtest/gtest.h>

#include "tls/testing/datagram_pair.h"

namespace merlon::tls::testing {
namespace {

constexpr Version k12 = Version::kTls12;

enum class Kind { kFull, kClientAuth, kResumed, kPsk };
constexpr Kind kKinds[] = {Kind::kFull, Kind::kClientAuth, Kind::kResumed, Kind::kPsk};

// Options of each kind of handshake; configurations are made once.
DatagramPairOptions OptionsOf(Kind kind) {
  World& world = SharedWorld();
  static const auto client = world.ClientBuilder().SetVersions(k12, k12).Build().value();
  static const auto server = world.ServerBuilder().SetVersions(k12, k12).Build().value();
  static const auto showing = world.ClientBuilder()
                                  .SetVersions(k12, k12)
                                  .AddCredential(world.ClientCredential())
                                  .Build()
                                  .value();
  static const auto asking = world.ServerBuilder()
                                 .SetVersions(k12, k12)
                                 .SetClientAuthentication(ClientAuthentication::kRequired)
                                 .Build()
                                 .value();
  static const auto psk_client = world.ClientBuilder()
                                     .AddExternalPsk(kPskIdentity, world.psk())
                                     .RequirePsk()
                                     .SetVersions(k12, k12)
                                     .Build()
                                     .value();
  static const auto psk_server = ServerConfigBuilder(world.crypto())
                                     .AddExternalPsk(kPskIdentity, world.psk())
                                     .SetVersions(k12, k12)
                                     .Build()
                                     .value();
  static const std::string session = [] {
    DatagramPair pair({.client = client, .server = server});
    EXPECT_TRUE(pair.Run());
    return pair.client->log.sessions.at(0);
  }();
  switch (kind) {
    case Kind::kFull:
      return {.client = client, .server = server};
    case Kind::kClientAuth:
      return {.client = showing, .server = asking};
    case Kind::kResumed:
      return {.client = client, .server = server, .session = session};
    case Kind::kPsk:
      return {.client = psk_client, .server = psk_server};
  }
  return {};
}

void ExpectConnected(DatagramPair& pair, Kind kind) {
  ASSERT_TRUE(pair.client->connected());
  ASSERT_TRUE(pair.server->connected());
  EXPECT_FALSE(pair.client->face.failure()) << static_cast<int>(pair.client->face.failure()->code);
  EXPECT_FALSE(pair.server->face.failure()) << static_cast<int>(pair.server->face.failure()->code);
  const Negotiated& server = pair.server->core.negotiated();
  EXPECT_EQ(server.version, 0xfefd);
  EXPECT_EQ(server.authentication, kind == Kind::kResumed ? Authentication::kResumption
                                   : kind == Kind::kPsk   ? Authentication::kExternalPsk
                                                          : Authentication::kCertificate);
  EXPECT_EQ(server.client_certificate, kind == Kind::kClientAuth
                                           ? ClientCertificate::kVerified
                                           : ClientCertificate::kNotRequested);
}

void ExpectData(DatagramPair& pair) {
  pair.to_client.options() = pair.to_server.options() = LinkOptions{};
  pair.SendToServer("ping");
  pair.SendToClient("pong");
  ASSERT_TRUE(pair.Run());
  EXPECT_EQ(pair.server->log.data, "ping");
  EXPECT_EQ(pair.client->log.data, "pong");
}

TEST(Dtls12Handshake, ConnectsAndCarriesData) {
  for (const Kind kind : kKinds) {
    SCOPED_TRACE(static_cast<int>(kind));
    DatagramPair pair(OptionsOf(kind));
    ASSERT_TRUE(pair.Run());
    ExpectConnected(pair, kind);
    ExpectData(pair);
  }
}

// 1,000 seeds at 30 % loss, 10 % duplication, reordering, MTU 512: every handshake completes,
// whichever kind it is, and data goes both ways afterwards.
TEST(Dtls12Handshake, CompletesOverBadNetworks) {
  size_t lost = 0;
  Duration longest{};
  for (uint32_t seed = 1; seed <= 1000 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Kind kind = kKinds[seed % 4];
    DatagramPairOptions options = OptionsOf(kind);
    options.link = {.loss = 30, .duplicate = 10, .reorder = 20, .mtu = 512, .seed = seed};
    options.datagram.mtu = 512;
    options.datagram.retransmit.limit = 30;
    DatagramPair pair(options);
    const Instant begin = pair.now.instant;
    ASSERT_TRUE(pair.Run(std::chrono::hours(2)));
    ExpectConnected(pair, kind);
    longest = std::max<Duration>(longest, pair.now.instant - begin);
    lost += pair.to_client.lost() + pair.to_server.lost();
    ASSERT_LE(pair.to_client.largest(), 512u);
    ExpectData(pair);
  }
  std::printf(
      "seeds 1 to 1000: %zu datagrams lost; the longest handshake took %.1f s of its time\n", lost,
      static_cast<double>(longest.count()) / 1e6);
}

// Every way to lose any two of the datagrams.
TEST(Dtls12Handshake, CompletesWhicheverTwoDatagramsAreLost) {
  for (const Kind kind : kKinds) {
    DatagramPairOptions options = OptionsOf(kind);
    options.datagram.mtu = 512;
    DatagramPair whole(options);
    ASSERT_TRUE(whole.Run());
    const size_t ups = whole.to_server.sent(), downs = whole.to_client.sent();
    const size_t all = ups + downs;
    for (size_t a = 0; a < all && !HasFailure(); ++a) {
      for (size_t b = a; b < all && !HasFailure(); ++b) {
        SCOPED_TRACE("kind " + std::to_string(static_cast<int>(kind)) +
                     ", lost: " + std::to_string(a) + " and " + std::to_string(b));
        DatagramPair pair(options);
        pair.to_server.set_drop([=](size_t i) { return i == a || i == b; });
        pair.to_client.set_drop([=](size_t i) { return i + ups == a || i + ups == b; });
        ASSERT_TRUE(pair.Run());
        ExpectConnected(pair, kind);
      }
    }
  }
}

TEST(Dtls12Handshake, OneServerAnswersBothVersions) {
  for (const Version version : {k12, Version::kTls13}) {
    DatagramPair pair(
        {.client = SharedWorld().ClientBuilder().SetVersions(version, version).Build().value()});
    ASSERT_TRUE(pair.Run());
    EXPECT_TRUE(pair.client->connected() && pair.server->connected());
    DatagramPair back(
        {.server = SharedWorld().ServerBuilder().SetVersions(version, version).Build().value()});
    ASSERT_TRUE(back.Run());
    EXPECT_TRUE(back.client->connected() && back.server->connected());
    EXPECT_EQ(back.client->core.negotiated().version, version == k12 ? 0xfefd : 0xfefc);
  }
}

}  // namespace
}  // namespace merlon::tls::testing
