// SPDX-License-Identifier: Apache-2.0
// Two ends in memory of their own, that talk to each other without allocating anything, and clocks
// that tell the engine's time from that of the operations. The world is tls/testing's.
#pragma once
#include <array>
#include <optional>
#include <type_traits>

#include "bench/table.h"
#include "bench/timed_world.h"
#include "tls/datagram_connection.h"
#include "tls/local_operations.h"
#include "tls/profiles/full.h"
#include "tls/stream_connection.h"
#include "tls/testing/world.h"

namespace merlon::bench {

using tls::testing::World;

inline constexpr tls::DatagramOptions kDatagramOptions = {.mtu = 16384 + 64};
inline constexpr Now kStart{Instant(std::chrono::seconds(5)), tls::testing::kTestTime};

struct Sizes {
  size_t storage = 16384, reassembly = 17000;  // bytes, at most these
};

// Where //bench:instructions_test counts: callgrind collects inside of this function alone.
template <class Function>
[[gnu::noinline]] auto Counted(Function function) {
  return function();
}

// One end. Nothing but the constructor may allocate.
template <class Face>
class Side {
  static constexpr bool kDatagrams = std::is_same_v<Face, tls::DatagramConnection>;

 public:
  template <class Config, class Options>
  Side(World& world, const Config& config, const Options& options, const tls::LocalOptions& local,
       Sizes sizes)
      : operations_(world.crypto(), local) {
    tls::Seed seed = world.NewSeed();
    const double start = Seconds();
    core.emplace(config, options, kDatagrams ? tls::Transport::kDatagram : tls::Transport::kStream,
                 Slice(MutableBytes(storage_), 0, sizes.storage), std::move(seed), kStart);
    const MutableBytes reassembly = Slice(MutableBytes(reassembly_), 0, sizes.reassembly);
    if constexpr (kDatagrams) {
      face.emplace(*core, reassembly, kDatagramOptions);
    } else {
      face.emplace(*core, reassembly);
    }
    engine_seconds += Seconds() - start - ClockCost();
  }

  // What there is to send, into `out`; gives its size.
  size_t Transmit(MutableBytes out) {
    const Result<tls::Transmit> sent = Engine([&] { return face->PollTransmit(out, now); });
    return sent.ok() ? sent->size : 0;
  }
  // Records of the peer. Gives the bytes of application data.
  size_t Receive(MutableBytes in) {
    size_t data = 0;
    while (!in.empty()) {
      const Result<tls::Received> got = Engine([&] { return face->Receive(in, now); });
      if (!got.ok() || got->consumed == 0) break;
      data += got->plaintext.size();
      in = Slice(in, got->consumed);
    }
    return data;
  }
  // A flight of the peer, and the answers that it asks for: one reading of the clock for all
  // records up to an operation, which has its own.
  void ReceiveFlight(MutableBytes in) {
    while (!in.empty()) {
      const bool moved = Engine([&] {
        for (;;) {
          const Result<tls::Received> got = face->Receive(in, now);
          if (!got.ok() || got->consumed == 0) return false;
          in = Slice(in, got->consumed);
          if (in.empty() || !face->Operations().empty()) return true;
          Poll();
        }
      });
      if (!moved) break;
      Answer();
    }
  }
  void Answer() {
    while (!face->Operations().empty()) {
      const tls::Pending pending = face->Operations().front();
      const AsymmetricWork before = TimedWork();
      const double start = Seconds();
      const tls::OpResult answer = operations_.Perform(pending.request);
      operation_seconds += Seconds() - start - ClockCost();
      asymmetric.seconds += TimedWork().seconds - before.seconds;
      for (size_t i = 0; i < kAsymmetricKinds; ++i) {
        asymmetric.calls[i] += TimedWork().calls[i] - before.calls[i];
      }
      if (!Engine([&] { return face->Complete(pending.id, answer, now); }).ok()) return;
    }
  }
  size_t Seal(Bytes plaintext, MutableBytes out) {
    const Result<tls::Sealed> sealed = Engine([&] { return face->Seal(plaintext, out); });
    return sealed.ok() && sealed->consumed == plaintext.size() ? sealed->written : 0;
  }
  // Lets a timer of datagrams fire. False: there is none.
  bool Wait() {
    if constexpr (kDatagrams) {
      const std::optional<Instant> at = face->NextTimeout();
      if (!at) return false;
      now.instant = std::max(now.instant, *at);
      (void)face->HandleTimeout(now);
      return true;
    }
    return false;
  }

