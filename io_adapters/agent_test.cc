// SPDX-License-Identifier: Apache-2.0
// The agent and those who ask it: who gets what, who waits for whom, and what a slow or dead one
// costs.
#include "io_adapters/agent.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "crypto/bound_key.h"
#include "crypto/key_call.h"
#include "io_adapters/agent_keys.h"
#include "io_adapters/credentials.h"
#include "io_adapters/drive.h"
#include "io_adapters/files.h"
#include "io_adapters/test_identity.h"
#include "io_adapters/unix_socket.h"
#include "tls/deferred_signature.h"

namespace merlon::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tls::StreamConnection;

constexpr crypto::SignAlg kEcdsa{crypto::SignFamily::kEcdsa, crypto::HashId::kSha256};
Instant Soon() { return SystemNow().instant + std::chrono::milliseconds(5); }

TEST(AgentProtocol, IsParsedStrictly) {
  const AgentRequest request{
      .ask = AgentAsk::kSign, .name = "web", .algorithm = kEcdsa, .message = "message"};
  const std::string frame = *Frame(request);
  EXPECT_EQ(*FrameSize(frame), frame.size());
  EXPECT_EQ(*FrameSize(frame.substr(0, 3)), 0u);
  EXPECT_FALSE(FrameSize("\xff\xff\xff\xff").has_value());
  const std::string body = frame.substr(kAgentFrameHeader);
  const auto parsed = ParseRequest(body);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->name, "web");
  EXPECT_EQ(parsed->algorithm, kEcdsa);
  EXPECT_EQ(parsed->message, "message");
  const size_t fixed = body.size() - request.message.size();
  for (size_t i = 0; i < fixed; ++i) EXPECT_FALSE(ParseRequest(body.substr(0, i)).has_value());
  std::string bad = body;
  bad[0] = 2;
  EXPECT_FALSE(ParseRequest(bad).has_value()) << "another version";
  bad = body;
  bad[1] = 9;
  EXPECT_FALSE(ParseRequest(bad).has_value()) << "an unknown question";
  bad[1] = static_cast<char>(AgentAsk::kDescribe);
  EXPECT_FALSE(ParseRequest(bad).has_value()) << "with a message";
  bad = body;
  bad[3] = '/';
  EXPECT_FALSE(ParseRequest(bad).has_value()) << "no name of a key";
  EXPECT_FALSE(Frame(AgentRequest{.message = std::string(kMaxAgentFrame, 'x')}).has_value());
  EXPECT_FALSE(ParseAnswer(std::string("\1\6", 2)).has_value());
  EXPECT_FALSE(ParseKey("12345").has_value());
}

// An agent with the key of TestIdentity as "web", whose steps another thread makes on request.
class AgentTest : public testing::Test {
 protected:
  static constexpr std::chrono::milliseconds kPatience{60};  // where nothing is to come

  static const TestIdentity& Identity() {
    static const TestIdentity identity("agent");
    return identity;
  }
  // A socket's path is short, which TEST_TMPDIR need not be.
  static std::string Socket() {
    static const int folder = ::open(testing::TempDir().c_str(), O_RDONLY | O_DIRECTORY);
    return "/proc/self/fd/" + std::to_string(folder) + "/agent";
  }

  explicit AgentTest(AgentPolicy policy = {.users = {::geteuid()}}) {
    Listen(std::chrono::seconds(20));
    const auto key = LoadCredential(crypto_.keys(), Identity().chain_file(), Identity().key_file());
    agent_->AddKey("web", key->key, policy);
    policy.tls13_server_only = true;
    agent_->AddKey("tls", key->key, policy);
    policy.users = {::geteuid() + 1};
    agent_->AddKey("others", key->key, policy);
  }
  ~AgentTest() override { Pause(); }
  void Listen(std::chrono::milliseconds patience) {
    agent_ = nullptr;
    auto agent = Agent::Listen(crypto_, {.socket = Socket(), .patience = patience});
    EXPECT_TRUE(agent.ok()) << agent.status();
    agent_ = *std::move(agent);
  }
  void StepInThread() {
    running_ = true;
    thread_ = std::thread([this] {
      while (running_) EXPECT_TRUE(agent_->Step(Soon()).ok());
    });
  }
  void Pause() {
    running_ = false;
    if (thread_.joinable()) thread_.join();
  }
  static Result<size_t> Sign(const crypto::KeyStore& keys, crypto::KeyHandle key,
                             std::string_view message, std::string& out) {
    ProcessCrypto crypto;
    MERLON_ASSIGN_OR_RETURN(const auto bound, crypto::BoundSigningKey::Bind(keys, key, kEcdsa));
    out.assign(bound.max_signature_size(), '\0');
    return bound.Sign(AsBytes(message), crypto.context().rng,
                      MutableBytes(reinterpret_cast<uint8_t*>(out.data()), out.size()));
  }

