// SPDX-License-Identifier: Apache-2.0
// The adapters without other programs: streams over sockets and frames, datagrams over a lossy link
// and UDP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

#include "io_adapters/blocking_stream.h"
#include "io_adapters/cli/demo_world.h"
#include "io_adapters/datagram_endpoint.h"
#include "io_adapters/drive.h"
#include "io_adapters/fragmenting_transport.h"
#include "io_adapters/lossy_link.h"
#include "io_adapters/tcp.h"
#include "io_adapters/udp_datagram.h"

namespace merlon::io {
namespace {

using cli::DemoPair;
using cli::DemoWorld;
using testing::HasSubstr;

std::unique_ptr<DemoWorld> World(UnixTime now) {
  auto world = DemoWorld::Create(now);
  return world.ok() ? *std::move(world) : nullptr;
}
tls::Seed Seed(DemoWorld& world) { return *world.crypto().NewSeed(); }

// Connects and sends a text each way, again where it was lost; gives the time that it took.
template <class Connection>
absl::Status Converse(DemoWorld& world, LossyLink& link, Transport& left, Transport& right,
                      size_t bytes) {
  DemoPair<Connection> pair(world, left, right, Seed(world), Seed(world), "");
  Driven<Connection> client{pair.client, {}}, server{pair.server, {}};
  const std::string text(bytes, 'x');
  auto connected = [&] {
    return pair.client.connection().connected() && pair.server.connection().connected();
  };
  if (absl::Status s = Drive(link, client, server, connected); !s.ok()) return s;
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (absl::Status s = pair.client.Write(text); !s.ok()) return s;
    if (absl::Status s = pair.server.Write(text); !s.ok()) return s;
    const Instant patience = link.now().instant + std::chrono::seconds(1);
    auto both = [&] {
      return (client.received.size() >= bytes && server.received.size() >= bytes) ||
             link.now().instant >= patience;
    };
    if (absl::Status s = Drive(link, client, server, both, patience); !s.ok()) return s;
    if (client.received.size() >= bytes && server.received.size() >= bytes) {
      return client.received.substr(0, bytes) == text ? absl::OkStatus()
                                                      : absl::DataLossError("other bytes");
    }
  }
  return absl::DeadlineExceededError("lost again and again");
}

TEST(LossyLink, CarriesDtlsAtThirtyPercentLoss) {
  LinkOptions options;
  options.loss_percent = 30;
  options.duplicate_percent = 10;
  options.reorder_percent = 20;
  const auto world = World(options.start);
  ASSERT_NE(world, nullptr);
  for (options.seed = 1; options.seed <= 50; ++options.seed) {
    LossyLink link(options);
    EXPECT_EQ(Converse<tls::DatagramConnection>(*world, link, link.left(), link.right(), 100),
              absl::OkStatus())
        << "seed " << options.seed;
  }
}

TEST(LossyLink, DropsWhatIsLargerThanTheMtu) {
  LinkOptions options;
  options.mtu = 10;
  std::vector<LossyLink::Fate> fates;
  LossyLink link(options, [&](const LossyLink::Sent& sent) { fates.push_back(sent.fate); });
  ASSERT_TRUE(link.left().Write(AsBytes("0123456789")).ok());
  ASSERT_TRUE(link.left().Write(AsBytes("0123456789a")).ok());
  EXPECT_THAT(fates, testing::ElementsAre(LossyLink::Fate::kArrives, LossyLink::Fate::kTooLarge));
  ASSERT_TRUE(link.Advance(std::nullopt));
  std::array<uint8_t, 20> out;
  const auto first = link.right().Read(MutableBytes(out), std::nullopt);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->size, 10u);
  EXPECT_FALSE(link.Advance(std::nullopt));
}

TEST(LossyLink, HasTheSameLossesForTheSameSeed) {
  const auto fates = [](uint64_t seed) {
    LinkOptions options;
    options.seed = seed;
    options.loss_percent = 50;
    std::string out;
    LossyLink link(options, [&](const LossyLink::Sent& sent) {
      out += sent.fate == LossyLink::Fate::kLost ? 'x' : '.';
    });
    for (int i = 0; i < 64; ++i) (void)link.left().Write(AsBytes("datagram"));
    return out;
  };
  EXPECT_EQ(fates(7), fates(7));
  EXPECT_NE(fates(7), fates(8));
}

class Frames : public testing::TestWithParam<size_t> {};
INSTANTIATE_TEST_SUITE_P(Sizes, Frames, testing::Values(8, 9, 20, 64, 244, 4096));

TEST_P(Frames, CarryTls) {
  LinkOptions options;
  options.mtu = GetParam();
  const auto world = World(options.start);
  ASSERT_NE(world, nullptr);
  LossyLink link(options);
  FragmentingTransport left(link.left(), GetParam()), right(link.right(), GetParam());
  EXPECT_EQ(Converse<tls::StreamConnection>(*world, link, left, right, 5000), absl::OkStatus());
}

