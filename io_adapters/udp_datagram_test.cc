// SPDX-License-Identifier: Apache-2.0
// DTLS over UDP on the loopback, client and server on two threads.
#include "io_adapters/udp_datagram.h"

#include <thread>

#include "gtest/gtest.h"
#include "io_adapters/test_identity.h"

namespace merlon::io {
namespace {

// Serves one client: echoes until it closes.
absl::Status ServeOne(TlsServer& server, const Listener& listener) {
  auto transport = UdpAcceptOne(listener);
  if (!transport.ok()) return transport.status();
  EndpointOptions options;
  server.Prepare(options);
  BlockingDatagram connection(*std::move(transport), server.config(), server.crypto().context(),
                              *server.crypto().NewSeed(), options);
  for (;;) {
    const auto data = connection.ReadUntil(std::nullopt);
    if (!data.ok()) return data.status();
    if ((*data)->empty()) return connection.Close();
    if (absl::Status s = connection.Write(std::string(**data)); !s.ok()) return s;
  }
}

std::unique_ptr<BlockingDatagram> Connect(TlsClient& client, uint16_t port) {
  absl::StatusOr<Descriptor> socket = UdpConnect({"127.0.0.1", port});
  if (!socket.ok()) ADD_FAILURE() << socket.status();
  EndpointOptions options;
  options.server_name = "127.0.0.1";
  client.Prepare(options);
  return std::make_unique<BlockingDatagram>(std::make_unique<UdpTransport>(*std::move(socket)),
                                            client.config(), client.crypto().context(),
                                            *client.crypto().NewSeed(), options);
}

TEST(BlockingDatagram, ServesOneClientAfterAnother) {
  constexpr int kClients = 3;
  const TestIdentity identity("udp");
  const auto server = identity.Server();
  const auto client = identity.Client();
  const absl::StatusOr<Listener> listener = UdpListen({"127.0.0.1", 0});
  ASSERT_TRUE(listener.ok()) << listener.status();
  std::vector<absl::Status> served;
  std::thread thread([&] {
    for (int i = 0; i < kClients; ++i) served.push_back(ServeOne(*server, *listener));
  });
  for (int i = 0; i < kClients; ++i) {
    const auto connection = Connect(*client, listener->port);
    const absl::Status connected = connection->Handshake();
    EXPECT_TRUE(connected.ok()) << connected;
    for (const size_t size : {size_t{1}, size_t{500}, connection->max_plaintext()}) {
      const std::string text(size, static_cast<char>('a' + i));
      EXPECT_TRUE(connection->Write(text).ok());
      const auto back = connection->ReadUntil(std::nullopt);
      ASSERT_TRUE(back.ok()) << back.status();
      EXPECT_EQ(**back, text);
    }
    EXPECT_EQ(connection->Write(std::string(connection->max_plaintext() + 1, 'x')).code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(connection->negotiated().version, 0xfefc);
    EXPECT_FALSE(connection->session().empty());
    EXPECT_TRUE(connection->Close().ok());
    const auto end = connection->ReadUntil(std::nullopt);
    ASSERT_TRUE(end.ok()) << end.status();
    EXPECT_TRUE((*end)->empty());
  }
  thread.join();
  for (const absl::Status& status : served) EXPECT_TRUE(status.ok()) << status;
}

TEST(BlockingDatagram, GivesUpWhereNobodyAnswers) {
  const TestIdentity identity("udp_nobody");
  const auto client = identity.Client();
  const absl::StatusOr<Listener> silent = UdpListen({"127.0.0.1", 0});
  ASSERT_TRUE(silent.ok()) << silent.status();
  absl::StatusOr<Descriptor> socket = UdpConnect({"127.0.0.1", silent->port});
  ASSERT_TRUE(socket.ok()) << socket.status();
  EndpointOptions options;
  options.server_name = "127.0.0.1";
  client->Prepare(options);
  tls::DatagramOptions datagram;
  datagram.retransmit.initial = std::chrono::milliseconds(1);
  datagram.retransmit.limit = 5;
  BlockingDatagram connection(std::make_unique<UdpTransport>(*std::move(socket)), client->config(),
                              client->crypto().context(), *client->crypto().NewSeed(), options,
                              datagram);
  EXPECT_EQ(connection.Handshake().code(), absl::StatusCode::kDeadlineExceeded);
  ASSERT_TRUE(connection.failure().has_value());
  EXPECT_EQ(connection.failure()->code, Code::kHandshakeTimeout);
}

}  // namespace
}  // namespace merlon::io
