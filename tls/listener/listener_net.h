// SPDX-License-Identifier: Apache-2.0
// A listener with its connections on one side, any number of clients on the other, links between
// them and a virtual clock: for tests.
#pragma once
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tls/listener/listener.h"
#include "tls/testing/endpoint.h"
#include "tls/testing/link.h"

namespace merlon::tls::testing {

struct NetClientOptions {
  std::shared_ptr<const ClientConfig> config{};  // null: the builder's default
  std::string session{};                         // to resume
  LinkOptions link{};                            // both ways; the second has a seed of its own
  DatagramOptions datagram{};
  bool answer = true;
};

class ListenerNet {
 public:
  static constexpr size_t kPeers = 8, kHalves = 4, kHelloBytes = 2048;
  using Side = Endpoint<DatagramConnection>;
  struct Client {
    std::string address;
    std::shared_ptr<const ClientConfig> config;
    Link to_server, to_client;
    std::unique_ptr<Side> side;
  };
  struct Server {
    std::string address;
    std::optional<RetriedHello> retried;
    std::unique_ptr<Side> side;
  };

  explicit ListenerNet(const std::shared_ptr<const ServerConfig>& server = nullptr,
                       const DatagramOptions& datagram = {}, World& world = SharedWorld())
      : world_(world),
        datagram_(datagram),
        config(server ? server : world.ServerBuilder().Build().value()),
        listener_(*config, NewKey(1), world.NewSeed()) {}

  // A cookie key of this net's store; the same for the same number.
  crypto::BoundMacKey NewKey(uint8_t number) {
    const std::vector<uint8_t> material(32, number);
    return *crypto::BoundMacKey::Bind(
        *keys_,
        *keys_->Import({.type = crypto::KeyType::kHmac, .usage = crypto::Usage::kSign}, material),
        crypto::HashId::kSha256);
  }

  // Each address has one client; a second one takes the place of the first, who is gone.
  Client& Add(const std::string& address, const NetClientOptions& options = {}) {
    LinkOptions back = options.link;
    back.seed = back.seed * 2654435761u + 1;
    auto client = std::make_unique<Client>(
        Client{address, options.config ? options.config : world_.ClientBuilder().Build().value(),
               Link(options.link), Link(back), nullptr});
    const LocalOptions local =
        LocalOperations::ForClient(*client->config, VerifyAgainst{&world_.anchors()});
    client->side = std::make_unique<Side>(*client->config,
                                          ClientOptions{.server_name = kServerName,
                                                        .session = AsBytes(options.session),
                                                        .transport_parameters = {}},
                                          Transport::kDatagram, local, world_, EndpointOptions{},
                                          now, options.datagram);
    client->side->Settle(now);
    return *(clients_[address] = std::move(client));
  }

  void Remove(const std::string& address) { clients_.erase(address); }

  // What the listener says of a datagram, and nothing done about it.
  Verdict Judge(const std::string& datagram, std::string_view address) {
    input_.assign(datagram.begin(), datagram.end());
    reply_.assign(kMaxReply, 0);
    return *listener_->Receive(absl::MakeSpan(input_), AsBytes(address), now,
                               absl::MakeSpan(reply_));
  }
  // The last reply.
  std::string reply(const Verdict& verdict) const {
    const auto* reply = std::get_if<Reply>(&verdict);
    return reply ? ToString(Bytes(reply_.data(), reply->size)) : std::string();
  }
  // The same, and what is to be done is done.
  Verdict Arrive(const std::string& datagram, const std::string& address) {
    if (on_arrival) on_arrival(datagram, address);
    const Verdict verdict = Judge(datagram, address);
    if (const auto* reply = std::get_if<Reply>(&verdict)) {
      SendTo(address, Bytes(reply_.data(), reply->size));
    } else if (const auto* route = std::get_if<Route>(&verdict)) {
      Give(*servers_.at(route->slot).side, datagram);
    } else if (const auto* fresh = std::get_if<NewConnection>(&verdict)) {
      Give(Begin(*fresh, address), ToString(fresh->first));
    }
    return verdict;
  }

  // Runs until nothing is in flight or due; false: it did not come to rest within `limit`.
  bool Run(Duration limit = std::chrono::seconds(900)) {
    const Instant end = now.instant + limit;
    for (;;) {
      while (Move()) {
      }
      const std::optional<Instant> next = Next();
      if (!next) return true;
      if (*next > end) return false;
      now.instant = std::max(now.instant, *next);
      ForEach([&](Side& side) {
        const Result<void> done = side.face.HandleTimeout(now);
        if (!done.ok()) side.log.error = done.error();
        side.Poll();
      });
    }
  }