  ProcessCrypto crypto_;
  std::unique_ptr<Agent> agent_;
  const AgentKeys keys_{Socket(), std::chrono::seconds(20)}, hasty_{Socket(), kPatience};
  std::atomic<bool> running_{false};
  std::thread thread_;
};

TEST_F(AgentTest, SignsWhatTheKeysPolicyAllows) {
  StepInThread();
  ProcessCrypto own;
  EXPECT_THAT(*keys_.List(), ElementsAre("tls", "web"));
  const auto web = keys_.Open(own.keys(), "web"), tls = keys_.Open(own.keys(), "tls");
  ASSERT_TRUE(web.ok() && tls.ok()) << web.status() << tls.status();
  EXPECT_EQ(own.keys().Attributes(*web)->location, kAgentLocation);
  std::string signature, handshake(64, ' ');
  handshake += std::string("TLS 1.3, server CertificateVerify\0", 34) + std::string(32, 'h');
  const auto verifies = [&](crypto::KeyHandle key, std::string_view message) {
    std::array<uint8_t, 65> public_key;
    const auto size = Sign(own.keys(), key, message, signature);
    if (!size.ok() || !own.keys().PublicKey(key, MutableBytes(public_key)).ok()) return false;
    const crypto::DriverTable drivers = own.context().drivers;
    return drivers.sign(kEcdsa.family, crypto::KeyType::kEcP256)
        ->verify(Bytes(public_key), drivers.hash(kEcdsa.hash), AsBytes(message),
                 AsBytes(signature.substr(0, *size)))
        .ok();
  };
  EXPECT_TRUE(verifies(*web, "anything"));
  EXPECT_TRUE(verifies(*web, handshake));
  EXPECT_TRUE(verifies(*tls, handshake));
  const Error not_permitted = DriverError(Code::kNotPermitted);
  for (const std::string& other : {std::string("anything"), handshake + "x", handshake.substr(1),
                                   " " + handshake, handshake.substr(0, 98)}) {
    EXPECT_EQ(Sign(own.keys(), *tls, other, signature).error(), not_permitted);
  }
  std::string client = handshake;
  client.replace(73, 6, "client");
  EXPECT_EQ(Sign(own.keys(), *tls, client, signature).error(), not_permitted);
  EXPECT_THAT(keys_.Open(own.keys(), "others").status().message(),
              HasSubstr("no key of this name"));
  EXPECT_THAT(keys_.Open(own.keys(), "none").status().message(), HasSubstr("no key of this name"));
  EXPECT_FALSE(keys_.Open(own.keys(), "../web").ok());
}

TEST_F(AgentTest, WhoHasNoKeyIsNotHeard) {
  agent_->AddKey("web", {}, {.users = {::geteuid() + 1}});
  agent_->AddKey("tls", {}, {.users = {::geteuid() + 1}});
  StepInThread();
  EXPECT_THAT(keys_.List().status().message(), HasSubstr("does not answer"));
}

