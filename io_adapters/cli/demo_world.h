// SPDX-License-Identifier: Apache-2.0
// DemoWorld: a CA, a server with a P-256 key in a key store, and clients that trust the CA, one of
// which speaks TLS 1.2 alone; all in memory, at the wall time of the demonstration's link.
#pragma once
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "io_adapters/endpoint.h"
#include "io_adapters/process_crypto.h"
#include "tls/config.h"
#include "x509/trust_store.h"

namespace merlon::cli {

class DemoWorld {
 public:
  static constexpr char kServerName[] = "demo.merlon.example";

  // Certificates are valid for ten days from `now`.
  static absl::StatusOr<std::unique_ptr<DemoWorld>> Create(UnixTime now);

  io::ProcessCrypto& crypto() { return crypto_; }
  const std::shared_ptr<const tls::ClientConfig>& client_config(tls::Version highest) const {
    return highest == tls::Version::kTls12 ? client12_config_ : client_config_;
  }
  // Without X25519MLKEM768.
  const std::shared_ptr<const tls::ClientConfig>& curve_client_config() const {
    return curve_client_config_;
  }
  const std::shared_ptr<const tls::ServerConfig>& server_config() const { return server_config_; }
  io::EndpointOptions ClientOptions(const std::string& session) const;
  io::EndpointOptions ServerOptions() const;
  crypto::KeyHandle server_key() const { return server_key_; }
  const std::string& leaf_der() const { return leaf_der_; }

 private:
  DemoWorld() = default;
  absl::Status MakeChain(UnixTime now);
  absl::Status MakeConfigs();

  io::ProcessCrypto crypto_;
  crypto::KeyHandle server_key_;
  std::string ca_der_, leaf_der_;
  x509::TrustAnchor anchor_;
  std::optional<x509::TrustAnchors> anchors_;
  std::optional<crypto::BoundAeadKey> ticket_key_;
  std::shared_ptr<const tls::ClientConfig> client_config_, client12_config_, curve_client_config_;
  std::shared_ptr<const tls::ServerConfig> server_config_;
};

// Over a stream or datagrams; the transport outlives it.
template <class Connection>
struct DemoPair {
  DemoPair(DemoWorld& world, io::Transport& left, io::Transport& right, tls::Seed client_seed,
           tls::Seed server_seed, const std::string& session,
           const std::shared_ptr<const tls::ClientConfig>& config)
      : client(left, config, world.crypto().context(), std::move(client_seed),
               world.ClientOptions(session)),
        server(right, world.server_config(), world.crypto().context(), std::move(server_seed),
               world.ServerOptions()) {}
  io::Endpoint<Connection> client, server;
};

}  // namespace merlon::cli
