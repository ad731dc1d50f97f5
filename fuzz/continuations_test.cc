// SPDX-License-Identifier: Apache-2.0
// Sequences of messages, exhaustively: in all four protocols, for both roles, on every branch of
// the handshake, behind every legal prefix, every continuation by up to three messages of all
// kinds (two, where another branch was in the same state). What each gives is read off the
// hand-written tables (tls/testing/legal_messages.h): it is taken, it is dropped, or it ends the
// connection with the table's alert. A connection that has ended is asked each kind once more:
// nothing changes it, so all continuations of what is illegal are decided. On datagrams each kind
// also comes ahead of its turn, by up to three messages (one, where another branch was).
//
// The fuzz driver makes every body acceptable that is well-formed, so that only the order decides.
// Of each kind one message is made, by a pair of cores; framer.h puts it into records.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "fuzz/end.h"
#include "fuzz/framer.h"
#include "fuzz/harness.h"
#include "tls/testing/core_pair.h"
#include "tls/testing/legal_messages.h"

namespace merlon::fuzz {
namespace {

using tls::ClientAuthentication;
using tls::Transport;
using tls::Version;
using namespace tls::testing;  // NOLINT: the kinds and the tables of them

constexpr Protocol kProtocols[] = {{Transport::kStream, false},
                                   {Transport::kDatagram, false},
                                   {Transport::kStream, true},
                                   {Transport::kDatagram, true}};
constexpr Kind kSecondHello = 0x400;  // what answers, or follows, a HelloRetryRequest

struct Branch {
  const char* name;
  Path path;  // as the table has it, of a client and of a server
  Path server_path;
  bool in13, in12;
  ClientAuthentication authentication = ClientAuthentication::kNone;
  bool credential = false;
  // This side speaks TLS 1.3 as well, the other does not.
  std::optional<Role> forks{};
};
constexpr auto kOptional = ClientAuthentication::kOptional;
constexpr auto kRequired = ClientAuthentication::kRequired;
constexpr Branch kBranches[] = {
    {"full", Path::kFull, Path::kFull, true, true},
    {"retried", Path::kFull, Path::kRetried, true, false},
    {"certificate shown", Path::kFull, Path::kClientAuth, true, true, kOptional, true},
    {"certificate required", Path::kFull, Path::kClientAuth, true, true, kRequired, true},
    {"no certificate to show", Path::kFull, Path::kClientAuth, true, true, kOptional, false},
    {"resumed", Path::kResumed, Path::kResumed, true, true},
    {"external PSK", Path::kPsk, Path::kPsk, true, true},
    {"external PSK, retried", Path::kPsk, Path::kRetried, true, false},
    {.name = "the server has TLS 1.2 alone",
     .path = Path::kFull,
     .server_path = Path::kFull,
     .in13 = false,
     .in12 = true,
     .forks = Role::kClient},
    {.name = "the client has TLS 1.2 alone",
     .path = Path::kFull,
     .server_path = Path::kFull,
     .in13 = false,
     .in12 = true,
     .forks = Role::kServer},
    {"ECDHE_PSK", Path::kEcdhePsk, Path::kEcdhePsk, false, true},
    {"status stapled", Path::kStatus, Path::kFull, false, true},
};

// ---- One message of each kind ------------------------------------------------------------------

using Library = std::map<Kind, std::string>;

// A message that nobody here sends.
std::string Made(uint8_t type, std::string_view body) {
  return std::string({static_cast<char>(type), 0, 0, static_cast<char>(body.size())}) +
         std::string(body);
}
Library WhatNobodySends() {
  Library made;
  const auto add = [&](Kind kind, std::string_view body = {}) {
    made[kind] = Made(TypeOf(kind), body);
  };
  add(kHelloRequestType);
  add(kHelloVerifyRequestType, std::string_view("\xfe\xff\x02\xaa\xbb", 5));
  add(5);                                              // EndOfEarlyData: no early data was offered
  add(6);                                              // what was HelloRetryRequest once
  add(9, "x");                                         // not assigned
  add(21, std::string_view("\0\0\0", 3));              // CertificateURL
  add(22, std::string_view("\1\0\0\1x", 5));           // CertificateStatus
  add(23, std::string_view("\0\0\0", 3));              // SupplementalData
  add(25, std::string_view("\0\1\0\0\1\0\0\0\0", 9));  // CompressedCertificate
  add(26);                                             // EKT
  add(67, "x");                                        // NPN
  add(203, std::string(32, 'x'));                      // ChannelID
  add(254, std::string(32, 'x'));                      // message_hash
  add(255, "x");
  add(kKeyUpdateType, std::string_view("\0", 1));
  add(kRequestingKeyUpdate, "\1");
  return made;
}

// A handshake between two cores, message by message.
using Messages = std::vector<std::pair<Kind, std::string>>;
struct Exchange {
  Messages to_client, to_server;
};

Kind KindOf(const std::string& message, bool is12) {
  if (message.empty()) return kChangeCipherSpec;
  const Kind type = static_cast<uint8_t>(message[0]);
  // random of HelloRetryRequest (RFC 9846 s4.1.3).
  if (type == kServerHelloType && message.substr(6, 4) == "\xcf\x21\xad\x74") {
    return kHelloRetryRequest;
  }
  const size_t empty = record::kHandshakeHeaderSize + (is12 ? 3 : 4);
  if (type == kCertificateType && message.size() == empty) return kEmptyCertificate;
  return type;
}

class Meeting {
 public:
  Meeting(const Branch& branch, const Protocol& protocol)
      : branch_(branch), protocol_(protocol), pair_(OptionsOf(branch, protocol), FuzzWorld()) {
    const auto [to_client, to_server] = pair_.RunAndRecord();
    const auto keep = [&](const std::vector<std::string>& from, Messages& to) {
      for (const std::string& message : from)
        to.emplace_back(KindOf(message, protocol.is12), message);
    };
    keep(to_client, exchange_.to_client);
    keep(to_server, exchange_.to_server);
  }
  const Exchange& exchange() const { return exchange_; }
  const CorePair& pair() const { return pair_; }
  const Branch& branch() const { return branch_; }
  const Protocol& protocol() const { return protocol_; }
  Bytes session() const { return AsBytes(session_); }
  bool connected() const { return pair_.client->connected && pair_.server->connected; }

