// SPDX-License-Identifier: Apache-2.0
// Many DTLS clients on one UDP socket of the loopback: the server on one thread, they on another.
#include "io_adapters/udp_server.h"

#include <sys/socket.h>

#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "io_adapters/test_identity.h"
#include "io_adapters/udp_datagram.h"

namespace merlon::io {
namespace {

// Echoes until `clients` have ended.
class Echo {
 public:
  Echo(TlsServer& server, int clients, const UdpServerOptions& options = {})
      : server_(UdpServer::Create(
                    server, UdpListen({"127.0.0.1", 0}).value(), options,
                    {.on_connected = [](UdpServer::Peer&) {},
                     .on_data = [](UdpServer::Peer& peer,
                                   std::string_view data) { EXPECT_TRUE(peer.Write(data).ok()); },
                     .on_end = [this](UdpServer::Peer&,
                                      const absl::Status& why) { ends.push_back(why); }})
                    .value()),
        port(server_->port()),
        thread_([this, clients] {
          while (ends.size() < static_cast<size_t>(clients)) {
            if (!server_->Step(std::nullopt).ok()) break;
          }
        }) {}
  Echo(const Echo&) = delete;
  ~Echo() { Join(); }
  void Join() {
    if (thread_.joinable()) thread_.join();
  }
  // After Join.
  const UdpServer& server() const { return *server_; }
  std::vector<absl::Status> ends;

 private:
  std::unique_ptr<UdpServer> server_;

 public:
  const uint16_t port;

 private:
  std::thread thread_;
};

std::unique_ptr<BlockingDatagram> Connect(TlsClient& client, Descriptor socket, size_t mtu = 1200) {
  EndpointOptions options;
  options.server_name = "127.0.0.1";
  client.Prepare(options);
  return std::make_unique<BlockingDatagram>(
      std::make_unique<UdpTransport>(std::move(socket)), client.config(), client.crypto().context(),
      *client.crypto().NewSeed(), options,
      tls::DatagramOptions{.mtu = mtu, .retransmit = {}, .start = {}});
}
std::unique_ptr<BlockingDatagram> Connect(TlsClient& client, uint16_t port, size_t mtu = 1200) {
  return Connect(client, UdpConnect({"127.0.0.1", port}).value(), mtu);
}

void ExpectEcho(BlockingDatagram& connection, const std::string& text) {
  ASSERT_TRUE(connection.Write(text).ok());
  const auto back = connection.ReadUntil(std::nullopt);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->value(), text);
}

TEST(UdpServer, ServesManyClientsAtOnce) {
  constexpr int kClients = 12;
  const TestIdentity identity("udp_server");
  const auto server = identity.Server();
  const auto client = identity.Client();
  TlsClientOptions old;
  old.max_version = tls::Version::kTls12;
  const auto client12 = identity.Client(old);
  Echo echo(*server, kClients);
  // Somebody who is none of them.
  const Descriptor noise = UdpConnect({"127.0.0.1", echo.port}).value();
  std::vector<std::unique_ptr<BlockingDatagram>> connections;
  for (int i = 0; i < kClients; ++i) {
    ASSERT_GT(::send(noise.get(), "noise", 5, 0), 0);
    connections.push_back(
        Connect(i % 3 == 0 ? *client12 : *client, echo.port, i % 2 == 0 ? 1200 : 128));
    const absl::Status connected = connections.back()->Handshake();
    ASSERT_TRUE(connected.ok()) << connected;
    EXPECT_EQ(connections.back()->negotiated().version, i % 3 == 0 ? 0xfefd : 0xfefc);
    EXPECT_EQ(connections.back()->negotiated().retried, i % 3 != 0);
  }
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < kClients; ++i) {
      ExpectEcho(*connections[i], "client " + std::to_string(i) + ", " + std::to_string(round));
    }
  }
  for (const auto& connection : connections) EXPECT_TRUE(connection->Close().ok());
  echo.Join();
  for (const absl::Status& end : echo.ends) EXPECT_TRUE(end.ok()) << end;
  EXPECT_EQ(echo.server().peers(), 0u);
  EXPECT_EQ(echo.server().counts().connections, static_cast<uint64_t>(kClients));
}

// From the same port, without a word to the old connection.
TEST(UdpServer, AClientThatComesBackTakesItsOwnPlace) {
  const TestIdentity identity("udp_server_again");
  const auto server = identity.Server();
  const auto client = identity.Client();
  Echo echo(*server, 2);
  Descriptor socket = UdpConnect({"127.0.0.1", echo.port}).value();
  Descriptor same(::dup(socket.get()));
  auto first = Connect(*client, std::move(socket));
  ExpectEcho(*first, "first");
  const auto second = Connect(*client, std::move(same));
  ExpectEcho(*second, "second");
  EXPECT_TRUE(second->Close().ok());
  echo.Join();
  ASSERT_EQ(echo.ends.size(), 2u);
  EXPECT_EQ(echo.ends[0].code(), absl::StatusCode::kAborted);
  EXPECT_TRUE(echo.ends[1].ok()) << echo.ends[1];
}

