// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/tls_server.h"

#include <utility>

#include "io_adapters/files.h"
#include "io_adapters/text.h"
#include "io_adapters/ticket_key.h"
#include "tls/config_builder.h"
#include "tls/error.h"
#include "x509/pkcs8.h"

namespace merlon::io {
absl::StatusOr<std::unique_ptr<TlsServer>> TlsServer::Create(const std::string& chain_file,
                                                             const std::string& key_file,
                                                             const TlsServerOptions& options) {
  auto crypto = std::make_unique<ProcessCrypto>();
  absl::StatusOr<std::vector<std::string>> chain = ReadCertificates(chain_file);
  if (!chain.ok()) return chain.status();
  absl::StatusOr<std::string> text = ReadFile(key_file);
  if (!text.ok()) return text.status();
  const Result<crypto::KeyHandle> key =
      x509::ImportPrivateKeyPem(crypto->keys(), *text, crypto::Usage::kSign);
  Wipe(MutableBytes(reinterpret_cast<uint8_t*>(text->data()), text->size()));
  if (!key.ok()) {
    return absl::InvalidArgumentError(
        Cat("the private key in ", key_file, ": ", tls::Explain(key.error()).sentence));
  }
  return Create(std::move(crypto), *std::move(chain), *key, options);
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
  builder.AddCredential(std::move(chain_der), key).SetTickets(options.tickets);
  if (!options.groups.empty()) builder.SetGroups(options.groups);
  for (const std::string& protocol : options.alpn) builder.AddAlpn(protocol);
  if (options.alpn_required) builder.RequireAlpn();
  if (options.log_secrets) builder.LogSecrets();
  auto config = builder.Build();
  if (!config.ok()) return config.status();
  server->config_ = *std::move(config);
  return server;
}

absl::StatusOr<std::unique_ptr<BlockingStream>> TlsServer::Start(
    std::unique_ptr<Transport> transport, EndpointOptions options) {
  options.operations = operations();
  absl::StatusOr<tls::Seed> seed = crypto_->NewSeed();
  if (!seed.ok()) return seed.status();
  return std::make_unique<BlockingStream>(std::move(transport), config_, crypto_->context(),
                                          *std::move(seed), std::move(options));
}

}  // namespace merlon::io
