// SPDX-License-Identifier: Apache-2.0
// End: one end of a connection, with its memory and an answerer of operations, that does what a
// script says and checks what every connection promises. A promise that is broken ends the program.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "crypto/testing/deterministic_rng.h"
#include "fuzz/script.h"
#include "tls/datagram_connection.h"
#include "tls/local_operations.h"
#include "tls/profiles/full.h"
#include "tls/stream_connection.h"

namespace merlon::fuzz {

// Prints `promise` and ends the program unless `kept`: a finding.
void Expect(bool kept, const char* promise);

// What happened at an end. The same script gives the same outcome, to the byte.
struct Outcome {
  std::string events;             // in words, in order: "connected ticket closed ..."
  std::string data;               // application data received
  std::vector<std::string> sent;  // datagrams, or what one call gave of a stream
  std::optional<Error> failure;
  bool Saw(std::string_view event) const { return events.find(event) != std::string::npos; }
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

struct EndOptions {
  size_t storage = 32768;     // bytes of handshake storage
  size_t reassembly = 20480;  // bytes
  uint8_t memory_fill = 0;    // what both hold at first: must not matter
  bool whole_pieces = false;  // a step's bytes come at once, whatever it says: must not matter
  Now now{};                  // at the beginning
  tls::DatagramOptions datagram{};
  // Application data as it arrives, and events: for the user's code behind the connection.
  std::function<void(Bytes)> on_data{};
  std::function<void(const tls::Event&)> on_event{};
};

// What does not depend on the face: answers, time, notes.
class EndBase {
 public:
  const Outcome& outcome() const { return outcome_; }

 protected:
  EndBase(const crypto::Context& crypto, const tls::LocalOptions& local, const EndOptions& options)
      : options_(options),
        storage_(options.storage, options.memory_fill),
        reassembly_(options.reassembly, options.memory_fill),
        rng_(1),
        operations_({crypto.keys, crypto.drivers, rng_}, local),
        now_(options.now) {}
  static tls::Seed FixedSeed();
  void Note(const tls::Event& event);
  void NoteData(Bytes data);
  // What an error of a call that takes the peer's bytes may be.
  void CheckPeerError(Error error) const;

  EndOptions options_;
  std::vector<uint8_t> storage_, reassembly_;
  crypto::testing::DeterministicRng rng_;
  tls::LocalOperations operations_;
  Now now_;
  Outcome outcome_;
  bool spoiled_ = false;  // an operation was answered badly
};

template <class Face>
class End : public EndBase {
  static constexpr bool kDatagrams = std::is_same_v<Face, tls::DatagramConnection>;

 public:
  // All that is referred to outlives the end.
  template <class Config, class Options>
  End(const crypto::Context& crypto, const Config& config, const Options& options,
      const tls::LocalOptions& local, const EndOptions& end_options = {})
      : EndBase(crypto, local, end_options),
        core(config, options, kDatagrams ? tls::Transport::kDatagram : tls::Transport::kStream,
             absl::MakeSpan(storage_), FixedSeed(), now_),
        face(MakeFace(core, absl::MakeSpan(reassembly_), options_)) {}

  // Does all steps, then answers what is open and lets time pass until nothing is due.
  const Outcome& Run(Bytes script) {
    Start();
    for (const Step& step : ParseScript(script)) Do(step);
    Finish();
    outcome_.failure = face.failure();
    return outcome_;
  }
  // What a client does by itself: before the first step.
  void Start() { Settle(Answers::kAtOnce, false); }
  void Do(const Step& step) {
    // What was left open before comes first, or is left open again.
    if (step.answers() != Answers::kLate) Resume(Answers::kAtOnce, false);
    switch (step.action()) {
      case Action::kDeliver:
        Deliver(step);
        if (step.variant()) Deliver(step);
        break;
      case Action::kSeal:
        SealSome(step.variant() ? 20000 : 16);
        break;
      case Action::kKeyUpdate:
        (void)face.RequestKeyUpdate(step.variant());
        break;
      case Action::kClose:
        if constexpr (!kDatagrams) {
          if (step.variant()) (void)face.TransportClosed();
        }
        if (!step.variant()) (void)face.Close();
        break;
      case Action::kWait:
        Wait(step.variant());
        break;
    }
    Resume(step.answers(), step.variant());
  }

 private:
  static Face MakeFace(tls::Handshake& core, MutableBytes reassembly, const EndOptions& options) {
    if constexpr (kDatagrams) {
      return Face(core, reassembly, options.datagram);
    } else {
      return Face(core, reassembly);
    }
  }

  void Deliver(const Step& step) {
    if constexpr (kDatagrams) {
      input_ = step.bytes;
      Pump(step);
      input_.clear();
      return;
    }
    std::string_view rest = step.bytes;
    while (!rest.empty()) {
      size_t size = rest.size();
      if (!options_.whole_pieces) {
        if (step.pieces() == Pieces::kBytes) size = 1;
        if (step.pieces() == Pieces::kHalves) size = (size + 1) / 2;
        if (step.pieces() == Pieces::kThrees) size = std::min<size_t>(size, 3);
      }
      input_ += rest.substr(0, size);
      rest.remove_prefix(size);
      Pump(step);
    }
  }
  // Gives the connection what there is until it takes no more.
  void Pump(const Step& step) {
    while (!input_.empty()) {
      const MutableBytes in(reinterpret_cast<uint8_t*>(input_.data()), input_.size());
      const std::optional<Error> before = face.failure();
      const Result<tls::Received> got = face.Receive(in, now_);
      if (!got.ok()) {
        CheckPeerError(got.error());
        Expect(!before || *before == got.error(), "a failed connection repeats its error");
        Expect(face.failure() == got.error(), "failure() is what Receive said");
        input_.clear();
        break;
      }
      Expect(got->consumed <= in.size(), "consumed no more than there is");
      Expect(got->plaintext.empty() ||
                 (got->plaintext.data() >= in.data() &&
                  got->plaintext.data() + got->plaintext.size() <= in.data() + got->consumed),
             "plaintext is a part of what was consumed");
      NoteData(got->plaintext);
      input_.erase(0, got->consumed);
      Settle(step.answers(), step.variant());
      if (got->consumed == 0) break;
    }
    Settle(step.answers(), step.variant());
  }
  // Settles; bytes that waited for an answer are offered again.
  void Resume(Answers answers, bool variant) {
    const bool waited = !face.Operations().empty();
    Settle(answers, variant);
    if (waited && face.Operations().empty() && !input_.empty()) {
      Pump({.what = StepByte(Action::kDeliver, variant, answers)});
    }
  }

