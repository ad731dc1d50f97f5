// SPDX-License-Identifier: Apache-2.0
// Attacks on how messages come, each with its name, at every message of a handshake in which both
// ends show certificates: fragments that do not fit together, a ChangeCipherSpec before its time,
// and an end that is not one. What messages say is left as it is.
#include <gtest/gtest.h>

#include "fuzz/framer.h"
#include "fuzz/scenarios.h"
#include "tls/testing/core_pair.h"

namespace merlon::fuzz {
namespace {

using record::ContentType;
using tls::Transport;

constexpr uint8_t kFinished = 20;
constexpr size_t kHeader = record::kHandshakeHeaderSize;

// The end under attack, and what its peer tells it.
template <class SomeEnd>
class Victim {
  static constexpr bool kDatagrams = std::is_same_v<SomeEnd, DatagramEnd>;
  static constexpr Transport kTransport = kDatagrams ? Transport::kDatagram : Transport::kStream;

 public:
  Victim(bool is12, bool server)
      : is12_(is12),
        framer_({kTransport, is12}),
        end_(StartEnd<SomeEnd>(server, Bits(is12, server))) {
    static const Told told[] = {Record(false), Record(true)};
    messages_ = server ? told[is12].second : told[is12].first;
  }
  // All of a handshake; empty: TLS 1.2's ChangeCipherSpec.
  const std::vector<std::string>& messages() const { return messages_; }
  void Tell(size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) TellOne(messages_[i]);
  }
  void TellRest(size_t begin) { Tell(begin, messages_.size()); }
  void TellOne(const std::string& message) {
    if (message.empty()) return ChangeCipherSpec();
    Give(framer_.Message(message, EpochOf(message)));
    ++told_;
  }
  void ChangeCipherSpec() { Give(framer_.Record(ContentType::kChangeCipherSpec, "\1", 0)); }
  // Of the message behind those that were told, or of one further on.
  void Fragment(const std::string& message, size_t begin, size_t end, uint16_t ahead = 0) {
    const uint16_t sequence = static_cast<uint16_t>(told_ + ahead);
    Give(framer_.Fragment(message, sequence, begin, end, EpochOf(message)));
  }
  // They came in fragments.
  void Count(uint16_t messages) {
    told_ = static_cast<uint16_t>(told_ + messages);
    framer_.Skip(messages);
  }
  void Give(const std::string& bytes) {
    end_->Do({.what = StepByte(Action::kDeliver), .bytes = bytes});
  }
  void CloseTransport() { end_->Do({.what = StepByte(Action::kClose, /*variant=*/true)}); }

  // What the peer sends it under.
  uint64_t EpochOf(const std::string& message) const {
    if (is12_ && kDatagrams) return static_cast<uint8_t>(message[0]) == kFinished ? 1 : 0;
    const size_t at = events().rfind("read");
    return at == std::string::npos ? 0 : std::stoull(events().substr(at + 4));
  }
  const std::string& events() const { return end_->outcome().events; }
  std::optional<Error> failure() const { return end_->face.failure(); }
  bool connected() const { return end_->outcome().Saw("connected "); }
  bool SentAlert(Alert alert) const { return fuzz::SentAlert(end_->outcome().sent, alert); }
  Framer& framer() { return framer_; }

 private:
  using Told = std::pair<std::vector<std::string>, std::vector<std::string>>;
  static uint16_t Bits(bool is12, bool server) {
    if (server) return kRequiresClients;
    return kNotCompatible | kShowsCertificate | (is12 ? k12Alone : 0);
  }
  static Told Record(bool is12) {
    FuzzWorld().FixSeeds();
    tls::testing::CorePair pair(ClientScenarioOf(Bits(is12, false), kTransport).config,
                                ServerScenarioOf(Bits(is12, true)).config, kTransport, {},
                                FuzzWorld());
    return pair.RunAndRecord();
  }

