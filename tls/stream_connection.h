// SPDX-License-Identifier: Apache-2.0
// TLS over an ordered byte stream: turns records into inputs of the handshake core, and the core's
// commands into records. What a message means is the core's business, what a record looks like
// record/'s.
#pragma once
#include "record/stream_layer.h"
#include "tls/connection.h"
#include "tls/core/handshake.h"
#include "tls/send_queue.h"

namespace merlon::tls {

// A face; connection.h has the contract. The core and the reassembly buffer outlive it.
//
// `reassembly` holds handshake bytes that cannot be handled yet: a message in fragments (a larger
// one is kMessageTooLarge), and what comes while an operation is pending. With 2^14 + 256 bytes or
// more an operation never makes application data wait.
class StreamConnection {
 public:
  StreamConnection(Handshake& core ABSL_ATTRIBUTE_LIFETIME_BOUND,
                   MutableBytes reassembly ABSL_ATTRIBUTE_LIFETIME_BOUND);
  StreamConnection(const StreamConnection&) = delete;
  StreamConnection& operator=(const StreamConnection&) = delete;

  // Handles the first record of `in`, decrypting in place. consumed is 0 when it is not whole, and
  // when it has to wait for an operation (Operations() is not empty then): nothing was touched,
  // offer it again after Complete. After PeerClosed everything is consumed and ignored (RFC 9846
  // s6.1).
  Result<Received> Receive(MutableBytes in, Now now);
  // Writes whole records: queued messages, an alert, close_notify; as many as fit. A misuse
  // (kNoSpace) when there is something to write and `out` cannot hold the least record:
  // kMinTransmit bytes always can. Poll events afterwards: keys change when messages are sealed.
  Result<Transmit> PollTransmit(MutableBytes out, Now now);
  static constexpr size_t kMinTransmit = 64;
  std::optional<Event> PollEvent() { return core_.PollEvent(); }
  absl::Span<const Pending> Operations() const { return core_.operations(); }
  Result<void> Complete(OpId id, const OpResult& result, Now now);

  // Seals application data, in as many records as fit; what is queued goes out first, as in
  // PollTransmit. Records are numbered as they are written: send them in that order. `out` overlaps
  // no plaintext. With SealedSize bytes all is consumed. Near the AEAD's limit a KeyUpdate goes
  // before the data. Misuse: before application keys are there, after Close, more than kMaxPieces.
  Result<Sealed> Seal(Bytes plaintext, MutableBytes out);
  Result<Sealed> Seal(absl::Span<const Bytes> pieces, MutableBytes out);
  static constexpr size_t kMaxPieces = 16;
  // The most that sealing so many bytes can write now.
  size_t SealedSize(size_t plaintext) const;

  // Asks for new keys for our direction; request_peer: and the peer for its own (RFC 9846 s4.6.3).
  // Misuse in TLS 1.2, which has none: Seal fails (kAeadLimit, local) when the keys are used up.
  Result<void> RequestKeyUpdate(bool request_peer);
  // Queues close_notify behind what is queued. Nothing can be sent afterwards; receiving goes on.
  Result<void> Close();
  // The transport has ended. An error (kTruncatedByTransport) unless PeerClosed came before: what
  // was received may be cut short (RFC 9846 s6.1).
  Result<void> TransportClosed();

  // Application data may be sent and received.
  bool connected() const { return is_.established && !failed(); }
  bool wants_write() const { return alert_ != Alert::kNone || !queue_.empty(); }
  std::optional<Error> failure() const;
  // The alert behind kClosedByAlert.
  std::optional<Alert> peer_alert() const;

 private:
  bool failed() const { return failure_.code != Code{}; }
  Error Fail(Error error);

  // Receiving.
  bool MustWait(const record::StreamRecord& record) const;
  bool MustWait12(const record::StreamRecord& record) const;
  Result<void> OnContent(const record::Content& content);
  Result<void> OnHandshake(Bytes fragment);
  Result<void> OnAlert(Bytes alert);
  bool IsOnlyWarning(uint8_t level, Alert description) const;
  Result<void> OnChangeCipherSpec();
  Result<void> PumpMessages();

  // Carrying out the core's commands.
  enum class WriteKeys : bool { kInOrder, kAtOnce };
  Result<void> Drain(WriteKeys write_keys = WriteKeys::kInOrder);
  Result<void> CarryOut(Command& command, WriteKeys write_keys);
  Result<void> InstallReadKeys(const InstallRead& install);
  Result<void> InstallWriteKeys(const InstallWrite& install);
  Result<void> ApplyWriteKeys();

  // Writing.
  size_t Flush(MutableBytes out);
  Result<size_t> WriteFront(MutableBytes out);
  Result<size_t> WriteMessages(MutableBytes out);
  size_t WriteAlert(MutableBytes out);
  Result<void> UpdateKeys();

  Handshake& core_;
  record::StreamReader reader_;
  record::StreamWriter writer_;
  record::HandshakeDeframer deframer_;
  SendQueue queue_;
  Now now_{};                   // of the last call that had one
  Error failure_{};             // what core_.failure() says, without the call
  Alert alert_ = Alert::kNone;  // to be written behind the queue
  Alert peer_alert_ = Alert::kNone;
  struct Counts {
    uint8_t warnings = 0;       // alerts in a row that were ignored
    uint8_t idle_messages = 0;  // post-handshake messages since the last application data
  } counts_;
  uint8_t last_message_ = 0;  // its type; 0 once the read keys have changed since
  struct Flags {
    bool established = false;  // what core_.established() says, without the call
    bool started = false;      // a handshake message was sent or received
    bool closed = false, close_sent = false, peer_closed = false;
  } is_;
};
static_assert(Face<StreamConnection>);

}  // namespace merlon::tls