TEST(UdpServer, LeavesWhoSaysNothing) {
  const TestIdentity identity("udp_server_idle");
  const auto server = identity.Server();
  const auto client = identity.Client();
  UdpServerOptions options;
  options.idle_limit = std::chrono::milliseconds(50);
  Echo echo(*server, 1, options);
  const auto connection = Connect(*client, echo.port);
  ASSERT_TRUE(connection->Handshake().ok());
  const auto end = connection->ReadUntil(std::nullopt);
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_EQ(end->value(), "");
  echo.Join();
  EXPECT_EQ(echo.ends[0].code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(UdpServer, TellsOfAClientThatItDoesNotUnderstand) {
  const TestIdentity identity("udp_server_fails"), other("udp_server_other");
  const auto server = identity.Server();
  const auto client = other.Client();
  Echo echo(*server, 1);
  const auto connection = Connect(*client, echo.port);
  EXPECT_FALSE(connection->Handshake().ok());
  echo.Join();
  EXPECT_EQ(echo.ends.size(), 1u);
  EXPECT_FALSE(echo.ends[0].ok());
}

// Runs ahead of the machine's clock.
Duration ahead{};
Now Ahead() {
  Now now = SystemNow();
  now.instant += ahead;
  return now;
}

// A server between whose steps a test says what time it is, and clients that go as far as they can.
class CookieKeys : public testing::Test {
 protected:
  CookieKeys() {
    ahead = Duration();
    UdpServerOptions options;
    options.cookie_key_life = std::chrono::seconds(1);  // raised to a cookie's lifetime
    options.cookie_clock = Ahead;
    server_ = UdpServer::Create(*tls_server_, UdpListen({"127.0.0.1", 0}).value(), options,
                                {.on_connected = [this](UdpServer::Peer&) { ++connected_; },
                                 .on_data = [](UdpServer::Peer&, std::string_view) {},
                                 .on_end = [](UdpServer::Peer&, const absl::Status&) {}})
                  .value();
  }
  // Each end takes what is there.
  void Advance(BlockingDatagram& client) {
    const absl::Status waits = client.HandshakeUntil(SystemNow().instant);
    EXPECT_TRUE(waits.ok() || absl::IsDeadlineExceeded(waits)) << waits;
    ASSERT_TRUE(server_->Step(SystemNow().instant + std::chrono::milliseconds(5)).ok());
  }
  void Finish(BlockingDatagram& client) {
    const int before = connected_;
    for (int i = 0; i < 100 && connected_ == before; ++i) Advance(client);
    EXPECT_EQ(connected_, before + 1);
  }

  TestIdentity identity_{"udp_server_keys"};
  const std::unique_ptr<TlsServer> tls_server_ = identity_.Server();
  const std::unique_ptr<TlsClient> tls_client_ = identity_.Client();
  std::unique_ptr<UdpServer> server_;
  int connected_ = 0;
};

TEST_F(CookieKeys, AreRenewedAndTheOneBeforeIsGoodForWhatItMade) {
  using std::chrono::seconds;
  const auto early = Connect(*tls_client_, server_->port());
  ahead = seconds(220);
  Advance(*early);  // has a cookie of the first key now
  EXPECT_EQ(server_->counts().replies, 1u);
  EXPECT_EQ(server_->cookie_keys(), 1u);
  ahead = seconds(241);
  const auto other = Connect(*tls_client_, server_->port());
  Finish(*other);
  EXPECT_EQ(server_->cookie_keys(), 2u);
  ahead = seconds(440);
  Finish(*early);
  EXPECT_EQ(server_->cookie_keys(), 2u);
  EXPECT_EQ(server_->counts().replies, 2u);
  // For as long as it likes.
  for (uint64_t made = 3; made < 10; ++made) {
    ahead += seconds(241);
    const auto later = Connect(*tls_client_, server_->port());
    Finish(*later);
    EXPECT_EQ(server_->cookie_keys(), made);
  }
}

TEST_F(CookieKeys, ACookieOfAKeyThatIsGoneIsNone) {
  const auto client = Connect(*tls_client_, server_->port());
  Advance(*client);
  for (int i = 0; i < 2; ++i) {
    ahead += tls::kCookieLifetime;
    const auto other = Connect(*tls_client_, server_->port());
    Finish(*other);
  }
  EXPECT_EQ(server_->cookie_keys(), 3u);
  // RFC 9147 s5.1: an invalid cookie ends in illegal_parameter.
  (void)client->HandshakeUntil(SystemNow().instant);
  ASSERT_TRUE(server_->Step(SystemNow().instant + std::chrono::milliseconds(5)).ok());
  const absl::Status refused =
      client->HandshakeUntil(SystemNow().instant + std::chrono::milliseconds(100));
  EXPECT_THAT(std::string(refused.message()), testing::HasSubstr("illegal_parameter"));
}

}  // namespace
}  // namespace merlon::io
