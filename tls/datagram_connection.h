// SPDX-License-Identifier: Apache-2.0
// DTLS over datagrams: turns records into inputs of the handshake core, and the core's commands
// into flights that are sent until the peer has them. What a message means is the core's business;
// what records, fragments and flights are is record/'s.
#pragma once
#include <array>

#include "record/ack.h"
#include "record/datagram_epochs.h"
#include "record/flight_table.h"
#include "record/held_records.h"
#include "record/reassembly.h"
#include "tls/connection.h"
#include "tls/core/handshake.h"

namespace merlon::tls {

// Where a connection begins for a client that proved its address before: to that one answered
// nothing but a HelloVerifyRequest, and it counts on from there (RFC 6347 s4.2.1, s4.2.2).
struct DatagramStart {
  uint16_t next_receive_sequence = 0;  // message_seq of the ClientHello that is given first
  uint16_t next_send_sequence = 0;     // message_seq of our first message
  uint64_t next_record = 0;            // number of our first record in the clear
};
struct DatagramOptions {
  size_t mtu = 1200;                     // bytes of the largest datagram to send; at least kMinMtu
  record::RetransmitOptions retransmit;  // ACKs wait for a quarter of its timeout (RFC 9147 s7.1)
  size_t max_message =
      0;  // bytes of a handshake message; 0: three quarters of the reassembly buffer
  DatagramStart start{};
  // The ACK of a KeyUpdate waits like that of a part of a flight, so that one ACK does for several.
  // Its sender goes on under the old keys for as long.
  bool batch_acks = false;
};

// A face; connection.h has the contract. The core and the reassembly buffer outlive it.
//
// What anyone can send is noise: records that do not parse, do not open, or come too early or too
// late are counted and dropped. Only what is authentic and wrong ends the connection; that includes
// plaintext as long as there are no keys.
//
// `reassembly` holds fragments of handshake messages: the next one, and as far as it is larger than
// options.max_message what comes too early; up to the end of the handshake whole records too, which
// came before their keys. What does not fit is dropped and not acknowledged.
class DatagramConnection {
 public:
  static constexpr size_t kMinMtu = 64;  // bytes

  DatagramConnection(Handshake& core ABSL_ATTRIBUTE_LIFETIME_BOUND,
                     MutableBytes reassembly ABSL_ATTRIBUTE_LIFETIME_BOUND,
                     const DatagramOptions& options);
  DatagramConnection(const DatagramConnection&) = delete;
  DatagramConnection& operator=(const DatagramConnection&) = delete;

  // Handles the records of one datagram, decrypting in place, up to and including the first that
  // carries application data or leads to an operation: answer it, and while `consumed` is less than
  // in.size(), call again with the rest. `path` is where it came from.
  Result<Received> Receive(MutableBytes in, Now now, PathId path = {});
  // Application data that overtook the end of the handshake, one record a call; readable until the
  // next call of any kind. Empty: there is none. To be asked for behind the call that connected:
  // the next Receive forgets what is left, as the network may have lost it.
  MutableBytes TakeHeldData();

  // Writes one datagram of at most the MTU: an ACK, handshake fragments, an alert; several records
  // may share it. size 0: nothing is due. A misuse (kNoSpace) when `out` cannot hold the least
  // record: kMinMtu bytes always can.
  Result<Transmit> PollTransmit(MutableBytes out, Now now);
  std::optional<Event> PollEvent() { return core_.PollEvent(); }
  absl::Span<const Pending> Operations() const { return core_.operations(); }
  Result<void> Complete(OpId id, const OpResult& result, Now now);

  std::optional<Instant> NextTimeout() const;
  // Earlier than NextTimeout: does nothing. Fails (kHandshakeTimeout, local) when a flight was sent
  // as often as the options allow.
  Result<void> HandleTimeout(Now now);

  // Seals one record of application data. Misuse: before application keys are there, after Close;
  // kNoSpace when it does not fit in `out` or the MTU; kAeadLimit when the key is used up and the
  // peer has not acknowledged our KeyUpdate yet, which was queued long before: try again later. In
  // DTLS 1.2 there are no other keys: it fails (kAeadLimit, local).
  Result<Sealed> Seal(Bytes plaintext, MutableBytes out);
  // Bytes of application data that fit in one record at the present MTU; 0 before there are keys.
  size_t max_plaintext() const;
  // The new limit holds from the next datagram on, for retransmissions too.
  void set_mtu(size_t mtu);

  // Asks for new keys for our direction, in use once the peer has acknowledged it; request_peer:
  // and the peer for its own (RFC 9147 s8). Misuse in DTLS 1.2.
  Result<void> RequestKeyUpdate(bool request_peer);
  // Queues close_notify behind what is due. Nothing can be sealed afterwards; receiving goes on.
  Result<void> Close();

  // Application data may be sent and received.
  bool connected() const { return core_.established() && !core_.failure(); }
  std::optional<Error> failure() const { return core_.failure(); }
  // The alert behind kClosedByAlert.
  std::optional<Alert> peer_alert() const { return peer_.alert; }
  // Records dropped so far.
  uint32_t noise(record::Noise kind) const { return noise_[static_cast<size_t>(kind)]; }

