// SPDX-License-Identifier: Apache-2.0
// The handshake storage running out at every allocation: full, retried, resumed and PSK handshakes,
// both roles, three transports. Under the transparent driver, so that every byte can be tried.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "fuzz/harness.h"
#include "tls/datagram_connection.h"
#include "tls/message_connection.h"
#include "tls/profiles/full.h"
#include "tls/stream_connection.h"
#include "tls/testing/endpoint.h"

namespace merlon::tls::testing {

struct StorageProbe {
  static Arena& Of(HandshakeCore<FullProfile>& core) { return core.context_.arena; }
};

namespace {

constexpr size_t kPlenty = 8192;  // bytes
const Now kStart = {Instant(std::chrono::seconds(5)), kTestTime};

// What one side lacks.
struct Lack {
  size_t storage = kPlenty;   // bytes in all
  size_t at_call = SIZE_MAX;  // from this call into the connection, the first being 0,
  size_t left = 0;            // to its end, no more than so many bytes are free
};

// A datagram, bytes of a stream, or of one epoch's.
struct Packet {
  Epoch epoch = Epoch::kPlain;
  std::string bytes;
};

template <class Face>
constexpr Transport kTransportOf = std::is_same_v<Face, StreamConnection>     ? Transport::kStream
                                   : std::is_same_v<Face, DatagramConnection> ? Transport::kDatagram
                                                                              : Transport::kMessage;

template <class Face>
class Side {
 public:
  template <class Config, class Options>
  Side(const Config& config, const Options& options, const LocalOptions& local,
       MutableBytes storage, const Lack& lack)
      : lack_(lack),
        reassembly_(20480),
        core(config, options, kTransportOf<Face>, Slice(storage, 0, lack.storage),
             Seed(32, [](MutableBytes out) { memset(out.data(), 7, out.size()); }), kStart),
        face(MakeFace()),
        rng_(1),
        operations_({fuzz::FuzzWorld().crypto().keys, fuzz::FuzzWorld().crypto().drivers, rng_},
                    local) {}

  // Answers, events.
  void Settle() {
    Poll();
    while (!face.Operations().empty()) {
      const Pending pending = face.Operations().front();
      const OpResult answer = operations_.Perform(pending.request);
      (void)Call([&] { return face.Complete(pending.id, answer, now); });
      Poll();
    }
  }
  void Take(Packet& packet) {
    const MutableBytes in(reinterpret_cast<uint8_t*>(packet.bytes.data()), packet.bytes.size());
    for (MutableBytes rest = in; !rest.empty();) {
      size_t taken = 0;
      if constexpr (std::is_same_v<Face, MessageConnection>) {
        const Result<size_t> got = Call([&] { return face.Receive(packet.epoch, rest, now); });
        taken = got.ok() ? *got : 0;
      } else {
        const Result<Received> got = Call([&] { return face.Receive(rest, now); });
        taken = got.ok() ? got->consumed : 0;
      }
      Settle();
      if (taken == 0) return;
      rest.remove_prefix(taken);
    }
  }
  std::optional<Packet> Next() {
    Settle();
    Packet packet;
    if constexpr (std::is_same_v<Face, MessageConnection>) {
      while (const std::optional<Command> command = Call([&] { return face.NextCommand(); })) {
        if (const auto* send = std::get_if<Send>(&*command)) {
          return Packet{send->epoch, ToString(send->bytes)};
        }
      }
      Settle();
      return std::nullopt;
    } else {
      uint8_t out[17000];
      const Result<Transmit> sent = Call([&] { return face.PollTransmit(MutableBytes(out), now); });
      Settle();
      if (!sent.ok() || sent->size == 0) return std::nullopt;
      return Packet{Epoch::kPlain, ToString(Bytes(out, sent->size))};
    }
  }
  size_t calls() const { return calls_; }

 private:
  Face MakeFace() {
    if constexpr (std::is_same_v<Face, DatagramConnection>) {
      return Face(core, absl::MakeSpan(reassembly_), DatagramOptions{});
    } else {
      return Face(core, absl::MakeSpan(reassembly_));
    }
  }
  void Poll() {
    while (const std::optional<Event> event = face.PollEvent()) Record(*event, log);
  }
  // One call into the connection, with as little storage as it is to have.
  template <class Function>
  auto Call(Function function) {
    Arena& arena = StorageProbe::Of(core);
    std::optional<Arena::Scratch> taken;
    if (calls_++ == lack_.at_call && arena.free() > lack_.left) {
      taken.emplace(arena);
      EXPECT_TRUE(taken->Take(arena.free() - lack_.left).ok());
    }
    return function();
  }

  Lack lack_;
  size_t calls_ = 0;
  std::vector<uint8_t> reassembly_;

 public:
  HandshakeCore<FullProfile> core;
  Face face;
  Now now = kStart;
  Log log;

