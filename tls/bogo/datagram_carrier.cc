// SPDX-License-Identifier: Apache-2.0
// DTLS in the runner's framing over TCP: an opcode, then a packet behind its length, or a word
// about the clock, which is the runner's. Packets go out at once.
#include <cstdio>

#include "crypto/base/reader.h"
#include "crypto/base/writer.h"
#include "tls/bogo/carrier.h"
#include "tls/datagram_connection.h"

namespace merlon::bogo {
namespace {

enum Opcode : uint8_t {
  kPacket = 'P',             // 4 bytes of length, the datagram
  kTimeout = 'T',            // 8 bytes: nanoseconds have passed
  kTimeoutAck = 't',         // our answer
  kMtu = 'M',                // 4 bytes: the new MTU
  kUpdateTimeout = 'U',      // 4 bytes: another initial timeout from now on
  kExpectNextTimeout = 'E',  // 8 bytes: nanoseconds until our timer, or all ones: it must not run
};

constexpr size_t kMaxOverhead = 64;  // of a record

tls::DatagramOptions OptionsOf(const Flags& flags) {
  tls::DatagramOptions options;
  if (flags.mtu != 0) options.mtu = flags.mtu;
  // Where the runner names none, it counts on BoringSSL's.
  const int timeout = flags.initial_timeout_duration_ms;
  options.retransmit.initial = std::chrono::milliseconds(timeout != 0 ? timeout : 400);
  options.batch_acks = true;  // it counts on that too
  return options;
}

class DatagramCarrier final : public Carrier {
 public:
  DatagramCarrier(Engine& engine, Socket& socket)
      : engine_(engine),
        socket_(socket),
        face_(engine.core(), engine.reassembly(), OptionsOf(engine.flags())),
        mtu_(OptionsOf(engine.flags()).mtu) {}

  bool Step() override {
    Settle();
    if (failure()) return true;
    if (engine_.flags().async && engine_.AnswerOne(face_)) {
      Settle();
      return true;
    }
    uint8_t opcode = 0;
    if (!socket_.ReadAll(MutableBytes(&opcode, 1)) || !Handle(opcode)) return false;
    Settle();
    return true;
  }

  bool Write(Bytes data) override {
    Settle();
    std::vector<uint8_t> out(data.size() + kMaxOverhead);
    // The runner's MTU is for handshakes alone.
    if (data.size() > face_.max_plaintext()) face_.set_mtu(out.size());
    const Result<tls::Sealed> sealed = face_.Seal(data, absl::MakeSpan(out));
    face_.set_mtu(mtu_);
    if (!sealed.ok()) return false;
    SendPacket(Bytes(out.data(), sealed->written));
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
  bool unimplemented() const override { return unimplemented_; }

 private:
  // False: the stream ended, or is not what it should be.
  bool Handle(uint8_t opcode) {
    uint64_t number = 0;
    if (opcode == kPacket) return ReadNumber(4, &number) && ReadPacket(number);
    if (opcode == kMtu) {
      if (!ReadNumber(4, &number)) return false;
      mtu_ = number;
      face_.set_mtu(mtu_);
      return true;
    }
    if (opcode == kUpdateTimeout) {
      unimplemented_ = true;
      return false;
    }
    if (opcode != kTimeout && opcode != kExpectNextTimeout) {
      fprintf(stderr, "unknown opcode %c\n", opcode);
      return false;
    }
    if (!ReadNumber(8, &number)) return false;
    if (opcode == kExpectNextTimeout) return CheckTimeout(number);
    const uint8_t ack = kTimeoutAck;
    socket_.Write(Bytes(&ack, 1));
    // What is less than a microsecond counts the next time.
    passed_ += std::chrono::nanoseconds(number);
    const auto whole = std::chrono::duration_cast<Duration>(passed_);
    engine_.now().instant += whole;
    passed_ -= whole;
    (void)face_.HandleTimeout(engine_.now());
    return true;
  }

  bool ReadNumber(size_t size, uint64_t* out) {
    uint8_t bytes[8];
    if (!socket_.ReadAll(MutableBytes(bytes, size))) return false;
    for (uint8_t byte : Bytes(bytes, size)) *out = *out << 8 | byte;
    return true;
  }

  bool ReadPacket(size_t size) {
    std::vector<uint8_t> packet(size);
    if (!socket_.ReadAll(absl::MakeSpan(packet))) return false;
    for (MutableBytes rest = absl::MakeSpan(packet); !rest.empty();) {
      const Result<tls::Received> got = face_.Receive(rest, engine_.now());
      if (!got.ok() || got->consumed == 0) break;
      if (!got->plaintext.empty()) {
        engine_.observed().data.emplace_back(AsText(got->plaintext));
      }
      rest.remove_prefix(got->consumed);
      engine_.TakeEvents(face_);
      // Keys for the rest may come of what is asked for now.
      while (!rest.empty() && engine_.AnswerOne(face_)) engine_.TakeEvents(face_);
    }
    return true;
  }

  bool CheckTimeout(uint64_t nanoseconds) const {
    const std::optional<Instant> timeout = face_.NextTimeout();
    if (nanoseconds == UINT64_MAX ? !timeout
                                  : timeout && *timeout - engine_.now().instant ==
                                                   std::chrono::nanoseconds(nanoseconds)) {
      return true;
    }
    const auto left = timeout ? (*timeout - engine_.now().instant).count() : -1;
    fprintf(stderr, "a timer of %lld us instead of %lld\n", static_cast<long long>(left),
            static_cast<long long>(nanoseconds / 1000));
    return false;
  }

  // A flight that still waits for an answer leaves when it is whole.
  void Settle() {
    for (;;) {
      engine_.TakeEvents(face_);
      if (!engine_.flags().async && engine_.AnswerOne(face_)) continue;
      if (!face_.Operations().empty()) return;
      uint8_t out[20'000];
      const Result<tls::Transmit> sent = face_.PollTransmit(MutableBytes(out), engine_.now());
      if (!sent.ok() || sent->size == 0) return;
      SendPacket(Bytes(out, sent->size));
    }
  }

  void SendPacket(Bytes packet) {
    std::vector<uint8_t> framed(packet.size() + 5);
    Writer writer(absl::MakeSpan(framed));
    writer.Int<1>(kPacket);
    writer.Prefixed<4>([&] { writer.Raw(packet); });
    if (writer.Finish().ok()) socket_.Write(framed);
  }

  Engine& engine_;
  Socket& socket_;
  tls::DatagramConnection face_;
  size_t mtu_;
  std::chrono::nanoseconds passed_{};
  bool unimplemented_ = false;
};

}  // namespace

std::unique_ptr<Carrier> MakeDatagramCarrier(Engine& engine, Socket& socket) {
  return std::make_unique<DatagramCarrier>(engine, socket);
}

}  // namespace merlon::bogo
