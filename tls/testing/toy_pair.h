// SPDX-License-Identifier: Apache-2.0
// For tests of the datagram face: two connections over toy cores, with all they said and sent, on
// lossy links under a virtual clock.
#pragma once
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tls/datagram_connection.h"
#include "tls/testing/link.h"
#include "tls/testing/toy_core.h"

namespace merlon::tls::testing {

using Datagram = std::vector<uint8_t>;

template <class Core>
struct WorldOf {
  LinkOptions link;
  typename Core::Config toy;
  DatagramOptions datagram;
  size_t reassembly = 8192;
  Duration sign_time{};  // that an operation takes
};

template <class Core>
struct DatagramPeer {
  DatagramPeer(typename Core::Role role, const WorldOf<Core>& world)
      : buffer(world.reassembly),
        core(role, world.toy),
        face(core, absl::MakeSpan(buffer), world.datagram) {}
  bool has(std::string_view event) const { return log.find(event) != std::string::npos; }

  Datagram buffer;
  Core core;
  DatagramConnection face;
  std::string log;             // events and application data
  std::optional<Error> error;  // of Receive
  std::vector<Datagram> sent;  // all datagrams, lost ones too
};

template <class Core>
class ToyPair {
  using World = WorldOf<Core>;
  using Peer = DatagramPeer<Core>;
  using Role = typename Core::Role;

 public:
  explicit ToyPair(const World& world = {})
      : world_(world),
        to_server(world.link),
        to_client(Seeded(world.link)),
        client(Role::kClient, world),
        server(Role::kServer, world) {}

  // Runs until nothing is in flight or due, or until `limit`. Returns whether it came to rest.
  bool Run(Duration limit = std::chrono::seconds(600)) {
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
      moved = Transmit(client, to_server);
      moved |= Transmit(server, to_client);
      moved |= Arrive(client, to_client);
      moved |= Arrive(server, to_server);
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
      if (world_.sign_time == Duration() && !AnswerAll(to.face, now).ok()) return;
      NoteHeld(to);
    }
  }
  void NoteHeld(Peer& to) {
    for (Bytes data = to.face.TakeHeldData(); !data.empty(); data = to.face.TakeHeldData()) {
      to.log += " " + std::string(AsText(data));
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
  // Answers the operation of whichever end waits for one.
  void Sign() {
    Peer* const peer = !server.face.Operations().empty()   ? &server
                       : !client.face.Operations().empty() ? &client
                                                           : nullptr;
    if (peer == nullptr) return sign_at_.reset();
    if (!sign_at_) sign_at_ = now.instant + world_.sign_time;
    if (now.instant < *sign_at_) return;
    sign_at_.reset();
    ASSERT_TRUE(AnswerAll(peer->face, now).ok());
    NoteHeld(*peer);
  }

  World world_;

 public:
  Link to_server, to_client;
  Peer client, server;
  Now now{};

 private:
  std::optional<Instant> sign_at_;
};

}  // namespace merlon::tls::testing