TEST_F(AgentTest, SlowAndGreedyClientsAreDropped) {
  Listen(kPatience);
  agent_->AddKey("web", {}, {.users = {::geteuid()}});
  absl::StatusOr<Descriptor> slow = UnixConnect(Socket()), greedy = UnixConnect(Socket());
  ASSERT_TRUE(slow.ok() && greedy.ok());
  const std::string frame = *Frame(AgentRequest{.ask = AgentAsk::kList});
  ASSERT_EQ(::send(slow->get(), frame.data(), 3, 0), 3);
  const std::string twice = frame + frame;
  ASSERT_GT(::send(greedy->get(), twice.data(), twice.size(), 0), 0);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(agent_->Step(Soon()).ok());
  EXPECT_EQ(agent_->clients(), 1u);
  const Instant start = SystemNow().instant;
  while (agent_->clients() != 0 && SystemNow().instant < start + std::chrono::seconds(5)) {
    ASSERT_TRUE(agent_->Step(std::nullopt).ok());
  }
  EXPECT_EQ(agent_->clients(), 0u);
  std::vector<Descriptor> many;
  for (int i = 0; i < 40; ++i) {
    auto one = UnixConnect(Socket());
    if (one.ok()) many.push_back(*std::move(one));
    ASSERT_TRUE(agent_->Step(Soon()).ok());
  }
  EXPECT_LE(agent_->clients(), 32u);
}

TEST_F(AgentTest, AnAgentThatIsDeadSilentOrMadIsAnErrorInTime) {
  EXPECT_TRUE(absl::IsUnavailable(Agent::Listen(crypto_, {.socket = Socket()}).status()));
  ProcessCrypto own;
  const auto web = own.keys().Register(
      {.type = crypto::KeyType::kEcP256, .usage = crypto::Usage::kSign, .location = kAgentLocation},
      AsBytes("web"), hasty_);
  ASSERT_TRUE(web.ok());
  std::string signature;
  const Instant start = SystemNow().instant;
  EXPECT_EQ(Sign(own.keys(), *web, "m", signature).error(), DriverError(Code::kUnreachable));
  EXPECT_GE(SystemNow().instant, start + kPatience);
  agent_ = nullptr;
  EXPECT_EQ(Sign(own.keys(), *web, "m", signature).error(), DriverError(Code::kUnreachable));
  const auto mad = UnixListen(Socket());
  ASSERT_TRUE(mad.ok());
  std::thread answers([&] {
    if (!*WaitReadable(mad->get(), std::nullopt)) return;
    const Descriptor socket(::accept(mad->get(), nullptr, nullptr));
    (void)::send(socket.get(), "\0\0\0\2\1\7", 6, MSG_NOSIGNAL);
  });
  EXPECT_EQ(Sign(own.keys(), *web, "m", signature).error(), DriverError(Code::kUnreachable));
  answers.join();
  (void)::unlink(Socket().c_str());
}

// A client and a server in memory; the server's signatures are put off where `later` is given.
struct World {
  World(TlsServer& server, tls::DeferredSignature* later)
      : link({.mtu = 40000, .byte_stream = true, .start = SystemNow().wall}),
        client(AgentWorldClient()),
        client_end(link.left(), client->config(), client->crypto().context(),
                   *client->crypto().NewSeed(), ForClient()),
        server_end(link.right(), server.config(), server.crypto().context(),
                   *server.crypto().NewSeed(), ForServer(server, later)) {}
  static std::unique_ptr<TlsClient> AgentWorldClient();
  EndpointOptions ForClient() const {
    EndpointOptions options;
    options.server_name = TestIdentity::kName;
    client->Prepare(options);
    return options;
  }
  static EndpointOptions ForServer(TlsServer& server, tls::DeferredSignature* later) {
    EndpointOptions options;
    server.Prepare(options);
    if (later == nullptr) return options;
    options.later = [later](const tls::Pending& pending) { return later->Take(pending); };
    return options;
  }
  absl::Status Connect() {
    return Drive(link, left, right, [&] {
      return client_end.connection().connected() && server_end.connection().connected();
    });
  }
  // Goes on with the signature that was put off.
  Result<bool> Proceed(tls::DeferredSignature& later) {
    const Result<bool> done = later.Proceed(server_end.connection(), link.right().now());
    EXPECT_TRUE(server_end.Settle().ok());
    return done;
  }

  LossyLink link;
  std::unique_ptr<TlsClient> client;
  Endpoint<StreamConnection> client_end, server_end;
  Driven<StreamConnection> left{client_end, {}}, right{server_end, {}};
};

