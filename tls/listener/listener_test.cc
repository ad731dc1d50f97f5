// SPDX-License-Identifier: Apache-2.0
// Clients of ours against a listener: both cookies, over good networks and bad ones, whole
// ClientHellos and fragmented ones.
#include <gtest/gtest.h>

#include "tls/listener/listener_net.h"

namespace merlon::tls::testing {
namespace {

constexpr Version k12 = Version::kTls12, k13 = Version::kTls13;

std::shared_ptr<const ClientConfig> ClientOf(Version low, Version high) {
  return SharedWorld().ClientBuilder().SetVersions(low, high).Build().value();
}
std::shared_ptr<const ServerConfig> ServerOf(Version low, Version high) {
  return SharedWorld().ServerBuilder().SetVersions(low, high).Build().value();
}

void ExpectData(ListenerNet& net, const std::string& address) {
  auto& client = net.client(address);
  client.to_server.Send(AsBytes(client.side->Seal("ping")), net.now.instant);
  client.to_client.Send(AsBytes(net.server(address)->side->Seal("pong")), net.now.instant);
  ASSERT_TRUE(net.Run());
  EXPECT_EQ(net.server(address)->side->log.data, "ping");
  EXPECT_EQ(client.side->log.data, "pong");
}

TEST(Listener, ServesBothVersionsBehindACookie) {
  struct Case {
    Version client_low, client_high, server_low, server_high;
    uint16_t version;
  };
  for (const Case& c : {Case{k12, k13, k12, k13, 0xfefc}, Case{k13, k13, k12, k13, 0xfefc},
                        Case{k12, k12, k12, k13, 0xfefd}, Case{k12, k13, k12, k12, 0xfefd},
                        Case{k12, k13, k13, k13, 0xfefc}, Case{k12, k12, k12, k12, 0xfefd}}) {
    SCOPED_TRACE(c.version);
    ListenerNet net(ServerOf(c.server_low, c.server_high));
    net.Add("a", {.config = ClientOf(c.client_low, c.client_high)});
    ASSERT_TRUE(net.Run());
    ASSERT_TRUE(net.connected("a"));
    EXPECT_EQ(net.client("a").side->core.negotiated().version, c.version);
    // One ClientHello was answered, the other began the connection.
    EXPECT_EQ(net.listener().counts().replies, 1u);
    EXPECT_EQ(net.listener().counts().connections, 1u);
    EXPECT_EQ(net.listener().cookies().macs(), 2u);
    EXPECT_EQ(net.client("a").side->core.negotiated().retried, c.version == 0xfefc);
    ExpectData(net, "a");
  }
}

// The client brought no share for the group that we want: one retry asks for it and for the cookie.
TEST(Listener, AsksForTheShareInTheSameRetry) {
  ListenerNet net(SharedWorld().ServerBuilder().SetGroups({23}).Build().value());
  net.Add("a");
  ASSERT_TRUE(net.Run());
  ASSERT_TRUE(net.connected("a"));
  EXPECT_TRUE(net.server("a")->retried->group_named);
  EXPECT_EQ(static_cast<uint16_t>(net.client("a").side->core.negotiated().group->id), 23);
  ListenerNet other;
  other.Add("a");
  ASSERT_TRUE(other.Run());
  ASSERT_TRUE(other.connected("a"));
  EXPECT_FALSE(other.server("a")->retried->group_named);
}

// SHA-384's cookie is the largest: the reply is as long as kMaxReply says.
TEST(Listener, TheLargestReplyIsKMaxReply) {
  World& world = SharedWorld();
  ListenerNet net(world.ServerBuilder().SetGroups({23}).SetSuites({0x1302}).Build().value());
  net.Add("a", {.config = world.ClientBuilder().SetSuites({0x1302}).Build().value()});
  const std::string hello = net.client("a").side->TransmitOne(net.now);
  EXPECT_EQ(net.reply(net.Arrive(hello, "a")).size(), kMaxReply);
  ASSERT_TRUE(net.Run());
  EXPECT_TRUE(net.connected("a"));
}

TEST(Listener, ResumesSessionsAndTakesPsks) {
  for (const Version version : {k12, k13}) {
    ListenerNet net(ServerOf(k12, k13));
    net.Add("a", {.config = ClientOf(version, version)});
    ASSERT_TRUE(net.Run());
    ASSERT_FALSE(net.client("a").side->log.sessions.empty());
    net.Add("b", {.config = ClientOf(version, version),
                  .session = net.client("a").side->log.sessions[0]});
    ASSERT_TRUE(net.Run());
    ASSERT_TRUE(net.connected("b"));
    EXPECT_EQ(net.client("b").side->core.negotiated().authentication, Authentication::kResumption);
    ExpectData(net, "b");
  }
}

TEST(Listener, ServesAllPeersOfItsTableAtOnce) {
  ListenerNet net;
  const std::vector<std::string> addresses = {"a", "b", "c", "d", "e", "f", "g", "h"};
  for (size_t i = 0; i < addresses.size(); ++i) {
    const Version version = i % 2 == 0 ? k12 : k13;
    net.Add(addresses[i], {.config = ClientOf(version, version), .link = {.seed = 7}});
  }
  ASSERT_TRUE(net.Run());
  for (const std::string& address : addresses) {
    ASSERT_TRUE(net.connected(address)) << address;
    ExpectData(net, address);
  }
  EXPECT_EQ(net.servers().size(), ListenerNet::kPeers);

  // The table is full: a cookie that is right comes to nothing, until there is room.
  net.Add("late");
  ASSERT_TRUE(net.Run(std::chrono::seconds(10)) || true);
  EXPECT_FALSE(net.connected("late"));
  EXPECT_GT(net.listener().counts().dropped[static_cast<size_t>(Dropped::kNoRoom)], 0u);
  net.Forget("c");
  ASSERT_TRUE(net.Run());
  EXPECT_TRUE(net.connected("late"));
}

// Every kind of handshake at 30 % loss, 10 % duplication, reordering; ClientHellos whole and in
// pieces.
TEST(Listener, CompletesOverBadNetworks) {
  const auto server = ServerOf(k12, k13);
  const auto retrying = SharedWorld().ServerBuilder().SetGroups({23}).Build().value();
  size_t lost = 0, evicted = 0;
  for (uint32_t seed = 1; seed <= 300 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ListenerNet net(seed % 4 == 3 ? retrying : server,
                    {.mtu = 512, .retransmit = {.limit = 30}, .start = {}});
    for (const char* const address : {"a", "b", "c"}) {
      const size_t mtu = address[0] == 'a' ? 512 : 100 + seed % 60;
      const Version version = (seed + address[0]) % 2 == 0 ? k12 : k13;
      net.Add(address, {.config = ClientOf(version, version),
                        .link = {.loss = 30,
                                 .duplicate = 10,
                                 .reorder = 20,
                                 .mtu = 512,
                                 .seed = 3 * seed + static_cast<uint32_t>(address[0])},
                        .datagram = {.mtu = mtu, .retransmit = {.limit = 30}, .start = {}}});
    }
    ASSERT_TRUE(net.Run(std::chrono::hours(2)));
    for (const char* const address : {"a", "b", "c"}) {
      ASSERT_TRUE(net.connected(address)) << address;
      auto& client = net.client(address);
      lost += client.to_client.lost() + client.to_server.lost();
      client.to_client.options() = client.to_server.options() = LinkOptions{};
      ExpectData(net, address);
    }
    evicted += net.listener().half_hellos().evicted();
    // What is left are late copies of fragments.
    EXPECT_LE(net.listener().half_hellos().used(), 3u);
  }
  std::printf("seeds 1 to 300, 3 clients each: %zu datagrams lost, %zu half ClientHellos evicted\n",
              lost, evicted);
}

// A ClientHello in pieces of every size, both times.
TEST(Listener, TakesFragmentedClientHellos) {
  for (const Version version : {k12, k13}) {
    for (size_t mtu = DatagramConnection::kMinMtu; mtu < 260; mtu += 7) {
      SCOPED_TRACE(mtu);
      ListenerNet net;
      net.Add("a", {.config = ClientOf(version, version),
                    .datagram = {.mtu = mtu, .retransmit = {}, .start = {}}});
      ASSERT_TRUE(net.Run());
      ASSERT_TRUE(net.connected("a"));
      ExpectData(net, "a");
    }
  }
}

// X25519MLKEM768: each ClientHello has 1,216 bytes of share, and takes more than one datagram.
TEST(Listener, TakesClientHellosWithAHybridShare) {
  World& world = SharedWorld();
  const auto client =
      world.ClientBuilder().SetGroups({4588, 29}).SetKeyShares({4588, 29}).Build().value();
  const auto other = world.ClientBuilder().SetGroups({4588, 29}).Build().value();
  const auto server = world.ServerBuilder().SetGroups({4588, 29}).Build().value();
  size_t lost = 0;
  for (uint32_t seed = 0; seed <= 20 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const DatagramOptions datagram = {
        .mtu = seed % 2 == 0 ? 1200u : 400u, .retransmit = {.limit = 30}, .start = {}};
    ListenerNet net(server, datagram);
    LinkOptions link = {.mtu = datagram.mtu, .seed = seed + 1};
    if (seed > 0) link.loss = 30, link.duplicate = 10, link.reorder = 20;
    net.Add("a", {.config = client, .link = link, .datagram = datagram});
    net.Add("b", {.config = other, .link = link, .datagram = datagram});
    ASSERT_TRUE(net.Run(std::chrono::hours(2)));
    for (const char* const address : {"a", "b"}) {
      ASSERT_TRUE(net.connected(address)) << address;
      const Negotiated& negotiated = net.client(address).side->core.negotiated();
      EXPECT_EQ(negotiated.group->id, crypto::GroupId::kX25519MlKem768);
      EXPECT_EQ(net.server(address)->retried->group_named, address[0] == 'b');
      lost += net.client(address).to_client.lost() + net.client(address).to_server.lost();
    }
  }
  std::printf("seeds 1 to 20, 2 clients each: %zu datagrams lost\n", lost);
}

// A client that is there for the first time, whichever two datagrams are lost.
TEST(Listener, CompletesWhicheverTwoDatagramsAreLost) {
  for (const Version version : {k12, k13}) {
    const NetClientOptions options = {.config = ClientOf(version, version),
                                      .datagram = {.mtu = 150, .retransmit = {}, .start = {}}};
    ListenerNet whole;
    whole.Add("a", options);
    ASSERT_TRUE(whole.Run());
    const size_t ups = whole.client("a").to_server.sent();
    const size_t all = ups + whole.client("a").to_client.sent();
    for (size_t a = 0; a < all && !HasFailure(); ++a) {
      for (size_t b = a; b < all && !HasFailure(); ++b) {
        SCOPED_TRACE("lost: " + std::to_string(a) + " and " + std::to_string(b));
        ListenerNet net;
        auto& client = net.Add("a", options);
        client.to_server.set_drop([=](size_t i) { return i == a || i == b; });
        client.to_client.set_drop([=](size_t i) { return i + ups == a || i + ups == b; });
        ASSERT_TRUE(net.Run());
        ASSERT_TRUE(net.connected("a"));
      }
    }
  }
}

}  // namespace
}  // namespace merlon::tls::testing
