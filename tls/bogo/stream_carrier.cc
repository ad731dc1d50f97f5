// SPDX-License-Identifier: Apache-2.0
// TLS over the runner's TCP connection. With -async everything comes in the smallest steps: one
// byte at a time, and no operation is answered before the bytes at hand were offered.
//
// Once connected, what answers the peer leaves with the next data: "An implementation that receives
// multiple KeyUpdates while it is silent MAY respond with a single update" (RFC 9846 s4.6.3).
#include "tls/bogo/carrier.h"
#include "tls/stream_connection.h"

namespace merlon::bogo {
namespace {

class StreamCarrier final : public Carrier {
 public:
  StreamCarrier(Engine& engine, Socket& socket)
      : engine_(engine), socket_(socket), face_(engine.core(), engine.reassembly()) {}

  bool Step() override {
    if (!engine_.observed().connected) Settle();
    if (HandleRecord() || failure()) return true;
    if (engine_.flags().async && engine_.AnswerOne(face_)) {
      Settle();
      return true;
    }
    uint8_t bytes[16384];
    const size_t got = socket_.Read(MutableBytes(bytes, engine_.flags().async ? 1 : sizeof(bytes)));
    if (got == 0) {
      (void)face_.TransportClosed();
      return false;
    }
    input_.append(AsText(Bytes(bytes, got)));
    return true;
  }

  bool Write(Bytes data) override {
    while (!data.empty()) {
      std::vector<uint8_t> out(OutputSize(face_.SealedSize(data.size())));
      const Result<tls::Sealed> sealed = face_.Seal(data, absl::MakeSpan(out));
      if (!sealed.ok()) return false;
      Send(Bytes(out.data(), sealed->written));
      data.remove_prefix(sealed->consumed);
      if (sealed->written == 0) return false;
    }
    return true;
  }

  void UpdateKeys() override {
    (void)face_.RequestKeyUpdate(/*request_peer=*/false);
    Settle();
  }
  void Close() override {
    (void)face_.Close();
    Settle();
  }
  std::optional<Error> failure() const override { return face_.failure(); }
  std::optional<Alert> peer_alert() const override { return face_.peer_alert(); }
  void HoldWrites() override { hold_ = true; }
  void ReleaseWrites() override {
    hold_ = false;
    socket_.Write(AsBytes(held_));
    held_.clear();
  }

 private:
  // With -max-send-fragment records are as small as the room that is given.
  size_t OutputSize(size_t wanted) const {
    // Header; content type and tag where nothing goes in the clear any more. In TLS 1.2 a flight
    // may do so.
    const bool sealed =
        engine_.observed().connected && IsTls13(engine_.core().negotiated().version);
    const size_t overhead = sealed ? 5 + 1 + 16 : 5;
    const size_t fragment = engine_.flags().max_send_fragment;
    return fragment == 0 ? wanted : std::min(wanted, fragment + overhead);
  }

  bool HandleRecord() {
    if (input_.empty() || failure()) return false;
    const MutableBytes in(reinterpret_cast<uint8_t*>(input_.data()), input_.size());
    const bool silent = engine_.observed().connected;
    const Result<tls::Received> got = face_.Receive(in, engine_.now());
    if (got.ok() && !got->plaintext.empty()) {
      engine_.observed().data.emplace_back(AsText(got->plaintext));
    }
    if (got.ok()) input_.erase(0, got->consumed);
    if (silent && !failure()) {
      engine_.TakeEvents(face_);
    } else {
      Settle();
    }
    return got.ok() && got->consumed != 0;
  }

  // The contract's loop: until nothing is to be sent, told or answered.
  void Settle() {
    for (;;) {
      engine_.TakeEvents(face_);
      if (!engine_.flags().async && engine_.AnswerOne(face_)) continue;
      std::vector<uint8_t> out(OutputSize(20'000));
      const Result<tls::Transmit> sent = face_.PollTransmit(absl::MakeSpan(out), engine_.now());
      if (!sent.ok() || sent->size == 0) return;
      Send(Bytes(out.data(), sent->size));
    }
  }

  void Send(Bytes bytes) {
    if (!hold_) return socket_.Write(bytes);
    if (held_.empty() && !bytes.empty()) {
      socket_.Write(Slice(bytes, 0, 1));
      bytes.remove_prefix(1);
    }
    held_.append(AsText(bytes));
  }

  Engine& engine_;
  Socket& socket_;
  tls::StreamConnection face_;
  std::string input_, held_;
  bool hold_ = false;
};

}  // namespace

std::unique_ptr<Carrier> MakeStreamCarrier(Engine& engine, Socket& socket) {
  return std::make_unique<StreamCarrier>(engine, socket);
}

}  // namespace merlon::bogo