class AgentTlsTest : public AgentTest {
 public:
  static std::unique_ptr<TlsClient> Client() { return Identity().Client(); }
};
std::unique_ptr<TlsClient> World::AgentWorldClient() { return AgentTlsTest::Client(); }

TEST_F(AgentTlsTest, AHandshakeThatWaitsForTheAgentHoldsUpNoOther) {
  const auto server_with = [&](const AgentKeys& keys) {
    auto crypto = std::make_unique<ProcessCrypto>();
    const auto key = crypto->keys().Register({.type = crypto::KeyType::kEcP256,
                                              .usage = crypto::Usage::kSign,
                                              .location = kAgentLocation},
                                             AsBytes("tls"), keys);
    return TlsServer::Create(std::move(crypto), *ReadCertificates(Identity().chain_file()), *key);
  };
  StepInThread();  // for the keys' public halves
  const auto patient = server_with(keys_);
  auto hasty = server_with(hasty_);
  for (int i = 0; i < 50 && !hasty.ok(); ++i) hasty = server_with(hasty_);
  Pause();
  ASSERT_TRUE(patient.ok() && hasty.ok()) << patient.status() << hasty.status();
  tls::DeferredSignature slow, dead;
  World waits(**patient, &slow), fails(**hasty, &dead);
  EXPECT_TRUE(absl::IsUnavailable(waits.Connect())) << "both wait";
  EXPECT_TRUE(absl::IsUnavailable(fails.Connect()));
  ASSERT_TRUE(slow.waiting() && dead.waiting());
  // On the same thread, with a key of this process.
  const auto local = Identity().Server();
  World other(*local, nullptr);
  EXPECT_TRUE(other.Connect().ok());

  // What an event loop waits for.
  const auto wait = keys_.WaitOf(*slow.call());
  ASSERT_TRUE(wait.has_value());
  EXPECT_GT(wait->deadline, SystemNow().instant);
  EXPECT_FALSE(hasty_.WaitOf({77}).has_value());
  Result<bool> failed = false;
  while (failed.ok() && !*failed) failed = fails.Proceed(dead);
  EXPECT_EQ(failed.error(), DriverError(Code::kOperationFailed)) << "its deadline has come";
  EXPECT_FALSE(dead.waiting());
  EXPECT_FALSE(fails.Connect().ok());

  Result<bool> done = false;
  for (int i = 0; i < 100 && done.ok() && !*done; ++i) {
    ASSERT_TRUE(agent_->Step(Soon()).ok());
    done = waits.Proceed(slow);
  }
  EXPECT_TRUE(done.ok() && *done);
  const absl::Status connected = waits.Connect();
  EXPECT_TRUE(connected.ok()) << connected;
}

TEST_F(AgentTest, SignsLaterAsOftenAsThereIsRoom) {
  const crypto::OpaqueWork work{
      .reference = AsBytes("web"), .input = AsBytes("m"), .algorithm = kEcdsa};
  std::array<uint8_t, 100> out;
  EXPECT_EQ(keys_.Start({.kind = crypto::OpaqueWork::Kind::kAgree}).error(),
            Misuse(Code::kUnsupported));
  {
    std::vector<crypto::KeyCall> calls;
    while (calls.size() < AgentKeys::kMostCalls) {
      auto call = crypto::KeyCall::Start(keys_, work);
      if (!call.ok()) break;  // more than the agent's socket has room for
      calls.push_back(*std::move(call));
    }
    EXPECT_GE(calls.size(), 8u);
    if (calls.size() == AgentKeys::kMostCalls) {
      EXPECT_EQ(keys_.Start(work).error(), Misuse(Code::kTooManyKeys));
    }
  }
  StepInThread();
  auto call = crypto::KeyCall::Start(keys_, work);
  ASSERT_TRUE(call.ok()) << "those that were left are cancelled";
  Result<std::optional<size_t>> size = std::optional<size_t>();
  while (size.ok() && !size->has_value()) size = call->Resume(MutableBytes(out));
  ASSERT_TRUE(size.ok());
  EXPECT_GE(**size, 64u);
  EXPECT_EQ(call->Resume(MutableBytes(out)).error(), Misuse());
}

}  // namespace
}  // namespace merlon::io
