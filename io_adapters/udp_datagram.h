// SPDX-License-Identifier: Apache-2.0
// DTLS over UDP: a transport over a connected UDP socket, and BlockingDatagram, one connection with
// calls that wait and mind the timers.
#pragma once
#include <sys/socket.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "io_adapters/datagram_endpoint.h"
#include "io_adapters/descriptor.h"
#include "io_adapters/tcp.h"

namespace merlon::io {

// One peer: that of a connected socket, or `peer` of one that is not, from which others' datagrams
// are dropped.
class UdpTransport final : public Transport {
 public:
  explicit UdpTransport(Descriptor fd) : fd_(std::move(fd)) {}
  UdpTransport(Descriptor fd, const sockaddr_storage& peer) : fd_(std::move(fd)), peer_(peer) {}
  absl::StatusOr<Arrival> Read(MutableBytes out, std::optional<Instant> deadline) override;
  // What the network does not take now is lost, as any datagram may be.
  absl::Status Write(Bytes bytes) override;

 private:
  bool IsPeer(const sockaddr_storage& from) const;

  Descriptor fd_;
  std::optional<sockaddr_storage> peer_;
};

// Waits for a datagram, leaves it unread, and gives a transport to and from its sender. For servers
// that serve one client after another.
absl::StatusOr<std::unique_ptr<UdpTransport>> UdpAcceptOne(const Listener& listener);

// For one thread. Errors are sentences; after one about DTLS, failure() has the number.
class BlockingDatagram {
 public:
  template <class Config>
  BlockingDatagram(std::unique_ptr<Transport> transport, std::shared_ptr<const Config> config,
                   const crypto::Context& crypto, tls::Seed seed, EndpointOptions options,
                   const tls::DatagramOptions& datagram = {})
      : transport_(std::move(transport)),
        endpoint_(*transport_, std::move(config), crypto, std::move(seed), std::move(options),
                  datagram) {}

  // Returns when both ends are authenticated.
  absl::Status Handshake() { return endpoint_.Handshake(); }
  // The same; kDeadlineExceeded when `deadline` of the transport's clock came first.
  absl::Status HandshakeUntil(Instant deadline) { return endpoint_.Handshake(deadline); }
  // One record's data, readable until the next call; empty: the peer has closed. Nothing: the
  // deadline came.
  absl::StatusOr<std::optional<std::string_view>> ReadUntil(std::optional<Instant> deadline);
  // Sends one record, which may be lost. At most max_plaintext() bytes.
  absl::Status Write(std::string_view data);
  size_t max_plaintext() const { return endpoint_.connection().max_plaintext(); }
  // Sends close_notify, which may be lost as well.
  absl::Status Close() { return endpoint_.Close(); }

  const tls::Negotiated& negotiated() const { return endpoint_.core().negotiated(); }
  const std::string& session() const { return endpoint_.session(); }
  // The failure of DTLS, if that is what went wrong, and the alert that the peer sent.
  std::optional<Error> failure() const { return endpoint_.connection().failure(); }
  std::optional<Alert> peer_alert() const { return endpoint_.connection().peer_alert(); }
  // When to call ReadUntil at the latest, though nothing has arrived.
  std::optional<Instant> NextTimeout() const { return endpoint_.connection().NextTimeout(); }
  Transport& transport() { return *transport_; }

 private:
  std::unique_ptr<Transport> transport_;
  Endpoint<tls::DatagramConnection> endpoint_;
};

}  // namespace merlon::io
