// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/cli/scan_attempt.h"

#include <utility>

#include "io_adapters/datagram_client.h"
#include "io_adapters/sentences.h"
#include "io_adapters/text.h"
#include "tls/config_algorithms.h"

namespace merlon::cli {
namespace {

Attempt Failed(Attempt::End end, const absl::Status& status) {
  Attempt out;
  out.end = absl::IsDeadlineExceeded(status) ? Attempt::End::kSilent : end;
  out.sentence = std::string(status.message());
  return out;
}

Attempt Succeeded(const tls::Negotiated& negotiated) {
  Attempt out;
  out.end = Attempt::End::kConnected;
  out.suite = negotiated.suite->id;
  if (negotiated.group != nullptr) out.group = static_cast<uint16_t>(negotiated.group->id);
  if (negotiated.scheme != nullptr) out.scheme = negotiated.scheme->id;
  out.asks_for_certificate = negotiated.client_certificate != tls::ClientCertificate::kNotRequested;
  out.alpn = std::string(negotiated.alpn);
  for (const Bytes der : negotiated.peer_chain) out.chain_der.emplace_back(AsText(der));
  return out;
}

template <class Stream>
Attempt Shake(Stream& stream, Instant deadline) {
  const absl::Status done = stream.HandshakeUntil(deadline);
  if (done.ok()) {
    Attempt out = Succeeded(stream.negotiated());
    (void)stream.Close();
    return out;
  }
  Attempt out = Failed(Attempt::End::kRefused, done);
  const std::optional<Error> failure = stream.failure();
  out.of_the_version = stream.peer_alert() == Alert::kProtocolVersion ||
                       (failure && failure->alert == Alert::kProtocolVersion);
  return out;
}

Attempt TryStream(io::TlsClient& client, const ScanTarget& target, io::EndpointOptions endpoint,
                  Instant deadline) {
  absl::StatusOr<io::Descriptor> socket = io::TcpConnect(target.address, deadline);
  if (!socket.ok()) return Failed(Attempt::End::kUnreachable, socket.status());
  const auto stream = client.Start(std::make_unique<io::DescriptorTransport>(*std::move(socket)),
                                   std::move(endpoint));
  return stream.ok() ? Shake(**stream, deadline) : Failed(Attempt::End::kRefused, stream.status());
}

Attempt TryDatagrams(io::TlsClient& client, const ScanTarget& target, io::EndpointOptions endpoint,
                     Instant deadline) {
  absl::StatusOr<io::Descriptor> socket = io::UdpConnect(target.address);
  if (!socket.ok()) return Failed(Attempt::End::kUnreachable, socket.status());
  const auto connection = io::StartDatagrams(client, *std::move(socket), std::move(endpoint));
  return connection.ok() ? Shake(**connection, deadline)
                         : Failed(Attempt::End::kRefused, connection.status());
}

}  // namespace

Attempt TryConnection(const ScanTarget& target, const io::TlsClientOptions& options) {
  const auto client = io::TlsClient::Create(options);
  if (!client.ok()) return Failed(Attempt::End::kRefused, client.status());
  const Instant deadline = io::SystemNow().instant + target.patience;
  io::EndpointOptions endpoint;
  endpoint.server_name = target.server_name;
  return target.datagrams ? TryDatagrams(**client, target, std::move(endpoint), deadline)
                          : TryStream(**client, target, std::move(endpoint), deadline);
}

std::vector<uint16_t> BuiltGroups(tls::Version version) {
  std::vector<uint16_t> out;
  for (const tls::NamedGroup* group : tls::kBuiltGroups) {
    if (version == tls::Version::kTls13 || group->tls12)
      out.push_back(static_cast<uint16_t>(group->id));
  }
  return out;
}

std::vector<uint16_t> BuiltSuites(tls::Version version) {
  std::vector<uint16_t> out;
  for (const std::string& name : io::SuiteNames()) {
    const uint16_t id = *io::SuiteByName(name);
    const bool is13 = id >> 8 == 0x13;  // RFC 9846 appendix B.4
    if (is13 != (version == tls::Version::kTls13)) continue;
    if (name.find("_PSK_") != std::string::npos) continue;  // for those who share a key
    out.push_back(id);
  }
  return out;
}

}  // namespace merlon::cli
