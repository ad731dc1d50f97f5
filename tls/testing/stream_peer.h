// SPDX-License-Identifier: Apache-2.0
// For tests of the stream face: a connection over a toy core with its memory and what it said, and
// a forger of records under the toy's secrets.
#pragma once
#include <random>
#include <string>
#include <vector>

#include "tls/stream_connection.h"
#include "tls/testing/toy_core.h"
#include "tls/testing/toy_core12.h"

namespace merlon::tls::testing {

using ByteString = std::vector<uint8_t>;

template <class Core>
struct StreamPeerOver {
  StreamPeerOver(Side side, const typename Core::Config& config, size_t reassembly_size = 32768)
      : core(side, config),
        reassembly(reassembly_size),
        connection(core, absl::MakeSpan(reassembly)) {}

  Core core;
  ByteString reassembly;
  StreamConnection connection;
  ByteString received;              // application data
  std::vector<std::string> events;  // in words
  ByteString input;                 // bytes that arrived and are not consumed

  // All that there is to send now, in calls with `room` bytes of output each.
  ByteString Output(size_t room = 65536) {
    ByteString sent, out(room);
    for (;;) {
      const Result<Transmit> transmit = connection.PollTransmit(absl::MakeSpan(out), Now{});
      PollEvents();
      if (!transmit.ok() || transmit->size == 0) return sent;
      sent.insert(sent.end(), out.begin(), out.begin() + static_cast<ptrdiff_t>(transmit->size));
    }
  }
  // Takes in what arrives; stops where the connection does. False: it failed.
  bool Feed(Bytes bytes) {
    input.insert(input.end(), bytes.begin(), bytes.end());
    while (!input.empty()) {
      const Result<Received> done = connection.Receive(absl::MakeSpan(input), Now{});
      PollEvents();
      if (!done.ok()) return false;
      if (done->consumed == 0) return true;
      received.insert(received.end(), done->plaintext.begin(), done->plaintext.end());
      input.erase(input.begin(), input.begin() + static_cast<ptrdiff_t>(done->consumed));
    }
    return true;
  }
  bool Answer() {
    const bool ok = AnswerAll(connection, Now{}).ok();
    PollEvents();
    return ok;
  }
  ByteString Seal(Bytes plaintext) {
    ByteString out(connection.SealedSize(plaintext.size()));
    const Result<Sealed> sealed = connection.Seal(plaintext, absl::MakeSpan(out));
    PollEvents();
    if (!sealed.ok() || sealed->consumed != plaintext.size()) return {};
    out.resize(sealed->written);
    return out;
  }
  void PollEvents() {
    while (const std::optional<Event> event = connection.PollEvent()) {
      events.push_back(Describe(*event));
    }
  }
};

using StreamPeer = StreamPeerOver<ToyCore>;
using StreamPeer12 = StreamPeerOver<ToyCore12>;

// Both sides talk and answer until nothing moves.
template <class Peer>
void Exchange(Peer& a, Peer& b) {
  for (bool moved = true; moved;) {
    moved = false;
    for (auto [from, to] : {std::pair(&a, &b), std::pair(&b, &a)}) {
      const ByteString bytes = from->Output();
      const bool waits = !to->connection.Operations().empty();
      moved |= !bytes.empty() || waits;
      (void)to->Feed(bytes);
      (void)to->Answer();
      (void)to->Feed({});
    }
  }
}

// Writes records as a peer would that has the toy's secrets and no manners.
class Forger {
 public:
  Forger() = default;  // in the clear
  Forger(const ToyConfig& config, Side writer, Epoch epoch) {
    (void)writer_.Install(epoch, record::TrafficKeys{config.aead, config.hash,
                                                     ToySecret(*config.hash, writer, epoch)});
  }
  Forger(const Toy12Config& config, Side writer) {
    writer_.Settle12();
    (void)writer_.Install(Epoch::kFirstKeys, Toy12Keys(*config.aead, writer));
  }
  ByteString Record(record::ContentType type, Bytes content) {
    ByteString out(content.size() + writer_.overhead());
    const Result<size_t> size = writer_.Write(type, {&content, 1}, absl::MakeSpan(out));
    out.resize(size.ok() ? *size : 0);
    return out;
  }
  ByteString Handshake(Bytes content) { return Record(record::ContentType::kHandshake, content); }
  ByteString Alert(uint8_t level, merlon::Alert alert) {
    const uint8_t content[] = {level, static_cast<uint8_t>(alert)};
    return Record(record::ContentType::kAlert, content);
  }
  ByteString Data(Bytes content) { return Record(record::ContentType::kApplicationData, content); }

 private:
  record::StreamWriter writer_;
};

inline ByteString Message(uint8_t type, Bytes body) {
  ByteString out = {type, static_cast<uint8_t>(body.size() >> 16),
                    static_cast<uint8_t>(body.size() >> 8), static_cast<uint8_t>(body.size())};
  out.insert(out.end(), body.begin(), body.end());
  return out;
}
inline ByteString operator+(ByteString a, const ByteString& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace merlon::tls::testing