 private:
  crypto::testing::DeterministicRng rng_;
  LocalOperations operations_;
};

enum class Kind { kFull, kRetry, kResumed, kPsk };

// Everything that stays the same while storage shrinks.
struct Scenario {
  Scenario(Kind kind, Transport transport, std::string session)
      : session(std::move(session)), quic(transport == Transport::kMessage) {
    fuzz::World& world = fuzz::FuzzWorld();
    ClientConfigBuilder client_builder = world.ClientBuilder();
    ServerConfigBuilder server_builder = world.ServerBuilder();
    client_builder.AddAlpn("test").LogSecrets();
    server_builder.AddAlpn("test").LogSecrets();
    if (kind == Kind::kRetry) server_builder.SetGroups({kSecp256r1Id});
    if (kind == Kind::kPsk) {
      client_builder.AddRawExternalPsk(kPskIdentity, world.psk());
      server_builder.AddRawExternalPsk(kPskIdentity, world.psk());
    }
    client = client_builder.Build().value();
    server = server_builder.Build().value();
  }
  static constexpr uint16_t kSecp256r1Id = static_cast<uint16_t>(crypto::GroupId::kSecp256r1);
  Bytes parameters() const { return quic ? AsBytes("opaque") : Bytes(); }

  std::shared_ptr<const ClientConfig> client;
  std::shared_ptr<const ServerConfig> server;
  std::string session;
  bool quic;
};

struct Outcome {
  std::string client, server;  // events of each
  std::optional<Error> client_failure, server_failure;
  std::vector<std::string> sessions;
  size_t client_calls = 0, server_calls = 0;
  // All that a handshake with enough storage does.
  bool SameAs(const Outcome& other) const {
    return client == other.client && server == other.server && !client_failure && !server_failure;
  }
};

template <class Face>
class Pair {
 public:
  Pair(const Scenario& scenario, const Lack& client_lack, const Lack& server_lack,
       MutableBytes client_storage, MutableBytes server_storage)
      : client_(*scenario.client,
                ClientOptions{.server_name = kServerName,
                              .session = AsBytes(scenario.session),
                              .transport_parameters = scenario.parameters()},
                fuzz::ClientOperations(*scenario.client), client_storage, client_lack),
        server_(*scenario.server, ServerOptions{scenario.parameters()},
                fuzz::ServerOperations(*scenario.server), server_storage, server_lack) {}

  Outcome Run() {
    for (;;) {
      while (Deliver(client_, server_) || Deliver(server_, client_)) {
      }
      if (!PassTime()) break;
    }
    for (Side<Face>* side : {&client_, &server_}) {
      EXPECT_EQ(side->face.failure(), side->core.failure());
      if (side->core.failure()) {
        EXPECT_TRUE(side->face.Operations().empty());
        EXPECT_FALSE(side->Next());
      }
    }
    return {client_.log.events,     server_.log.events,   client_.core.failure(),
            server_.core.failure(), client_.log.sessions, client_.calls(),
            server_.calls()};
  }

 private:
  static bool Deliver(Side<Face>& from, Side<Face>& to) {
    std::optional<Packet> packet = from.Next();
    if (packet) to.Take(*packet);
    return packet.has_value();
  }
  // To the next timer; false: none is set, or the time of a handshake is over.
  bool PassTime() {
    if constexpr (std::is_same_v<Face, DatagramConnection>) {
      std::optional<Instant> next;
      for (const Side<Face>* side : {&client_, &server_}) {
        const std::optional<Instant> at = side->face.NextTimeout();
        if (at && (!next || *at < *next)) next = at;
      }
      if (!next) return false;
      for (Side<Face>* side : {&client_, &server_}) {
        side->now.instant = *next;
        (void)side->face.HandleTimeout(side->now);
      }
      return true;
    }
    return false;
  }

