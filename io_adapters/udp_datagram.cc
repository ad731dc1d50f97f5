// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/udp_datagram.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io_adapters/text.h"

namespace merlon::io {

absl::StatusOr<Arrival> UdpTransport::Read(MutableBytes out, std::optional<Instant> deadline) {
  for (;;) {
    const absl::StatusOr<bool> readable = WaitReadable(fd_.get(), deadline);
    if (!readable.ok()) return readable.status();
    if (!*readable) return Arrival{Arrival::Kind::kTimedOut};
    const ssize_t n = ::recv(fd_.get(), out.data(), out.size(), MSG_DONTWAIT);
    if (n >= 0) return Arrival{Arrival::Kind::kBytes, static_cast<size_t>(n)};
    // ECONNREFUSED is an ICMP message, which anyone can send: the timers decide when to give up.
    if (errno != EINTR && errno != EAGAIN && errno != ECONNREFUSED) {
      return absl::ErrnoToStatus(errno, "receiving");
    }
  }
}

absl::Status UdpTransport::Write(Bytes bytes) {
  while (::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) {
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == ENOBUFS || errno == ECONNREFUSED) break;
    return absl::ErrnoToStatus(errno, "sending");
  }
  return absl::OkStatus();
}

absl::StatusOr<Descriptor> UdpAcceptOne(const Listener& listener) {
  sockaddr_storage peer = {};
  socklen_t size = sizeof(peer);
  uint8_t byte;
  const int fd = listener.fd.get();
  sockaddr any = {};
  any.sa_family = AF_UNSPEC;
  (void)::connect(fd, &any, sizeof(any));  // of the client before
  while (::recvfrom(fd, &byte, 1, MSG_PEEK, reinterpret_cast<sockaddr*>(&peer), &size) < 0) {
    if (errno != EINTR && errno != ECONNREFUSED) return absl::ErrnoToStatus(errno, "recvfrom");
    size = sizeof(peer);
  }
  Descriptor own(::dup(fd));
  if (!own.valid() || ::connect(own.get(), reinterpret_cast<sockaddr*>(&peer), size) != 0) {
    return absl::ErrnoToStatus(errno, "connecting to the client");
  }
  return own;
}

absl::StatusOr<std::optional<std::string_view>> BlockingDatagram::ReadUntil(
    std::optional<Instant> deadline) {
  if (absl::Status s = Handshake(); !s.ok()) return s;
  return endpoint_.Read(deadline);
}

absl::Status BlockingDatagram::Write(std::string_view data) {
  if (absl::Status s = Handshake(); !s.ok()) return s;
  if (data.size() > max_plaintext()) {
    return absl::InvalidArgumentError(
        Cat("a datagram carries at most ", max_plaintext(), " bytes here"));
  }
  return endpoint_.Write(data);
}

}  // namespace merlon::io
