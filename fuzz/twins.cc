// SPDX-License-Identifier: Apache-2.0
#include "fuzz/twins.h"

#include <map>
#include <memory>
#include <sstream>
#include <tuple>
#include <vector>

#include "fuzz/end.h"
#include "fuzz/framer.h"
#include "fuzz/harness.h"
#include "fuzz/scenarios.h"
#include "tls/testing/core_pair.h"

namespace merlon::fuzz {
namespace {

using record::ContentType;
using tls::Transport;

constexpr uint8_t kClientHello = 1, kServerHello = 2, kHelloVerifyRequest = 3, kFinished = 20;
constexpr size_t kHeader = record::kHandshakeHeaderSize;

struct Scenario {
  uint16_t client, server;
  bool connects = true;
};
constexpr uint16_t k13 = kNotCompatible;
constexpr Scenario kScenarios[] = {
    {k13, 0},
    {k13, kWantsP256},  // by HelloRetryRequest
    {k13 | kOfferSession, 0},
    {k13 | kOfferSession, kWantsP256},
    {k13 | kOfferPsk, kKnowsPsk},
    {k13 | kOfferAlpn | kTwoShares, kHasAlpn},
    {k13, kRequiresAlpn, false},
    {k13 | kLikesP256, kNoTickets},
    {k13 | kShowsCertificate, kRequiresClients},
    {k13, kAsksClients},
    {k13, kRequiresClients, false},
    {k12Alone, k12Alone},
    {k12Alone | kOfferAlpn, kHasAlpn},
    {k13 | kOfferAlpn, k12Alone | kHasAlpn | kWantsP256},
    {k12Alone | kOfferSession, k12Alone},
    {k12Alone, k12Alone | kNoTickets},
    {k12Alone | kShowsCertificate, kRequiresClients},
    {k12Alone, kAsksClients | k12Alone},
    {k12Alone, kRequiresClients | k12Alone, false},
    {kPskGcm12, kPskSuites12},
    {kPskCcm8_12, kPskSuites12},
    {kEcdhePsk12, kPskSuites12},
    {kEcdhePsk12, kKnowsPsk},
};

// ---- The handshake as it is without changes ----------------------------------------------------

// Messages with their headers; empty: TLS 1.2's ChangeCipherSpec.
using Messages = std::vector<std::string>;
struct Recorded {
  Messages to_client, to_server;
  bool is12 = false;
  size_t tag_size = 16;
};

Recorded Record(const Scenario& scenario, Transport transport) {
  FuzzWorld().FixSeeds();
  const ClientScenario& client = ClientScenarioOf(scenario.client, transport);
  tls::testing::CorePair pair(client.config, ServerScenarioOf(scenario.server).config, transport,
                              AsText(client.options.session), FuzzWorld());
  Recorded out;
  std::tie(out.to_client, out.to_server) = pair.RunAndRecord();
  const tls::Negotiated& negotiated = pair.server->core.negotiated();
  out.is12 = negotiated.version == 0x0303 || negotiated.version == 0xfefd;
  if (negotiated.suite != nullptr) out.tag_size = negotiated.suite->aead->tag_size;
  Expect((pair.client->connected && pair.server->connected) == scenario.connects,
         "a scenario of the twins does what it should");
  return out;
}

// Of TLS as that of DTLS: higher versions have lower numbers there, from 0xfeff to 0xfe00, and
// 0xfefd is 0x0303. What is beyond either end is that end.
uint16_t TurnVersion(uint16_t version) {
  if (version <= 0x0200) return 0xffff;
  return version > 0x0400 ? 0xfe00 : static_cast<uint16_t>(0x10200 - version);
}

// A message of a stream as the same of DTLS, whatever was changed in it.
class Turned {
 public:
  static std::string Of(const std::string& message) { return Turned(message).message_; }

