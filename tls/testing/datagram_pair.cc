// SPDX-License-Identifier: Apache-2.0
#include "tls/testing/datagram_pair.h"

#include <algorithm>

namespace merlon::tls::testing {
namespace {

LinkOptions Reseeded(LinkOptions options) {
  options.seed = options.seed * 2654435761u + 1;
  return options;
}

}  // namespace

DatagramPair::DatagramPair(const DatagramPairOptions& options, World& world)
    : client_config(options.client ? options.client : world.ClientBuilder().Build().value()),
      server_config(options.server ? options.server : world.ServerBuilder().Build().value()),
      to_server(options.link),
      to_client(Reseeded(options.link)) {
  const ChainPolicy policy = VerifyAgainst{&world.anchors()};
  const LocalOptions client_local = LocalOperations::ForClient(*client_config, policy);
  server = std::make_unique<Side>(
      *server_config, ServerOptions{}, Transport::kDatagram,
      LocalOperations::ForServer(*server_config, &world.ticket_key(), policy), world,
      EndpointOptions{}, now, options.datagram);
  client = std::make_unique<Side>(*client_config,
                                  ClientOptions{.server_name = kServerName,
                                                .session = AsBytes(options.session),
                                                .transport_parameters = {}},
                                  Transport::kDatagram, client_local, world, EndpointOptions{}, now,
                                  options.datagram);
  client->Settle(now);
}

bool DatagramPair::Run(Duration limit) {
  const Instant end = now.instant + limit;
  for (;;) {
    for (bool moved = true; moved;) {
      moved = Transmit(*client, to_server);
      moved |= Transmit(*server, to_client);
      moved |= Arrive(*client, to_client);
      moved |= Arrive(*server, to_server);
    }
    std::optional<Instant> next;
    for (std::optional<Instant> at : {client->face.NextTimeout(), server->face.NextTimeout(),
                                      to_client.NextArrival(), to_server.NextArrival()}) {
      if (at && (!next || *at < *next)) next = at;
    }
    if (!next) return true;
    if (*next > end) return false;
    now.instant = std::max(now.instant, *next);
    for (Side* side : {client.get(), server.get()}) {
      const Result<void> done = side->face.HandleTimeout(now);
      if (!done.ok()) side->log.error = done.error();
      side->Poll();
    }
  }
}

bool DatagramPair::Transmit(Side& from, Link& link) {
  bool any = false;
  for (std::string out = from.TransmitOne(now); !out.empty(); out = from.TransmitOne(now)) {
    link.Send(AsBytes(out), now.instant);
    any = true;
  }
  return any;
}

bool DatagramPair::Arrive(Side& to, Link& link) {
  const auto datagram = link.Receive(now.instant);
  if (!datagram) return false;
  to.Receive(AsText(Bytes(*datagram)), now);
  to.DropInput();
  return true;
}

}  // namespace merlon::tls::testing