  Side<Face> client_, server_;
};

template <class Face>
Outcome RunWith(const Scenario& scenario, const Lack& client, const Lack& server) {
  std::vector<uint8_t> client_storage(kPlenty), server_storage(kPlenty);
  const Outcome outcome = Pair<Face>(scenario, client, server, absl::MakeSpan(client_storage),
                                     absl::MakeSpan(server_storage))
                              .Run();
  // Nothing is left of it.
  const std::vector<uint8_t> zeros(kPlenty);
  EXPECT_EQ(client_storage, zeros);
  EXPECT_EQ(server_storage, zeros);
  return outcome;
}

// A client ignores tickets for which it has no storage (RFC 9846 s4.6.1).
std::string WithoutTickets(std::string events) {
  constexpr std::string_view kTicket = "ticket ";
  for (size_t at; (at = events.find(kTicket)) != std::string::npos;) {
    events.erase(at, kTicket.size());
  }
  return events;
}

// The side that lacks storage says so; the other hears of it by an alert, or not at all.
void ExpectFailure(const std::optional<Error>& lacking, const std::optional<Error>& other) {
  EXPECT_EQ(lacking, NoSpace());
  if (other && other->code != Code::kClosedByAlert) {
    // Over datagrams an alert under keys that one does not have (yet, or any more) is noise.
    EXPECT_EQ(other->code, Code::kHandshakeTimeout);
  }
}

template <class Face>
class Storage : public ::testing::Test {
 protected:
  static Scenario Make(Kind kind) {
    constexpr Transport kTransport = kTransportOf<Face>;
    if (kind != Kind::kResumed) return Scenario(kind, kTransport, "");
    const Outcome first = RunWith<Face>(Scenario(Kind::kFull, kTransport, ""), {}, {});
    EXPECT_FALSE(first.sessions.empty());
    return Scenario(kind, kTransport, first.sessions.empty() ? "" : first.sessions[0]);
  }
  // What happens when all goes well.
  static Outcome Reference(const Scenario& scenario) {
    const Outcome outcome = RunWith<Face>(scenario, {}, {});
    for (const std::string& events : {outcome.client, outcome.server}) {
      EXPECT_NE(events.find("connected"), std::string::npos);
      EXPECT_NE(events.find("releasable"), std::string::npos);
    }
    EXPECT_EQ(outcome.sessions.size(), 2u);
    return outcome;
  }
  // `client`: it is the one that lacks.
  static Outcome RunLacking(const Scenario& scenario, bool client, const Lack& lack) {
    return client ? RunWith<Face>(scenario, lack, {}) : RunWith<Face>(scenario, {}, lack);
  }
  static void ExpectFailureOf(bool client, const Outcome& outcome, const Outcome& reference) {
    if (!client) return ExpectFailure(outcome.server_failure, outcome.client_failure);
    if (outcome.client_failure) {
      return ExpectFailure(outcome.client_failure, outcome.server_failure);
    }
    EXPECT_FALSE(outcome.server_failure);
    EXPECT_LT(outcome.sessions.size(), reference.sessions.size());
    EXPECT_EQ(WithoutTickets(outcome.client), WithoutTickets(reference.client));
    EXPECT_EQ(outcome.server, reference.server);
  }
};

struct FaceName {
  template <class Face>
  static std::string GetName(int) {
    return kTransportOf<Face> == Transport::kStream     ? "Stream"
           : kTransportOf<Face> == Transport::kDatagram ? "Datagram"
                                                        : "Message";
  }
};
using Faces = ::testing::Types<StreamConnection, DatagramConnection, MessageConnection>;
TYPED_TEST_SUITE(Storage, Faces, FaceName);

constexpr Kind kKinds[] = {Kind::kFull, Kind::kRetry, Kind::kResumed, Kind::kPsk};

// From none to enough, byte by byte: each allocation that makes it grow fails once.
TYPED_TEST(Storage, OfEverySizeFailsCleanlyOrSuffices) {
  for (const Kind kind : kKinds) {
    const Scenario scenario = this->Make(kind);
    const Outcome reference = this->Reference(scenario);
    for (const bool client : {true, false}) {
      SCOPED_TRACE((client ? "client of " : "server of ") + std::to_string(static_cast<int>(kind)));
      size_t size = 0;
      for (; size < kPlenty; ++size) {
        const Outcome outcome = this->RunLacking(scenario, client, {.storage = size});
        if (outcome.SameAs(reference)) break;
        this->ExpectFailureOf(client, outcome, reference);
        if (this->HasFailure()) FAIL() << size;
      }
      EXPECT_LT(size, kPlenty);
    }
  }
}

// In each call alone: allocations fail that have more to live on otherwise, since earlier ones were
// given back.
TYPED_TEST(Storage, MayRunOutInEveryCall) {
  for (const Kind kind : kKinds) {
    const Scenario scenario = this->Make(kind);
    const Outcome reference = this->Reference(scenario);
    for (const bool client : {true, false}) {
      SCOPED_TRACE((client ? "client of " : "server of ") + std::to_string(static_cast<int>(kind)));
      const size_t calls = client ? reference.client_calls : reference.server_calls;
      size_t failing_calls = 0;
      for (size_t call = 0; call < calls; ++call) {
        size_t left = 0;
        for (; left < kPlenty; ++left) {
          const Outcome outcome =
              this->RunLacking(scenario, client, {.at_call = call, .left = left});
          if (outcome.SameAs(reference)) break;
          this->ExpectFailureOf(client, outcome, reference);
          if (this->HasFailure()) FAIL() << call << " " << left;
        }
        failing_calls += left != 0;
      }
      EXPECT_GT(failing_calls, 0u);
    }
  }
}

}  // namespace
}  // namespace merlon::tls::testing
