// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/descriptor.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace merlon::io {
namespace {

// send, so that a peer that is gone is an error and no signal; write where it is not a socket.
ssize_t WriteSome(int fd, Bytes bytes) {
  const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return n < 0 && errno == ENOTSOCK ? ::write(fd, bytes.data(), bytes.size()) : n;
}

absl::Status WaitWritable(int fd) {
  pollfd entry = {.fd = fd, .events = POLLOUT, .revents = 0};
  if (::poll(&entry, 1, -1) < 0 && errno != EINTR) return absl::ErrnoToStatus(errno, "poll");
  return absl::OkStatus();
}

}  // namespace

void Descriptor::Reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

int PollTimeout(std::optional<Instant> deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - SystemNow().instant);
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, 1 << 30));
}

absl::StatusOr<bool> WaitReadable(int fd, std::optional<Instant> deadline) {
  for (;;) {
    pollfd entry = {.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&entry, 1, PollTimeout(deadline));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return absl::ErrnoToStatus(errno, "poll");
  }
}

absl::StatusOr<Arrival> DescriptorTransport::Read(MutableBytes out,
                                                  std::optional<Instant> deadline) {
  for (;;) {
    const absl::StatusOr<bool> readable = WaitReadable(fd_.get(), deadline);
    if (!readable.ok()) return readable.status();
    if (!*readable) return Arrival{Arrival::Kind::kTimedOut};
    const ssize_t n = ::read(fd_.get(), out.data(), out.size());
    if (n > 0) return Arrival{Arrival::Kind::kBytes, static_cast<size_t>(n)};
    // EIO: the other end of a pseudo-terminal is gone.
    if (n == 0 || errno == EIO) return Arrival{Arrival::Kind::kEnded};
    if (errno != EINTR && errno != EAGAIN) return absl::ErrnoToStatus(errno, "reading");
  }
}

absl::Status DescriptorTransport::Write(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t n = WriteSome(fd_.get(), bytes);
    if (n >= 0) {
      bytes = Slice(bytes, static_cast<size_t>(n));
    } else if (errno == EAGAIN) {
      if (absl::Status s = WaitWritable(fd_.get()); !s.ok()) return s;
    } else if (errno != EINTR) {
      return absl::ErrnoToStatus(errno, "writing");
    }
  }
  return absl::OkStatus();
}

}  // namespace merlon::io
