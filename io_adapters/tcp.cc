// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <charconv>
#include <memory>

#include "io_adapters/text.h"

namespace merlon::io {
namespace {

using AddressList = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

absl::StatusOr<AddressList> Resolve(const Address& address, int type, bool passive) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = type;
  hints.ai_flags = AI_NUMERICSERV | (passive ? AI_PASSIVE : 0);
  addrinfo* found = nullptr;
  const int error = getaddrinfo(address.host.empty() ? nullptr : address.host.c_str(),
                                std::to_string(address.port).c_str(), &hints, &found);
  if (error != 0) {
    return absl::UnavailableError(Cat("no address for ", address.host, ": ", gai_strerror(error)));
  }
  return AddressList(found, freeaddrinfo);
}

// Waits for a connect that was begun; errno says why it came to nothing.
bool FinishConnect(int fd, std::optional<Instant> deadline) {
  pollfd entry = {.fd = fd, .events = POLLOUT, .revents = 0};
  int ready = 0;
  do {
    ready = ::poll(&entry, 1, PollTimeout(deadline));
  } while (ready < 0 && errno == EINTR);
  int error = ready == 0 ? ETIMEDOUT : 0;
  socklen_t size = sizeof(error);
  if (ready > 0) ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  errno = error;
  return error == 0;
}

// Does not block in connect, so that the deadline, or a signal, may come in between.
bool Connect(int fd, const addrinfo& to, std::optional<Instant> deadline) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) return false;
  const bool begun = ::connect(fd, to.ai_addr, to.ai_addrlen) == 0 || errno == EINPROGRESS;
  return begun && FinishConnect(fd, deadline) && ::fcntl(fd, F_SETFL, flags) == 0;
}

absl::StatusOr<Descriptor> ConnectSocket(const Address& to, int type,
                                         std::optional<Instant> deadline) {
  const absl::StatusOr<AddressList> found = Resolve(to, type, false);
  if (!found.ok()) return found.status();
  int error = 0;
  for (const addrinfo* at = found->get(); at != nullptr; at = at->ai_next) {
    Descriptor fd(::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol));
    if (fd.valid() && Connect(fd.get(), *at, deadline)) {
      const int yes = 1;
      if (type == SOCK_STREAM) {
        ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
      }
      return fd;
    }
    error = errno;
  }
  return absl::ErrnoToStatus(error, Cat("connecting to ", Written(to)));
}

absl::StatusOr<Listener> Listen(const Address& at, int type) {
  const absl::StatusOr<AddressList> found = Resolve(at, type, true);
  if (!found.ok()) return found.status();
  const addrinfo& first = **found;
  Descriptor fd(::socket(first.ai_family, first.ai_socktype | SOCK_CLOEXEC, first.ai_protocol));
  if (!fd.valid()) return absl::ErrnoToStatus(errno, "socket");
  const int yes = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (::bind(fd.get(), first.ai_addr, first.ai_addrlen) != 0 ||
      (type == SOCK_STREAM && ::listen(fd.get(), SOMAXCONN) != 0)) {
    return absl::ErrnoToStatus(errno, Cat("listening at ", Written(at)));
  }
  sockaddr_storage name = {};
  socklen_t size = sizeof(name);
  if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&name), &size) != 0) {
    return absl::ErrnoToStatus(errno, "getsockname");
  }
  const uint16_t port = name.ss_family == AF_INET6
                            ? reinterpret_cast<const sockaddr_in6&>(name).sin6_port
                            : reinterpret_cast<const sockaddr_in&>(name).sin_port;
  return Listener{std::move(fd), ntohs(port)};
}

}  // namespace

std::string Written(const Address& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return Cat(is_v6 ? "[" : "", address.host, is_v6 ? "]:" : ":", address.port);
}

absl::StatusOr<Address> ParseAddress(std::string_view text, uint16_t default_port) {
  Address out;
  out.port = default_port;
  std::string_view port;
  if (!text.empty() && text[0] == '[') {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return absl::InvalidArgumentError("an address lacks its ]");
    out.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    const size_t colon = text.find(':');
    out.host = text.substr(0, colon);
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  if (port.empty()) return out;
  const auto [end, error] = std::from_chars(port.data() + 1, port.data() + port.size(), out.port);
  if (port[0] != ':' || error != std::errc() || end != port.data() + port.size()) {
    return absl::InvalidArgumentError(Cat("\"", text, "\" is not HOST:PORT"));
  }
  return out;
}

absl::StatusOr<Descriptor> TcpConnect(const Address& to, std::optional<Instant> deadline) {
  return ConnectSocket(to, SOCK_STREAM, deadline);
}
absl::StatusOr<Descriptor> UdpConnect(const Address& to) {
  return ConnectSocket(to, SOCK_DGRAM, std::nullopt);
}
absl::StatusOr<Listener> TcpListen(const Address& at) { return Listen(at, SOCK_STREAM); }
absl::StatusOr<Listener> UdpListen(const Address& at) { return Listen(at, SOCK_DGRAM); }

absl::StatusOr<Descriptor> Accept(const Listener& listener) {
  for (;;) {
    Descriptor fd(::accept4(listener.fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (fd.valid()) {
      const int yes = 1;
      ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
      return fd;
    }
    if (errno != EINTR && errno != ECONNABORTED) return absl::ErrnoToStatus(errno, "accept");
  }
}

}  // namespace merlon::io