  Client& client(const std::string& address) { return *clients_.at(address); }
  // The connection of this address; null: there is none.
  Server* server(std::string_view address) {
    for (auto& [slot, server] : servers_) {
      if (server.address == address) return &server;
    }
    return nullptr;
  }
  bool connected(const std::string& address) {
    Server* other = server(address);
    return client(address).side->connected() && other != nullptr && other->side->connected() &&
           !client(address).side->face.failure() && !other->side->face.failure();
  }
  void Forget(const std::string& address) {
    for (auto at = servers_.begin(); at != servers_.end();) {
      if (at->second.address != address) {
        ++at;
        continue;
      }
      listener_->Forget(at->first);
      at = servers_.erase(at);
    }
  }
  Listener& listener() { return *listener_; }
  const std::map<uint32_t, Server>& servers() const { return servers_; }
  crypto::KeyStore& keys() { return *keys_; }

 private:
  Side& Begin(const NewConnection& fresh, const std::string& address) {
    if (fresh.replaces != (servers_.count(fresh.slot) == 1)) std::abort();
    servers_.erase(fresh.slot);
    Server& server = servers_[fresh.slot];
    server.address = address;
    server.retried = fresh.retried;
    DatagramOptions datagram = datagram_;
    datagram.start = fresh.start;
    server.side = std::make_unique<Side>(
        *config,
        ServerOptions{.transport_parameters = {},
                      .retried = server.retried ? &*server.retried : nullptr},
        Transport::kDatagram,
        LocalOperations::ForServer(*config, &world_.ticket_key(), VerifyAgainst{&world_.anchors()}),
        world_, EndpointOptions{}, now, datagram);
    return *server.side;
  }
  void Give(Side& side, const std::string& datagram) {
    side.Receive(datagram, now);
    if (side.face.Operations().empty()) side.DropInput();
  }
  void SendTo(const std::string& address, Bytes datagram) {
    const auto client = clients_.find(address);
    if (client != clients_.end()) client->second->to_client.Send(datagram, now.instant);
  }
  bool Move() {
    bool moved = false;
    for (auto& [address, client] : clients_) {
      for (std::string out = client->side->TransmitOne(now); !out.empty();
           out = client->side->TransmitOne(now)) {
        client->to_server.Send(AsBytes(out), now.instant);
        moved = true;
      }
    }
    for (auto& [slot, server] : servers_) {
      for (std::string out = server.side->TransmitOne(now); !out.empty();
           out = server.side->TransmitOne(now)) {
        SendTo(server.address, AsBytes(out));
        moved = true;
      }
    }
    for (auto& [address, client] : clients_) {
      while (const auto datagram = client->to_server.Receive(now.instant)) {
        Arrive(ToString(Bytes(*datagram)), address);
        moved = true;
      }
      while (const auto datagram = client->to_client.Receive(now.instant)) {
        Give(*client->side, ToString(Bytes(*datagram)));
        moved = true;
      }
    }
    return moved;
  }
  template <class F>
  void ForEach(F f) {
    for (auto& [address, client] : clients_) f(*client->side);
    for (auto& [slot, server] : servers_) f(*server.side);
  }
  std::optional<Instant> Next() {
    std::optional<Instant> next;
    const auto consider = [&](std::optional<Instant> at) {
      if (at && (!next || *at < *next)) next = at;
    };
    ForEach([&](Side& side) { consider(side.face.NextTimeout()); });
    for (auto& [address, client] : clients_) {
      consider(client->to_server.NextArrival());
      consider(client->to_client.NextArrival());
    }
    return next;
  }

  World& world_;
  DatagramOptions datagram_;
  crypto::InlineKeyStore<4> keys_{world_.crypto().drivers};
  std::vector<uint8_t> input_, reply_;

 public:
  Now now{Instant(std::chrono::seconds(5)), kTestTime};
  const std::shared_ptr<const ServerConfig> config;
  std::function<void(const std::string& datagram, const std::string& address)> on_arrival;

 private:
  InlineListener<kPeers, kHalves, kHelloBytes> listener_;
  std::map<std::string, std::unique_ptr<Client>> clients_;
  std::map<uint32_t, Server> servers_;
};

}  // namespace merlon::tls::testing
