// SPDX-License-Identifier: Apache-2.0
// The datagram face over lossy links under a virtual clock, with a toy core on either end.
#include "tls/datagram_connection.h"

#include <cstdio>
#include <functional>
#include <string>

#include "crypto/drivers/portable/aes_gcm.h"
#include "gtest/gtest.h"
#include "tls/testing/link.h"
#include "tls/testing/toy_datagram_core.h"

namespace merlon::tls {
namespace {

using namespace std::chrono_literals;
using record::ContentType;
using record::Noise;
using Role = ToyDatagramCore::Role;
using Datagram = std::vector<uint8_t>;

struct World {
  LinkOptions link;
  ToyOptions toy;
  DatagramOptions datagram;
  size_t reassembly = 8192;
  Duration sign_time = 0s;
};

struct Peer {
  Peer(Role role, const World& world)
      : buffer(world.reassembly),
        core(role, world.toy),
        face(core, absl::MakeSpan(buffer), world.datagram) {}
  bool has(std::string_view event) const { return log.find(event) != std::string::npos; }

  Datagram buffer;
  ToyDatagramCore core;
  DatagramConnection face;
  std::string log;                 // events and application data
  std::optional<Error> error;      // of Receive
  std::vector<Datagram> sent;      // all datagrams, lost ones too
};

class Pair {
 public:
  explicit Pair(const World& world = {})
      : world_(world),
        to_server(world.link),
        to_client(Seeded(world.link)),
        client(Role::kClient, world),
        server(Role::kServer, world) {}

  // Runs until nothing is in flight or due, or until `limit`. Returns whether it came to rest.
  bool Run(Duration limit = 600s) {
    const Instant end = now.instant + limit;
    for (;;) {
      Step();
      std::optional<Instant> next = sign_at_;
      for (std::optional<Instant> at : {client.face.NextTimeout(), server.face.NextTimeout(),
                                        to_client.NextArrival(), to_server.NextArrival()}) {
        if (at && (!next || *at < *next)) next = at;
      }
      if (!next) return true;
      if (*next > end) {
        now.instant = end;
        return false;
      }
      now.instant = std::max(now.instant, *next);
      (void)client.face.HandleTimeout(now);
      (void)server.face.HandleTimeout(now);
    }
  }
  // All that happens at this instant.
  void Step() {
    for (bool moved = true; moved;) {
      Sign();
      moved = Transmit(client, to_server) | Transmit(server, to_client);
      moved |= Arrive(client, to_client) | Arrive(server, to_server);
    }
  }
  bool Transmit(Peer& from, Link& link) {
    bool any = false;
    std::array<uint8_t, 2048> out;
    for (;;) {
      const auto written = from.face.PollTransmit(absl::MakeSpan(out), now);
      if (!written.ok() || written->size == 0) break;
      any = true;
      from.sent.emplace_back(out.begin(), out.begin() + static_cast<ptrdiff_t>(written->size));
      link.Send(from.sent.back(), now.instant);
    }
    while (std::optional<Event> event = from.face.PollEvent()) {
      if (std::holds_alternative<Connected>(*event)) from.log += " connected";
      if (std::holds_alternative<TicketArrived>(*event)) from.log += " ticket";
      if (std::holds_alternative<PeerClosed>(*event)) from.log += " closed";
    }
    return any;
  }
  bool Arrive(Peer& to, Link& link) {
    std::optional<Datagram> datagram = link.Receive(now.instant);
    if (!datagram) return false;
    Give(to, *datagram);
    return true;
  }
  void Give(Peer& to, Datagram datagram) {
    MutableBytes rest = absl::MakeSpan(datagram);
    while (!rest.empty()) {
      const Result<Received> got = to.face.Receive(rest, now);
      if (!got.ok()) {
        to.error = got.error();
        return;
      }
      ASSERT_GT(got->consumed, 0u);
      if (!got->plaintext.empty()) to.log += " " + std::string(AsText(got->plaintext));
      rest.remove_prefix(got->consumed);
    }
  }
  Result<Sealed> SendData(Peer& from, Link& link, std::string_view text) {
    std::array<uint8_t, 2048> out;
    const Result<Sealed> sealed = from.face.Seal(AsBytes(text), absl::MakeSpan(out));
    if (sealed.ok()) {
      from.sent.emplace_back(out.begin(), out.begin() + static_cast<ptrdiff_t>(sealed->written));
      link.Send(from.sent.back(), now.instant);
    }
    return sealed;
  }

 private:
  static LinkOptions Seeded(LinkOptions options) {
    options.seed = options.seed * 2654435761u + 1;
    return options;
  }
  void Sign() {
    if (server.face.Operations().empty()) return;
    if (!sign_at_) sign_at_ = now.instant + world_.sign_time;
    if (now.instant < *sign_at_) return;
    sign_at_.reset();
    ASSERT_TRUE(server.face.Complete(server.face.Operations()[0].id, Signature{}, now).ok());
  }

  World world_;

 public:
  Link to_server, to_client;
  Peer client, server;
  Now now{};

 private:
  std::optional<Instant> sign_at_;
};

bool Connected2(const Pair& pair) { return pair.client.has("connected") && pair.server.has("connected"); }

TEST(DatagramConnection, ConnectsAndCarriesData) {
  World world;
  world.toy.tickets = 2;
  Pair pair(world);
  EXPECT_TRUE(pair.Run());
  ASSERT_TRUE(Connected2(pair));
  EXPECT_TRUE(pair.SendData(pair.client, pair.to_server, "ping").ok());
  EXPECT_TRUE(pair.SendData(pair.server, pair.to_client, "pong").ok());
  EXPECT_TRUE(pair.Run());
  EXPECT_EQ(pair.client.log, " connected ticket ticket pong");
  EXPECT_EQ(pair.server.log, " connected ping");
  // Nothing had to be sent twice: hello; Finished, ACK of the tickets, data.
  EXPECT_EQ(pair.client.sent.size(), 4u);
  EXPECT_FALSE(pair.client.face.NextTimeout());
  EXPECT_FALSE(pair.server.face.NextTimeout());
  EXPECT_LT(pair.now.instant.time_since_epoch(), 200ms);
}

TEST(DatagramConnection, IsSmall) {
  std::printf("sizeof: connection %zu, epochs %zu, flights %zu, reassembly %zu, read keys %zu\n",
              sizeof(DatagramConnection), sizeof(record::DatagramEpochs),
              sizeof(record::FlightTable), sizeof(record::Reassembly),
              sizeof(record::DatagramReadKeys));
  EXPECT_LT(sizeof(DatagramConnection), 5000u);
}

}  // namespace
}  // namespace merlon::tls
