// SPDX-License-Identifier: Apache-2.0
// The listener's tables: of peers, and of ClientHellos of which fragments have come.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tls/listener/half_hellos.h"
#include "tls/listener/peer_table.h"
#include "tls/listener/plain_message.h"
#include "tls/listener/sip_hash.h"

namespace merlon::tls {
namespace {

using std::chrono::seconds;

std::string AddressOf(uint32_t number) {
  return std::string(reinterpret_cast<const char*>(&number), sizeof(number));
}
Seed SeedOf(uint8_t value) {
  return Seed(32, [&](MutableBytes out) { memset(out.data(), value, out.size()); });
}

// Of the paper's appendix A, and its reference code's vectors for no byte and for eight.
TEST(SipHash, IsTheReferences) {
  std::vector<uint8_t> key(16), data(15);
  for (uint8_t i = 0; i < 16; ++i) key[i] = i;
  for (uint8_t i = 0; i < 15; ++i) data[i] = i;
  EXPECT_EQ(SipHash(key, data), 0xa129ca6149be45e5u);
  EXPECT_EQ(SipHash(key, {}), 0x726fdb47dd0e0e31u);
  EXPECT_EQ(SipHash(key, Slice(Bytes(data), 0, 8)), 0x93f5f5799a932462u);
}

TEST(PeerTable, FindsWhatItHolds) {
  std::vector<PeerSlot> slots(1024);
  PeerTable table(absl::MakeSpan(slots), SeedOf(1));
  std::vector<uint32_t> taken;
  uint32_t count = 0;
  for (;; ++count) {
    const auto slot = table.Add(AsBytes(AddressOf(count)));
    if (!slot) break;
    taken.push_back(*slot);
  }
  EXPECT_GE(count, 1024u * 4 / 5);
  std::printf("a table of 1024 slots took %u peers\n", count);
  for (uint32_t i = 0; i < count; ++i) ASSERT_EQ(table.Find(AsBytes(AddressOf(i))), taken[i]);
  for (uint32_t i = count; i < 3000; ++i) ASSERT_FALSE(table.Find(AsBytes(AddressOf(i))));
  // What leaves makes room for what comes.
  for (uint32_t i = 0; i < count; i += 2) table.Remove(taken[i]);
  for (uint32_t i = 0; i < count; ++i) {
    ASSERT_EQ(table.Find(AsBytes(AddressOf(i))).has_value(), i % 2 == 1);
  }
  EXPECT_TRUE(table.Add(AsBytes(AddressOf(0))));
}

TEST(PeerTable, SmallOnesHaveOneBucket) {
  for (size_t size : {0, 1, 3, 8}) {
    std::vector<PeerSlot> slots(size);
    PeerTable table(absl::MakeSpan(slots), SeedOf(1));
    for (uint32_t i = 0; i < size; ++i) ASSERT_TRUE(table.Add(AsBytes(AddressOf(i))));
    EXPECT_FALSE(table.Add(AsBytes(AddressOf(99))));
    for (uint32_t i = 0; i < size; ++i) EXPECT_TRUE(table.Find(AsBytes(AddressOf(i))));
    EXPECT_FALSE(table.Find(AsBytes(AddressOf(99))));
  }
}

class HalfHellosTest : public testing::Test {
 protected:
  static constexpr size_t kSlots = 3, kMessage = 100;
  std::optional<WholeHello> Add(const std::string& peer, uint32_t from, uint32_t to,
                                uint32_t length = kMessage, uint16_t sequence = 0) {
    const record::Fragment fragment = {.type = 1,
                                       .length = length,
                                       .sequence = sequence,
                                       .offset = from,
                                       .data = Slice(Bytes(message_), from, to - from)};
    return table_.Add(AsBytes(peer), fragment, 40 + from, now_);
  }

