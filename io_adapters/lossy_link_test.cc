// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/lossy_link.h"

#include <vector>

#include "gtest/gtest.h"

namespace merlon::io {
namespace {

using Fate = LossyLink::Fate;

// What a link does to 200 datagrams: each one's fate, and what arrives in which order.
struct Story {
  std::vector<Fate> fates;
  std::string arrived;
  friend bool operator==(const Story&, const Story&) = default;
};
Story Tell(const LinkOptions& options) {
  Story story;
  LossyLink link(options, [&](const LossyLink::Sent& sent) { story.fates.push_back(sent.fate); });
  for (int i = 0; i < 200; ++i) {
    const uint8_t number = static_cast<uint8_t>(i);
    EXPECT_TRUE(link.left().Write(Bytes(&number, 1)).ok());
    link.Advance(link.now().instant + options.latency / 4);
  }
  uint8_t byte;
  do {
    while (link.right().Read(MutableBytes(&byte, 1), std::nullopt)->kind == Arrival::Kind::kBytes) {
      story.arrived += static_cast<char>(byte);
    }
  } while (link.Advance(std::nullopt));
  return story;
}

TEST(LossyLink, SameSeedSameFates) {
  LinkOptions options{.seed = 7, .loss_percent = 20, .duplicate_percent = 10};
  options.reorder_percent = 10;
  const Story story = Tell(options);
  EXPECT_EQ(story, Tell(options));
  for (const Fate fate : {Fate::kArrives, Fate::kLost, Fate::kDuplicated, Fate::kLate}) {
    EXPECT_GT(std::count(story.fates.begin(), story.fates.end(), fate), 0);
  }
  const auto lost = std::count(story.fates.begin(), story.fates.end(), Fate::kLost);
  const auto twice = std::count(story.fates.begin(), story.fates.end(), Fate::kDuplicated);
  EXPECT_EQ(static_cast<long>(story.arrived.size()), 200 - lost + twice);
  options.seed = 8;
  EXPECT_NE(story.fates, Tell(options).fates);
}

TEST(LossyLink, WithoutLossesAllArrivesInOrder) {
  const Story story = Tell({});
  ASSERT_EQ(story.arrived.size(), 200u);
  EXPECT_TRUE(std::is_sorted(story.arrived.begin(), story.arrived.end(),
                             [](char a, char b) { return uint8_t(a) < uint8_t(b); }));
}

TEST(LossyLink, DeliversAfterItsLatency) {
  LinkOptions options;
  options.latency = std::chrono::milliseconds(30);
  LossyLink link(options);
  ASSERT_TRUE(link.left().Write(AsBytes("x")).ok());
  uint8_t byte;
  EXPECT_EQ(link.right().Read(MutableBytes(&byte, 1), std::nullopt)->kind,
            Arrival::Kind::kTimedOut);
  const Instant start = link.now().instant;
  ASSERT_TRUE(link.Advance(std::nullopt));
  EXPECT_EQ(link.now().instant - start, Duration(std::chrono::milliseconds(30)));
  EXPECT_EQ(link.right().Read(MutableBytes(&byte, 1), std::nullopt)->size, 1u);
  EXPECT_FALSE(link.Advance(std::nullopt)) << "nothing is under way";
}

TEST(LossyLink, LosesWhatIsLargerThanTheMtu) {
  std::vector<Fate> fates;
  LossyLink link({.mtu = 4}, [&](const LossyLink::Sent& sent) { fates.push_back(sent.fate); });
  ASSERT_TRUE(link.right().Write(AsBytes("1234")).ok());
  ASSERT_TRUE(link.right().Write(AsBytes("12345")).ok());
  EXPECT_EQ(fates, (std::vector{Fate::kArrives, Fate::kTooLarge}));
  ASSERT_TRUE(link.Advance(std::nullopt));
  uint8_t out[8];
  EXPECT_EQ(link.left().Read(out, std::nullopt)->size, 4u);
  EXPECT_EQ(link.left().Read(out, std::nullopt)->kind, Arrival::Kind::kTimedOut);
}

TEST(LossyLink, CutsDatagramsButNotStreams) {
  for (const bool byte_stream : {false, true}) {
    LossyLink link({.byte_stream = byte_stream});
    ASSERT_TRUE(link.left().Write(AsBytes("12345")).ok());
    ASSERT_TRUE(link.Advance(std::nullopt));
    uint8_t out[3];
    EXPECT_EQ(link.right().Read(out, std::nullopt)->size, 3u);
    const Arrival second = *link.right().Read(out, std::nullopt);
    EXPECT_EQ(second.kind, byte_stream ? Arrival::Kind::kBytes : Arrival::Kind::kTimedOut);
    if (byte_stream) {
      EXPECT_EQ(AsText(Slice(Bytes(out), 0, second.size)), "45");
    }
  }
}

}  // namespace
}  // namespace merlon::io
