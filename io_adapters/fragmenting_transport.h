// SPDX-License-Identifier: Apache-2.0
// FragmentingTransport: a byte stream over frames of a few bytes, as buses and radios carry them.
// Each frame is a sequence byte and up to n - 1 bytes of the stream. The medium keeps frames whole
// and in order; what it loses is noticed, not repaired.
#pragma once
#include <string>

#include "io_adapters/transport.h"

namespace merlon::io {

class FragmentingTransport final : public Transport {
 public:
  static constexpr size_t kMinFrame = 8, kMaxFrame = 4096;

  // `frames` carries one frame of at most `frame_size` bytes (kMinFrame to kMaxFrame, else it
  // traps) at a time, as a datagram transport does, and outlives this.
  FragmentingTransport(Transport& frames, size_t frame_size);

  // A frame that came twice is dropped; one that is missing is kDataLoss.
  absl::StatusOr<Arrival> Read(MutableBytes out, std::optional<Instant> deadline) override;
  absl::Status Write(Bytes bytes) override;
  Now now() const override { return frames_.now(); }

 private:
  Transport& frames_;
  size_t frame_size_;
  uint8_t next_to_send_ = 0, next_to_come_ = 0;
  std::string rest_;  // of a frame that did not fit into `out`
};

}  // namespace merlon::io