 private:
  explicit Turned(const std::string& message) : message_(message) {
    const uint8_t type = static_cast<uint8_t>(message[0]);
    if (type == kClientHello) Hello(/*client=*/true);
    if (type == kServerHello) Hello(/*client=*/false);
  }
  size_t Number(size_t at, size_t size) const {
    size_t out = 0;
    for (size_t i = 0; i < size; ++i) out = out << 8 | static_cast<uint8_t>(message_[at + i]);
    return out;
  }
  bool Has(size_t size) const { return at_ + size <= message_.size(); }
  bool Vector(size_t prefix) {
    if (!Has(prefix)) return false;
    at_ += prefix + Number(at_, prefix);
    return Has(0);
  }
  void Version(size_t at) {
    const uint16_t turned = TurnVersion(static_cast<uint16_t>(Number(at, 2)));
    message_[at] = static_cast<char>(turned >> 8);
    message_[at + 1] = static_cast<char>(turned);
  }
  void Hello(bool client) {
    at_ = kHeader;
    if (!Has(2)) return;
    Version(at_);
    at_ += 2 + 32;  // random
    if (!Vector(1)) return;
    if (client) message_.insert(at_++, 1, '\0');  // the cookie
    if (client ? !Vector(2) || !Vector(1) : !Has(2 + 1)) return;
    if (!client) at_ += 2 + 1;
    for (at_ += 2; Has(4);) {
      const bool versions = Number(at_, 2) == 43;
      const size_t size = Number(at_ + 2, 2);
      at_ += 4;
      if (versions) {
        for (size_t i = client ? 1 : 0; i + 2 <= size && Has(i + 2); i += 2) Version(at_ + i);
      }
      at_ += size;
    }
  }

