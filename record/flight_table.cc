// SPDX-License-Identifier: Apache-2.0
// Flights: queueing, staging, acknowledgement, time.
#include "record/flight_table.h"

#include <algorithm>

namespace merlon::record {
namespace {

constexpr unsigned kSequenceBits = 48;
// Small enough that unit arithmetic cannot overflow; far beyond any handshake storage.
constexpr uint32_t kMaxUnits = uint32_t{1} << 30;

uint64_t Pack(RecordNumber number) {
  return static_cast<uint64_t>(number.epoch) << kSequenceBits | number.sequence;
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
  for (; staged.flight < flights_.size(); ++staged.flight) {
    const Flight& flight = flights_[staged.flight];
    due = missing_.First({flight.cursor, flight.units.end});
    if (!due.empty()) break;
  }
  if (due.empty()) return staged;
  const uint32_t flight_end = flights_[staged.flight].units.end;
  const FlightMessage& first = MessageAt(due.begin);
  staged.units = {due.begin, due.begin};
  if (first.is_change_cipher_spec()) staged.type = ContentType::kChangeCipherSpec;
  while (!due.empty()) {
    const FlightMessage& message = MessageAt(due.begin);
    // In the clear one message to a record: peers are known that expect no more.
    if (message.epoch != first.epoch) break;
    if (first.epoch == Epoch::kPlain && &message != &first) break;
    const UnitRange part = {due.begin, std::min(due.end, message.units().end)};
    const uint32_t written = WriteFragment(message, part, Slice(out, staged.size), staged.size);
    if (written == 0) break;
    staged.units.end = part.begin + written;
    if (written < part.size()) break;
    due = missing_.First({staged.units.end, flight_end});
  }
  return staged;
}

void FlightTable::Sent(const Staged& staged, RecordNumber number, Instant now) {
  // What lies between its fragments was acknowledged before: the range may cover it.
  records_[next_record_] = {Pack(number), staged.units};
  next_record_ = static_cast<uint8_t>((next_record_ + 1) % kMaxRecords);
  Flight& flight = flights_[staged.flight];
  flight.cursor = staged.units.end;
  flight.sent_end = std::max(flight.sent_end, staged.units.end);
  if (!flight.is_final) {
    flight.timer.Arm(options_, now);
    return;
  }
  if (!flight.timer.deadline()) flight.timer.Wait(now + kFinalFlightRetention);
  final_.quiet_until = now + options_.initial / 4;
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
    for (Flight& flight : flights_) {
      if (units.begin < flight.units.begin || units.begin >= flight.units.end) continue;
      flight.acknowledged = true;
      flight.timer.Progress();
      const bool news = missing_.Remove(units);
      if (Complete(flight)) flight.timer.Stop();
      return news;
    }
  }
  return false;
}

void FlightTable::ResendPartial() {
  for (Flight& flight : flights_) {
    // Not while the first pass is under way.
    if (flight.acknowledged && flight.sent_end == flight.units.end) flight.Restart();
  }
}

void FlightTable::AcknowledgeHandshake(Epoch last) {
  for (Flight& flight : flights_) {
    if (flight.last_epoch > last || flight.sent_end != flight.units.end) break;
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
  const bool quiet = now < final_.quiet_until;
  if (!flight.is_final || flight.cursor != flight.units.end) return;
  if (!authentic && quiet) return;
  // What the hint before it announced was answered with it.
  const bool answered = authentic && quiet && final_.hinted;
  final_.hinted = !authentic;
  if (!answered) flight.Restart();
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

bool FlightTable::HandleTimeout(Instant now) {
  for (Flight& flight : flights_) {
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