 private:
  static CorePairOptions Basic(const Protocol& protocol) {
    return {.transport = protocol.transport,
            .max_version = protocol.is12 ? Version::kTls12 : Version::kTls13};
  }
  CorePairOptions OptionsOf(const Branch& branch, const Protocol& protocol) {
    CorePairOptions options = Basic(protocol);
    if (branch.forks) {
      options.max_version = Version::kTls13;
      (*branch.forks == Role::kClient ? options.server_max_version : options.client_max_version) =
          Version::kTls12;
    }
    options.status = branch.path == Path::kStatus;
    options.retry = branch.server_path == Path::kRetried;
    options.client_authentication = branch.authentication;
    options.client_credential = branch.credential;
    if (branch.path == Path::kPsk) {
      options.psk_suite = protocol.is12 ? tls::kTlsPskAes128GcmSha256 : tls::kTlsAes128GcmSha256;
      if (!protocol.is12) options.min_version = Version::kTls13;
    }
    if (branch.path == Path::kEcdhePsk) options.psk_suite = tls::kTlsEcdhePskAes128GcmSha256;
    if (branch.path == Path::kResumed) {
      CorePair first(Basic(protocol), FuzzWorld());
      first.Run();
      session_ = options.session = first.client->sessions.at(0);
    }
    return options;
  }
  const Branch& branch_;
  Protocol protocol_;
  std::string session_;
  CorePair pair_;
  Exchange exchange_;
};

// ---- One side under test -----------------------------------------------------------------------

using Sequence = std::vector<Kind>;

// What one side may be told on one branch, and how it begins.
struct Stage {
  const Meeting& meeting;
  Role role;
  const Library& library;
  bool after_verification = false;  // a server of DTLS 1.2 behind its HelloVerifyRequest