  HalfHellosTest() {
    for (size_t i = 0; i < message_.size(); ++i) message_[i] = static_cast<uint8_t>(i);
  }
  std::vector<uint8_t> message_ = std::vector<uint8_t>(2 * kMessage);
  std::vector<uint8_t> memory_ = std::vector<uint8_t>(kSlots * (kPlainMessageHeader + kMessage));
  std::vector<HalfHello> slots_ = std::vector<HalfHello>(kSlots);
  HalfHellos table_{absl::MakeSpan(slots_), absl::MakeSpan(memory_)};
  Instant now_{seconds(1)};
};

TEST_F(HalfHellosTest, PutsAMessageTogetherInAnyOrder) {
  EXPECT_EQ(table_.max_message(), kMessage);
  EXPECT_FALSE(Add("a", 60, 100));
  EXPECT_FALSE(Add("a", 0, 30));
  EXPECT_FALSE(Add("a", 0, 30));
  EXPECT_EQ(table_.used(), 1u);
  const auto whole = Add("a", 20, 60);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->body, Slice(Bytes(message_), 0, kMessage));
  EXPECT_EQ(whole->record, 60u);
  // As one record with one message, its own headers in front.
  MutableBytes datagram = whole->first;
  const auto record = record::TakeRecord(datagram, {});
  ASSERT_TRUE(record && datagram.empty());
  EXPECT_EQ(record->type, record::ContentType::kHandshake);
  EXPECT_EQ(record->sequence, 60u);
  Reader reader{Bytes(record->body)};
  const auto fragment = record::Fragment::Read(reader);
  ASSERT_TRUE(fragment.ok());
  EXPECT_EQ(fragment->length, kMessage);
  EXPECT_EQ(fragment->data, whole->body);
  EXPECT_EQ(table_.used(), 0u);
}

TEST_F(HalfHellosTest, TheOldestGivesWay) {
  for (const char* peer : {"a", "b", "c"}) {
    EXPECT_FALSE(Add(peer, 0, 50));
    now_ += seconds(1);
  }
  EXPECT_FALSE(Add("a", 50, 60));  // that makes it no younger
  EXPECT_EQ(table_.evicted(), 0u);
  EXPECT_FALSE(Add("d", 0, 50));
  EXPECT_EQ(table_.evicted(), 1u);
  EXPECT_EQ(table_.used(), kSlots);
  EXPECT_TRUE(Add("b", 50, 100));
  EXPECT_TRUE(Add("c", 50, 100));
  EXPECT_TRUE(Add("d", 50, 100));
  EXPECT_FALSE(Add("a", 60, 100));
}

TEST_F(HalfHellosTest, OnePeerHasOnePlace) {
  for (uint16_t sequence = 0; sequence < 20; ++sequence) {
    EXPECT_FALSE(Add("a", 0, 50, kMessage, sequence));
    EXPECT_FALSE(Add("a", 0, 50, kMessage - 1u - sequence, sequence));
  }
  EXPECT_EQ(table_.used(), 1u);
  EXPECT_EQ(table_.evicted(), 0u);
  // The last message to begin is the one that counts.
  EXPECT_FALSE(Add("a", 0, 50, kMessage, 7));
  EXPECT_TRUE(Add("a", 50, 100, kMessage, 7));
}

TEST_F(HalfHellosTest, ForgetsWhatIsOld) {
  EXPECT_FALSE(Add("a", 0, 50));
  now_ += kHalfHelloLifetime - seconds(1);
  EXPECT_TRUE(Add("a", 50, 100));
  EXPECT_FALSE(Add("a", 0, 50));
  now_ += kHalfHelloLifetime;
  EXPECT_FALSE(Add("a", 50, 100));
  EXPECT_TRUE(Add("a", 0, 50));
}

TEST_F(HalfHellosTest, DropsWhatDoesNotFitOrBringsNothing) {
  EXPECT_FALSE(Add("a", 0, 50, kMessage + 1));
  EXPECT_FALSE(Add("a", 10, 10));
  EXPECT_EQ(table_.used(), 0u);
  HalfHellos none({}, {});
  const record::Fragment fragment = {
      .type = 1, .length = 10, .sequence = 0, .offset = 0, .data = AsBytes("x")};
  EXPECT_FALSE(none.Add(AsBytes("a"), fragment, 0, now_));
}

// Pieces apart from each other, as many as there can be: the place stays, and is completed in
// order.
TEST_F(HalfHellosTest, AnyFragmentsAreBounded) {
  for (uint32_t at = 1; at + 1 < kMessage; at += 2) EXPECT_FALSE(Add("a", at, at + 1));
  EXPECT_EQ(table_.used(), 1u);
  std::optional<WholeHello> whole;
  for (uint32_t at = 0; at < kMessage && !whole; ++at) whole = Add("a", at, at + 1);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->body, Slice(Bytes(message_), 0, kMessage));
}

}  // namespace
}  // namespace merlon::tls
