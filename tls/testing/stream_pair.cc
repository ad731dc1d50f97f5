// SPDX-License-Identifier: Apache-2.0
#include "tls/testing/stream_pair.h"

#include <algorithm>

namespace merlon::tls::testing {

StreamPair::StreamPair(StreamPairOptions options, World& world)
    : options_(std::move(options)), random_(options_.pieces) {
  client_config = options_.client ? options_.client : world.ClientBuilder().Build().value();
  server_config = options_.server ? options_.server : world.ServerBuilder().Build().value();
  const auto trusting = [&](ChainPolicy policy) {
    auto* against = std::get_if<VerifyAgainst>(&policy);
    if (against != nullptr && against->anchors == nullptr) against->anchors = &world.anchors();
    return policy;
  };
  const LocalOptions client_local =
      LocalOperations::ForClient(*client_config, trusting(options_.chain_policy));
  LocalOptions server_local =
      LocalOperations::ForServer(*server_config, options_.tickets ? &world.ticket_key() : nullptr,
                                 trusting(options_.client_policy));
  server_local.sessions = options_.sessions;
  server = std::make_unique<Endpoint<StreamConnection>>(*server_config, ServerOptions{},
                                                        Transport::kStream, server_local, world,
                                                        options_.server_sizes, now);
  client = std::make_unique<Endpoint<StreamConnection>>(
      *client_config,
      ClientOptions{.server_name = options_.server_name,
                    .session = AsBytes(options_.session),
                    .transport_parameters = {}},
      Transport::kStream, client_local, world, options_.client_sizes, now);
  client->Settle(now);
}

void StreamPair::Run() {
  for (;;) {
    std::string out = client->Transmit(now);
    std::string back = server->Transmit(now);
    if (out.empty() && back.empty()) return;
    DeliverToServer(std::move(out));
    DeliverToClient(std::move(back));
  }
}

void StreamPair::DeliverToClient(std::string bytes) {
  Deliver(*client, std::move(bytes), to_client);
}
void StreamPair::DeliverToServer(std::string bytes) {
  Deliver(*server, std::move(bytes), to_server);
}

void StreamPair::Deliver(Endpoint<StreamConnection>& to, std::string bytes,
                         std::string& delivered) {
  while (!bytes.empty()) {
    size_t size = std::min(bytes.size(), options_.chunk);
    if (delivered.size() < options_.cut) size = std::min(size, options_.cut - delivered.size());
    if (options_.pieces != 0) size = std::min<size_t>(size, 1 + random_() % 90);
    delivered += bytes.substr(0, size);
    to.Receive(std::string_view(bytes).substr(0, size), now);
    bytes.erase(0, size);
  }
}

}  // namespace merlon::tls::testing
