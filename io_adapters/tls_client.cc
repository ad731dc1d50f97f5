// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/tls_client.h"

#include <utility>

#include "io_adapters/tcp.h"
#include "tls/config_builder.h"

namespace merlon::io {

absl::StatusOr<std::unique_ptr<TlsClient>> TlsClient::Create(const TlsClientOptions& options) {
  std::unique_ptr<TlsClient> client(new TlsClient());
  absl::StatusOr<std::unique_ptr<TrustFile>> trust = TrustFile::Load(options.ca_file);
  if (!trust.ok()) return trust.status();
  client->trust_ = *std::move(trust);
  tls::ClientConfigBuilder builder(client->crypto_.context());
  if (!options.groups.empty()) builder.SetGroups(options.groups);
  for (const std::string& protocol : options.alpn) builder.AddAlpn(protocol);
  if (options.log_secrets) builder.LogSecrets();
  auto config = builder.Build();
  if (!config.ok()) return config.status();
  client->config_ = *std::move(config);
  return client;
}

tls::LocalOptions TlsClient::operations() const {
  tls::LocalOptions options;
  options.chain_policy = tls::VerifyAgainst{.anchors = trust_.get(), .expected_name = {}};
  return options;
}

absl::StatusOr<std::unique_ptr<BlockingStream>> TlsClient::Start(
    std::unique_ptr<Transport> transport, EndpointOptions options) {
  options.operations = operations();
  absl::StatusOr<tls::Seed> seed = crypto_.NewSeed();
  if (!seed.ok()) return seed.status();
  return std::make_unique<BlockingStream>(std::move(transport), config_, crypto_.context(),
                                          *std::move(seed), std::move(options));
}

absl::StatusOr<std::unique_ptr<BlockingStream>> TlsClient::Connect(const std::string& host,
                                                                   uint16_t port) {
  absl::StatusOr<Descriptor> socket = TcpConnect({host, port});
  if (!socket.ok()) return socket.status();
  EndpointOptions options;
  options.server_name = host;
  auto stream = Start(std::make_unique<DescriptorTransport>(*std::move(socket)), options);
  if (!stream.ok()) return stream.status();
  if (absl::Status s = (*stream)->Handshake(); !s.ok()) return s;
  return stream;
}

}  // namespace merlon::io
