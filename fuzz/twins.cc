// SPDX-License-Identifier: Apache-2.0
#include "fuzz/twins.h"

#include <memory>
#include <sstream>
#include <vector>

#include "fuzz/end.h"
#include "fuzz/framer.h"
#include "fuzz/scenarios.h"

namespace merlon::fuzz {
namespace {

using record::ContentType;
using tls::Transport;

constexpr uint8_t kHelloVerifyRequest = 3, kFinished = 20;
constexpr size_t kHeader = record::kHandshakeHeaderSize;

// ---- One of the two ----------------------------------------------------------------------------

template <class SomeEnd>
class Twin {
  static constexpr bool kDatagrams = std::is_same_v<SomeEnd, DatagramEnd>;
  static constexpr Transport kTransport = kDatagrams ? Transport::kDatagram : Transport::kStream;

 public:
  explicit Twin(const TwinScript& script)
      : framer_({kTransport, script.is12, script.tag_size}),
        answers_(script.answers),
        end_(StartEnd<SomeEnd>(script.server,
                               script.server ? script.scenario.server : script.scenario.client)) {}

  void Take(const Move& move, uint64_t epoch) {
    switch (move.what) {
      case Move::What::kMessage:
        return TakeMessage(move, epoch);
      case Move::What::kChangeCipherSpec: {
        // Under the keys only where TLS 1.2 had one before (RFC 5246 s7.1).
        const bool hidden = epoch == 1 && !kDatagrams;
        return Give(framer_.Record(ContentType::kChangeCipherSpec, move.bytes, hidden ? 1 : 0));
      }
      case Move::What::kAlert:
        return Give(framer_.Record(ContentType::kAlert, move.bytes, epoch));
      case Move::What::kData:
        return Give(framer_.Record(ContentType::kApplicationData, move.bytes, epoch));
      case Move::What::kOwn:
        return end_->Do({.what = StepByte(move.own)});
    }
  }
  const Outcome& outcome() const { return end_->outcome(); }
  std::optional<Error> failure() const { return end_->face.failure(); }
  const tls::Negotiated& negotiated() const { return end_->core.negotiated(); }
  bool connected() const { return outcome().Saw("connected "); }
  // Keys that what the peer sends is protected by.
  uint64_t epoch() const {
    const size_t at = outcome().events.rfind("read");
    return at == std::string::npos ? 0 : std::stoull(outcome().events.substr(at + 4));
  }

 private:
  void TakeMessage(const Move& move, uint64_t epoch) {
    const std::string message = kDatagrams ? ForDatagrams(move) : move.bytes;
    const size_t body = message.size() - kHeader;
    if (move.cut == 0 || move.cut >= body) return Give(framer_.Message(message, epoch));
    for (const std::string& half : framer_.Halves(message, move.cut, epoch)) Give(half);
  }
  void Give(const std::string& bytes) {
    end_->Do({.what = StepByte(Action::kDeliver, false, answers_), .bytes = bytes});
  }

  Framer framer_;
  Answers answers_;
  std::unique_ptr<SomeEnd> end_;
};

// ---- What may differ ---------------------------------------------------------------------------

// What became of one move. Both began it alike.
struct Seen {
  const Move& move;
  bool is12;
  uint64_t epoch;                              // of the record
  uint64_t keys;                               // that the peer has
  bool connected;                              // before
  bool closed;                                 // this end said so
  std::optional<Error> stream, datagrams;      // failures
  std::string stream_events, datagram_events;  // of this move

