// SPDX-License-Identifier: Apache-2.0
// Transport: what carries a connection's bytes, and the clocks that go with it. A stream hands over
// bytes in order; a datagram transport hands over one datagram at a time.
#pragma once
#include <cstddef>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/base/bytes.h"
#include "crypto/base/time.h"

namespace merlon::io {

// The operating system's monotonic and wall clocks.
Now SystemNow();

// What a Read found.
struct Arrival {
  enum class Kind {
    kBytes,     // `size` bytes, of a stream, or one datagram (which may be empty)
    kTimedOut,  // nothing until the deadline
    kEnded,     // a stream's end: nothing will ever come
  };
  Kind kind;
  size_t size = 0;
};

// Implement it to run TLS over something else. Errors are the medium's own, never TLS's.
class Transport {
 public:
  virtual ~Transport() = default;
  // Waits for bytes, until `deadline` of this transport's clock; nullopt: for ever. A datagram that
  // does not fit into `out` is cut.
  virtual absl::StatusOr<Arrival> Read(MutableBytes out, std::optional<Instant> deadline) = 0;
  // Sends all of it, in order: on a datagram transport, as one datagram.
  virtual absl::Status Write(Bytes bytes) = 0;
  virtual Now now() const { return SystemNow(); }
};

}  // namespace merlon::io