  bool is12_;
  Framer framer_;
  std::unique_ptr<SomeEnd> end_;
  std::vector<std::string> messages_;
  uint16_t told_ = 0;
};
using StreamVictim = Victim<StreamEnd>;
using DatagramVictim = Victim<DatagramEnd>;

// With an end, and the number of one of its peer's messages before which nothing went wrong.
template <class SomeVictim, class Attack>
void BeforeEachMessage(std::initializer_list<bool> versions12, const Attack& attack) {
  for (const bool is12 : versions12) {
    for (const bool server : {false, true}) {
      const size_t count = SomeVictim(is12, server).messages().size();
      ASSERT_GE(count, 4u);
      for (size_t i = 0; i <= count; ++i) {
        SomeVictim victim(is12, server);
        victim.Tell(0, i);
        ASSERT_FALSE(victim.failure());
        SCOPED_TRACE(std::string(is12 ? "1.2" : "1.3") + (server ? ", server" : ", client") +
                     ", before message " + std::to_string(i));
        attack(victim, i);
        if (::testing::Test::HasFailure()) return;
      }
    }
  }
}

// Whether there is a message there that can come in two pieces; ServerHelloDone cannot.
bool HasHalves(const DatagramVictim& victim, size_t i) {
  return i < victim.messages().size() && victim.messages()[i].size() >= kHeader + 2;
}

template <class SomeVictim>
void ExpectEnded(const SomeVictim& victim, Error error) {
  EXPECT_EQ(victim.failure(), error) << static_cast<int>(victim.failure()->code);
  EXPECT_TRUE(victim.SentAlert(error.alert));
}
template <class SomeVictim>
void ExpectConnects(SomeVictim& victim, size_t next) {
  victim.TellRest(next);
  EXPECT_FALSE(victim.failure()) << static_cast<int>(victim.failure()->code);
  EXPECT_TRUE(victim.connected());
}

constexpr Error kContradiction = IllegalParameter(Code::kDuplicateFragment);

// ---- Mixed fragments ---------------------------------------------------------------------------

// Half of the message, then half of what says that it is the same and is not (RFC 9147 s5.5).
template <class Change>
void ExpectHalvesContradict(const Change& change) {
  BeforeEachMessage<DatagramVictim>({false, true}, [&](DatagramVictim& victim, size_t i) {
    if (!HasHalves(victim, i)) return;
    const std::string& message = victim.messages()[i];
    const size_t size = message.size() - kHeader;
    std::string other = message;
    change(other);
    victim.Fragment(message, 0, size / 2);
    EXPECT_FALSE(victim.failure());
    victim.Fragment(other, size / 2, other.size() - kHeader);
    ExpectEnded(victim, kContradiction);
  });
}

TEST(MixedFragments, OfAnotherTypeEndTheConnection) {
  ExpectHalvesContradict([](std::string& message) { message[0] ^= 1; });
}

TEST(MixedFragments, OfAnotherLengthEndTheConnection) {
  ExpectHalvesContradict([](std::string& message) {
    ++message[3];
    message += 'x';
  });
  ExpectHalvesContradict([](std::string& message) {
    --message[3];
    message.pop_back();
  });
}

// "implementations MUST be able to handle overlapping fragment ranges" (RFC 9147 s5.5); what came
// first stays, so nobody can exchange the middle of a message.
TEST(MixedFragments, OverlappingWithOtherBytesChangeNothing) {
  BeforeEachMessage<DatagramVictim>({false, true}, [](DatagramVictim& victim, size_t i) {
    if (!HasHalves(victim, i)) return;
    const std::string& message = victim.messages()[i];
    const size_t size = message.size() - kHeader, half = size / 2;
    std::string other = message;
    for (size_t at = kHeader; at < kHeader + half; ++at) other[at] ^= 0x5a;
    victim.Fragment(message, 0, half);
    victim.Fragment(other, 0, half);         // all of it again
    victim.Fragment(other, half / 2, half);  // and a part
    EXPECT_FALSE(victim.failure());
    victim.Fragment(other, half - 1, size);  // the rest, reaching into it
    victim.Count(1);
    ExpectConnects(victim, i + 1);
  });
}

TEST(MixedFragments, OfTwoMessagesInTurnComeTogether) {
  BeforeEachMessage<DatagramVictim>({false, true}, [](DatagramVictim& victim, size_t i) {
    if (!HasHalves(victim, i) || !HasHalves(victim, i + 1)) return;
    const std::string& first = victim.messages()[i];
    const std::string& second = victim.messages()[i + 1];
    const auto half = [](const std::string& message) { return (message.size() - kHeader) / 2; };
    const auto end = [](const std::string& message) { return message.size() - kHeader; };
    // The one is under other keys than the other, which the one brings.
    const auto changes_keys = [](const std::string& message) {
      return message[0] == 1 || message[0] == 2 || message[0] == kFinished;
    };
    const bool keys_change = changes_keys(first) || second[0] == kFinished;
    if (keys_change) return ExpectConnects(victim, i);
    victim.Fragment(second, half(second), end(second), 1);
    victim.Fragment(first, 0, half(first));
    victim.Fragment(second, 0, half(second), 1);
    victim.Fragment(first, half(first), end(first));
    victim.Count(2);
    ExpectConnects(victim, i + 2);
  });
}

// ---- Early ChangeCipherSpec --------------------------------------------------------------------

// CVE-2014-0224: keys were derived before there was a secret.
TEST(EarlyChangeCipherSpec, EndsTls12) {
  BeforeEachMessage<StreamVictim>({true}, [](StreamVictim& victim, size_t i) {
    const bool due = i < victim.messages().size() && victim.messages()[i].empty();
    const bool is_protected = victim.events().find("read1") != std::string::npos;
    if (due || is_protected) return;
    victim.ChangeCipherSpec();
    ASSERT_TRUE(victim.failure());
    EXPECT_EQ(victim.failure()->alert, Alert::kUnexpectedMessage);
    EXPECT_TRUE(victim.SentAlert(Alert::kUnexpectedMessage));
    EXPECT_EQ(victim.events().find("read1"), std::string::npos);
    EXPECT_FALSE(victim.connected());
  });
}

// On datagrams it is no part of the order (RFC 6347 s4.2.4) and brings no keys: what comes under
// epoch 1 before there are any is not looked at, and the handshake goes on.
TEST(EarlyChangeCipherSpec, IsDroppedByDtls12) {
  BeforeEachMessage<DatagramVictim>({true}, [](DatagramVictim& victim, size_t i) {
    const std::string events = victim.events();
    victim.ChangeCipherSpec();
    EXPECT_EQ(victim.events(), events);
    // The client's keys come with ServerHelloDone, the server's with ClientKeyExchange.
    if (events.find("read1") == std::string::npos) {
      const std::string finished = {kFinished, 0,   0,   12,  'H', 'H', 'H', 'H',
                                    'H',       'H', 'H', 'H', 'H', 'H', 'H', 'H'};
      victim.Fragment(finished, 0, 12);
      EXPECT_EQ(victim.events(), events);
    }
    ExpectConnects(victim, i);
  });
}

// ---- Truncation --------------------------------------------------------------------------------

// RFC 5246 s7.2.1: without close_notify the end of the transport is an attack, whenever it comes.
TEST(TruncationOfTls12, IsSeenBeforeEachMessageAndBehindTheHandshake) {
  BeforeEachMessage<StreamVictim>({true}, [](StreamVictim& victim, size_t) {
    victim.CloseTransport();
    EXPECT_EQ(victim.failure(), PeerError(Code::kTruncatedByTransport, Alert::kNone));
    EXPECT_EQ(victim.events().find("closed"), std::string::npos);
  });
}

TEST(TruncationOfTls12, IsSeenInsideOfARecord) {
  for (const bool server : {false, true}) {
    StreamVictim victim(/*is12=*/true, server);
    victim.TellRest(0);
    ASSERT_TRUE(victim.connected());
    const std::string data = victim.framer().Record(ContentType::kApplicationData, "data", 1);
    victim.Give(data.substr(0, data.size() - 1));
    EXPECT_FALSE(victim.failure());
    victim.CloseTransport();
    EXPECT_EQ(victim.failure(), PeerError(Code::kTruncatedByTransport, Alert::kNone));
  }
}

TEST(TruncationOfTls12, IsNoneBehindCloseNotify) {
  for (const bool server : {false, true}) {
    StreamVictim victim(/*is12=*/true, server);
    victim.TellRest(0);
    victim.Give(victim.framer().Record(ContentType::kAlert, std::string("\1\0", 2), 1));
    EXPECT_NE(victim.events().find("closed"), std::string::npos);
    victim.CloseTransport();
    EXPECT_FALSE(victim.failure());
  }
}

// Whoever has no keys cannot say close_notify: on a stream it does not open, on datagrams it is
// dropped.
TEST(TruncationOfTls12, ByAForgedCloseNotify) {
  for (const bool server : {false, true}) {
    StreamVictim stream(/*is12=*/true, server);
    stream.TellRest(0);
    stream.Give(stream.framer().Record(ContentType::kAlert, std::string("\1\0", 2), 0));
    ExpectEnded(stream, PeerError(Code::kBadMac, Alert::kBadRecordMac));
    EXPECT_EQ(stream.events().find("closed"), std::string::npos);
    DatagramVictim datagrams(/*is12=*/true, server);
    datagrams.TellRest(0);
    datagrams.Give(datagrams.framer().Record(ContentType::kAlert, std::string("\1\0", 2), 0));
    EXPECT_FALSE(datagrams.failure());
    EXPECT_EQ(datagrams.events().find("closed"), std::string::npos);
  }
}

}  // namespace
}  // namespace merlon::fuzz
