// SPDX-License-Identifier: Apache-2.0
#include "record/reassembly.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "record/held_records.h"

namespace merlon::record {
namespace {

using Buffer = std::vector<uint8_t>;
using Kept = Reassembly::Kept;

Buffer BodyOf(uint16_t sequence, size_t size) {
  Buffer body(size);
  for (size_t i = 0; i < size; ++i) body[i] = static_cast<uint8_t>(sequence * 31 + i * 7);
  return body;
}
Fragment Part(const Buffer& body, uint16_t sequence, size_t offset, size_t size, uint8_t type = 1) {
  return {type, static_cast<uint32_t>(body.size()), sequence, static_cast<uint32_t>(offset),
          Slice(Bytes(body), offset, size)};
}
Kept Add(Reassembly& reassembly, const Fragment& fragment, uint8_t level = 0) {
  const auto kept = reassembly.Add(fragment, level);
  EXPECT_TRUE(kept.ok());
  return kept.ok() ? *kept : Kept::kNoRoom;
}

TEST(Fragment, ReadsHeaderAndRefusesWhatReachesBeyond) {
  Buffer wire = {11, 0, 0, 9, 0, 3, 0, 0, 4, 0, 0, 2, 'a', 'b'};
  Reader reader(wire);
  const auto fragment = Fragment::Read(reader);
  ASSERT_TRUE(fragment.ok());
  EXPECT_EQ(fragment->type, 11);
  EXPECT_EQ(fragment->length, 9u);
  EXPECT_EQ(fragment->sequence, 3);
  EXPECT_EQ(fragment->offset, 4u);
  EXPECT_EQ(AsText(fragment->data), "ab");
  wire[8] = 8;  // offset 8 + 2 > 9
  Reader beyond(wire);
  EXPECT_EQ(Fragment::Read(beyond).error(), IllegalParameter());
  wire[8] = 10;  // offset > length
  Reader outside(wire);
  EXPECT_EQ(Fragment::Read(outside).error(), IllegalParameter());
  Reader cut(Slice(Bytes(wire), 0, 13));
  EXPECT_EQ(Fragment::Read(cut).error(), DecodeError());
}

TEST(Reassembly, PutsFragmentsOfAnyOrderAndOverlapTogether) {
  std::mt19937 random(1);
  for (int run = 0; run < 400; ++run) {
    Buffer storage(2000);
    Reassembly reassembly(absl::MakeSpan(storage), 600);
    std::vector<Buffer> bodies;
    for (uint16_t i = 0; i < 4; ++i) bodies.push_back(BodyOf(i, random() % 400));
    size_t delivered = 0;
    for (int step = 0; step < 200000 && delivered < bodies.size(); ++step) {
      const uint16_t sequence = static_cast<uint16_t>(random() % bodies.size());
      const Buffer& body = bodies[sequence];
      const size_t offset = random() % (body.size() + 1);
      const size_t size = std::min<size_t>(random() % 150, body.size() - offset);
      (void)Add(reassembly, Part(body, sequence, offset, size));
      while (const auto message = reassembly.Front()) {
        ASSERT_EQ(message->sequence, delivered);
        ASSERT_EQ(message->body, Bytes(bodies[delivered])) << run;
        reassembly.Pop();
        ++delivered;
      }
    }
    ASSERT_EQ(delivered, bodies.size()) << run;
    EXPECT_EQ(reassembly.used(), 0u);
    EXPECT_TRUE(std::all_of(storage.begin(), storage.end(), [](uint8_t b) { return b == 0; }));
  }
}

TEST(Reassembly, TakesExactlyTheMemoryThatArrived) {
  Buffer storage(1000);
  Reassembly reassembly(absl::MakeSpan(storage), 500);
  const Buffer body = BodyOf(0, 500);
  EXPECT_EQ(Add(reassembly, Part(body, 0, 100, 10)), Kept::kKept);
  EXPECT_EQ(reassembly.used(), 10u);
  EXPECT_EQ(Add(reassembly, Part(body, 0, 105, 10)), Kept::kKept);
  EXPECT_EQ(reassembly.used(), 15u);
  EXPECT_EQ(Add(reassembly, Part(body, 0, 100, 15)), Kept::kKept);
  EXPECT_EQ(reassembly.used(), 15u);
}

TEST(Reassembly, ContradictionsAreErrors) {
  Buffer storage(1000);
  Reassembly reassembly(absl::MakeSpan(storage), 500);
  const Buffer body = BodyOf(0, 100), longer = BodyOf(0, 101);
  EXPECT_EQ(Add(reassembly, Part(body, 0, 0, 10), 2), Kept::kKept);
  const Error expected = IllegalParameter(Code::kDuplicateFragment);
  EXPECT_EQ(reassembly.Add(Part(longer, 0, 20, 10), 2).error(), expected);
  EXPECT_EQ(reassembly.Add(Part(body, 0, 20, 10, /*type=*/2), 2).error(), expected);
  EXPECT_EQ(reassembly.Add(Part(body, 0, 20, 10), 3).error(), expected);
  const Buffer huge = BodyOf(0, 501);
  EXPECT_EQ(reassembly.Add(Part(huge, 1, 0, 1), 2).error(),
            IllegalParameter(Code::kMessageTooLarge));
  EXPECT_TRUE(reassembly.HoldsBelow(3));
  EXPECT_FALSE(reassembly.HoldsBelow(2));
}

TEST(Reassembly, EarlyMessagesNeverTakeTheRoomOfTheNext) {
  Buffer storage(1000);
  Reassembly reassembly(absl::MakeSpan(storage), 600);  // 400 for what is early
  const Buffer first = BodyOf(0, 600), second = BodyOf(1, 300), third = BodyOf(2, 300);
  EXPECT_EQ(Add(reassembly, Part(second, 1, 0, 300)), Kept::kKept);
  EXPECT_EQ(Add(reassembly, Part(third, 2, 0, 101)), Kept::kNoRoom);
  EXPECT_EQ(Add(reassembly, Part(third, 2, 0, 100)), Kept::kKept);
  EXPECT_EQ(Add(reassembly, Part(first, 0, 0, 600)), Kept::kKept);
  ASSERT_TRUE(reassembly.Front());
  EXPECT_EQ(reassembly.Front()->body, Bytes(first));
  reassembly.Pop();
  EXPECT_EQ(reassembly.Front()->body, Bytes(second));
  reassembly.Pop();
  EXPECT_FALSE(reassembly.Front());
  EXPECT_EQ(Add(reassembly, Part(third, 2, 100, 200)), Kept::kKept);
  EXPECT_EQ(reassembly.Front()->body, Bytes(third));
}

TEST(Reassembly, CrumbsCannotKeepAMessageFromCompleting) {
  Buffer storage(4000);
  Reassembly reassembly(absl::MakeSpan(storage), 2000);
  const Buffer body = BodyOf(0, 1000), early = BodyOf(1, 1000);
  size_t dropped = 0;
  for (size_t i = 1; i < 500; i += 2) {
    dropped += Add(reassembly, Part(early, 1, i, 1)) == Kept::kNoRoom;
    dropped += Add(reassembly, Part(body, 0, i, 1)) == Kept::kNoRoom;
  }
  EXPECT_GT(dropped, 400u);
  for (size_t i = 0; i < 1000; i += 10) {
    EXPECT_EQ(Add(reassembly, Part(body, 0, i, 10)), Kept::kKept) << i;
  }
  ASSERT_TRUE(reassembly.Front());
  EXPECT_EQ(reassembly.Front()->body, Bytes(body));
}

TEST(Reassembly, KeepsAWindowOfMessagesAndForgetsOldOnes) {
  Buffer storage(1000);
  Reassembly reassembly(absl::MakeSpan(storage), 500);
  const Buffer empty, body = BodyOf(0, 5);
  EXPECT_EQ(Add(reassembly, Part(body, 7, 0, 5)), Kept::kNoRoom);
  EXPECT_EQ(Add(reassembly, Part(body, 6, 0, 5)), Kept::kKept);
  EXPECT_EQ(Add(reassembly, Part(empty, 0, 0, 0)), Kept::kKept);
  ASSERT_TRUE(reassembly.Front());
  EXPECT_TRUE(reassembly.Front()->body.empty());
  reassembly.Pop();
  EXPECT_EQ(Add(reassembly, Part(body, 0, 0, 5)), Kept::kOld);
  EXPECT_EQ(Add(reassembly, Part(body, 7, 0, 5)), Kept::kKept);
  EXPECT_EQ(reassembly.next(), 1u);
}

TEST(Reassembly, EndsAfterTheLastMessageNumber) {
  Buffer storage(100);
  Reassembly reassembly(absl::MakeSpan(storage), 50);
  const Buffer empty;
  for (uint32_t i = 0; i <= 0xffff; ++i) {
    ASSERT_EQ(Add(reassembly, Part(empty, static_cast<uint16_t>(i), 0, 0)), Kept::kKept);
    ASSERT_TRUE(reassembly.Front());
    reassembly.Pop();
  }
  EXPECT_EQ(reassembly.next(), 0x10000u);
  EXPECT_EQ(Add(reassembly, Part(empty, 0, 0, 0)), Kept::kOld);
  EXPECT_FALSE(reassembly.Front());
}

// ---- What shares the buffer
// --------------------------------------------------------------------------

// Against a list that does the same.
TEST(HeldRecords, KeepsOrderAndOthersMemory) {
  struct Held {
    bool sealed;
    Buffer bytes;
  };
  std::minstd_rand random(1);
  const auto random_bytes = [&](size_t size) {
    Buffer out(size);
    for (uint8_t& byte : out) byte = static_cast<uint8_t>(random());
    return out;
  };
  Buffer storage(300, 0xee);
  constexpr size_t kRoom = 200;  // the rest is not its own
  HeldRecords held(absl::MakeSpan(storage));
  std::vector<Held> model;
  size_t full = 0, taken = 0;
  for (int step = 0; step < 5000; ++step) {
    const Buffer bytes = random_bytes(1 + random() % 60);
    size_t used = 0;
    for (const Held& one : model) used += HeldRecords::kOverhead + one.bytes.size();
    ASSERT_EQ(held.used(), used);
    switch (random() % 5) {
      case 0:
      case 1: {
        const bool sealed = random() % 2 == 0, fits = used + 3 + bytes.size() <= kRoom;
        ASSERT_EQ(sealed ? held.AddSealed(bytes, kRoom) : held.AddData(bytes, kRoom), fits);
        if (fits) model.push_back({sealed, bytes});
        full += !fits;
        break;
      }
      case 2: {
        const MutableBytes data = held.TakeData();
        const auto first =
            std::find_if(model.begin(), model.end(), [](const Held& one) { return !one.sealed; });
        ASSERT_EQ(data.empty(), first == model.end());
        if (data.empty()) break;
        ASSERT_EQ(Buffer(data.begin(), data.end()), first->bytes);
        model.erase(first);
        (void)held.FindSealed();  // from here on its room is free
        ++taken;
        break;
      }
      default: {  // the n-th that is sealed: goes, or becomes data
        size_t from = 0, wanted = random() % 4;
        for (size_t i = 0; i < model.size(); ++i) {
          if (!model[i].sealed) continue;
          const auto found = held.FindSealed(from);
          ASSERT_TRUE(found);
          ASSERT_EQ(Buffer(found->record.begin(), found->record.end()), model[i].bytes);
          from = found->next();
          if (wanted-- != 0) continue;
          if (random() % 2 == 0) {
            held.Remove(*found);
            model.erase(model.begin() + static_cast<ptrdiff_t>(i));
          } else {
            Buffer& all = model[i].bytes;
            const size_t begin = random() % all.size();
            const size_t size = 1 + random() % (all.size() - begin);
            held.Replace(*found, Slice(Bytes(found->record), begin, size));
            all = Buffer(all.begin() + static_cast<ptrdiff_t>(begin),
                         all.begin() + static_cast<ptrdiff_t>(begin + size));
            model[i].sealed = false;
          }
          break;
        }
      }
    }
  }
  EXPECT_GT(full, 100u);
  EXPECT_GT(taken, 100u);
  EXPECT_TRUE(std::all_of(storage.begin(), storage.begin() + 300 - kRoom,
                          [](uint8_t byte) { return byte == 0xee; }));
  held.Clear();
  EXPECT_EQ(held.used(), 0u);
  EXPECT_TRUE(std::all_of(storage.begin() + 300 - kRoom, storage.end(),
                          [](uint8_t byte) { return byte == 0 || byte == 0xee; }));
}

// Each takes what the other leaves of what the next message does not need.
TEST(HeldRecords, SharesTheSpareRoomOfAReassembly) {
  Buffer storage(1000);
  Reassembly reassembly(absl::MakeSpan(storage), 600);
  HeldRecords held(absl::MakeSpan(storage));
  const Buffer first = BodyOf(0, 600), second = BodyOf(1, 300), record(200, 9);
  EXPECT_EQ(reassembly.spare(), 400u);
  EXPECT_EQ(*reassembly.Add(Part(second, 1, 0, 150), 0, held.used()), Kept::kKept);
  EXPECT_EQ(reassembly.spare(), 250u);
  EXPECT_TRUE(held.AddSealed(record, reassembly.spare()));
  EXPECT_FALSE(held.AddSealed(record, reassembly.spare()));
  EXPECT_EQ(*reassembly.Add(Part(second, 1, 150, 150), 0, held.used()), Kept::kNoRoom);
  EXPECT_EQ(*reassembly.Add(Part(first, 0, 0, 600), 0, held.used()), Kept::kKept);
  ASSERT_TRUE(reassembly.Front());
  EXPECT_EQ(Buffer(reassembly.Front()->body.begin(), reassembly.Front()->body.end()), first);
  const auto found = held.FindSealed();
  ASSERT_TRUE(found);
  EXPECT_EQ(Buffer(found->record.begin(), found->record.end()), record);
  reassembly.Pop();
  EXPECT_EQ(reassembly.spare(), 400u);
  EXPECT_EQ(*reassembly.Add(Part(second, 1, 150, 150), 0, held.used()), Kept::kKept);
  EXPECT_EQ(Buffer(reassembly.Front()->body.begin(), reassembly.Front()->body.end()), second);
}

}  // namespace
}  // namespace merlon::record
