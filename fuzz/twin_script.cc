// SPDX-License-Identifier: Apache-2.0
#include "fuzz/twin_script.h"

#include <map>
#include <tuple>

#include "fuzz/end.h"
#include "fuzz/harness.h"
#include "fuzz/scenarios.h"
#include "record/content_type.h"
#include "tls/testing/core_pair.h"

namespace merlon::fuzz {
namespace {

using tls::Transport;

constexpr uint8_t kClientHello = 1, kServerHello = 2;
constexpr size_t kHeader = record::kHandshakeHeaderSize;

constexpr uint16_t k13 = kNotCompatible;
constexpr TwinScenario kScenarios[] = {
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

Recorded Record(const TwinScenario& scenario, Transport transport) {
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

}  // namespace

// Of TLS as that of DTLS: higher versions have lower numbers there, from 0xfeff to 0xfe00, and
// 0xfefd is 0x0303. What is beyond either end is that end.
uint16_t TurnVersion(uint16_t version) {
  if (version <= 0x0200) return 0xffff;
  return version > 0x0400 ? 0xfe00 : static_cast<uint16_t>(0x10200 - version);
}

std::string ForDatagrams(const Move& move) {
  std::string message = Turned::Of(move.bytes);
  PutLength(message);
  const size_t both = move.apart == nullptr ? 0 : std::min(message.size(), move.apart->size());
  for (size_t i = kHeader; i < both; ++i) message[i] ^= (*move.apart)[i];
  return message;
}

size_t TwinScenarios() { return std::size(kScenarios); }
bool TwinsConnect(size_t scenario) { return kScenarios[scenario].connects; }

TwinScript ParseTwinScript(Bytes input) {
  const size_t number = input[0] % std::size(kScenarios);
  constexpr Answers kAnswers[] = {Answers::kAtOnce, Answers::kDoubly, Answers::kBadly,
                                  Answers::kAtOnce};
  const bool server = (input[1] & 1) != 0;
  const Recorded& recorded = TwinnedOf(number).stream;
  TwinScript script = {.number = number,
                       .scenario = kScenarios[number],
                       .server = server,
                       .answers = kAnswers[input[1] >> 1 & 3],
                       .is12 = recorded.is12,
                       .tag_size = recorded.tag_size,
                       .moves = Unchanged(number, server)};
  constexpr size_t kMostMoves = 64;
  for (size_t at = kTwinHeader; at + kEditBytes <= input.size() && script.moves.size() < kMostMoves;
       at += kEditBytes) {
    Edit(script.moves, Slice(input, at, kEditBytes), number, server);
  }
  return script;
}

}  // namespace merlon::fuzz
