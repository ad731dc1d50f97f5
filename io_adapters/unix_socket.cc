// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/unix_socket.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "io_adapters/text.h"

namespace merlon::io {
namespace {

absl::StatusOr<sockaddr_un> AddressOf(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(
        Cat("a socket's path has 1 to ", sizeof(address.sun_path) - 1, " bytes"));
  }
  memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Descriptor NewSocket() {
  return Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

}  // namespace

absl::StatusOr<Descriptor> UnixListen(const std::string& path) {
  const absl::StatusOr<sockaddr_un> address = AddressOf(path);
  if (!address.ok()) return address.status();
  struct stat about = {};
  if (::stat(path.c_str(), &about) == 0 && S_ISSOCK(about.st_mode)) {
    const absl::StatusOr<Descriptor> there = UnixConnect(path);
    if (there.ok() || absl::IsResourceExhausted(there.status())) {
      return absl::UnavailableError(Cat("somebody listens on ", path, " already"));
    }
    (void)::unlink(path.c_str());
  }
  Descriptor socket = NewSocket();
  if (!socket.valid()) return absl::ErrnoToStatus(errno, "socket");
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)) != 0 ||
      ::chmod(path.c_str(), 0666) != 0 || ::listen(socket.get(), SOMAXCONN) != 0) {
    return absl::ErrnoToStatus(errno, Cat("listening on ", path));
  }
  return socket;
}

absl::StatusOr<Descriptor> UnixConnect(const std::string& path) {
  const absl::StatusOr<sockaddr_un> address = AddressOf(path);
  if (!address.ok()) return address.status();
  Descriptor socket = NewSocket();
  if (!socket.valid()) return absl::ErrnoToStatus(errno, "socket");
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)) !=
      0) {
    if (errno == EAGAIN) return absl::ResourceExhaustedError(Cat(path, " has no room for more"));
    return absl::ErrnoToStatus(errno, Cat("connecting to ", path));
  }
  return socket;
}

}  // namespace merlon::io