  const Protocol& protocol() const { return meeting.protocol(); }
  absl::Span<const LegalState> table() const {
    return protocol().is12 ? LegalMessages12() : LegalMessages13();
  }
  const LegalState& Start() const {
    const Branch& branch = meeting.branch();
    return StartOf(branch.forks ? LegalMessages13() : table(), role,
                   role == Role::kClient ? branch.path : branch.server_path);
  }
  std::string_view MessageFor(Kind kind, const LegalState& state) const {
    const bool second = state.path == Path::kRetried && state.taken != 0 && state.taken != 2;
    const bool is_hello = kind == kServerHelloType || kind == kClientHelloType;
    return library.at(second && is_hello ? kSecondHello + kind : kind);
  }
  // The row of the kind: a hello of TLS 1.2 where both versions are spoken.
  const Legal* Find(const LegalState& state, Kind kind) const {
    if (Undecided(state) && kind == kServerHelloType) kind = kServerHello12;
    if (Undecided(state) && kind == kClientHelloType) kind = kClientHello12;
    return state.Find(kind, protocol().transport);
  }
  const LegalState& Behind(const LegalState& state, const Legal& legal) const {
    if (legal.next == nullptr) return state;
    const bool forks = legal.kind == kServerHello12 || legal.kind == kClientHello12;
    return StateNamed(Undecided(state) && !forks ? LegalMessages13() : table(), legal.next);
  }
  bool Undecided(const LegalState& state) const {
    const absl::Span<const LegalState> all13 = LegalMessages13();
    return meeting.branch().forks && &state >= all13.begin() && &state < all13.end();
  }
  size_t first_sequence() const { return after_verification ? 1 : 0; }
};

// What is to come of a message, read off the table.
struct Expected {
  enum class What { kTaken, kDropped, kAlert } what;
  const LegalState* next = nullptr;
  Alert alert = Alert::kUnexpectedMessage;
};

Expected ExpectedOf(const LegalState& state, Kind kind, const Stage& stage) {
  using What = Expected::What;
  const bool datagrams = stage.protocol().datagrams();
  const Expected dropped = {What::kDropped, &state};
  if (kind == kChangeCipherSpec) {
    // RFC 6347 s4.2.4, RFC 9147 s5: no part of the order.
    if (datagrams || state.change_cipher_spec == OnChangeCipherSpec::kDropped) return dropped;
  }
  if (kind == kApplicationData) {
    if (state.connected) return {What::kTaken, &state};
    // Data may overtake the end of a handshake, and in the clear anyone may send it.
    return datagrams ? dropped : Expected{What::kAlert};
  }
  const Legal* legal = stage.Find(state, kind);
  if (legal == nullptr) return {What::kAlert};
  if (legal->refused) return {What::kAlert, nullptr, *legal->refused};
  if (kind == kEmptyCertificate && stage.role == Role::kServer &&
      stage.meeting.branch().authentication == kRequired) {
    // RFC 9846 s4.4.2.4: certificate_required; RFC 5246 s7.4.6: handshake_failure.
    return {What::kAlert, nullptr,
            stage.protocol().is12 ? Alert::kHandshakeFailure : Alert::kCertificateRequired};
  }
  return {What::kTaken, &stage.Behind(state, *legal)};
}

// A side, and the peer's words.
template <class SomeEnd>
class Side {
 public:
  explicit Side(const Stage& stage)
      : stage_(stage),
        framer_(stage.protocol(), static_cast<uint16_t>(stage.first_sequence())),
        state_(&stage.Start()),
        end_(MakeEnd(stage)) {
    end_->Start();
  }

