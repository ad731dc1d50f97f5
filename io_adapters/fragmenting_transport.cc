// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/fragmenting_transport.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "io_adapters/text.h"

namespace merlon::io {

FragmentingTransport::FragmentingTransport(Transport& frames, size_t frame_size)
    : frames_(frames), frame_size_(frame_size) {
  if (frame_size < kMinFrame || frame_size > kMaxFrame) __builtin_trap();
}

absl::Status FragmentingTransport::Write(Bytes bytes) {
  std::array<uint8_t, kMaxFrame> frame;
  while (!bytes.empty()) {
    const size_t part = std::min(bytes.size(), frame_size_ - 1);
    frame[0] = next_to_send_++;
    memcpy(&frame[1], bytes.data(), part);
    bytes = Slice(bytes, part);
    if (absl::Status s = frames_.Write(Slice(Bytes(frame), 0, part + 1)); !s.ok()) return s;
  }
  return absl::OkStatus();
}

absl::StatusOr<Arrival> FragmentingTransport::Read(MutableBytes out,
                                                   std::optional<Instant> deadline) {
  while (rest_.empty()) {
    std::array<uint8_t, kMaxFrame> frame;
    absl::StatusOr<Arrival> arrival =
        frames_.Read(Slice(MutableBytes(frame), 0, frame_size_), deadline);
    if (!arrival.ok() || arrival->kind != Arrival::Kind::kBytes) return arrival;
    if (arrival->size == 0) continue;
    const uint8_t sequence = frame[0];
    if (sequence == static_cast<uint8_t>(next_to_come_ - 1)) continue;
    if (sequence != next_to_come_) {
      return absl::DataLossError(
          Cat("frame ", next_to_come_, " is missing: frame ", sequence, " came"));
    }
    ++next_to_come_;
    rest_ = AsText(Slice(Bytes(frame), 1, arrival->size - 1));
  }
  const size_t size = std::min(out.size(), rest_.size());
  memcpy(out.data(), rest_.data(), size);
  rest_.erase(0, size);
  return Arrival{Arrival::Kind::kBytes, size};
}

}  // namespace merlon::io