 private:
  // A call into the connection and the events that it leaves.
  template <class Function>
  auto Engine(Function function) {
    const auto call = [&] {
      const auto result = function();
      Poll();
      return result;
    };
    const double start = Seconds();
    const auto result = counted ? Counted(call) : call();
    engine_seconds += Seconds() - start - ClockCost();
    return result;
  }
  void Poll() {
    while (const std::optional<tls::Event> event = face->PollEvent()) {
      connected |= std::holds_alternative<tls::Connected>(*event);
      closed |= std::holds_alternative<tls::PeerClosed>(*event);
      releasable |= std::holds_alternative<tls::HandshakeMemoryReleasable>(*event);
      if (const auto* ticket = std::get_if<tls::TicketArrived>(&*event)) {
        session_size = std::min(ticket->session.size(), session.size());
        std::copy_n(ticket->session.begin(), session_size, session.begin());
      }
    }
  }

  std::array<uint8_t, 16384> storage_;
  std::array<uint8_t, 17000> reassembly_;

 public:
  std::optional<tls::HandshakeCore<tls::FullProfile>> core;
  std::optional<Face> face;
  Now now = kStart;
  // In the connection, its construction included; in its operations; and of those, in asymmetric
  // cryptography, in a TimedWorld.
  double engine_seconds = 0, operation_seconds = 0;
  AsymmetricWork asymmetric;
  bool counted = false;  // its calls are: see Counted
  bool connected = false, closed = false, releasable = false;
  std::array<uint8_t, 1024> session;
  size_t session_size = 0;

 private:
  tls::LocalOperations operations_;
};

template <class Face>
class Pair {
 public:
  Pair(const tls::ClientConfig& client_config, const tls::ServerConfig& server_config,
       Bytes session = {}, Sizes client_sizes = {}, Sizes server_sizes = {},
       World& world = tls::testing::SharedWorld())
      : server(world, server_config, tls::ServerOptions{},
               tls::LocalOperations::ForServer(server_config, &world.ticket_key(),
                                               tls::VerifyAgainst{&world.anchors()}),
               server_sizes),
        client(world, client_config,
               tls::ClientOptions{.server_name = tls::testing::kServerName, .session = session},
               tls::LocalOperations::ForClient(client_config, tls::VerifyAgainst{&world.anchors()}),
               client_sizes) {}

  // Until nothing moves any more.
  void Run() {
    client.Answer();
    for (bool moved = true; moved;) {
      moved = Move(client, server);
      moved |= Move(server, client);
      if (moved) continue;
      moved = client.Wait();
      moved |= server.Wait();
    }
  }

 private:
  bool Move(Side<Face>& from, Side<Face>& to) {
    bool moved = false;
    for (size_t size; (size = from.Transmit(MutableBytes(wire_))) != 0; moved = true) {
      to.ReceiveFlight(Slice(MutableBytes(wire_), 0, size));
    }
    return moved;
  }

  std::array<uint8_t, 20000> wire_;

 public:
  Side<Face> server, client;
};

// The kinds of handshakes that are measured.
struct Configs {
  std::shared_ptr<const tls::ClientConfig> client;
  std::shared_ptr<const tls::ServerConfig> server;
};
inline Configs CertificateConfigs(World& world = tls::testing::SharedWorld()) {
  return {world.ClientBuilder().Build().value(), world.ServerBuilder().Build().value()};
}
inline Configs PskConfigs() {
  tls::testing::World& world = tls::testing::SharedWorld();
  return {world.ClientBuilder()
              .AddRawExternalPsk(tls::testing::kPskIdentity, world.psk())
              .RequirePsk()
              .Build()
              .value(),
          tls::ServerConfigBuilder(world.crypto())
              .AddRawExternalPsk(tls::testing::kPskIdentity, world.psk())
              .Build()
              .value()};
}

}  // namespace merlon::bench
