// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/tls_client.h"

#include <utility>

#include "crypto/legacy/sha1.h"
#include "io_adapters/credentials.h"
#include "io_adapters/tcp.h"
#include "io_adapters/text.h"
#include "tls/config_builder.h"
#include "tls/error.h"

namespace merlon::io {

absl::StatusOr<std::unique_ptr<TlsClient>> TlsClient::Create(const TlsClientOptions& options) {
  std::unique_ptr<TlsClient> client(new TlsClient());
  tls::ClientConfigBuilder builder(client->crypto_.context());
  client->trusts_any_chain_ = options.dangerously_trust_any_chain;
  if (options.dangerously_trust_any_chain) {
    // Nothing to load.
  } else if (options.ca_file.empty()) {
    builder.RequirePsk();
  } else {
    if (absl::Status s = client->trust_.Open(options.ca_file); !s.ok()) return s;
  }
  if (options.cert_file.empty() != options.key_file.empty()) {
    return absl::InvalidArgumentError("a certificate goes with its private key");
  }
  if (!options.cert_file.empty()) {
    auto credential = LoadCredential(client->crypto_.keys(), options.cert_file, options.key_file,
                                     options.password_file);
    if (!credential.ok()) return credential.status();
    builder.AddCredential(*std::move(credential));
  }
  if (absl::Status s = client->ReadStatus(options); !s.ok()) return s;
  if (client->status_) builder.RequestStatus();
  absl::Status psks =
      AddPsks(client->crypto_.keys(), options.psk_file, options.raw_psk_file, builder);
  if (!psks.ok()) return psks;
  // Naming both would demand a suite of each.
  if (options.min_version != tls::Version::kTls12 || options.max_version != tls::Version::kTls13) {
    builder.SetVersions(options.min_version, options.max_version);
  }
  if (!options.suites.empty()) builder.SetSuites(options.suites);
  if (!options.groups.empty()) builder.SetGroups(options.groups);
  for (const std::string& protocol : options.alpn) builder.AddAlpn(protocol);
  if (options.log_secrets) builder.LogSecrets();
  auto config = builder.Build();
  if (!config.ok()) return config.status();
  client->config_ = *std::move(config);
  return client;
}

absl::Status TlsClient::ReadStatus(const TlsClientOptions& options) {
  if (options.status == StatusPolicy::kIgnored) return absl::OkStatus();
  for (const std::string& path : options.crl_files) {
    absl::StatusOr<std::vector<std::string>> ders = ReadDer(path, "X509 CRL");
    if (!ders.ok()) return ders.status();
    for (std::string& der : *ders) crl_ders_.push_back(std::move(der));
  }
  for (const std::string& der : crl_ders_) {
    const Result<x509::Crl> crl = x509::Crl::Parse(AsBytes(der));
    if (!crl.ok()) {
      return absl::InvalidArgumentError(Cat("a CRL: ", tls::Explain(crl.error()).sentence));
    }
    crls_.push_back(*crl);
  }
  // SHA-1 names certificates in most responses; it signs nothing.
  status_.emplace(tls::StatusOptions{.hard_fail = options.status == StatusPolicy::kHard,
                                     .crls = crls_,
                                     .sha1 = &crypto::kPortableSha1});
  return absl::OkStatus();
}

void TlsClient::Prepare(EndpointOptions& options) const {
  if (trusts_any_chain_) {
    options.operations = tls::LocalOperations::ForClient(*config_, tls::DangerouslyTrustAnyChain{});
    return;
  }
  const std::shared_ptr<const TrustSnapshot> trust = trust_.Current();
  options.operations = tls::LocalOperations::ForClient(
      *config_,
      tls::VerifyAgainst{
          .anchors = trust.get(), .expected_name = {}, .verifier = status_ ? &*status_ : nullptr});
  options.keep = trust;
}

absl::StatusOr<std::unique_ptr<BlockingStream>> TlsClient::Start(
    std::unique_ptr<Transport> transport, EndpointOptions options) {
  Prepare(options);
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