  // The next record that brings this kind of message, in the peer's present epoch.
  std::string Frame(Kind kind) {
    if (kind == kChangeCipherSpec) {
      // In TLS 1.2 one behind the keys is protected by them (RFC 5246 s7.1).
      const bool hidden = stage_.protocol().is12 && !stage_.protocol().datagrams();
      return framer_.Record(record::ContentType::kChangeCipherSpec, "\1", hidden ? epoch(kind) : 0);
    }
    if (kind == kApplicationData) {
      return framer_.Record(record::ContentType::kApplicationData, "data", epoch(kind));
    }
    return framer_.Message(stage_.MessageFor(kind, *state_), epoch(kind));
  }
  void Give(const std::string& bytes, Answers answers = Answers::kAtOnce) {
    end_->Do({.what = StepByte(Action::kDeliver, false, answers), .bytes = bytes});
  }
  // The table says that this came of `kind`.
  void Enter(const LegalState& next, Kind kind) {
    state_ = &next;
    if (TypeOf(kind) == kKeyUpdateType && kind < kChangeCipherSpec) ++updates_;
  }
  uint64_t epoch(Kind kind) const { return EpochIn(*state_, kind); }
  uint64_t EpochIn(const LegalState& state, Kind kind) const {
    const bool finishes =
        kind == kFinishedType && state.change_cipher_spec == OnChangeCipherSpec::kTaken;
    if (stage_.protocol().is12) {
      // Without ChangeCipherSpec the peer's epoch changes with its Finished.
      return state.keys != Keys::kNone || (stage_.protocol().datagrams() && finishes) ? 1 : 0;
    }
    if (state.keys == Keys::kNone) return 0;
    return state.keys == Keys::kHandshake ? 2 : 3 + updates_;
  }
  // On datagrams: behind so many others, as it is in `state`, in any epoch.
  void GiveAhead(Kind kind, const LegalState& state, uint16_t ahead, uint64_t epoch) {
    const std::string_view message = stage_.MessageFor(kind, state);
    const size_t size = message.size() - record::kHandshakeHeaderSize;
    const auto sequence = static_cast<uint16_t>(framer_.next_sequence() + ahead);
    Give(framer_.Fragment(message, sequence, 0, size, epoch));
  }
  void SkipMessage() { framer_.Skip(1); }
  // Of DTLS 1.2, whose keys come before they are used.
  bool HasKeys() const { return end_->outcome().Saw("read1 "); }
  const LegalState& state() const { return *state_; }
  SomeEnd& end() { return *end_; }
  std::optional<Error> failure() const { return end_->face.failure(); }

 private:
  static std::unique_ptr<SomeEnd> MakeEnd(const Stage& stage) {
    const crypto::Context crypto = FuzzWorld().crypto();
    const CorePair& pair = stage.meeting.pair();
    const tls::ChainPolicy policy = tls::VerifyAgainst{&FuzzWorld().anchors()};
    EndOptions options = {.storage = 12000, .reassembly = 6000};
    options.now = {Instant(std::chrono::seconds(5)), kTestTime};
    options.datagram.start.next_receive_sequence = static_cast<uint16_t>(stage.first_sequence());
    options.datagram.start.next_send_sequence = static_cast<uint16_t>(stage.first_sequence());
    if (stage.role == Role::kClient) {
      return std::make_unique<SomeEnd>(
          crypto, pair.client_config(),
          tls::ClientOptions{kServerName, stage.meeting.session(), {}},
          tls::LocalOperations::ForClient(pair.client_config(), policy), options);
    }
    return std::make_unique<SomeEnd>(
        crypto, pair.server_config(), tls::ServerOptions{},
        tls::LocalOperations::ForServer(pair.server_config(), &FuzzWorld().ticket_key(), policy),
        options);
  }

  const Stage& stage_;
  Framer framer_;
  const LegalState* state_;
  uint64_t updates_ = 0;
  std::unique_ptr<SomeEnd> end_;
};

std::string Words(const Sequence& sequence) {
  std::string out;
  for (const Kind kind : sequence) out += std::to_string(kind) + " ";
  return out;
}

// ---- All of them -------------------------------------------------------------------------------

template <class SomeEnd>
class Explorer {
  using What = Expected::What;

 public:
  // `sequences` counts those whose last message was judged; `met` has the states of other branches.
  Explorer(const Stage& stage, size_t& sequences, std::set<const LegalState*>& met)
      : stage_(stage), sequences_(sequences), met_(met) {
    for (const auto& [kind, message] : stage.library) {
      if (kind < kSecondHello) kinds_.push_back(kind);
    }
    kinds_.push_back(kChangeCipherSpec);
    kinds_.push_back(kApplicationData);
  }

