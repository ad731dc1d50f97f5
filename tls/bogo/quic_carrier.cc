// SPDX-License-Identifier: Apache-2.0
// The runner's stand-in for QUIC: records of type, level, cipher suite, size, and the level's
// traffic secret in the clear, which proves that both ends have the same.
#include <array>

#include "crypto/base/reader.h"
#include "crypto/base/writer.h"
#include "tls/bogo/carrier.h"
#include "tls/message_connection.h"

namespace merlon::bogo {
namespace {

constexpr uint8_t kAlert = 21, kHandshake = 22, kApplicationData = 23;
constexpr size_t kHeaderSize = 8;
constexpr size_t kLevels = 4;  // initial, early data, handshake, application: epochs' numbers
constexpr uint8_t kApplicationLevel = 3;

class QuicCarrier final : public Carrier {
 public:
  QuicCarrier(Engine& engine, Socket& socket)
      : engine_(engine), socket_(socket), face_(engine.core(), engine.reassembly()) {}

  bool Step() override {
    Settle();
    if (failure()) return true;
    if (engine_.flags().async && engine_.AnswerOne(face_)) {
      Settle();
      return true;
    }
    return ReadRecord();
  }

  bool Write(Bytes data) override {
    WriteRecord(kApplicationData, kApplicationLevel, data);
    return true;
  }
  void UpdateKeys() override {}  // QUIC's own (RFC 9001 s6)
  void Close() override {}       // QUIC's own
  std::optional<Error> failure() const override {
    return bad_record_ ? bad_record_ : face_.failure();
  }
  std::optional<Alert> peer_alert() const override { return peer_alert_; }

 private:
  struct Level {
    uint16_t suite = 0;
    std::string secret;
  };

  void Settle() {
    for (;;) {
      while (std::optional<tls::Command> command = face_.NextCommand()) CarryOut(*command);
      engine_.TakeEvents(face_);
      if (engine_.flags().async || !engine_.AnswerOne(face_)) break;
    }
    const std::optional<Alert> alert = face_.alert_to_send();
    if (alert && !alert_sent_) {
      const uint8_t content[] = {2, static_cast<uint8_t>(*alert)};
      WriteRecord(kAlert, write_level_, content);
      alert_sent_ = true;
    }
  }

  void CarryOut(const tls::Command& command) {
    if (const auto* send = std::get_if<tls::Send>(&command)) {
      WriteRecord(kHandshake, static_cast<uint8_t>(send->epoch), send->bytes);
    }
    if (const auto* install = std::get_if<tls::InstallRead>(&command)) {
      Install(read_[static_cast<size_t>(install->epoch)], install->keys);
    }
    if (const auto* install = std::get_if<tls::InstallWrite>(&command)) {
      write_level_ = static_cast<uint8_t>(install->epoch);
      Install(write_[write_level_], install->keys);
    }
  }

  void Install(Level& level, const record::TrafficKeys& keys) {
    level.suite = engine_.core().negotiated().suite->id;
    level.secret = AsText(std::get<record::TrafficSecret>(keys.secret).reveal());
  }

  void WriteRecord(uint8_t type, uint8_t level, Bytes content) {
    const Level& keys = write_[level];
    std::vector<uint8_t> record(kHeaderSize + keys.secret.size() + content.size());
    Writer writer(absl::MakeSpan(record));
    writer.Int<1>(type);
    writer.Int<1>(level);
    writer.Int<2>(keys.suite);
    writer.Prefixed<4>([&] {
      writer.Raw(AsBytes(keys.secret));
      writer.Raw(content);
    });
    if (writer.Finish().ok()) socket_.Write(record);
  }

  bool ReadRecord() {
    uint8_t header[kHeaderSize];
    if (!socket_.ReadAll(MutableBytes(header))) return false;
    Reader reader{Bytes(header)};
    uint8_t type = 0, level = 0;
    uint16_t suite = 0;
    uint32_t size = 0;
    if (!reader.Int(&type) || !reader.Int(&level) || !reader.Int(&suite) || !reader.Int(&size)) {
      return false;
    }
    std::vector<uint8_t> record(size);
    if (!socket_.ReadAll(absl::MakeSpan(record))) return false;
    const bool has_keys = level < kLevels && (level == 0 || read_[level].suite != 0);
    if (level == 1 && !has_keys) return true;  // early data that we refused
    if (!has_keys || suite != read_[level].suite ||
        !AsText(record).starts_with(read_[level].secret)) {
      bad_record_ = LocalError(Code::kBadMac);
      return true;
    }
    Handle(type, static_cast<tls::Epoch>(level), Slice(Bytes(record), read_[level].secret.size()));
    return true;
  }

  void Handle(uint8_t type, tls::Epoch epoch, Bytes content) {
    if (type == kApplicationData) engine_.observed().data.emplace_back(AsText(content));
    if (type == kAlert && content.size() == 2) {
      peer_alert_ = static_cast<Alert>(content[1]);
      bad_record_ = PeerError(Code::kClosedByAlert, Alert::kNone);
    }
    while (type == kHandshake && !content.empty()) {
      const Result<size_t> taken = face_.Receive(epoch, content, engine_.now());
      if (!taken.ok()) break;
      content.remove_prefix(*taken);
      Settle();
      if (*taken == 0 && !engine_.AnswerOne(face_)) break;
    }
    Settle();
  }

  Engine& engine_;
  Socket& socket_;
  tls::MessageConnection face_;
  std::array<Level, kLevels> read_, write_;
  uint8_t write_level_ = 0;
  bool alert_sent_ = false;
  std::optional<Error> bad_record_;  // what QUIC itself would find
  std::optional<Alert> peer_alert_;
};

}  // namespace

std::unique_ptr<Carrier> MakeQuicCarrier(Engine& engine, Socket& socket) {
  return std::make_unique<QuicCarrier>(engine, socket);
}

}  // namespace merlon::bogo
