// SPDX-License-Identifier: Apache-2.0
// TlsServer: what connections of one server share: configuration, certificate, key, ticket key.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "io_adapters/blocking_stream.h"
#include "io_adapters/files.h"
#include "io_adapters/process_crypto.h"
#include "io_adapters/trust.h"
#include "tls/config.h"

namespace merlon::io {

struct TlsServerOptions {
  std::vector<std::string> alpn;  // protocols, most wanted first
  bool alpn_required = false;     // refuse clients that bring no ALPN
  std::vector<uint16_t> groups;   // IANA; empty: all that are built
  // As of TlsClientOptions.
  std::vector<uint16_t> suites;
  tls::Version min_version = tls::Version::kTls12, max_version = tls::Version::kTls13;
  int tickets = 2;           // to resume with, after each handshake
  bool log_secrets = false;  // whoever has them reads the connections
  // PEM, or a directory of such files: who may issue clients' certificates; empty: clients are not
  // asked for one. The names of these authorities are sent to clients where `name_authorities`.
  std::string client_ca_file;
  tls::ClientAuthentication client_authentication = tls::ClientAuthentication::kRequired;
  bool name_authorities = false;
  // An OCSP response for the certificate, DER, for clients that ask for one; empty: none.
  std::string staple_file;
  // As of TlsClientOptions.
  std::string password_file, psk_file, raw_psk_file;
};

// Shared by threads. Outlives its streams.
class TlsServer {
 public:
  // Reads a chain, leaf first, and its private key; both PEM. Both paths empty: PSKs alone.
  static absl::StatusOr<std::unique_ptr<TlsServer>> Create(const std::string& chain_file,
                                                           const std::string& key_file,
                                                           const TlsServerOptions& options = {});
  // With a key that is in `crypto` already. An empty chain: PSKs alone.
  static absl::StatusOr<std::unique_ptr<TlsServer>> Create(std::unique_ptr<ProcessCrypto> crypto,
                                                           std::vector<std::string> chain_der,
                                                           crypto::KeyHandle key,
                                                           const TlsServerOptions& options = {});

  // A connection over any stream, not begun yet: call Handshake. `options.operations` is filled in
  // here.
  absl::StatusOr<std::unique_ptr<BlockingStream>> Start(std::unique_ptr<Transport> transport,
                                                        EndpointOptions options = {});

  ProcessCrypto& crypto() { return *crypto_; }
  const std::shared_ptr<const tls::ServerConfig>& config() const { return config_; }
  // Loads client_ca_file again, for connections that begin from now on; after an error the old ones
  // stay. Names of authorities that are sent to clients do not change. From any thread.
  absl::Status ReloadTrust() { return clients_.Reload(); }
  // Fills in what answers a connection's operations.
  void Prepare(EndpointOptions& options) const;

 private:
  TlsServer() = default;

  std::unique_ptr<ProcessCrypto> crypto_;
  std::optional<crypto::BoundAeadKey> ticket_key_;
  TrustSource clients_;
  std::shared_ptr<const tls::ServerConfig> config_;
};

}  // namespace merlon::io