  // Continuations of every prefix of what really happens.
  void Explore(const Sequence& handshake) {
    for (size_t size = 0; size <= handshake.size(); ++size) {
      const Sequence prefix(handshake.begin(), handshake.begin() + static_cast<ptrdiff_t>(size));
      // By three where no branch was before; fewer where one was.
      const LegalState* state = &stage_.Start();
      for (const Kind kind : prefix) state = ExpectedOf(*state, kind, stage_).next;
      const bool is_new = met_.insert(state).second;
      Continue(prefix, is_new ? 3 : 2);
      if (stage_.protocol().datagrams()) {
        const size_t furthest = std::min<size_t>(is_new ? 3 : 1, handshake.size() - size);
        for (size_t ahead = 1; ahead <= furthest; ++ahead) {
          Ahead(prefix, Slice(absl::MakeConstSpan(handshake), size, ahead));
        }
        InOtherEpochs(handshake, size);
      }
      if (::testing::Test::HasFailure()) return;
    }
  }

 private:
  void Continue(const Sequence& prefix, int depth) {
    if (depth == 0 || !seen_.emplace(prefix, depth).second) return;
    for (const Kind kind : kinds_) {
      Sequence sequence = prefix;
      sequence.push_back(kind);
      const bool legal = Judge(sequence);
      if (::testing::Test::HasFailure()) {
        ADD_FAILURE() << Words(sequence);
        return;
      }
      if (legal) Continue(sequence, depth - 1);
    }
  }

  // All but the last message are legal. Whether it is.
  bool Judge(const Sequence& sequence) {
    if (judged_.count(sequence) != 0) return judged_[sequence];
    Side<SomeEnd> side(stage_);
    Expected expected{};
    for (const Kind kind : sequence) {
      EXPECT_FALSE(side.failure()) << "before " << kind << " in " << side.state().name;
      expected = ExpectedOf(side.state(), kind, stage_);
      const size_t sent = side.end().outcome().sent.size();
      side.Give(side.Frame(kind));
      if (expected.what == What::kDropped) {
        EXPECT_EQ(side.end().outcome().sent.size(), sent) << "what is dropped is not answered";
      }
      if (expected.next != nullptr) side.Enter(*expected.next, kind);
    }
    ++sequences_;
    const bool legal = expected.what != What::kAlert;
    judged_[sequence] = legal;
    if (legal) {
      ExpectAlive(side);
    } else {
      ExpectFailed(side, expected);
      StaysFailed(side, sequence.back());
    }
    return legal;
  }

  // Every kind ahead of one to three messages of what really happens: nothing comes of it before
  // those, and then what would have come of it behind them; also where it is held for keys that
  // they bring.
  void Ahead(const Sequence& prefix, absl::Span<const Kind> between) {
    for (const Kind kind : kinds_) {
      if (kind >= kChangeCipherSpec || ::testing::Test::HasFailure()) continue;
      SCOPED_TRACE("ahead by " + std::to_string(between.size()) + ": " + Words(prefix) + "then " +
                   std::to_string(kind));
      if (AheadOf(prefix, between, kind, /*keys_behind=*/true)) {
        (void)AheadOf(prefix, between, kind, /*keys_behind=*/false);
      }
    }
  }
  // Whether what is between changes the peer's keys, as those of DTLS 1.3 do.
  bool AheadOf(const Sequence& prefix, absl::Span<const Kind> between, Kind kind,
               bool keys_behind) {
    Side<SomeEnd> side(stage_);
    Play(prefix, side);
    const LegalState& state = side.state();
    const LegalState* last = &state;
    for (const Kind next : between) last = ExpectedOf(*last, next, stage_).next;
    const LegalState& behind = *last;
    const Outcome before = side.end().outcome();
    side.GiveAhead(kind, behind, static_cast<uint16_t>(between.size()),
                   side.EpochIn(keys_behind ? behind : state, kind));
    EXPECT_TRUE(side.end().outcome() == before) << "what is ahead waits";
    Play(between, side);
    side.SkipMessage();
    ++sequences_;
    const Expected expected =
        keys_behind ? ExpectedOf(behind, kind, stage_) : Expected{What::kAlert};
    if (expected.next != nullptr) side.Enter(*expected.next, kind);
    expected.what == What::kAlert ? ExpectFailed(side, expected) : ExpectAlive(side);
    return !stage_.protocol().is12 && state.keys != behind.keys;
  }

