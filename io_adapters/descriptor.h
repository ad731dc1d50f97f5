// SPDX-License-Identifier: Apache-2.0
// File descriptors: owned, and as a stream transport. Which kind they are (socket, terminal, pipe)
// does not matter here.
#pragma once
#include <utility>

#include "io_adapters/transport.h"

namespace merlon::io {

// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) Reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~Descriptor() { Reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  void Reset(int fd = -1);

 private:
  int fd_ = -1;
};

// For poll(2): milliseconds until the deadline, rounded up so that waiting does not spin; without
// one -1, for ever.
int PollTimeout(std::optional<Instant> deadline);
// Waits until `fd` has something to read or its end, or until the deadline (false).
absl::StatusOr<bool> WaitReadable(int fd, std::optional<Instant> deadline);

// A stream over a descriptor. Blocking: Write returns when the operating system has taken it all.
class DescriptorTransport final : public Transport {
 public:
  explicit DescriptorTransport(Descriptor fd) : fd_(std::move(fd)) {}
  absl::StatusOr<Arrival> Read(MutableBytes out, std::optional<Instant> deadline) override;
  absl::Status Write(Bytes bytes) override;
  int fd() const { return fd_.get(); }

 private:
  Descriptor fd_;
};

}  // namespace merlon::io
