// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/tls_server.h"

#include <utility>

#include "io_adapters/credentials.h"
#include "io_adapters/ticket_key.h"
#include "tls/config_builder.h"

namespace merlon::io {

absl::StatusOr<std::unique_ptr<TlsServer>> TlsServer::Create(const std::string& chain_file,
                                                             const std::string& key_file,
                                                             const TlsServerOptions& options) {
  auto crypto = std::make_unique<ProcessCrypto>();
  if (chain_file.empty() && key_file.empty()) {
    return Create(std::move(crypto), {}, crypto::KeyHandle(), options);
  }
  absl::StatusOr<tls::CredentialChoice> credential =
      LoadCredential(crypto->keys(), chain_file, key_file, options.password_file);
  if (!credential.ok()) return credential.status();
  return Create(std::move(crypto), std::move(credential->chain_der), credential->key, options);
}

absl::StatusOr<std::unique_ptr<TlsServer>> TlsServer::Create(std::unique_ptr<ProcessCrypto> crypto,
                                                             std::vector<std::string> chain_der,
                                                             crypto::KeyHandle key,
                                                             const TlsServerOptions& options) {
  std::unique_ptr<TlsServer> server(new TlsServer());
  server->crypto_ = std::move(crypto);
  absl::StatusOr<crypto::BoundAeadKey> ticket_key = NewTicketKey(server->crypto_->context());
  if (!ticket_key.ok()) return ticket_key.status();
  server->ticket_key_ = *ticket_key;
  tls::ServerConfigBuilder builder(server->crypto_->context());
  if (!chain_der.empty()) {
    tls::CredentialChoice credential{.chain_der = std::move(chain_der), .key = key};
    if (!options.staple_file.empty()) {
      absl::StatusOr<std::string> response = ReadFile(options.staple_file, 65535);
      if (!response.ok()) return response.status();
      credential.ocsp_response = *std::move(response);
    }
    builder.AddCredential(std::move(credential));
  }
  builder.SetTickets(options.tickets);
  if (!options.client_ca_file.empty()) {
    if (absl::Status s = server->clients_.Open(options.client_ca_file); !s.ok()) return s;
    builder.SetClientAuthentication(options.client_authentication);
    if (options.name_authorities) {
      builder.NameAuthorities(server->clients_.Current()->anchors());
    }
  }
  absl::Status psks =
      AddPsks(server->crypto_->keys(), options.psk_file, options.raw_psk_file, builder);
  if (!psks.ok()) return psks;
  // Naming both would demand a suite of each.
  if (options.min_version != tls::Version::kTls12 || options.max_version != tls::Version::kTls13) {
    builder.SetVersions(options.min_version, options.max_version);
  }
  if (!options.suites.empty()) builder.SetSuites(options.suites);
  if (!options.groups.empty()) builder.SetGroups(options.groups);
  for (const std::string& protocol : options.alpn) builder.AddAlpn(protocol);
  if (options.alpn_required) builder.RequireAlpn();
  if (options.log_secrets) builder.LogSecrets();
  auto config = builder.Build();
  if (!config.ok()) return config.status();
  server->config_ = *std::move(config);
  return server;
}

void TlsServer::Prepare(EndpointOptions& options) const {
  const std::shared_ptr<const TrustSnapshot> clients = clients_.Current();
  options.operations = tls::LocalOperations::ForServer(
      *config_, &*ticket_key_, tls::VerifyAgainst{.anchors = clients.get(), .expected_name = {}});
  options.keep = clients;
}

absl::StatusOr<std::unique_ptr<BlockingStream>> TlsServer::Start(
    std::unique_ptr<Transport> transport, EndpointOptions options) {
  Prepare(options);
  absl::StatusOr<tls::Seed> seed = crypto_->NewSeed();
  if (!seed.ok()) return seed.status();
  return std::make_unique<BlockingStream>(std::move(transport), config_, crypto_->context(),
                                          *std::move(seed), std::move(options));
}

}  // namespace merlon::io