TEST(FragmentingTransport, DropsTheSecondOfTwoAndNoticesALoss) {
  LossyLink link(LinkOptions{});
  FragmentingTransport right(link.right(), 8);
  const auto send = [&](std::string frame) { (void)link.left().Write(AsBytes(frame)); };
  send(std::string("\0abc", 4));
  send(std::string("\0abc", 4));
  send("\1def");
  send("\3jkl");
  link.Advance(std::nullopt);
  std::array<uint8_t, 16> out;
  std::string text;
  absl::StatusOr<Arrival> arrival;
  for (;;) {
    arrival = right.Read(MutableBytes(out), std::nullopt);
    if (!arrival.ok() || arrival->kind != Arrival::Kind::kBytes) break;
    text += AsText(Slice(Bytes(out), 0, arrival->size));
  }
  EXPECT_EQ(text, "abcdef");
  EXPECT_TRUE(absl::IsDataLoss(arrival.status()));
  EXPECT_THAT(std::string(arrival.status().message()), HasSubstr("frame 2 is missing"));
}

struct Sockets {
  Descriptor left, right;
};
Sockets SocketPair() {
  int fds[2] = {-1, -1};
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  return {Descriptor(fds[0]), Descriptor(fds[1])};
}

TEST(BlockingStream, SendsMuchBothWaysAndCloses) {
  const auto world = World(SystemNow().wall);
  ASSERT_NE(world, nullptr);
  Sockets sockets = SocketPair();
  const std::string large(1 << 20, 'y');
  std::thread thread([&, socket = std::move(sockets.right)]() mutable {
    BlockingStream server(std::make_unique<DescriptorTransport>(std::move(socket)),
                          world->server_config(), world->crypto().context(), Seed(*world),
                          world->ServerOptions());
    std::string got;
    while (got.size() < large.size()) {
      const auto text = server.Read();
      ASSERT_TRUE(text.ok()) << text.status();
      ASSERT_FALSE(text->empty());
      got += *text;
    }
    EXPECT_EQ(got, large);
    EXPECT_TRUE(server.Write(got).ok());
    EXPECT_TRUE(server.Close().ok());
  });
  BlockingStream client(std::make_unique<DescriptorTransport>(std::move(sockets.left)),
                        world->client_config(), world->crypto().context(), Seed(*world),
                        world->ClientOptions(""));
  EXPECT_TRUE(client.Write(large).ok());
  std::string got;
  for (;;) {
    const auto text = client.Read();
    ASSERT_TRUE(text.ok()) << text.status();
    if (text->empty()) break;
    got += *text;
  }
  EXPECT_EQ(got, large);
  EXPECT_FALSE(client.session().empty());
  thread.join();
}

TEST(BlockingStream, EndWithoutCloseNotifyIsDataLoss) {
  const auto world = World(SystemNow().wall);
  ASSERT_NE(world, nullptr);
  Sockets sockets = SocketPair();
  std::thread thread([&, socket = std::move(sockets.right)]() mutable {
    BlockingStream server(std::make_unique<DescriptorTransport>(std::move(socket)),
                          world->server_config(), world->crypto().context(), Seed(*world),
                          world->ServerOptions());
    EXPECT_TRUE(server.Handshake().ok());
  });
  BlockingStream client(std::make_unique<DescriptorTransport>(std::move(sockets.left)),
                        world->client_config(), world->crypto().context(), Seed(*world),
                        world->ClientOptions(""));
  EXPECT_TRUE(client.Handshake().ok());
  EXPECT_TRUE(absl::IsDataLoss(client.Read().status()));
  thread.join();
}

TEST(UdpDatagram, CarriesDtlsOverTheLoopback) {
  const auto world = World(SystemNow().wall);
  ASSERT_NE(world, nullptr);
  const auto listener = UdpListen({"127.0.0.1", 0});
  ASSERT_TRUE(listener.ok()) << listener.status();
  std::thread thread([&] {
    auto transport = UdpAcceptOne(*listener);
    ASSERT_TRUE(transport.ok());
    BlockingDatagram server(*std::move(transport), world->server_config(),
                            world->crypto().context(), Seed(*world), world->ServerOptions());
    const auto data = server.ReadUntil(SystemNow().instant + std::chrono::seconds(20));
    ASSERT_TRUE(data.ok()) << data.status();
    ASSERT_TRUE(data->has_value());
    EXPECT_TRUE(server.Write(std::string(**data)).ok());
  });
  auto socket = UdpConnect({"127.0.0.1", listener->port});
  ASSERT_TRUE(socket.ok());
  BlockingDatagram client(std::make_unique<UdpTransport>(*std::move(socket)),
                          world->client_config(), world->crypto().context(), Seed(*world),
                          world->ClientOptions(""));
  ASSERT_TRUE(client.Write("one datagram").ok());
  const auto data = client.ReadUntil(SystemNow().instant + std::chrono::seconds(20));
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(*data, "one datagram");
  EXPECT_TRUE(absl::IsInvalidArgument(client.Write(std::string(5000, 'x'))));
  thread.join();
}

TEST(Addresses, AreParsed) {
  EXPECT_EQ(ParseAddress("example.org", 443)->port, 443);
  EXPECT_EQ(ParseAddress("example.org:8443", 443)->port, 8443);
  EXPECT_EQ(ParseAddress("[::1]:1", 443)->host, "::1");
  EXPECT_FALSE(ParseAddress("example.org:x", 443).ok());
  EXPECT_FALSE(ParseAddress("example.org:70000", 443).ok());
  EXPECT_FALSE(ParseAddress("[::1", 443).ok());
}

}  // namespace
}  // namespace merlon::io
