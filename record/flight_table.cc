// SPDX-License-Identifier: Apache-2.0
// Flights: queueing, staging, acknowledgement, time.
#include "record/flight_table.h"

#include <algorithm>

namespace merlon::record {
namespace {

constexpr unsigned kSequenceBits = 48;
// Small enough that unit arithmetic cannot overflow; far beyond any handshake storage.
constexpr uint32_t kMaxUnits = uint32_t{1} << 30;
// Header and request_update (RFC 9846 s4.6.3).
constexpr size_t kKeyUpdateSize = kHandshakeHeaderSize + 1;

bool Overlap(UnitRange a, UnitRange b) { return a.begin < b.end && b.begin < a.end; }

uint64_t Pack(RecordNumber number) {
  return static_cast<uint64_t>(number.epoch) << kSequenceBits | number.sequence;
}

bool MayShareRecord(const FlightMessage& first, const FlightMessage& message) {
  if (&message == &first) return true;
  // In the clear one message to a record: peers are known that expect no more.
  if (message.epoch != first.epoch || first.epoch == Epoch::kPlain) return false;
  // Other keys come behind a KeyUpdate: it ends its record (RFC 9846 s5.1). What is longer is none.
  return first.epoch < Epoch::kApplication ||
         std::min(message.bytes.size(), first.bytes.size()) > kKeyUpdateSize;
}

}  // namespace

Result<void> FlightTable::Enqueue(FlightId id, Epoch epoch, Bytes message) {
  if (message.size() < kHandshakeHeaderSize) return LocalError(Code::kInternal);
  if (next_sequence_ > 0xffff) return LocalError(Code::kTooManyMessages);
  FlightMessage entry;
  entry.bytes = message;
  entry.epoch = epoch;
  entry.sequence = static_cast<uint16_t>(next_sequence_);
  MERLON_TRY(Add(id, entry));
  ++next_sequence_;
  return {};
}

Result<void> FlightTable::EnqueueChangeCipherSpec(FlightId id) { return Add(id, FlightMessage()); }

Result<void> FlightTable::Add(FlightId id, FlightMessage message) {
  if (!HasRoomFor(id) || message.bytes.size() > kMaxUnits - total_) return NoSpace();
  if (!IsLast(id)) {
    Flight flight;
    flight.id = id;
    flight.units = {total_, total_};
    flight.cursor = flight.sent_end = total_;
    MERLON_TRY(flights_.Push(flight));
  }
  message.begin = total_;
  MERLON_TRY(messages_.Push(message));
  total_ = message.units().end;
  missing_.Append(message.units());
  Flight& flight = flights_[flights_.size() - 1];
  flight.units.end = total_;
  flight.last_epoch = message.epoch;
  return {};
}

void FlightTable::EndHandshake() {
  if (!flights_.empty()) flights_[flights_.size() - 1].is_final = true;
}

void FlightTable::Clear() {
  messages_.Clear();
  flights_.Clear();
  Forget(total_);
}

const FlightMessage& FlightTable::MessageAt(uint32_t unit) const {
  size_t i = 0;
  while (i + 1 < messages_.size() && messages_[i].units().end <= unit) ++i;
  return messages_[i];
}

std::optional<Epoch> FlightTable::DueEpoch() const {
  for (const Flight& flight : flights_) {
    const UnitRange due = missing_.First({flight.cursor, flight.units.end});
    if (!due.empty()) return MessageAt(due.begin).epoch;
  }
  return std::nullopt;
}

FlightTable::Staged FlightTable::Stage(MutableBytes out) const {
  Staged staged;
  UnitRange due;
  size_t at = 0;
  const auto seek = [&](uint32_t from) {
    const Flight& flight = flights_[at];
    return missing_.First({std::max(from, flight.cursor), flight.units.end});
  };
  while (at < flights_.size() && (due = seek(0)).empty()) ++at;
  if (due.empty()) return staged;
  const FlightMessage& first = MessageAt(due.begin);
  staged.units = {due.begin, due.begin};
  if (first.is_change_cipher_spec()) staged.type = ContentType::kChangeCipherSpec;
  while (!due.empty()) {
    const FlightMessage& message = MessageAt(due.begin);
    if (!MayShareRecord(first, message)) break;
    const UnitRange part = {due.begin, std::min(due.end, message.units().end)};
    const uint32_t written = WriteFragment(message, part, Slice(out, staged.size), staged.size);
    if (written == 0) break;
    staged.units.end = part.begin + written;
    if (written < part.size()) break;
    due = seek(staged.units.end);
    // The next flight may follow in the record: tickets, each of which is one.
    if (due.empty() && first.epoch >= Epoch::kApplication && at + 1 < flights_.size()) {
      ++at;
      due = seek(staged.units.end);
    }
  }
  return staged;
}

void FlightTable::Sent(const Staged& staged, RecordNumber number, Instant now) {
  // What lies between its fragments was acknowledged before: the range may cover it.
  records_[next_record_] = {Pack(number), staged.units};
  next_record_ = static_cast<uint8_t>((next_record_ + 1) % kMaxRecords);
  for (Flight& flight : flights_) {
    if (!Overlap(flight.units, staged.units)) continue;
    flight.cursor = std::min(staged.units.end, flight.units.end);
    flight.sent_end = std::max(flight.sent_end, flight.cursor);
    if (flight.last_epoch <= Epoch::kHandshake) quiet_until_ = now + options_.initial / 4;
    if (!flight.is_final) {
      flight.timer.Arm(options_, now);
      continue;
    }
    if (!flight.timer.deadline()) flight.timer.Wait(now + kFinalFlightRetention);
  }
}

std::optional<Epoch> FlightTable::UnsentEpoch() const {
  for (const Flight& flight : flights_) {
    if (flight.sent_end != flight.units.end) return MessageAt(flight.sent_end).epoch;
  }
  return std::nullopt;
}

bool FlightTable::Uses(Epoch epoch) const {
  return std::any_of(messages_.begin(), messages_.end(),
                     [&](const FlightMessage& message) { return message.epoch == epoch; });
}

bool FlightTable::Acknowledge(RecordNumber number) {
  const uint64_t packed = Pack(number);
  for (SentRecord& record : records_) {
    if (record.number != packed || record.units.empty()) continue;
    const UnitRange units = std::exchange(record.units, {});
    const bool news = missing_.Remove(units);
    for (Flight& flight : flights_) {
      if (!Overlap(flight.units, units)) continue;
      flight.acknowledged = true;
      flight.timer.Progress();
      if (Complete(flight)) flight.timer.Stop();
    }
    return news;
  }
  return false;
}

void FlightTable::ResendPartial() {
  for (Flight& flight : flights_) {
    // Not while the first pass is under way.
    if (flight.acknowledged && flight.sent_end == flight.units.end) flight.Restart();
  }
}

void FlightTable::AcknowledgeHandshake() {
  for (Flight& flight : flights_) {
    if (flight.last_epoch > Epoch::kHandshake || flight.sent_end != flight.units.end) break;
    (void)missing_.Remove(flight.units);
    flight.timer.Stop();
  }
}

void FlightTable::Nudge() {
  for (Flight& flight : flights_) {
    const bool sent = flight.sent_end == flight.units.end && flight.cursor != flight.units.begin;
    if (flight.last_epoch > Epoch::kHandshake || flight.acknowledged || !sent) continue;
    if (!flight.is_final && flight.timer.Nudge()) flight.Restart();
  }
}

void FlightTable::NudgeFinal(bool authentic, Instant now) {
  if (flights_.empty()) return;
  Flight& flight = flights_[flights_.size() - 1];
  const bool quiet = IsQuiet(now);
  if (!flight.is_final || !flight.timer.deadline()) return;  // not while it goes out at first
  if (!authentic && quiet) return;
  // What the hint before it announced, perhaps in the same datagram, was answered with it.
  const bool going = flight.cursor != flight.units.end;
  const bool answered = going || (authentic && quiet && hinted_);
  hinted_ = !authentic;
  if (!answered) flight.Restart();
  // The peer itself does not have it yet: on a bad network it may ask for longer than we meant to
  // wait.
  if (authentic) flight.timer.Wait(now + kFinalFlightRetention);
}

std::optional<FlightId> FlightTable::PopDelivered() {
  if (flights_.empty() || !Complete(flights_[0])) return std::nullopt;
  const FlightId id = flights_[0].id;
  const uint32_t end = flights_[0].units.end;
  while (!messages_.empty() && messages_[0].begin < end) messages_.Erase(0);
  flights_.Erase(0);
  Forget(end);
  return id;
}

// The stream starts `units` later: all positions move down.
void FlightTable::Forget(uint32_t units) {
  const auto move = [units](uint32_t& at) { at -= std::min(at, units); };
  const auto move_range = [&](UnitRange& range) { move(range.begin), move(range.end); };
  missing_.Shift(units);
  for (FlightMessage& message : messages_) move(message.begin);
  for (Flight& flight : flights_) {
    move_range(flight.units);
    move(flight.cursor);
    move(flight.sent_end);
  }
  for (SentRecord& record : records_) move_range(record.units);
  move(total_);
}

std::optional<Instant> FlightTable::NextTimeout() const {
  std::optional<Instant> next;
  for (const Flight& flight : flights_) {
    const std::optional<Instant> at = flight.timer.deadline();
    if (at && (!next || *at < *next)) next = at;
  }
  return next;
}

bool FlightTable::HandleTimeout(Instant now, bool hold) {
  for (Flight& flight : flights_) {
    if (hold && !flight.is_final) {
      const std::optional<Instant> deadline = flight.timer.deadline();
      if (deadline && now >= *deadline) flight.timer.Arm(options_, now);
      continue;
    }
    if (!flight.timer.Expire(now)) continue;
    if (flight.is_final) {
      (void)missing_.Remove(flight.units);
      continue;
    }
    if (flight.timer.exhausted(options_)) return false;
    flight.Restart();
  }
  return true;
}

}  // namespace merlon::record
