// SPDX-License-Identifier: Apache-2.0
// DTLS 1.3 and DTLS 1.2, both ends ours, over links that lose, repeat and reorder, under a virtual
// clock: every kind of handshake completes, whichever two datagrams are lost, and over a bad
// network.
#include <gtest/gtest.h>

#include "tls/testing/datagram_pair.h"

namespace merlon::tls::testing {
namespace {

enum class Kind { kFull, kClientAuth, kResumed, kPsk, kRetried };
struct Case {
  const char* name;
  Version version;
  Kind kind;
};
constexpr Version k12 = Version::kTls12, k13 = Version::kTls13;
constexpr Case kCases[] = {
    {"full, 1.3", k13, Kind::kFull},
    {"client authentication, 1.3", k13, Kind::kClientAuth},
    {"resumption, 1.3", k13, Kind::kResumed},
    {"PSK, 1.3", k13, Kind::kPsk},
    {"HelloRetryRequest, 1.3", k13, Kind::kRetried},
    {"full, 1.2", k12, Kind::kFull},
    {"client authentication, 1.2", k12, Kind::kClientAuth},
    {"resumption, 1.2", k12, Kind::kResumed},
    {"PSK, 1.2", k12, Kind::kPsk},
};

ClientConfigBuilder Client(Version version) {
  return SharedWorld().ClientBuilder().SetVersions(version, version);
}
// By PSK without a certificate.
ServerConfigBuilder Server(const Case& c) {
  World& world = SharedWorld();
  return (c.kind == Kind::kPsk ? ServerConfigBuilder(world.crypto()) : world.ServerBuilder())
      .SetVersions(c.version, c.version);
}

DatagramPairOptions OptionsOf(const Case& c) {
  World& world = SharedWorld();
  ClientConfigBuilder client = Client(c.version);
  ServerConfigBuilder server = Server(c);
  DatagramPairOptions options;
  switch (c.kind) {
    case Kind::kFull:
      break;
    case Kind::kClientAuth:
      client.AddCredential(world.ClientCredential());
      server.SetClientAuthentication(ClientAuthentication::kRequired);
      break;
    case Kind::kResumed: {
      DatagramPair pair(
          {.client = Client(c.version).Build().value(), .server = server.Build().value()});
      EXPECT_TRUE(pair.Run());
      options.session = pair.client->log.sessions.at(0);
      break;
    }
    case Kind::kPsk:
      client.AddExternalPsk(kPskIdentity, world.psk()).RequirePsk();
      server.AddExternalPsk(kPskIdentity, world.psk());
      break;
    case Kind::kRetried:
      server.SetGroups({23});
      break;
  }
  options.client = client.Build().value();
  options.server = server.Build().value();
  options.datagram.mtu = 512;
  return options;
}

void ExpectConnected(const DatagramPair& pair, const Case& c) {
  ASSERT_TRUE(pair.client->connected());
  ASSERT_TRUE(pair.server->connected());
  EXPECT_FALSE(pair.client->face.failure()) << static_cast<int>(pair.client->face.failure()->code);
  EXPECT_FALSE(pair.server->face.failure()) << static_cast<int>(pair.server->face.failure()->code);
  const Negotiated& server = pair.server->core.negotiated();
  EXPECT_EQ(server.version, c.version == k12 ? 0xfefd : 0xfefc);
  EXPECT_EQ(server.authentication, c.kind == Kind::kResumed ? Authentication::kResumption
                                   : c.kind == Kind::kPsk   ? Authentication::kExternalPsk
                                                            : Authentication::kCertificate);
  EXPECT_EQ(server.client_certificate, c.kind == Kind::kClientAuth
                                           ? ClientCertificate::kVerified
                                           : ClientCertificate::kNotRequested);
  EXPECT_EQ(server.retried, c.kind == Kind::kRetried);
}

class DatagramLoss : public ::testing::TestWithParam<size_t> {};

// Every way to lose any two of the datagrams.
TEST_P(DatagramLoss, CompletesWhicheverTwoDatagramsAreLost) {
  const Case& c = kCases[GetParam()];
  const DatagramPairOptions options = OptionsOf(c);
  DatagramPair whole(options);
  ASSERT_TRUE(whole.Run());
  ExpectConnected(whole, c);
  const size_t ups = whole.to_server.sent(), downs = whole.to_client.sent();
  const size_t all = ups + downs;
  for (size_t a = 0; a < all && !HasFailure(); ++a) {
    for (size_t b = a; b < all && !HasFailure(); ++b) {
      SCOPED_TRACE(std::string(c.name) + ", lost: " + std::to_string(a) + " and " +
                   std::to_string(b));
      DatagramPair pair(options);
      pair.to_server.set_drop([=](size_t i) { return i == a || i == b; });
      pair.to_client.set_drop([=](size_t i) { return i + ups == a || i + ups == b; });
      ASSERT_TRUE(pair.Run());
      ExpectConnected(pair, c);
    }
  }
  std::printf("%s: %zu pairs of %zu datagrams\n", c.name, all * (all + 1) / 2, all);
}

// 1,000 seeds at 30 % loss, 10 % duplication, reordering, MTU 512; and data goes both ways
// afterwards.
TEST_P(DatagramLoss, CompletesOverBadNetworks) {
  const Case& c = kCases[GetParam()];
  DatagramPairOptions options = OptionsOf(c);
  options.datagram.retransmit.limit = 30;
  size_t lost = 0;
  Duration longest{};
  for (uint32_t seed = 1; seed <= 1000 && !HasFailure(); ++seed) {
    SCOPED_TRACE(std::string(c.name) + ", seed " + std::to_string(seed));
    options.link = {.loss = 30, .duplicate = 10, .reorder = 20, .mtu = 512, .seed = seed};
    DatagramPair pair(options);
    const Instant begin = pair.now.instant;
    ASSERT_TRUE(pair.Run(std::chrono::hours(2)));
    ExpectConnected(pair, c);
    longest = std::max<Duration>(longest, pair.now.instant - begin);
    lost += pair.to_client.lost() + pair.to_server.lost();
    ASSERT_LE(pair.to_client.largest(), 512u);
    pair.to_client.options() = pair.to_server.options() = LinkOptions{};
    pair.SendToServer("ping");
    pair.SendToClient("pong");
    ASSERT_TRUE(pair.Run());
    ASSERT_EQ(pair.server->log.data, "ping");
    ASSERT_EQ(pair.client->log.data, "pong");
  }
  std::printf(
      "%s, seeds 1 to 1000: %zu datagrams lost; the longest handshake took %.1f s of its time\n",
      c.name, lost, static_cast<double>(longest.count()) / 1e6);
}

INSTANTIATE_TEST_SUITE_P(Kinds, DatagramLoss, ::testing::Range<size_t>(0, std::size(kCases)));

}  // namespace
}  // namespace merlon::tls::testing