  std::string message_;
  size_t at_ = 0;
};
// Its header says how long it is.
void PutLength(std::string& message) {
  const size_t size = message.size() - kHeader;
  for (size_t i = 0; i < 3; ++i) message[1 + i] = static_cast<char>(size >> (8 * (2 - i)));
}

// A handshake on both, and how its messages differ besides: in what depends on the version, as
// tickets do.
struct Twinned {
  Recorded stream;
  Messages to_client_apart, to_server_apart;  // by XOR, to the message of DTLS
};
Messages Apart(const Messages& stream, const Messages& datagrams) {
  Messages out;
  auto datagram = datagrams.begin();
  for (const std::string& message : stream) {
    out.emplace_back();
    if (message.empty()) continue;
    Expect(datagram != datagrams.end(), "the same messages on both transports");
    out.back() = Turned::Of(message);
    PutLength(out.back());
    Expect(out.back().size() == datagram->size(), "messages of the same size on both transports");
    for (size_t i = 0; i < out.back().size(); ++i) out.back()[i] ^= (*datagram)[i];
    ++datagram;
  }
  Expect(datagram == datagrams.end(), "the same messages on both transports");
  return out;
}
const Twinned& TwinnedOf(size_t number) {
  static auto& all = *new std::map<size_t, Twinned>;
  const auto found = all.find(number);
  if (found != all.end()) return found->second;
  Twinned out;
  out.stream = Record(kScenarios[number], Transport::kStream);
  const Recorded datagrams = Record(kScenarios[number], Transport::kDatagram);
  out.to_client_apart = Apart(out.stream.to_client, datagrams.to_client);
  out.to_server_apart = Apart(out.stream.to_server, datagrams.to_server);
  return all.emplace(number, std::move(out)).first->second;
}

// ---- What happens ------------------------------------------------------------------------------

struct Move {
  enum class What { kMessage, kChangeCipherSpec, kAlert, kData, kOwn } what;
  std::string bytes{};         // the message, or the content of the record
  const std::string* apart{};  // of a message that was recorded
  size_t cut = 0;              // of a body in two pieces
  bool in_clear = false;
  Action own = Action::kSeal;
};
using Moves = std::vector<Move>;

Move OfMessage(const std::string& message, const std::string* apart = nullptr) {
  if (message.empty()) return {Move::What::kChangeCipherSpec, "\1"};
  return {Move::What::kMessage, message, apart};
}
// Made up: a header and so many bytes.
Move MadeUp(uint8_t type, size_t size) {
  std::string message(kHeader + size, '\1');
  message[0] = static_cast<char>(type);
  PutLength(message);
  return {Move::What::kMessage, std::move(message)};
}

// The handshake, and a life behind it.
Moves Unchanged(size_t scenario, bool server) {
  const Twinned& twinned = TwinnedOf(scenario);
  const Messages& messages = server ? twinned.stream.to_server : twinned.stream.to_client;
  const Messages& apart = server ? twinned.to_server_apart : twinned.to_client_apart;
  Moves moves;
  for (size_t i = 0; i < messages.size(); ++i) moves.push_back(OfMessage(messages[i], &apart[i]));
  if (!kScenarios[scenario].connects) return moves;
  const Move data = {Move::What::kData, "data"};
  moves.push_back(data);
  if (!twinned.stream.is12) {
    moves.push_back({Move::What::kMessage, std::string("\x18\0\0\1\1", 5)});  // asks for ours
    moves.push_back(data);
  }
  moves.push_back({Move::What::kOwn});
  moves.push_back({Move::What::kAlert, std::string("\1\0", 2)});  // close_notify
  return moves;
}

void Edit(Moves& moves, Bytes edit, size_t scenario, bool server) {
  const auto kind = static_cast<EditKind>(edit[0] % kEditKinds);
  if (moves.empty()) return;
  const auto at = moves.begin() + static_cast<ptrdiff_t>(edit[1] % moves.size());
  const size_t where = static_cast<size_t>(edit[2]) << 8 | edit[3];
  const uint8_t what = edit[4];
  std::string& bytes = at->bytes;
  const bool message = at->what == Move::What::kMessage;
  const size_t body = bytes.size() - (message ? kHeader : bytes.size());
  switch (kind) {
    case EditKind::kXor:
      if (body != 0) bytes[kHeader + where % body] ^= static_cast<char>(what);
      break;
    case EditKind::kCut:
      if (body != 0) bytes.resize(kHeader + where % body);
      if (body != 0) PutLength(bytes);
      break;
    case EditKind::kAppend:
      if (!message) break;
      bytes.append(where % 40, static_cast<char>(what));
      PutLength(bytes);
      break;
    case EditKind::kRemove:
      if (moves.size() > 1) moves.erase(at);
      break;
    case EditKind::kRepeat:
      moves.insert(at, Move(*at));
      break;
    case EditKind::kSwap:
      if (at + 1 != moves.end()) std::swap(*at, *(at + 1));
      break;
    case EditKind::kType:
      if (message) bytes[0] = static_cast<char>(what);
      break;
    case EditKind::kInsert:
      moves.insert(at, MadeUp(what, where % 80));
      break;
    case EditKind::kHalves:
      if (body >= 2) at->cut = 1 + where % (body - 1);
      break;
    case EditKind::kInClear:
      at->in_clear = true;
      break;
    case EditKind::kAlert:
      moves.insert(at, {Move::What::kAlert, {static_cast<char>(where), static_cast<char>(what)}});
      break;
    case EditKind::kData:
      moves.insert(at, {Move::What::kData, std::string(where % 30, 'd')});
      break;
    case EditKind::kChangeCipherSpec:
      moves.insert(at, OfMessage({}));
      break;
    case EditKind::kOwn: {
      constexpr Action kActions[] = {Action::kSeal, Action::kClose, Action::kKeyUpdate};
      Move own = {Move::What::kOwn};
      own.own = kActions[what % std::size(kActions)];
      moves.insert(at, std::move(own));
      break;
    }
    case EditKind::kEcho: {
      const Recorded& stream = TwinnedOf(scenario).stream;
      const Messages& from = server ? stream.to_client : stream.to_server;
      if (!from.empty()) moves.insert(at, OfMessage(from[where % from.size()]));
      break;
    }
    case EditKind::kFromOther: {
      const Twinned& other = TwinnedOf(what % std::size(kScenarios));
      const Messages& from = server ? other.stream.to_server : other.stream.to_client;
      const Messages& apart = server ? other.to_server_apart : other.to_client_apart;
      const size_t i = from.empty() ? 0 : where % from.size();
      if (!from.empty()) *at = OfMessage(from[i], &apart[i]);
      break;
    }
  }
}

// ---- One of the two ----------------------------------------------------------------------------

template <class SomeEnd>
class Twin {
  static constexpr bool kDatagrams = std::is_same_v<SomeEnd, DatagramEnd>;
  static constexpr Transport kTransport = kDatagrams ? Transport::kDatagram : Transport::kStream;