  bool IsA(Move::What what) const { return move.what == what; }
  bool IsOf(uint8_t type) const {
    return IsA(Move::What::kMessage) && static_cast<uint8_t>(move.bytes[0]) == type;
  }
  // And there are keys. A stream opens it, which fails, but for the driver's sake: to that any byte
  // is a good tag but one.
  bool InClear() const { return epoch == 0 && keys != 0; }
  // The stream ends with this alert, datagrams go on as if nothing had come.
  bool IsDropped(Alert alert) const {
    return stream && stream->alert == alert && !datagrams && datagram_events.empty();
  }
};

// Where the twins part.
struct Row {
  NamedDifference named;
  bool (*applies)(const Seen&);
};
constexpr Row kRows[] = {
    {{"TLS 1.2's ChangeCipherSpec has its place among the messages, DTLS 1.2's has none",
      "RFC 5246 s7.1; RFC 6347 s4.1, s4.2.4"},
     [](const Seen& seen) {
       return seen.IsA(Move::What::kChangeCipherSpec) && seen.IsDropped(Alert::kUnexpectedMessage);
     }},
    {{"application data may overtake the end of the handshake, and waits or is dropped",
      "RFC 9147 s4.2.1; RFC 6347 s4.1"},
     [](const Seen& seen) {
       return seen.IsA(Move::What::kData) && !seen.connected &&
              seen.IsDropped(Alert::kUnexpectedMessage);
     }},
    {{"a datagram says its epoch: in the clear, where there are keys, it is anyone's and dropped",
      "RFC 9147 s4.2.1, s4.5.2; RFC 6347 s4.1.2.7"},
     [](const Seen& seen) {
       return seen.InClear() && !seen.datagrams && seen.datagram_events.empty();
     }},
    {{"a datagram says its epoch: what DTLS 1.2 gets in the clear is that until the peer uses its "
      "keys",
      "RFC 6347 s4.1; RFC 5246 s6.2.3"},
     [](const Seen& seen) { return seen.is12 && seen.InClear() && !seen.connected; }},
    {{"without ChangeCipherSpec in the order, DTLS 1.2's Finished may come where TLS 1.2's may not",
      "RFC 6347 s4.2.4; RFC 5246 s7.1"},
     [](const Seen& seen) {
       return seen.is12 && seen.IsOf(kFinished) && seen.datagrams && seen.stream &&
              seen.stream->code == Code::kUnexpectedMessage;
     }},
    {{"HelloVerifyRequest is a message of DTLS alone", "RFC 6347 s4.2.1; RFC 9147 s5.1"},
     [](const Seen& seen) {
       return seen.IsOf(kHelloVerifyRequest) && seen.stream &&
              seen.stream->code == Code::kUnexpectedMessage;
     }},
    {{"an alert in the clear is anyone's: a bad one is dropped, a warning not counted",
      "RFC 9147 s4.5.2; RFC 6347 s4.1.2.7"},
     [](const Seen& seen) {
       return seen.IsA(Move::What::kAlert) && seen.epoch == 0 && seen.stream &&
              seen.stream->code == Code::kBadAlert && !seen.datagrams &&
              seen.datagram_events.empty();
     }},
};

// Events that come at another time, and so are not compared.
struct EventRow {
  NamedDifference named;
  bool (*applies)(std::string_view event, bool is12, bool closed);
};
bool IsKeys(std::string_view event) {
  return event.substr(0, 4) == "read" || event.substr(0, 5) == "write";
}
uint64_t EpochOf(std::string_view event) {
  return std::stoull(std::string(event.substr(event.find_first_of("0123456789"))));
}
constexpr EventRow kEventRows[] = {
    {{"the last flight is kept until the peer is known to have it",
      "RFC 9147 s5.8.1; RFC 6347 s4.2.4"},
     [](std::string_view event, bool, bool) { return event == "releasable"; }},
    {{"DTLS 1.2 does not change its keys by ChangeCipherSpec", "RFC 6347 s4.1"},
     [](std::string_view event, bool is12, bool) { return is12 && IsKeys(event); }},
    {{"keys wait for the ACK of a KeyUpdate", "RFC 9147 s8"},
     [](std::string_view event, bool, bool) { return IsKeys(event) && EpochOf(event) > 3; }},
    {{"close_notify comes behind the flight, which may be sent again", "RFC 9147 s5.8.1"},
     [](std::string_view event, bool, bool closed) {
       return closed && event.substr(0, 5) == "write";
     }},
};

std::vector<const NamedDifference*> AllNamed() {
  std::vector<const NamedDifference*> out;
  for (const Row& row : kRows) out.push_back(&row.named);
  return out;
}

// Events in the order in which they can be compared: keys of each direction by themselves.
std::string Comparable(const std::string& events, bool is12, bool closed) {
  std::istringstream words(events);
  std::string others, reads, writes;
  for (std::string word; words >> word;) {
    bool left_out = false;
    for (const EventRow& row : kEventRows) left_out |= row.applies(word, is12, closed);
    if (left_out) continue;
    const bool read = word.rfind("read", 0) == 0, write = word.rfind("write", 0) == 0;
    (read ? reads : write ? writes : others) += word + " ";
  }
  return others + reads + writes;
}

std::string Words(const std::optional<Error>& failure) {
  if (!failure) return "no failure";
  return "code " + std::to_string(static_cast<int>(failure->code)) + " alert " +
         std::to_string(static_cast<int>(failure->alert));
}

// Of everything that both sides settle, the first that differs.
std::string DifferentlyNegotiated(const tls::Negotiated& a, const tls::Negotiated& b) {
  const auto id = [](const auto* named) {
    return named == nullptr ? -1 : static_cast<int>(named->id);
  };
  if (TurnVersion(a.version) != b.version) return "version";
  if (id(a.suite) != id(b.suite)) return "suite";
  if (id(a.group) != id(b.group)) return "group";
  if (a.authentication != b.authentication) return "authentication";
  if (a.scheme != b.scheme) return "scheme";
  if (a.client_certificate != b.client_certificate) return "client_certificate";
  if (a.client_scheme != b.client_scheme) return "client_scheme";
  if (a.client_identity != b.client_identity) return "client_identity";
  if ((a.credential == nullptr) != (b.credential == nullptr)) return "credential";
  if ((a.psk == nullptr ? Bytes() : a.psk->identity) !=
      (b.psk == nullptr ? Bytes() : b.psk->identity))
    return "psk";
  if (a.alpn != b.alpn) return "alpn";
  if (a.server_name != b.server_name) return "server_name";
  if (a.retried != b.retried) return "retried";
  if (a.peer_chain.size() != b.peer_chain.size()) return "peer_chain";
  for (size_t i = 0; i < a.peer_chain.size(); ++i) {
    if (a.peer_chain[i] != b.peer_chain[i]) return "peer_chain";
  }
  return {};
}

// ---- Both --------------------------------------------------------------------------------------

class Both {
 public:
  explicit Both(const TwinScript& script)
      : is12_(script.is12), stream_(script), datagrams_(script) {}

