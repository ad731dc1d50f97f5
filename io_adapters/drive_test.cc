// SPDX-License-Identifier: Apache-2.0
// Endpoints of both kinds on one thread, over links that split, lose, duplicate and reorder.
#include "io_adapters/drive.h"

#include "gtest/gtest.h"
#include "io_adapters/datagram_endpoint.h"
#include "io_adapters/fragmenting_transport.h"
#include "io_adapters/test_identity.h"

namespace merlon::io {
namespace {

using tls::DatagramConnection;
using tls::StreamConnection;

// A client and a server on two transports of one link.
template <class Connection>
class Pair {
 public:
  Pair(LossyLink& link, Transport& left, Transport& right)
      : link_(link),
        server_(Identity().Server()),
        client_(Identity().Client()),
        client_end_(left, client_->config(), client_->crypto().context(),
                    *client_->crypto().NewSeed(), ForClient()),
        server_end_(right, server_->config(), server_->crypto().context(),
                    *server_->crypto().NewSeed(), ForServer()) {}

  absl::Status Connect() {
    return Drive(link_, client, server, [&] {
      return client_end_.connection().connected() && server_end_.connection().connected() &&
             !client_end_.session().empty();
    });
  }

 private:
  static const TestIdentity& Identity() {
    static const TestIdentity identity("drive");
    return identity;
  }
  EndpointOptions ForClient() const {
    EndpointOptions options;
    options.server_name = TestIdentity::kName;
    client_->Prepare(options);
    return options;
  }
  EndpointOptions ForServer() const {
    EndpointOptions options;
    server_->Prepare(options);
    return options;
  }

  LossyLink& link_;
  std::unique_ptr<TlsServer> server_;
  std::unique_ptr<TlsClient> client_;
  Endpoint<Connection> client_end_, server_end_;

 public:
  Driven<Connection> client{client_end_, {}}, server{server_end_, {}};
};

LinkOptions AtPresent(LinkOptions options) {
  options.start = SystemNow().wall;  // certificates are valid now
  return options;
}

TEST(Drive, TlsOverFramesOfEveryLength) {
  for (size_t frame_size = 8; frame_size <= 64; ++frame_size) {
    LossyLink link(AtPresent({.mtu = frame_size}));
    FragmentingTransport left(link.left(), frame_size), right(link.right(), frame_size);
    Pair<StreamConnection> pair(link, left, right);
    const absl::Status connected = pair.Connect();
    ASSERT_TRUE(connected.ok()) << frame_size << ": " << connected;
    ASSERT_TRUE(pair.client.endpoint.Write("over small frames").ok());
    ASSERT_TRUE(
        Drive(link, pair.client, pair.server, [&] { return !pair.server.received.empty(); }).ok());
    EXPECT_EQ(pair.server.received, "over small frames");
  }
}

TEST(Drive, AFrameLostUnderTlsEndsTheConnection) {
  LossyLink link(AtPresent({.seed = 3, .loss_percent = 10}));
  FragmentingTransport left(link.left(), 20), right(link.right(), 20);
  Pair<StreamConnection> pair(link, left, right);
  EXPECT_EQ(pair.Connect().code(), absl::StatusCode::kDataLoss);
}

TEST(Drive, FramesThatComeTwiceDoNotHarmTls) {
  LinkOptions options{.seed = 4, .duplicate_percent = 30};
  options.latency = Duration(0);  // the second copy right behind the first
  LossyLink link(AtPresent(options));
  FragmentingTransport left(link.left(), 20), right(link.right(), 20);
  Pair<StreamConnection> pair(link, left, right);
  const absl::Status connected = pair.Connect();
  EXPECT_TRUE(connected.ok()) << connected;
}

TEST(Drive, DtlsConnectsOverLinksThatLoseDuplicateAndReorder) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    LossyLink link(AtPresent(
        {.seed = seed, .loss_percent = 25, .duplicate_percent = 10, .reorder_percent = 20}));
    Pair<DatagramConnection> pair(link, link.left(), link.right());
    const absl::Status connected = pair.Connect();
    ASSERT_TRUE(connected.ok()) << "seed " << seed << ": " << connected;
  }
}

TEST(Drive, SameSeedSameTime) {
  Duration taken[2];
  for (Duration& time : taken) {
    LossyLink link(AtPresent({.seed = 11, .loss_percent = 30}));
    Pair<DatagramConnection> pair(link, link.left(), link.right());
    ASSERT_TRUE(pair.Connect().ok());
    time = link.now().instant.time_since_epoch();
  }
  EXPECT_EQ(taken[0], taken[1]);
}

TEST(Drive, ALinkThatCarriesNothingIsATimeout) {
  LossyLink link(AtPresent({.loss_percent = 100}));
  Pair<DatagramConnection> pair(link, link.left(), link.right());
  EXPECT_EQ(pair.Connect().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(Drive, SaysWhenBothWaitForEachOther) {
  LossyLink link(AtPresent({.mtu = SIZE_MAX, .byte_stream = true}));
  Pair<StreamConnection> pair(link, link.left(), link.right());
  ASSERT_TRUE(pair.Connect().ok());
  EXPECT_EQ(Drive(link, pair.client, pair.server, [] { return false; }).code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace merlon::io