 public:
  Twin(const Scenario& scenario, bool server, const Recorded& recorded, Answers answers)
      : framer_({kTransport, recorded.is12, recorded.tag_size}),
        answers_(answers),
        end_(StartEnd<SomeEnd>(server, server ? scenario.server : scenario.client)) {}

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
    std::string message = kDatagrams ? Turned::Of(move.bytes) : move.bytes;
    if (kDatagrams) {
      PutLength(message);
      const size_t both = move.apart == nullptr ? 0 : std::min(message.size(), move.apart->size());
      for (size_t i = kHeader; i < both; ++i) message[i] ^= (*move.apart)[i];
    }
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
    {{"application data may overtake the end of the handshake", "RFC 9147 s4.2.1; RFC 6347 s4.1"},
     [](const Seen& seen) {
       return seen.IsA(Move::What::kData) && !seen.connected &&
              seen.IsDropped(Alert::kUnexpectedMessage);
     }},
    {{"a datagram says its epoch: in the clear, where there are keys, it is anyone's and dropped",
      "RFC 9147 s4.2.1, s4.5.2; RFC 6347 s4.1.2.7"},
     [](const Seen& seen) {
       return seen.epoch == 0 && seen.keys != 0 && seen.stream && !seen.datagrams &&
              seen.datagram_events.empty();
     }},
    {{"a datagram says its epoch: DTLS 1.2 knows a message in the clear, and that it comes too "
      "late",
      "RFC 6347 s4.1; RFC 5246 s6.2.3"},
     [](const Seen& seen) {
       return seen.IsA(Move::What::kMessage) && seen.epoch == 0 && seen.keys != 0 && seen.is12 &&
              seen.stream && seen.datagrams;
     }},
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
  Both(size_t scenario, bool server, Answers answers)
      : is12_(TwinnedOf(scenario).stream.is12),
        stream_(kScenarios[scenario], server, TwinnedOf(scenario).stream, answers),
        datagrams_(kScenarios[scenario], server, TwinnedOf(scenario).stream, answers) {}

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

size_t TwinScenarios() { return std::size(kScenarios); }
bool TwinsConnect(size_t scenario) { return kScenarios[scenario].connects; }

TwinOutcome RunTwins(Bytes input) {
  if (input.size() < kTwinHeader) return {};
  const size_t scenario = input[0] % std::size(kScenarios);
  const bool server = (input[1] & 1) != 0;
  constexpr Answers kAnswers[] = {Answers::kAtOnce, Answers::kDoubly, Answers::kBadly,
                                  Answers::kAtOnce};
  Moves moves = Unchanged(scenario, server);
  constexpr size_t kMostMoves = 64;
  for (size_t at = kTwinHeader; at + kEditBytes <= input.size() && moves.size() < kMostMoves;
       at += kEditBytes) {
    Edit(moves, Slice(input, at, kEditBytes), scenario, server);
  }
  Both both(scenario, server, kAnswers[input[1] >> 1 & 3]);
  for (size_t i = 0; i < moves.size(); ++i) {
    if (both.Take(moves[i])) continue;
    TwinOutcome outcome = both.outcome();
    if (!outcome.finding.empty()) {
      outcome.finding = "scenario " + std::to_string(scenario) +
                        (server ? ", server" : ", client") + ", move " + std::to_string(i) +
                        " of kind " + std::to_string(static_cast<int>(moves[i].what)) + ": " +
                        outcome.finding;
    }
    return outcome;
  }
  return both.outcome();
}

}  // namespace merlon::fuzz
