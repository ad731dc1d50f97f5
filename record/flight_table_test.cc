// SPDX-License-Identifier: Apache-2.0
#include "record/flight_table.h"

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "record/ack.h"
#include "record/reassembly.h"

namespace merlon::record {
namespace {

using namespace std::chrono_literals;
using Buffer = std::vector<uint8_t>;

Buffer MessageOf(uint8_t type, size_t size) {
  Buffer out = {type, static_cast<uint8_t>(size >> 16), static_cast<uint8_t>(size >> 8),
                static_cast<uint8_t>(size)};
  for (size_t i = 0; i < size; ++i) out.push_back(static_cast<uint8_t>(type + i * 3));
  return out;
}
constexpr Instant At(Duration since) { return Instant(since); }

// Sends one record of at most `room` bytes under the number; returns its content.
Buffer SendOne(FlightTable& table, uint64_t sequence, size_t room, Instant now = At(0s)) {
  Buffer out(room);
  const auto epoch = table.DueEpoch();
  if (!epoch) return {};
  const auto staged = table.Stage(absl::MakeSpan(out));
  if (staged.size == 0) return {};
  table.Sent(staged, {*epoch, sequence}, now);
  out.resize(staged.size);
  return out;
}

TEST(MissingUnits, RemovesSplitsAndFinds) {
  MissingUnits missing;
  missing.Append({0, 50});
  missing.Append({50, 100});
  EXPECT_TRUE(missing.Remove({10, 20}));
  EXPECT_FALSE(missing.Remove({12, 18}));
  EXPECT_TRUE(missing.Remove({15, 30}));
  const UnitRange first = missing.First({5, 100});
  EXPECT_EQ(first.begin, 5u);
  EXPECT_EQ(first.end, 10u);
  EXPECT_EQ(missing.First({10, 100}).begin, 30u);
  EXPECT_TRUE(missing.First({10, 30}).empty());
  missing.Shift(40);
  EXPECT_EQ(missing.First({0, 100}).begin, 0u);
  EXPECT_EQ(missing.First({0, 100}).end, 60u);
}

TEST(MissingUnits, WithoutRoomForAnotherSplitItStaysMissing) {
  MissingUnits missing;
  missing.Append({0, 1000});
  for (uint32_t i = 0; i < 40; ++i) (void)missing.Remove({10 + 20 * i, 20 + 20 * i});
  // Whatever it forgot, it never takes something missing for acknowledged.
  for (uint32_t i = 0; i < 40; ++i) {
    const UnitRange kept = {20 * i, 20 * i + 10};
    const UnitRange found = missing.First(kept);
    EXPECT_EQ(found.begin, kept.begin);
    EXPECT_EQ(found.end, kept.end);
  }
}

TEST(RetransmitTimer, DoublesUpToTheMaximumAndGivesUp) {
  const RetransmitOptions options = {.initial = 1s, .maximum = 60s, .limit = 8};
  RetransmitTimer timer;
  Instant now = At(0s);
  std::vector<int64_t> waits;
  for (; !timer.exhausted(options);) {
    timer.Arm(options, now);
    EXPECT_FALSE(timer.Expire(*timer.deadline() - 1us));
    waits.push_back((*timer.deadline() - now) / 1s);
    now = *timer.deadline();
    EXPECT_TRUE(timer.Expire(now));
    EXPECT_FALSE(timer.Expire(now));
  }
  EXPECT_EQ(waits, (std::vector<int64_t>{1, 2, 4, 8, 16, 32, 60, 60, 60}));
  timer.Progress();
  timer.Arm(options, now);
  EXPECT_EQ(*timer.deadline() - now, 1s);
}

TEST(FlightTable, CutsMessagesToAnySizeAndTheyComeTogetherAgain) {
  const RetransmitOptions options;
  for (size_t room = 13; room < 700; room += 9) {
    FlightTable table(options);
    const std::vector<Buffer> messages = {MessageOf(2, 90), MessageOf(8, 0), MessageOf(11, 600),
                                          MessageOf(20, 32)};
    for (size_t i = 0; i < messages.size(); ++i) {
      ASSERT_TRUE(table.Enqueue({1}, i == 0 ? Epoch::kPlain : Epoch::kHandshake, messages[i]).ok());
    }
    Buffer storage(4000);
    Reassembly reassembly(absl::MakeSpan(storage), 1000);
    uint64_t sequence = 0;
    for (;;) {
      const auto epoch = table.DueEpoch();
      const Buffer content = SendOne(table, sequence++, room);
      if (content.empty()) break;
      EXPECT_LE(content.size(), room);
      Reader reader(content);
      while (!reader.done()) {
        const auto fragment = Fragment::Read(reader);
        ASSERT_TRUE(fragment.ok());
        EXPECT_EQ(fragment->sequence == 0, *epoch == Epoch::kPlain);
        ASSERT_TRUE(reassembly.Add(*fragment, 0).ok());
      }
    }
    for (const Buffer& message : messages) {
      const auto front = reassembly.Front();
      ASSERT_TRUE(front) << room;
      EXPECT_EQ(front->type, message[0]);
      EXPECT_EQ(front->body, Slice(Bytes(message), 4));
      reassembly.Pop();
    }
  }
}

TEST(FlightTable, SendsAgainOnlyWhatWasNotAcknowledged) {
  const RetransmitOptions options;
  FlightTable table(options);
  const Buffer message = MessageOf(11, 500);
  ASSERT_TRUE(table.Enqueue({1}, Epoch::kHandshake, message).ok());
  uint64_t sequence = 0;
  while (!SendOne(table, sequence, 112).empty()) ++sequence;
  EXPECT_EQ(sequence, 5u);
  EXPECT_TRUE(table.Acknowledge({Epoch::kHandshake, 1}));
  EXPECT_FALSE(table.Acknowledge({Epoch::kHandshake, 1}));
  EXPECT_FALSE(table.Acknowledge({Epoch::kHandshake, 99}));
  EXPECT_FALSE(table.Acknowledge({Epoch::kPlain, 2}));
  EXPECT_TRUE(table.Acknowledge({Epoch::kHandshake, 3}));
  table.ResendPartial();
  std::vector<uint32_t> offsets;
  for (Buffer content; !(content = SendOne(table, sequence, 112)).empty(); ++sequence) {
    Reader reader(content);
    while (!reader.done()) offsets.push_back(Fragment::Read(reader)->offset);
  }
  EXPECT_EQ(offsets, (std::vector<uint32_t>{0, 200, 400}));
  for (uint64_t i = 5; i < sequence; ++i) (void)table.Acknowledge({Epoch::kHandshake, i});
  EXPECT_EQ(table.PopDelivered(), FlightId{1});
  EXPECT_TRUE(table.empty());
  EXPECT_FALSE(table.NextTimeout());
}

TEST(FlightTable, FlightsHaveTheirOwnTimersAndAreDeliveredInOrder) {
  const RetransmitOptions options;
  FlightTable table(options);
  const Buffer message = MessageOf(4, 50);
  for (uint16_t id = 1; id <= 4; ++id) {
    ASSERT_TRUE(table.Enqueue({id}, Epoch::kApplication, message).ok());
    EXPECT_FALSE(SendOne(table, id, 100, At(id * 100ms)).empty());
  }
  EXPECT_FALSE(table.HasRoomFor({5}));
  EXPECT_TRUE(table.HasRoomFor({4}));
  EXPECT_EQ(table.Enqueue({5}, Epoch::kApplication, message).error(), NoSpace());
  EXPECT_EQ(table.NextTimeout(), At(1100ms));
  EXPECT_TRUE(table.Acknowledge({Epoch::kApplication, 2}));
  EXPECT_FALSE(
      table.PopDelivered());  // the first may be lost: the peer cannot have used the second
  EXPECT_TRUE(table.HandleTimeout(At(1300ms)));  // 1 and 3; 2 needs no timer
  EXPECT_FALSE(SendOne(table, 10, 100, At(1300ms)).empty());
  EXPECT_FALSE(SendOne(table, 11, 100, At(1300ms)).empty());
  EXPECT_TRUE(SendOne(table, 12, 100, At(1300ms)).empty());
  EXPECT_EQ(table.NextTimeout(), At(1400ms));                // the fourth
  EXPECT_TRUE(table.Acknowledge({Epoch::kApplication, 1}));  // the first copy counts as well
  EXPECT_EQ(table.PopDelivered(), FlightId{1});
  EXPECT_EQ(table.PopDelivered(), FlightId{2});
  EXPECT_FALSE(table.PopDelivered());
  EXPECT_TRUE(table.Acknowledge({Epoch::kApplication, 11}));
  EXPECT_EQ(table.PopDelivered(), FlightId{3});
  EXPECT_TRUE(table.Uses(Epoch::kApplication));
  EXPECT_TRUE(table.Acknowledge({Epoch::kApplication, 4}));
  EXPECT_EQ(table.PopDelivered(), FlightId{4});
  EXPECT_FALSE(table.Uses(Epoch::kApplication));
}

TEST(FlightTable, AnAnswerAcknowledgesHandshakeFlightsThatWentOutAndNoOthers) {
  const RetransmitOptions options;
  FlightTable table(options);
  const Buffer message = MessageOf(4, 50);
  ASSERT_TRUE(table.Enqueue({1}, Epoch::kHandshake, message).ok());
  ASSERT_TRUE(table.Enqueue({2}, Epoch::kApplication, message).ok());  // a ticket in half-RTT
  EXPECT_EQ(table.UnsentEpoch(), Epoch::kHandshake);
  table.AcknowledgeHandshake();
  EXPECT_FALSE(table.PopDelivered());  // nothing went out yet
  (void)SendOne(table, 0, 100);
  EXPECT_EQ(table.UnsentEpoch(), Epoch::kApplication);
  (void)SendOne(table, 1, 100);
  EXPECT_FALSE(table.UnsentEpoch());
  table.AcknowledgeHandshake();
  EXPECT_EQ(table.PopDelivered(), FlightId{1});
  EXPECT_FALSE(table.PopDelivered());
}

TEST(FlightTable, AHintSendsAHandshakeFlightAgainOncePerTimeout) {
  const RetransmitOptions options;
  FlightTable table(options);
  const Buffer message = MessageOf(2, 50);
  ASSERT_TRUE(table.Enqueue({1}, Epoch::kPlain, message).ok());
  EXPECT_FALSE(SendOne(table, 0, 100).empty());
  table.Nudge();
  table.Nudge();
  EXPECT_FALSE(SendOne(table, 1, 100).empty());
  table.Nudge();
  EXPECT_TRUE(SendOne(table, 2, 100).empty());
  EXPECT_TRUE(table.HandleTimeout(At(1s)));
  EXPECT_FALSE(SendOne(table, 2, 100, At(1s)).empty());
  table.Nudge();
  EXPECT_FALSE(SendOne(table, 3, 100, At(1s)).empty());
}

// Each ticket is a flight; a KeyUpdate ends its record.
TEST(FlightTable, FlightsBehindTheHandshakeShareRecords) {
  const RetransmitOptions options;
  FlightTable table(options);
  const Buffer ticket = MessageOf(4, 30), update = MessageOf(24, 1);
  ASSERT_TRUE(table.Enqueue({1}, Epoch::kApplication, ticket).ok());
  ASSERT_TRUE(table.Enqueue({2}, Epoch::kApplication, ticket).ok());
  ASSERT_TRUE(table.Enqueue({3}, Epoch::kApplication, update).ok());
  ASSERT_TRUE(table.Enqueue({4}, Epoch::kApplication, ticket).ok());
  EXPECT_EQ(SendOne(table, 0, 200).size(), 2u * 42);
  EXPECT_EQ(SendOne(table, 1, 200).size(), 13u);
  EXPECT_EQ(SendOne(table, 2, 200).size(), 42u);
  EXPECT_TRUE(table.HandleTimeout(At(1s)));
  // Cut between and inside them: the second record has parts of both.
  EXPECT_EQ(SendOne(table, 3, 32, At(1s)).size(), 32u);
  EXPECT_EQ(SendOne(table, 4, 40, At(1s)).size(), 40u);
  EXPECT_EQ(SendOne(table, 5, 200, At(1s)).size(), 12u + 24);
  // One ACK is enough for both of the first two.
  EXPECT_TRUE(table.Acknowledge({Epoch::kApplication, 3}));
  EXPECT_EQ(table.PopDelivered(), std::nullopt);
  EXPECT_TRUE(table.Acknowledge({Epoch::kApplication, 4}));
  EXPECT_EQ(table.PopDelivered(), FlightId{1});
  EXPECT_EQ(table.PopDelivered(), std::nullopt);
  EXPECT_TRUE(table.Acknowledge({Epoch::kApplication, 0}));
  EXPECT_FALSE(table.Acknowledge({Epoch::kApplication, 5}));
  EXPECT_EQ(table.PopDelivered(), FlightId{2});
  EXPECT_EQ(table.PopDelivered(), std::nullopt);
}

// ---- DTLS 1.2
// ------------------------------------------------------------------------------------

// A flight of one message in the clear, a ChangeCipherSpec and one in epoch 1.
struct Flight12 {
  explicit Flight12(FlightTable& table) {
    EXPECT_TRUE(table.Enqueue({1}, Epoch::kPlain, plain).ok());
    EXPECT_TRUE(table.EnqueueChangeCipherSpec({1}).ok());
    EXPECT_TRUE(table.Enqueue({1}, Epoch::kFirstKeys, finished).ok());
  }
  const Buffer plain = MessageOf(4, 30), finished = MessageOf(20, 12);
};
// All that is due now, in words.
std::string SendAll(FlightTable& table, Instant now = At(0s)) {
  std::string out;
  while (const auto epoch = table.DueEpoch()) {
    Buffer record(100);
    const auto staged = table.Stage(absl::MakeSpan(record));
    if (staged.size == 0) break;
    table.Sent(staged, {*epoch, 0}, now);
    if (staged.type == ContentType::kChangeCipherSpec) {
      EXPECT_EQ(staged.size, 1u);
      EXPECT_EQ(record[0], 1);
      out += " ccs";
    } else {
      out += " " + std::to_string(static_cast<int>(*epoch)) + ":" + std::to_string(record[0]);
    }
  }
  return out;
}

TEST(FlightTable, ChangeCipherSpecIsSentInOrderAndAgain) {
  const RetransmitOptions options;
  FlightTable table(options, /*next_sequence=*/1);
  const Flight12 flight(table);
  const Buffer first = SendOne(table, 0, 100);
  EXPECT_EQ(first[5], 1);  // message_seq
  EXPECT_EQ(table.UnsentEpoch(), Epoch::kPlain);
  EXPECT_EQ(SendOne(table, 1, 0), Buffer());
  EXPECT_EQ(SendOne(table, 1, 100), Buffer{1});
  EXPECT_EQ(table.UnsentEpoch(), Epoch::kFirstKeys);
  EXPECT_EQ(SendOne(table, 0, 100)[5], 2);  // it took no message_seq
  EXPECT_EQ(table.UnsentEpoch(), std::nullopt);
  ASSERT_EQ(table.NextTimeout(), At(1s));
  EXPECT_TRUE(table.HandleTimeout(At(1s)));
  EXPECT_EQ(SendAll(table, At(1s)), " 0:4 ccs 1:20");
  ASSERT_EQ(table.NextTimeout(), At(3s));
  // While it is we who work the timer counts for nothing.
  EXPECT_TRUE(table.HandleTimeout(At(3s), /*hold=*/true));
  EXPECT_EQ(SendAll(table, At(3s)), "");
  ASSERT_EQ(table.NextTimeout(), At(5s));
  table.AcknowledgeHandshake();
  EXPECT_EQ(table.PopDelivered(), FlightId{1});
}

TEST(FlightTable, TheFinalFlightHasNoTimerAndIsKeptForAWhile) {
  const RetransmitOptions options;
  FlightTable table(options);
  const Flight12 flight(table);
  table.EndHandshake();
  EXPECT_EQ(table.NextTimeout(), std::nullopt);
  EXPECT_EQ(SendAll(table, At(7s)), " 0:4 ccs 1:20");
  EXPECT_EQ(table.NextTimeout(), At(7s) + kFinalFlightRetention);
  table.Nudge();
  EXPECT_EQ(SendAll(table, At(8s)), "");
  EXPECT_TRUE(table.HandleTimeout(At(100s)));
  table.NudgeFinal(/*authentic=*/true, At(100s));
  EXPECT_EQ(SendAll(table, At(100s)), " 0:4 ccs 1:20");
  // The peer itself still asks: it stays for as long again. Whoever else asks changes nothing.
  EXPECT_EQ(table.NextTimeout(), At(100s) + kFinalFlightRetention);
  table.NudgeFinal(/*authentic=*/false, At(200s));
  EXPECT_EQ(SendAll(table, At(200s)), " 0:4 ccs 1:20");
  EXPECT_EQ(table.NextTimeout(), At(100s) + kFinalFlightRetention);
  EXPECT_EQ(table.PopDelivered(), std::nullopt);
  EXPECT_TRUE(table.HandleTimeout(At(100s) + kFinalFlightRetention));
  EXPECT_EQ(table.PopDelivered(), FlightId{1});
  EXPECT_TRUE(table.empty());
}

TEST(FlightTable, TheFinalFlightIsSentAgainOnceForEachTimeThePeerRepeatsItself) {
  const RetransmitOptions options;  // hints in the clear count a quarter of a second apart
  FlightTable table(options);
  const Flight12 flight(table);
  table.EndHandshake();
  const std::string all = " 0:4 ccs 1:20";
  table.NudgeFinal(true, At(0s));  // not while it goes out for the first time
  EXPECT_EQ(SendAll(table), all);
  const auto nudge = [&](bool authentic, Duration at) {
    table.NudgeFinal(authentic, At(at));
    return SendAll(table, At(at)) == all;
  };
  EXPECT_FALSE(nudge(false, 100ms));
  EXPECT_TRUE(nudge(true, 100ms));
  EXPECT_TRUE(nudge(true, 101ms));
  // The flight begins in the clear; its Finished comes right behind.
  EXPECT_TRUE(nudge(false, 1000ms));
  EXPECT_FALSE(nudge(false, 1001ms));
  EXPECT_FALSE(nudge(true, 1002ms));
  EXPECT_TRUE(nudge(true, 1003ms));
  // The Finished gets lost; the next time it comes first.
  EXPECT_TRUE(nudge(false, 2000ms));
  EXPECT_TRUE(nudge(true, 4000ms));
  EXPECT_FALSE(nudge(false, 4001ms));
}

// The peer's flight in one datagram: the hint in the clear, and behind it the Finished, which says
// that the peer itself still asks.
TEST(FlightTable, TheFinalFlightStaysThoughAHintCameAheadOfTheFinished) {
  const RetransmitOptions options;
  FlightTable table(options);
  const Flight12 flight(table);
  table.EndHandshake();
  SendAll(table);
  table.NudgeFinal(/*authentic=*/false, At(100s));
  table.NudgeFinal(/*authentic=*/true, At(100s));
  EXPECT_EQ(SendAll(table, At(100s)), " 0:4 ccs 1:20");
  EXPECT_EQ(table.NextTimeout(), At(100s) + kFinalFlightRetention);
  table.NudgeFinal(/*authentic=*/true, At(100s));
  EXPECT_EQ(SendAll(table, At(100s)), " 0:4 ccs 1:20");
}

TEST(FlightTable, RunsForThousandsOfFlights) {
  const RetransmitOptions options;
  FlightTable table(options);
  const Buffer message = MessageOf(24, 1);
  for (uint32_t i = 0; i < 0x10000; ++i) {
    const FlightId id{static_cast<uint16_t>(i + 1)};
    ASSERT_TRUE(table.Enqueue(id, Epoch{3 + i}, message).ok());
    ASSERT_FALSE(SendOne(table, 0, 100).empty());
    ASSERT_TRUE(table.Acknowledge({Epoch{3 + i}, 0}));
    ASSERT_EQ(table.PopDelivered(), id);
  }
  // message_seq does not wrap.
  EXPECT_EQ(table.Enqueue({7}, Epoch{3}, message).error(), LocalError(Code::kTooManyMessages));
}

// ---- ACK lists
// -----------------------------------------------------------------------------------

std::vector<RecordNumber> Read(Bytes content) {
  std::vector<RecordNumber> out;
  auto reader = AckReader::Parse(content);
  EXPECT_TRUE(reader.ok());
  for (RecordNumber number; reader->Next(&number);) out.push_back(number);
  return out;
}

TEST(AckList, WritesSortedNumbersUpToTheLimit) {
  AckList list;
  list.Add({Epoch{2}, 5}, 3);
  list.Add({Epoch{0}, 9}, 1);
  list.Add({Epoch{2}, 4}, 4);
  list.Add({Epoch{2}, 5}, 3);  // again
  Buffer out(200);
  auto size = list.Write(4, Epoch{2}, absl::MakeSpan(out));
  ASSERT_TRUE(size.ok());
  EXPECT_EQ(*size, 2u + 2 * 16);
  const std::vector<RecordNumber> expected = {{Epoch{0}, 9}, {Epoch{2}, 5}};
  EXPECT_EQ(Read(Slice(Bytes(out), 0, *size)), expected);
  EXPECT_FALSE(list.HasNews(4));
  EXPECT_TRUE(list.HasNews(5));
  size = list.Write(5, Epoch{2}, absl::MakeSpan(out));
  EXPECT_EQ(*size, 2u + 3 * 16);
  list.Clear();
  size = list.Write(5, Epoch{2}, absl::MakeSpan(out));
  EXPECT_EQ(*size, 2u);  // an empty ACK
  EXPECT_EQ(list.Write(5, Epoch{2}, {}).error(), NoSpace());
}

TEST(AckList, KeepsTheNewestAndFitsItsRoom) {
  AckList list;
  for (uint64_t i = 0; i < 40; ++i) list.Add({Epoch{3}, i}, static_cast<uint16_t>(i));
  Buffer out(1000);
  auto size = list.Write(100, Epoch{3}, absl::MakeSpan(out));
  auto numbers = Read(Slice(Bytes(out), 0, *size));
  ASSERT_EQ(numbers.size(), AckList::kMax);
  EXPECT_EQ(numbers.front().sequence, 24u);
  EXPECT_EQ(numbers.back().sequence, 39u);
  EXPECT_FALSE(list.HasNews(100));
  list.Add({Epoch{3}, 40}, 40);
  EXPECT_TRUE(list.HasNews(100));
  size = list.Write(100, Epoch{3}, Slice(absl::MakeSpan(out), 0, 50));
  numbers = Read(Slice(Bytes(out), 0, *size));
  ASSERT_EQ(numbers.size(), 3u);
  EXPECT_EQ(numbers.back().sequence, 40u);
}

TEST(AckList, FindsLargeEpochsAgain) {
  const Epoch newest{0x123456780002};
  AckList list;
  list.Add({newest, 1}, 0);
  list.Add({Epoch{0x12345677ffff}, 2}, 0);
  Buffer out(100);
  const auto size = list.Write(1, newest, absl::MakeSpan(out));
  const std::vector<RecordNumber> expected = {{Epoch{0x12345677ffff}, 2}, {newest, 1}};
  EXPECT_EQ(Read(Slice(Bytes(out), 0, *size)), expected);
}

TEST(AckReader, RefusesWhatIsNotWholeNumbers) {
  EXPECT_TRUE(Read(Buffer{0, 0}).empty());
  EXPECT_EQ(AckReader::Parse(Buffer{0}).error(), DecodeError());
  EXPECT_EQ(AckReader::Parse(Buffer{0, 1, 0}).error(), DecodeError());
  EXPECT_EQ(AckReader::Parse(Buffer{0, 0, 0}).error(), DecodeError(Code::kTrailingData));
  Buffer odd(2 + 24);
  odd[1] = 24;
  EXPECT_EQ(AckReader::Parse(odd).error(), DecodeError());
}

}  // namespace
}  // namespace merlon::record
