// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/udp_datagram.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>

#include <cstring>

#include "io_adapters/text.h"

namespace merlon::io {

bool UdpTransport::IsPeer(const sockaddr_storage& from) const {
  if (!peer_) return true;
  if (from.ss_family != peer_->ss_family) return false;
  if (from.ss_family == AF_INET) {
    const auto& a = reinterpret_cast<const sockaddr_in&>(from);
    const auto& b = reinterpret_cast<const sockaddr_in&>(*peer_);
    return a.sin_port == b.sin_port && a.sin_addr.s_addr == b.sin_addr.s_addr;
  }
  const auto& a = reinterpret_cast<const sockaddr_in6&>(from);
  const auto& b = reinterpret_cast<const sockaddr_in6&>(*peer_);
  return a.sin6_port == b.sin6_port && memcmp(&a.sin6_addr, &b.sin6_addr, 16) == 0;
}

absl::StatusOr<Arrival> UdpTransport::Read(MutableBytes out, std::optional<Instant> deadline) {
  for (;;) {
    const absl::StatusOr<bool> readable = WaitReadable(fd_.get(), deadline);
    if (!readable.ok()) return readable.status();
    if (!*readable) return Arrival{Arrival::Kind::kTimedOut};
    sockaddr_storage from = {};
    socklen_t from_size = sizeof(from);
    const ssize_t n = ::recvfrom(fd_.get(), out.data(), out.size(), MSG_DONTWAIT,
                                 reinterpret_cast<sockaddr*>(&from), &from_size);
    if (n >= 0 && !IsPeer(from)) continue;
    if (n >= 0) return Arrival{Arrival::Kind::kBytes, static_cast<size_t>(n)};
    // ECONNREFUSED is an ICMP message, which anyone can send: the timers decide when to give up.
    if (errno != EINTR && errno != EAGAIN && errno != ECONNREFUSED) {
      return absl::ErrnoToStatus(errno, "receiving");
    }
  }
}

absl::Status UdpTransport::Write(Bytes bytes) {
  const auto* to = peer_ ? reinterpret_cast<const sockaddr*>(&*peer_) : nullptr;
  const socklen_t size = !peer_                        ? 0
                         : peer_->ss_family == AF_INET ? sizeof(sockaddr_in)
                                                       : sizeof(sockaddr_in6);
  while (::sendto(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL, to, size) < 0) {
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == ENOBUFS || errno == ECONNREFUSED) break;
    return absl::ErrnoToStatus(errno, "sending");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<UdpTransport>> UdpAcceptOne(const Listener& listener) {
  sockaddr_storage peer = {};
  socklen_t size = sizeof(peer);
  uint8_t byte;
  const int fd = listener.fd.get();
  while (::recvfrom(fd, &byte, 1, MSG_PEEK, reinterpret_cast<sockaddr*>(&peer), &size) < 0) {
    if (errno != EINTR && errno != ECONNREFUSED) return absl::ErrnoToStatus(errno, "recvfrom");
    size = sizeof(peer);
  }
  Descriptor own(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!own.valid()) return absl::ErrnoToStatus(errno, "dup");
  return std::make_unique<UdpTransport>(std::move(own), peer);
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