  // The contract: transmits, events and operations are drained after each call.
  void Settle(Answers answers, bool variant) {
    Drain();
    while (answers != Answers::kLate && !face.Operations().empty()) {
      Answer(face.Operations().front(), answers, variant);
      Drain();
    }
    if (face.failure()) {
      Expect(face.Operations().empty(), "a failed connection waits for nothing");
    }
  }
  void Answer(const tls::Pending pending, Answers answers, bool variant) {
    if (answers == Answers::kBadly && !spoiled_) {
      spoiled_ = true;
      const tls::OpResult bad = variant ? tls::OpResult(tls::OpRefused{PeerError(
                                              Code::kVerificationRefused, Alert::kAccessDenied)})
                                        : tls::OpResult(tls::OpFailed{});
      Expect(!face.Complete(pending.id, bad, now_).ok(), "an operation that failed is an error");
      return;
    }
    const auto expect_misuse = [&](tls::OpId id, const tls::OpResult& answer) {
      if (face.failure()) return;
      const Result<void> done = face.Complete(id, answer, now_);
      Expect(!done.ok() && done.error().origin == Origin::kMisuse, "a stale answer is misuse");
      Expect(!face.failure(), "misuse changes nothing");
    };
    if (answers == Answers::kDoubly) {
      expect_misuse({pending.id.value + 1000}, tls::SignatureValid{});
      expect_misuse(pending.id, std::holds_alternative<tls::SealTicket>(pending.request)
                                    ? tls::OpResult(tls::SignatureValid{})
                                    : tls::OpResult(tls::TicketSealed{}));
    }
    if (std::holds_alternative<tls::SealTicket>(pending.request)) outcome_.events += "sealed ";
    const tls::OpResult answer = operations_.Perform(pending.request);
    if (std::holds_alternative<tls::OpFailed>(answer)) spoiled_ = true;
    const Result<void> done = face.Complete(pending.id, answer, now_);
    if (!done.ok()) CheckPeerError(done.error());
    if (answers == Answers::kDoubly) expect_misuse(pending.id, answer);
  }
  void Drain() {
    uint8_t buffer[17000];
    // A flight of the largest messages is far below this.
    for (int calls = 0;; ++calls) {
      Expect(calls < 1000, "transmitting comes to an end");
      while (const std::optional<tls::Event> event = face.PollEvent()) Note(*event);
      const Result<tls::Transmit> sent = face.PollTransmit(MutableBytes(buffer), now_);
      if (!sent.ok()) {
        Expect(face.failure() == sent.error(), "PollTransmit fails with the connection");
        CheckPeerError(sent.error());
        return;
      }
      if (sent->size == 0) return;
      Expect(sent->size <= sizeof buffer, "no more is sent than there is room");
      outcome_.sent.emplace_back(AsText(Bytes(buffer, sent->size)));
    }
  }
  void SealSome(size_t size) {
    const std::string text(size, 'x');
    std::vector<uint8_t> out(size + 4096);
    const Result<tls::Sealed> sealed = face.Seal(AsBytes(text), absl::MakeSpan(out));
    if (sealed.ok()) outcome_.sent.emplace_back(AsText(Bytes(out.data(), sealed->written)));
  }
  void Wait(bool long_time) {
    if (long_time) now_.instant += std::chrono::hours(1);
    if constexpr (kDatagrams) {
      if (const std::optional<Instant> at = face.NextTimeout()) {
        now_.instant = std::max(now_.instant, *at);
        const Result<void> done = face.HandleTimeout(now_);
        if (!done.ok()) {
          Expect(done.error().code == Code::kHandshakeTimeout || face.failure().has_value(),
                 "time alone only ends a handshake");
        }
      }
    }
  }
  void Finish() {
    Resume(Answers::kAtOnce, false);
    if constexpr (kDatagrams) {
      for (int rounds = 0; face.NextTimeout(); ++rounds) {
        Expect(rounds < 200, "timers come to an end");
        Wait(false);
        Resume(Answers::kAtOnce, false);
      }
    }
    if (face.failure()) {
      uint8_t byte = 0x16;
      const Result<tls::Received> got = face.Receive(MutableBytes(&byte, 1), now_);
      Expect(!got.ok() && got.error() == *face.failure(), "a failed connection stays so");
    }
  }

  std::string input_;  // of a stream: what was not taken yet

 public:
  tls::HandshakeCore<tls::FullProfile> core;
  Face face;
};

using StreamEnd = End<tls::StreamConnection>;
using DatagramEnd = End<tls::DatagramConnection>;

}  // namespace merlon::fuzz