  // Every kind under epochs that the peer does not use now: nothing comes of it, also where it is
  // held until there are keys for it (RFC 9147 s4.2.1, RFC 6347 s4.1), and the handshake goes on.
  void InOtherEpochs(const Sequence& handshake, size_t size) {
    for (uint64_t epoch = 0; epoch <= 4; ++epoch) {
      Side<SomeEnd> side(stage_);
      Play(Sequence(handshake.begin(), handshake.begin() + static_cast<ptrdiff_t>(size)), side);
      if (!IsOther(epoch, side)) continue;
      SCOPED_TRACE("epoch " + std::to_string(epoch) + " behind " + std::to_string(size));
      const Outcome before = side.end().outcome();
      for (const Kind kind : kinds_) {
        if (kind < kChangeCipherSpec) side.GiveAhead(kind, side.state(), 0, epoch);
      }
      EXPECT_TRUE(side.end().outcome() == before);
      EXPECT_FALSE(side.failure());
      Play(Sequence(handshake.begin() + static_cast<ptrdiff_t>(size), handshake.end()), side);
      ExpectAlive(side);
      ++sequences_;
      if (::testing::Test::HasFailure()) return;
    }
  }
  // What the peer itself sends there is authentic, and then a message out of its order.
  bool IsOther(uint64_t epoch, const Side<SomeEnd>& side) const {
    const LegalState& state = side.state();
    if (stage_.protocol().is12) {
      if (epoch == 0) return state.connected;
      return epoch != 1 || !side.HasKeys();
    }
    if (epoch == 0) return state.keys != Keys::kNone;
    if (epoch == 2) return state.keys == Keys::kNone;
    return epoch != 3 || state.keys != Keys::kApplication;
  }

  void Play(absl::Span<const Kind> sequence, Side<SomeEnd>& side) {
    for (const Kind kind : sequence) {
      const LegalState& next = *ExpectedOf(side.state(), kind, stage_).next;
      side.Give(side.Frame(kind));
      side.Enter(next, kind);
    }
  }
  void ExpectAlive(Side<SomeEnd>& side) {
    const std::optional<Error> failure = side.failure();
    EXPECT_FALSE(failure) << "in " << side.state().name << ": code "
                          << static_cast<int>(failure->code);
    EXPECT_EQ(side.end().outcome().Saw("connected "), side.state().connected) << side.state().name;
  }

  void ExpectFailed(Side<SomeEnd>& side, const Expected& expected) {
    const std::optional<Error> failure = side.failure();
    ASSERT_TRUE(failure) << "in " << side.state().name;
    EXPECT_EQ(failure->origin, Origin::kPeer) << "in " << side.state().name;
    EXPECT_EQ(static_cast<int>(failure->alert), static_cast<int>(expected.alert))
        << "in " << side.state().name << ": code " << static_cast<int>(failure->code);
    EXPECT_TRUE(SentAlert(side.end().outcome().sent, expected.alert)) << "in " << side.state().name;
  }
  // What came to its end, in this state by this kind, is continued by one message of each kind, one
  // after the other.
  void StaysFailed(Side<SomeEnd>& side, Kind last) {
    if (!ended_.emplace(&side.state(), last).second) return;
    const std::optional<Error> failure = side.failure();
    const Outcome before = side.end().outcome();
    for (const Kind kind : kinds_) side.Give(side.Frame(kind));
    EXPECT_EQ(side.failure(), failure);
    EXPECT_TRUE(side.end().outcome() == before) << "what has ended says nothing more";
  }

