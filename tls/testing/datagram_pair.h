// SPDX-License-Identifier: Apache-2.0
// Two endpoints over datagrams on lossy links, under a virtual clock.
#pragma once
#include <memory>

#include "tls/datagram_connection.h"
#include "tls/testing/endpoint.h"
#include "tls/testing/link.h"

namespace merlon::tls::testing {

struct DatagramPairOptions {
  std::shared_ptr<const ClientConfig> client;  // null: the builder's default
  std::shared_ptr<const ServerConfig> server;
  std::string session;  // to resume
  LinkOptions link;     // of both directions; the second has a seed of its own
  DatagramOptions datagram;
};

class DatagramPair {
 public:
  using Side = Endpoint<DatagramConnection>;
  explicit DatagramPair(const DatagramPairOptions& options = {}, World& world = SharedWorld());

  // Runs until nothing is in flight or due; false: it did not come to rest within `limit`.
  bool Run(Duration limit = std::chrono::seconds(900));
  void SendToServer(std::string_view text) {
    to_server.Send(AsBytes(client->Seal(text)), now.instant);
  }
  void SendToClient(std::string_view text) {
    to_client.Send(AsBytes(server->Seal(text)), now.instant);
  }

 private:
  bool Transmit(Side& from, Link& link);
  bool Arrive(Side& to, Link& link);

 public:
  Now now{Instant(std::chrono::seconds(5)), kTestTime};
  std::shared_ptr<const ClientConfig> client_config;
  std::shared_ptr<const ServerConfig> server_config;
  Link to_server, to_client;
  std::unique_ptr<Side> client, server;
};

}  // namespace merlon::tls::testing
