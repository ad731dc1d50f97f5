// SPDX-License-Identifier: Apache-2.0
// Endpoint: a core with its face and all their memory, an answerer, and a log of what happened. And
// the contract's loop for one side, with bytes as strings. For any face.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tls/connection.h"
#include "tls/local_operations.h"
#include "tls/profiles/full.h"
#include "tls/testing/world.h"

namespace merlon::tls::testing {

struct EndpointOptions {
  size_t storage = 32768;     // bytes of handshake storage
  size_t reassembly = 20480;  // bytes
};

// Everything that happened on one side, in words: equal logs mean equal behaviour.
struct Log {
  std::string events;                 // "connected ticket closed ..."
  std::string data;                   // application data received
  std::vector<std::string> sessions;  // of TicketArrived
  std::vector<std::string> secrets;   // SSLKEYLOGFILE labels with hex secrets
  std::optional<Error> error;         // what a call returned
};

inline std::string ToString(Bytes bytes) { return std::string(AsText(bytes)); }

// Takes the event to the log.
void Record(const Event& event, Log& log);

template <class Face>
class Endpoint {
 public:
  template <class Config, class Options, class... FaceArguments>
  Endpoint(const Config& config, const Options& options, Transport transport, LocalOptions local,
           World& world, EndpointOptions sizes, Now now, FaceArguments... face_arguments)
      : storage_(sizes.storage),
        reassembly_(sizes.reassembly),
        core(config, options, transport, absl::MakeSpan(storage_), world.NewSeed(), now),
        face(core, absl::MakeSpan(reassembly_), face_arguments...),
        operations(world.crypto(), local) {}

  bool connected() const { return log.events.find("connected") != std::string::npos; }

  // Bytes from the peer: whole records are handled, what is left waits for more.
  void Receive(std::string_view bytes, Now now) {
    input_.append(bytes);
    Pump(now);
  }
  void Pump(Now now) {
    for (;;) {
      const MutableBytes in(reinterpret_cast<uint8_t*>(input_.data()), input_.size());
      const Result<Received> got = face.Receive(in, now);
      if (!got.ok()) log.error = got.error();
      if (!got.ok() || got->consumed == 0) break;
      log.data += ToString(got->plaintext);
      input_.erase(0, got->consumed);
      Settle(now);
      if (input_.empty()) break;
    }
    Settle(now);
  }
  // Events, and answers where `answer` is set.
  void Settle(Now now) {
    Poll();
    if (!answer) return;
    const bool waited = !face.Operations().empty();
    operations.Answer(face, now);
    Poll();
    if (waited && !input_.empty() && face.Operations().empty()) Pump(now);
  }
  void Poll() {
    while (std::optional<Event> event = face.PollEvent()) Record(*event, log);
  }
  // One call's worth to send: some records, or one datagram. Empty: nothing.
  std::string TransmitOne(Now now) {
    std::vector<uint8_t> buffer(20000);
    const Result<merlon::tls::Transmit> sent = face.PollTransmit(absl::MakeSpan(buffer), now);
    if (!sent.ok() && !log.error) log.error = sent.error();
    if (!sent.ok() || sent->size == 0) return {};
    Settle(now);
    return ToString(Bytes(buffer.data(), sent->size));
  }
  // All that there is to send.
  std::string Transmit(Now now) {
    std::string out;
    for (std::string more = TransmitOne(now); !more.empty(); more = TransmitOne(now)) out += more;
    return out;
  }
  // Forgets bytes that were not handled: the rest of a bad datagram.
  void DropInput() { input_.clear(); }
  std::string Seal(std::string_view text) {
    std::vector<uint8_t> buffer(text.size() + 4096);
    const Result<Sealed> sealed = face.Seal(AsBytes(text), absl::MakeSpan(buffer));
    if (!sealed.ok()) {
      log.error = sealed.error();
      return {};
    }
    return ToString(Bytes(buffer.data(), sealed->written));
  }

 private:
  std::vector<uint8_t> storage_, reassembly_;
  std::string input_;

 public:
  HandshakeCore<FullProfile> core;
  Face face;
  LocalOperations operations;
  bool answer = true;
  Log log;
};

}  // namespace merlon::tls::testing
