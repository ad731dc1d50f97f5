// SPDX-License-Identifier: Apache-2.0
// Two endpoints over a byte stream that is delivered in chunks of any size.
#pragma once
#include <memory>
#include <random>
#include <string>

#include "tls/stream_connection.h"
#include "tls/testing/endpoint.h"

namespace merlon::tls::testing {

struct StreamPairOptions {
  std::shared_ptr<const ClientConfig> client;  // null: the builder's default
  std::shared_ptr<const ServerConfig> server;
  std::string session;  // to resume
  std::string server_name = kServerName;
  ChainPolicy chain_policy = VerifyAgainst{};   // with null anchors: the world's
  ChainPolicy client_policy = VerifyAgainst{};  // of the server; the same
  EndpointOptions client_sizes, server_sizes;
  size_t chunk = SIZE_MAX;  // bytes delivered at a time
  size_t cut = 0;           // a delivery ends after so many bytes of each direction
  unsigned pieces = 0;      // not 0: random ones, and this is the seed
  bool tickets = true;
  SessionCache* sessions = nullptr;  // of the server, by ID
};

class StreamPair {
 public:
  explicit StreamPair(StreamPairOptions options = {}, World& world = SharedWorld());

  // Moves bytes until nothing moves.
  void Run();
  // Gives `bytes` to a side, in chunks.
  void DeliverToClient(std::string bytes);
  void DeliverToServer(std::string bytes);

 private:
  void Deliver(Endpoint<StreamConnection>& to, std::string bytes, std::string& delivered);

  StreamPairOptions options_;
  std::minstd_rand random_;

 public:
  Now now{Instant(std::chrono::seconds(5)), kTestTime};
  std::shared_ptr<const ClientConfig> client_config;
  std::shared_ptr<const ServerConfig> server_config;
  std::unique_ptr<Endpoint<StreamConnection>> client, server;
  std::string to_client, to_server;  // bytes that went over
};

}  // namespace merlon::tls::testing
