// SPDX-License-Identifier: Apache-2.0
// TCP and UDP sockets by name: connecting, listening, accepting.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "io_adapters/descriptor.h"

namespace merlon::io {

// Host and port as people write them.
struct Address {
  std::string host;  // a name or an IP address, without brackets
  uint16_t port = 0;
};
// "example.org:443", "[::1]:443"; without a port, `default_port`.
absl::StatusOr<Address> ParseAddress(std::string_view text, uint16_t default_port);

// Tries each address that the name has. kDeadlineExceeded: the deadline came first.
absl::StatusOr<Descriptor> TcpConnect(const Address& to,
                                      std::optional<Instant> deadline = std::nullopt);
// "host:port", "[::1]:port".
std::string Written(const Address& address);
// A UDP socket connected to an address of the name.
absl::StatusOr<Descriptor> UdpConnect(const Address& to);

struct Listener {
  Descriptor fd;
  uint16_t port;  // the one that it has, also when 0 was asked for
};
// `host` empty: every address of this machine.
absl::StatusOr<Listener> TcpListen(const Address& at);
absl::StatusOr<Listener> UdpListen(const Address& at);
// Waits for a connection.
absl::StatusOr<Descriptor> Accept(const Listener& listener);

}  // namespace merlon::io
