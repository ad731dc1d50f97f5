// SPDX-License-Identifier: Apache-2.0
// What we have sent and the peer may not have: up to four flights, cut into records of any size,
// sent again as far as they were not acknowledged. It writes fragments; protecting them and telling
// the core is the connection's business. DTLS 1.2 is the same without acknowledgements: a flight is
// delivered when it is answered.
#pragma once
#include <array>
#include <optional>

#include "crypto/base/fixed_vector.h"
#include "crypto/base/result.h"
#include "record/flight.h"
#include "record/record_number.h"

namespace merlon::record {

class FlightTable {
 public:
  static constexpr size_t kMaxFlights = 4;    // RFC 9147 s5.8.4
  static constexpr size_t kMaxMessages = 10;  // in all flights
  static constexpr size_t kMaxRecords = 16;   // sent and remembered; an older one's ACK is nothing

  // `next_sequence`: message_seq of the first message.
  explicit FlightTable(const RetransmitOptions& options, uint16_t next_sequence = 0)
      : options_(options), next_sequence_(next_sequence) {}

  // Adds a message (4-byte header, body; borrowed until PopDelivered) to the last flight, when it
  // has the same id, or to a new one. kNoSpace: see HasRoomFor.
  Result<void> Enqueue(FlightId id, Epoch epoch, Bytes message);
  // The same for DTLS 1.2's ChangeCipherSpec, which is a part of its flight (RFC 6347 s4.2.4).
  Result<void> EnqueueChangeCipherSpec(FlightId id);
  // The last flight is the last of a DTLS 1.2 handshake. It has no timer; kFinalFlightRetention
  // after it was sent it is delivered. Before it is sent.
  void EndHandshake();
  // Whether a message of this flight could be added now.
  bool HasRoomFor(FlightId id) const {
    return messages_.size() < kMaxMessages && (flights_.size() < kMaxFlights || IsLast(id));
  }
  bool empty() const { return flights_.empty(); }
  // The flight queued last.
  bool IsLast(FlightId id) const {
    return !flights_.empty() && flights_[flights_.size() - 1].id == id;
  }
  void Clear();

  // ---- Sending ----

  // The epoch of the next record to send; none when nothing is due.
  std::optional<Epoch> DueEpoch() const;
  // The content of one record: fragments, in order, all of one epoch; or a ChangeCipherSpec.
  struct Staged {
    size_t size = 0;  // bytes written; 0: `out` is too small, or nothing is due
    ContentType type = ContentType::kHandshake;
    UnitRange units;  // of several flights, behind the handshake
  };
  Staged Stage(MutableBytes out) const;
  // The staged fragments went out as record `number`.
  void Sent(const Staged& staged, RecordNumber number, Instant now);
  // The epoch of the first message that never went out whole; none when all did.
  std::optional<Epoch> UnsentEpoch() const;
  // Whether a message of this epoch may be sent again.
  bool Uses(Epoch epoch) const;

  // ---- Hearing from the peer ----

  // The peer has this record. False when it is not known or tells nothing new.
  bool Acknowledge(RecordNumber number);
  // After the numbers of one ACK: what is still missing of flights that it touched is sent again at
  // once (RFC 9147 s7.2).
  void ResendPartial();
  // The peer answers: it has every flight of the handshake that went out (RFC 9147 s7.1).
  void AcknowledgeHandshake();
  // A sign that a handshake flight got lost: the peer repeats what came before it, or acknowledges
  // nothing. Sends it again, once per timeout, if none of it was acknowledged (RFC 9147 s5.8.1).
  void Nudge();
  // For a quarter of the timeout behind each sending in the handshake: what hints that it got lost
  // was rather repeated by the network, or sent before.
  bool IsQuiet(Instant now) const { return now < quiet_until_; }
  // The same for the final flight of DTLS 1.2, which only the peer's repeating itself makes us send
  // again. Once for each time that it does: `authentic` says that the peer itself did, in a record
  // that is no replay, and the flight is kept for as long again; otherwise it may be anyone, and is
  // not believed while IsQuiet.
  void NudgeFinal(bool authentic, Instant now);
  // Takes out the oldest flight if the peer has all of it. Always in order: the peer has used a
  // message only when it has used those before it.
  std::optional<FlightId> PopDelivered();

  // ---- Time ----

  std::optional<Instant> NextTimeout() const;
  // Marks what has to be sent again. False: some flight was sent as often as allowed. `hold`: it is
  // not the peer that we wait for; timers run anew.
  bool HandleTimeout(Instant now, bool hold = false);
  // The timeout that would be armed now, of the oldest flight.
  Duration CurrentTimeout() const {
    return TimeoutAfter(options_, flights_.empty() ? 0 : flights_[0].timer.timeouts());
  }

 private:
  struct SentRecord {
    uint64_t number = 0;  // 16 bits of epoch, 48 of sequence
    UnitRange units;      // empty: of no interest any more
  };
  Result<void> Add(FlightId id, FlightMessage message);
  const FlightMessage& MessageAt(uint32_t unit) const;
  bool Complete(const Flight& flight) const { return missing_.First(flight.units).empty(); }
  void Forget(uint32_t units);

  const RetransmitOptions& options_;
  FixedVector<FlightMessage, kMaxMessages> messages_;
  FixedVector<Flight, kMaxFlights> flights_;
  MissingUnits missing_;
  std::array<SentRecord, kMaxRecords> records_;
  uint32_t total_ = 0;       // units
  uint32_t next_sequence_;   // message_seq; beyond 16 bits there is none
  uint8_t next_record_ = 0;  // ring position in records_
  bool hinted_ = false;      // a hint that is not authentic made the final flight go out again
  Instant quiet_until_ = Instant::min();
};

}  // namespace merlon::record
