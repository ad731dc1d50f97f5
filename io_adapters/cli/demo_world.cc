// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/cli/demo_world.h"

#include "io_adapters/make_certificate.h"
#include "io_adapters/ticket_key.h"
#include "tls/config_builder.h"

namespace merlon::cli {

absl::StatusOr<std::unique_ptr<DemoWorld>> DemoWorld::Create(UnixTime now) {
  std::unique_ptr<DemoWorld> world(new DemoWorld());
  if (absl::Status s = world->MakeChain(now); !s.ok()) return s;
  if (absl::Status s = world->MakeConfigs(); !s.ok()) return s;
  return world;
}

// The server's key is made first: it is key #1.
absl::Status DemoWorld::MakeChain(UnixTime now) {
  const crypto::Context crypto = crypto_.context();
  const auto server_key = io::GenerateSigningKey(crypto, /*exportable=*/false);
  if (!server_key.ok()) return server_key.status();
  server_key_ = *server_key;
  const auto ca_key = io::GenerateSigningKey(crypto, /*exportable=*/false);
  if (!ca_key.ok()) return ca_key.status();
  io::CertificateRequest request;
  request.common_name = "Merlon demo CA";
  request.not_before = now - std::chrono::hours(1);
  request.not_after = now + std::chrono::days(10);
  request.ca = true;
  auto ca = io::MakeCertificate(crypto, request, *ca_key, {.certificate_der = {}, .key = *ca_key});
  if (!ca.ok()) return ca.status();
  ca_der_ = *std::move(ca);
  request.common_name = kServerName;
  request.names = {kServerName};
  request.ca = false;
  auto leaf = io::MakeCertificate(crypto, request, server_key_,
                                  {.certificate_der = ca_der_, .key = *ca_key});
  if (!leaf.ok()) return leaf.status();
  leaf_der_ = *std::move(leaf);
  const auto anchor = x509::TrustAnchor::FromCertificate(AsBytes(ca_der_));
  if (!anchor.ok()) return absl::InternalError("the demo CA cannot be read back");
  anchor_ = *anchor;
  anchors_.emplace(absl::Span<const x509::TrustAnchor>(&anchor_, 1));
  return absl::OkStatus();
}

absl::Status DemoWorld::MakeConfigs() {
  const crypto::Context crypto = crypto_.context();
  const auto ticket_key = io::NewTicketKey(crypto);
  if (!ticket_key.ok()) return ticket_key.status();
  ticket_key_ = *ticket_key;
  auto client = tls::ClientConfigBuilder(crypto).AddAlpn("demo").Build();
  if (!client.ok()) return client.status();
  client_config_ = *std::move(client);
  auto client12 = tls::ClientConfigBuilder(crypto)
                      .SetVersions(tls::Version::kTls12, tls::Version::kTls12)
                      .AddAlpn("demo")
                      .Build();
  if (!client12.ok()) return client12.status();
  client12_config_ = *std::move(client12);
  auto curve_client = tls::ClientConfigBuilder(crypto)
                          .SetGroups({static_cast<uint16_t>(crypto::GroupId::kX25519)})
                          .AddAlpn("demo")
                          .Build();
  if (!curve_client.ok()) return curve_client.status();
  curve_client_config_ = *std::move(curve_client);
  auto server = tls::ServerConfigBuilder(crypto)
                    .AddCredential({leaf_der_}, server_key_)
                    .AddAlpn("demo")
                    .SetTickets(1)
                    .Build();
  if (!server.ok()) return server.status();
  server_config_ = *std::move(server);
  return absl::OkStatus();
}

io::EndpointOptions DemoWorld::ClientOptions(const std::string& session) const {
  io::EndpointOptions options;
  options.server_name = kServerName;
  options.session = session;
  options.operations.chain_policy = tls::VerifyAgainst{.anchors = &*anchors_, .expected_name = {}};
  return options;
}

io::EndpointOptions DemoWorld::ServerOptions() const {
  io::EndpointOptions options;
  options.operations = tls::LocalOperations::ForServer(*server_config_, &*ticket_key_);
  return options;
}

}  // namespace merlon::cli