 private:
  void Count(record::Noise kind) { ++noise_[static_cast<size_t>(kind)]; }
  Error Fail(Error error);
  void TearDown();
  template <class T>
  T Settle(T result) {
    if (core_.failure()) TearDown();
    return result;
  }

  // Receiving: datagram_connection_receive.cc.
  Result<void> OnDatagram(MutableBytes& rest, Now now, MutableBytes& plaintext);
  void OnNoKeys(const record::DatagramRecord& record, Now now);
  bool IsTooEarly(const record::DatagramRecord& record) const;
  Result<void> OpenHeld(Now now);
  Result<void> OnPlain(const record::DatagramRecord& record, Now now);
  Result<void> OnChangeCipherSpec(Bytes content);
  Result<void> OnContent(record::RecordNumber number, record::ContentType type,
                         MutableBytes content, Now now, MutableBytes& plaintext);
  Result<void> OnData(MutableBytes content, MutableBytes& plaintext) {
    peer_.idle_messages = 0;
    if (!content.empty()) peer_.warnings = 0;
    plaintext = content;
    return {};
  }
  Result<void> OnNotOpened(const record::ReadEpoch& keys);
  void RetireOldKeys(Epoch opened, Now now);
  void OnTooEarly(uint64_t epoch_bits, Now now);
  Result<void> OnHandshake(record::RecordNumber number, Bytes content, Now now);
  void OnRepeated(const record::Fragment& fragment, bool plain, Now now);
  Result<void> OnAlert(record::RecordNumber number, Bytes content);
  Result<void> OnWarning(bool plain);
  Result<void> OnAck(record::RecordNumber number, Bytes content, Now now);
  Result<void> Pump(Now now);
  Result<void> Deliver(Now now);
  void ScheduleAck(Now now) {
    if (!ack_.due && ack_.spoken && ack_.list.HasNews(AckLimit())) SetAckTime(now);
  }
  void SetAckTime(Now now);
  // Unless it is settled that it speaks DTLS 1.2: the peer takes and sends ACKs.
  void SpeaksDtls13() { ack_.spoken = !dtls12_.settled; }
  // Messages below this may be acknowledged. After the handshake only what was carried out: an
  // acknowledged KeyUpdate makes the peer change its keys at once. Before, all that is kept.
  uint32_t AckLimit() const { return core_.established() ? ack_.settled : 0x10000; }

  // Application data may be sealed under this epoch.
  bool CarriesData(Epoch epoch) const {
    return dtls12_.settled ? core_.established() : epoch >= Epoch::kApplication;
  }

  // Carrying out the core's commands.
  Result<void> Drain();
  Result<void> CarryOut(const Send& send);
  Result<void> CarryOut(const Command& command);

  // Writing.
  Result<size_t> WriteDatagram(MutableBytes out, Now now);
  Result<size_t> WriteAck(MutableBytes out);
  Result<size_t> WriteFragments(Epoch epoch, MutableBytes out, Now now);
  Result<size_t> WriteAlert(Epoch epoch, Alert alert, MutableBytes out);

  struct Ack {
    record::AckList list;
    std::optional<Instant> deadline;
    bool due = false;
    bool at_once = false;       // what came is whole, and nothing will answer it
    bool spoken = false;        // the peer is known to speak DTLS 1.3
    uint32_t flight_start = 0;  // message_seq that the peer's present flight began with
    uint32_t settled = 0;       // all that follows from the messages before this one is done
  };
  struct Peer {
    std::optional<Alert> alert;
    std::optional<record::RecordNumber> closed;  // its close_notify
    std::optional<PathId> path;
    Instant old_keys_end = Instant::max();  // of the epoch before the newest
    uint8_t idle_messages = 0;  // post-handshake messages since the last application data
    uint8_t warnings = 0;       // DTLS 1.2: authentic ones since
  };
  struct Dtls12 {
    bool settled = false;          // this is DTLS 1.2
    bool verified = false;         // a HelloVerifyRequest came: the peer does not speak DTLS 1.3
    bool last_answered = false;    // the peer's Finished came
    Alert warning = Alert::kNone;  // to be sent
  };
  enum class Ending : uint8_t { kOpen, kCloseQueued, kCloseSent, kAlertQueued, kAlertSent };

  Handshake& core_;
  DatagramOptions options_;
  record::Reassembly reassembly_;
  record::HeldRecords held_;
  record::DatagramEpochs epochs_;
  record::FlightTable flights_;
  std::optional<Send> waiting_;  // for room in the flight table; what is behind it waits in the
                                 // core. Without bytes: a ChangeCipherSpec
  Ack ack_;
  Peer peer_;
  Dtls12 dtls12_;
  Ending ending_ = Ending::kOpen;
  Epoch alert_epoch_ = Epoch::kPlain;
  std::array<uint32_t, record::kNoiseKinds> noise_{};
};
static_assert(Face<DatagramConnection>);

}  // namespace merlon::tls
