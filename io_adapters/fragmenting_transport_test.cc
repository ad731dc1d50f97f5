// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/fragmenting_transport.h"

#include <deque>

#include "gtest/gtest.h"

namespace merlon::io {
namespace {

// Keeps frames until they are read; a test may touch them in between.
class FrameQueue final : public Transport {
 public:
  absl::StatusOr<Arrival> Read(MutableBytes out, std::optional<Instant>) override {
    if (frames.empty()) return Arrival{Arrival::Kind::kTimedOut};
    const std::string frame = std::move(frames.front());
    frames.pop_front();
    const size_t size = std::min(out.size(), frame.size());
    std::copy_n(frame.begin(), size, out.begin());
    return Arrival{Arrival::Kind::kBytes, size};
  }
  absl::Status Write(Bytes frame) override {
    frames.emplace_back(AsText(frame));
    return absl::OkStatus();
  }

  std::deque<std::string> frames;
};

std::string Pattern(size_t size) {
  std::string out;
  for (size_t i = 0; i < size; ++i) out += static_cast<char>(i * 31 + i / 256);
  return out;
}

// All that comes until nothing does, read in pieces of `piece` bytes.
std::string ReadAll(FragmentingTransport& stream, size_t piece) {
  std::string out, buffer(piece, '\0');
  for (;;) {
    const absl::StatusOr<Arrival> arrival = stream.Read(
        MutableBytes(reinterpret_cast<uint8_t*>(buffer.data()), buffer.size()), std::nullopt);
    EXPECT_TRUE(arrival.ok()) << arrival.status();
    if (!arrival.ok() || arrival->kind != Arrival::Kind::kBytes) return out;
    out.append(buffer, 0, arrival->size);
  }
}

TEST(FragmentingTransport, CarriesAStreamInFramesOfEverySize) {
  const std::string text = Pattern(5000);  // the sequence byte wraps
  for (size_t frame_size = 8; frame_size <= 64; ++frame_size) {
    for (const size_t piece : {size_t{1}, size_t{17}, size_t{4096}}) {
      FrameQueue medium;
      FragmentingTransport stream(medium, frame_size);
      ASSERT_TRUE(stream.Write(AsBytes(text)).ok());
      const size_t parts = (text.size() + frame_size - 2) / (frame_size - 1);
      ASSERT_EQ(medium.frames.size(), parts);
      for (const std::string& frame : medium.frames) ASSERT_LE(frame.size(), frame_size);
      EXPECT_EQ(ReadAll(stream, piece), text) << frame_size << ", " << piece;
    }
  }
}

TEST(FragmentingTransport, FramesNumberOn) {
  FrameQueue medium;
  FragmentingTransport stream(medium, 8);
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(stream.Write(AsBytes("ab")).ok());
    EXPECT_EQ(static_cast<uint8_t>(medium.frames.front()[0]), static_cast<uint8_t>(i));
    EXPECT_EQ(ReadAll(stream, 100), "ab");
  }
}

TEST(FragmentingTransport, DropsFramesThatComeTwice) {
  const std::string text = Pattern(2000);
  for (size_t frame_size = 8; frame_size <= 64; frame_size += 8) {
    FrameQueue medium;
    FragmentingTransport stream(medium, frame_size);
    ASSERT_TRUE(stream.Write(AsBytes(text)).ok());
    std::deque<std::string> twice;
    for (size_t i = 0; i < medium.frames.size(); ++i) {
      twice.insert(twice.end(), i % 3 == 0 ? 2 : 1, medium.frames[i]);
    }
    medium.frames = twice;
    EXPECT_EQ(ReadAll(stream, 4096), text) << frame_size;
  }
}

TEST(FragmentingTransport, NoticesAFrameThatIsMissing) {
  const std::string text = Pattern(900);
  for (const size_t lost : {0, 1, 20}) {
    FrameQueue medium;
    FragmentingTransport stream(medium, 8);
    ASSERT_TRUE(stream.Write(AsBytes(text)).ok());
    medium.frames.erase(medium.frames.begin() + static_cast<long>(lost));
    std::string before;
    absl::Status failure;
    while (failure.ok()) {
      uint8_t out[64];
      const absl::StatusOr<Arrival> arrival = stream.Read(out, std::nullopt);
      ASSERT_TRUE(!arrival.ok() || arrival->kind == Arrival::Kind::kBytes) << "loss unnoticed";
      if (arrival.ok()) before += AsText(Slice(Bytes(out), 0, arrival->size));
      failure = arrival.status();
    }
    EXPECT_EQ(failure.code(), absl::StatusCode::kDataLoss) << failure;
    EXPECT_EQ(before, text.substr(0, lost * 7));
  }
}

TEST(FragmentingTransport, SkipsEmptyFrames) {
  FrameQueue medium;
  FragmentingTransport stream(medium, 8);
  medium.frames.push_back("");
  ASSERT_TRUE(stream.Write(AsBytes("after")).ok());
  EXPECT_EQ(ReadAll(stream, 64), "after");
}

TEST(FragmentingTransportDeathTest, RefusesFrameSizesOutOfRange) {
  FrameQueue medium;
  EXPECT_DEATH(FragmentingTransport(medium, 7), "");
  EXPECT_DEATH(FragmentingTransport(medium, 4097), "");
}

}  // namespace
}  // namespace merlon::io
