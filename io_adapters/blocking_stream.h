// SPDX-License-Identifier: Apache-2.0
// BlockingStream: one TLS connection over a stream transport, with read and write calls that wait.
// Where its configuration comes from: tls_client, tls_server.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "io_adapters/endpoint.h"
#include "io_adapters/transport.h"
#include "tls/stream_connection.h"

namespace merlon::io {

// For one thread. Errors are sentences; after one about TLS, failure() has the number.
class BlockingStream {
 public:
  BlockingStream(std::unique_ptr<Transport> transport,
                 std::shared_ptr<const tls::ClientConfig> config, const crypto::Context& crypto,
                 tls::Seed seed, EndpointOptions options);
  BlockingStream(std::unique_ptr<Transport> transport,
                 std::shared_ptr<const tls::ServerConfig> config, const crypto::Context& crypto,
                 tls::Seed seed, EndpointOptions options);

  // Returns when both ends are authenticated. Read and Write do this first if need be.
  absl::Status Handshake();
  // The same; kDeadlineExceeded when `deadline` of the transport's clock came first.
  absl::Status HandshakeUntil(Instant deadline) { return endpoint_.Handshake(deadline); }
  // What has arrived, at least a byte, readable until the next call; empty: the peer has closed
  // properly. An end without close_notify is kDataLoss.
  absl::StatusOr<std::string_view> Read();
  // The same, waiting until `deadline` of the transport's clock; nothing: it has come.
  absl::StatusOr<std::optional<std::string_view>> ReadUntil(Instant deadline);
  // Sends all of it.
  absl::Status Write(std::string_view data);
  // Sends close_notify. Reading goes on until the peer has closed as well.
  absl::Status Close();

  const tls::Negotiated& negotiated() const { return endpoint_.core().negotiated(); }
  // Of the newest ticket, to resume with; empty while none has come. Secret.
  const std::string& session() const { return endpoint_.session(); }
  // The failure of TLS, if that is what went wrong, and the alert that the peer sent.
  std::optional<Error> failure() const { return endpoint_.connection().failure(); }
  std::optional<Alert> peer_alert() const { return endpoint_.connection().peer_alert(); }
  bool peer_closed() const { return endpoint_.peer_closed(); }
  Transport& transport() { return *transport_; }
  // For what is not offered here; Settle the endpoint after calls on its connection.
  Endpoint<tls::StreamConnection>& endpoint() { return endpoint_; }

 private:
  std::unique_ptr<Transport> transport_;
  Endpoint<tls::StreamConnection> endpoint_;
};

}  // namespace merlon::io