  const Stage& stage_;
  size_t& sequences_;
  std::set<const LegalState*>& met_;
  std::vector<Kind> kinds_;
  std::set<std::pair<Sequence, int>> seen_;
  std::map<Sequence, bool> judged_;
  std::set<std::pair<const LegalState*, Kind>> ended_;  // and so were continued
};

// ---- The test ----------------------------------------------------------------------------------

void AddFirst(Library& library, const Messages& messages) {
  for (const auto& [kind, message] : messages) {
    if (kind != kChangeCipherSpec) library.emplace(kind, message);
  }
}

// The messages of this branch; what it has none of, as the other branches have it.
Library LibraryOf(const Meeting& meeting, Role role,
                  const std::vector<std::unique_ptr<Meeting>>& meetings) {
  const auto told = [role](const Meeting& one) -> const Messages& {
    return role == Role::kClient ? one.exchange().to_client : one.exchange().to_server;
  };
  const auto said = [role](const Meeting& one) -> const Messages& {
    return role == Role::kClient ? one.exchange().to_server : one.exchange().to_client;
  };
  Library library = WhatNobodySends();
  // Whose ServerHello is the second.
  const bool retried = meeting.branch().server_path == Path::kRetried;
  if (!retried) AddFirst(library, told(meeting));
  // What a PSK comes with, where this one has it behind the second alone.
  for (const auto& other : meetings) {
    if (meeting.branch().path == Path::kPsk && other->branch().server_path == Path::kPsk) {
      AddFirst(library, told(*other));
    }
  }
  // With a PSK suite it is a hint alone, which no branch sends (RFC 4279 s2).
  if (meeting.branch().path == Path::kPsk) {
    library.emplace(kServerKeyExchangeType, Made(12, std::string_view("\0\0", 2)));
  }
  for (const auto& other : meetings) AddFirst(library, told(*other));
  for (const auto& other : meetings) AddFirst(library, said(*other));
  // With a PSK, behind a HelloRetryRequest with one.
  const bool psk = meeting.branch().path == Path::kPsk;
  for (const auto& other : meetings) {
    const Branch& branch = other->branch();
    if (branch.server_path != Path::kRetried || (branch.path == Path::kPsk) != psk) continue;
    library[kSecondHello + kServerHelloType] = other->exchange().to_client.at(1).second;
    library[kSecondHello + kClientHelloType] = other->exchange().to_server.at(1).second;
  }
  return library;
}

constexpr size_t kLeastSequences = 6500;  // of each protocol

class Continuations : public ::testing::TestWithParam<size_t> {
 protected:
  static void SetUpTestSuite() { FuzzWorld().FixSeeds(); }
};

TEST_P(Continuations, AreAsTheTableSays) {
  const Protocol protocol = kProtocols[GetParam()];
  std::vector<std::unique_ptr<Meeting>> meetings;
  for (const Branch& branch : kBranches) {
    if (!(protocol.is12 ? branch.in12 : branch.in13)) continue;
    meetings.push_back(std::make_unique<Meeting>(branch, protocol));
    ASSERT_TRUE(meetings.back()->connected()) << branch.name;
  }
  size_t sequences = 0;
  size_t stages = 0;
  std::set<const LegalState*> met;
  for (const auto& meeting : meetings) {
    for (const Role role : {Role::kClient, Role::kServer}) {
      if (meeting->branch().forks.value_or(role) != role) continue;
      const Exchange& exchange = meeting->exchange();
      const auto& told = role == Role::kClient ? exchange.to_client : exchange.to_server;
      const Library library = LibraryOf(*meeting, role, meetings);
      Sequence handshake;
      for (const auto& [kind, message] : told) handshake.push_back(kind);
      for (const bool verified : {false, true}) {
        if (verified && (role == Role::kClient || !protocol.is12 || !protocol.datagrams()))
          continue;
        const Stage stage = {*meeting, role, library, verified};
        SCOPED_TRACE(std::string(meeting->branch().name) +
                     (role == Role::kClient ? ", client" : ", server"));
        if (protocol.datagrams()) {
          Explorer<DatagramEnd>(stage, sequences, met).Explore(handshake);
        } else {
          Explorer<StreamEnd>(stage, sequences, met).Explore(handshake);
        }
        ++stages;
        if (HasFailure()) return;
      }
    }
  }
  std::printf("%zu branches: %zu sequences\n", stages, sequences);
  EXPECT_GE(sequences, kLeastSequences);
}

INSTANTIATE_TEST_SUITE_P(Protocols, Continuations, ::testing::Range<size_t>(0, 4));

}  // namespace
}  // namespace merlon::fuzz