  // False: it is over.
  bool Take(const Move& move) {
    const uint64_t keys = stream_.epoch();
    const uint64_t epoch = move.in_clear ? 0 : keys;
    const bool connected = stream_.connected();
    if (move.what == Move::What::kOwn && move.own == Action::kClose) closed_ = true;
    const size_t stream_events = stream_.outcome().events.size();
    const size_t datagram_events = datagrams_.outcome().events.size();
    stream_.Take(move, epoch);
    datagrams_.Take(move, epoch);
    // Of another handshake: the peer's next messages would be in records of the wrong version, so
    // this is the last.
    const uint16_t version = stream_.negotiated().version;
    const bool other_version = version != 0 && (version == 0x0303) != is12_;
    if (other_version) is12_ = !is12_;
    const Seen seen = {move,
                       is12_,
                       epoch,
                       keys,
                       connected,
                       closed_,
                       stream_.failure(),
                       datagrams_.failure(),
                       Events(stream_, stream_events),
                       Events(datagrams_, datagram_events)};
    const std::string finding = Compare(seen);
    if (finding.empty()) return !stream_.failure() && !other_version;
    for (const Row& row : kRows) {
      if (!row.applies(seen)) continue;
      outcome_.parted = &row.named;
      return false;
    }
    outcome_.finding = finding;
    return false;
  }
  TwinOutcome outcome() const {
    TwinOutcome out = outcome_;
    out.connected = stream_.connected() && datagrams_.connected();
    if (out.parted == nullptr) out.failure = stream_.failure();
    return out;
  }

 private:
  template <class SomeTwin>
  std::string Events(const SomeTwin& twin, size_t before) const {
    return Comparable(twin.outcome().events.substr(before), is12_, closed_);
  }
  std::string Compare(const Seen& seen) const {
    if (seen.stream != seen.datagrams) {
      return "stream: " + Words(seen.stream) + ", datagrams: " + Words(seen.datagrams);
    }
    if (seen.stream_events != seen.datagram_events) {
      return "stream: " + seen.stream_events + ", datagrams: " + seen.datagram_events + ", " +
             Words(seen.stream);
    }
    if (stream_.outcome().data != datagrams_.outcome().data) return "data";
    // Behind close_notify a stream says nothing (RFC 9846 s6.1); on datagrams it is still to come.
    if (seen.stream && seen.stream->alert != Alert::kNone && !seen.closed) {
      const bool sent = SentAlert(stream_.outcome().sent, seen.stream->alert);
      if (sent != SentAlert(datagrams_.outcome().sent, seen.stream->alert)) {
        return std::string("the alert is sent on ") + (sent ? "the stream" : "datagrams") +
               " alone, " + Words(seen.stream);
      }
    }
    if (!stream_.connected()) return {};
    return DifferentlyNegotiated(stream_.negotiated(), datagrams_.negotiated());
  }

  bool is12_, closed_ = false;
  Twin<StreamEnd> stream_;
  Twin<DatagramEnd> datagrams_;
  TwinOutcome outcome_;
};

}  // namespace

absl::Span<const NamedDifference* const> NamedDifferences() {
  static const auto& all = *new std::vector<const NamedDifference*>(AllNamed());
  return all;
}

TwinOutcome RunTwins(Bytes input) {
  if (input.size() < kTwinHeader) return {};
  const TwinScript script = ParseTwinScript(input);
  Both both(script);
  for (size_t i = 0; i < script.moves.size(); ++i) {
    if (both.Take(script.moves[i])) continue;
    TwinOutcome outcome = both.outcome();
    if (!outcome.finding.empty()) {
      outcome.finding = "scenario " + std::to_string(script.number) +
                        (script.server ? ", server" : ", client") + ", move " + std::to_string(i) +
                        " of kind " + std::to_string(static_cast<int>(script.moves[i].what)) +
                        ": " + outcome.finding;
    }
    return outcome;
  }
  return both.outcome();
}

}  // namespace merlon::fuzz
