// SPDX-License-Identifier: Apache-2.0
// What QUIC forbids or demands of its handshake (RFC 9001 s8), in both roles, over the message face
// with whole handshakes: ALPN, session IDs, transport parameters, no ChangeCipherSpec.
#include <gtest/gtest.h>

#include <functional>

#include "tls/message_connection.h"
#include "tls/msgs/client_hello.h"
#include "tls/msgs/messages13.h"
#include "tls/msgs/server_hello.h"
#include "tls/profiles/full.h"
#include "tls/testing/rewrite.h"
#include "tls/testing/world.h"

namespace merlon::tls::testing {
namespace {

const Now kNow = {Instant(), kTestTime};

struct Message {
  Epoch epoch;
  std::string bytes;
};

// One end, which answers its own operations.
class End {
 public:
  template <class Config, class Options>
  End(const Config& config, const Options& options, const LocalOptions& local)
      : storage_(16384),
        reassembly_(8192),
        core_(config, options, Transport::kMessage, absl::MakeSpan(storage_),
              SharedWorld().NewSeed(), kNow),
        face(core_, absl::MakeSpan(reassembly_)),
        operations_(SharedWorld().crypto(), local) {}

  // What it says now. Nothing that streams alone have comes out.
  std::vector<Message> Output() {
    std::vector<Message> out;
    operations_.Answer(face, kNow);
    while (const std::optional<Command> command = face.NextCommand()) {
      EXPECT_FALSE(std::holds_alternative<SendChangeCipherSpec>(*command));
      EXPECT_FALSE(std::holds_alternative<SkipEarlyData>(*command));
      if (const auto* send = std::get_if<Send>(&*command)) {
        out.push_back({send->epoch, std::string(AsText(send->bytes))});
      }
      operations_.Answer(face, kNow);
    }
    return out;
  }
  void Take(const Message& message) {
    (void)face.Receive(message.epoch, AsBytes(message.bytes), kNow);
    operations_.Answer(face, kNow);
  }
  const Negotiated& negotiated() const { return core_.negotiated(); }

 private:
  std::vector<uint8_t> storage_, reassembly_;
  HandshakeCore<FullProfile> core_;

 public:
  MessageConnection face;

 private:
  LocalOperations operations_;
};

struct Protocols {
  std::vector<std::string_view> client = {"h3"}, server = {"h3"};
};

struct Pair {
  explicit Pair(const Protocols& protocols = {}) {
    ClientConfigBuilder client_builder = SharedWorld().ClientBuilder();
    ServerConfigBuilder server_builder = SharedWorld().ServerBuilder();
    for (std::string_view name : protocols.client) client_builder.AddAlpn(name);
    for (std::string_view name : protocols.server) server_builder.AddAlpn(name);
    client_config = client_builder.Build().value();
    server_config = server_builder.Build().value();
    LocalOptions local;
    local.chain_policy = VerifyAgainst{&SharedWorld().anchors()};
    client.emplace(
        *client_config,
        ClientOptions{
            .server_name = kServerName, .session = {}, .transport_parameters = AsBytes("ours")},
        local);
    server.emplace(*server_config, ServerOptions{AsBytes("theirs")},
                   LocalOperations::ForServer(*server_config, &SharedWorld().ticket_key()));
  }
  // Until nothing moves.
  void Run() {
    for (bool moved = true; moved;) {
      moved = false;
      for (const Message& message : client->Output()) server->Take(message), moved = true;
      for (const Message& message : server->Output()) client->Take(message), moved = true;
    }
  }

  std::shared_ptr<const ClientConfig> client_config;
  std::shared_ptr<const ServerConfig> server_config;
  std::optional<End> client, server;
};

const Error kNoProtocol = PeerError(Code::kNoApplicationProtocol, Alert::kNoApplicationProtocol);
const Error kMissing = PeerError(Code::kMissingExtension, Alert::kMissingExtension);

TEST(QuicRules, EverythingInItsPlaceConnects) {
  Pair pair;
  pair.Run();
  EXPECT_TRUE(pair.client->face.connected());
  EXPECT_TRUE(pair.server->face.connected());
  EXPECT_EQ(pair.client->negotiated().alpn, "h3");
  EXPECT_EQ(pair.server->negotiated().alpn, "h3");
  EXPECT_EQ(AsText(pair.client->negotiated().peer_transport_parameters), "theirs");
  EXPECT_EQ(AsText(pair.server->negotiated().peer_transport_parameters), "ours");
}

// RFC 9001 s8.4: "endpoints MUST NOT use TLS middlebox compatibility mode": no session ID, though
// the configuration's default is to have one; nor a ChangeCipherSpec (End::Output sees to it).
TEST(QuicRules, AClientSendsNoSessionId) {
  Pair pair;
  EXPECT_TRUE(pair.client_config->middlebox_compatibility);
  const std::vector<Message> first = pair.client->Output();
  ASSERT_EQ(first.size(), 1u);
  const DecodeContext context = {Transport::kMessage, 0};
  Reader reader(Slice(AsBytes(first[0].bytes), 4));
  const Result<ClientHello> hello = ClientHello::Decode(reader, context);
  ASSERT_TRUE(hello.ok());
  EXPECT_TRUE(hello->session_id.empty());
}

// RFC 9001 s8.1: "endpoints MUST use ALPN [...] MUST immediately close a connection with a
// no_application_protocol TLS alert if an application protocol is not negotiated", whatever the
// configuration demands.
TEST(QuicRules, NoProtocolNoConnection) {
  for (const Protocols& protocols :
       {Protocols{.client = {}}, Protocols{.server = {}}, Protocols{.client = {}, .server = {}},
        Protocols{.client = {"h3"}, .server = {"doq"}}}) {
    Pair pair(protocols);
    EXPECT_FALSE(pair.server_config->alpn_required);
    pair.Run();
    EXPECT_EQ(pair.server->face.failure(), kNoProtocol);
    EXPECT_EQ(pair.server->face.alert_to_send(), Alert::kNoApplicationProtocol);
    EXPECT_FALSE(pair.client->face.connected());
  }
}

TEST(QuicRules, AServerRefusesClientHellosThatBreakThem) {
  const uint8_t session_id[32] = {1};
  const struct {
    const char* what;
    std::function<void(ClientHello&)> change;
    std::optional<Error> error;
  } cases[] = {
      {"nothing changed", [](ClientHello&) {}, {}},
      {"no ALPN", [](ClientHello& m) { m.alpn.reset(); }, kNoProtocol},
      // RFC 9001 s8.4: "A server SHOULD treat the receipt of a TLS ClientHello with a non-empty
      // legacy_session_id field as a connection error".
      {"a session ID", [&](ClientHello& m) { m.session_id = session_id; }, IllegalParameter()},
      {"a session ID of one byte",
       [&](ClientHello& m) { m.session_id = Slice(Bytes(session_id), 0, 1); }, IllegalParameter()},
      // RFC 9001 s8.2: "endpoints that receive ClientHello or EncryptedExtensions messages without
      // the quic_transport_parameters extension MUST close the connection with an error of type
      // 0x016d", missing_extension.
      {"no parameters", [](ClientHello& m) { m.quic_transport_parameters.reset(); }, kMissing},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.what);
    Pair pair;
    const std::vector<Message> first = pair.client->Output();
    ASSERT_EQ(first.size(), 1u);
    pair.server->Take(
        {Epoch::kPlain, Rewritten<ClientHello>(first[0].bytes, Transport::kMessage, test.change)});
    EXPECT_EQ(pair.server->face.failure(), test.error);
    EXPECT_EQ(pair.server->Output().empty(), test.error.has_value());
  }
}

// Gives the client the server's flight, of which it changes one message.
template <class M>
std::optional<Error> ClientAfter(const std::function<void(M&)>& change) {
  Pair pair;
  for (const Message& message : pair.client->Output()) pair.server->Take(message);
  for (const Message& message : pair.server->Output()) {
    const bool mine = static_cast<uint8_t>(message.bytes[0]) == M::kType;
    pair.client->Take({message.epoch, mine
                                          ? Rewritten<M>(message.bytes, Transport::kMessage, change)
                                          : message.bytes});
    if (mine) break;
  }
  return pair.client->face.failure();
}

TEST(QuicRules, AClientRefusesAnswersThatBreakThem) {
  using Extensions = EncryptedExtensions;
  EXPECT_EQ(ClientAfter<Extensions>([](Extensions&) {}), std::nullopt);
  EXPECT_EQ(ClientAfter<Extensions>([](Extensions& m) { m.alpn.reset(); }), kNoProtocol);
  EXPECT_EQ(ClientAfter<Extensions>([](Extensions& m) { m.alpn = "doq"; }),
            IllegalParameter(Code::kNoApplicationProtocol));
  EXPECT_EQ(ClientAfter<Extensions>([](Extensions& m) { m.quic_transport_parameters.reset(); }),
            kMissing);
  // RFC 9846 s4.1.3: legacy_session_id_echo is what the client sent: nothing.
  const uint8_t session_id[32] = {1};
  EXPECT_EQ(ClientAfter<ServerHelloMessage>([&](ServerHelloMessage& m) {
              std::get<ServerHello>(m.hello).session_id = session_id;
            }),
            IllegalParameter());
}

// RFC 9001 s8.2: "MUST NOT send this extension in a TLS connection that does not use QUIC [...] A
// fatal unsupported_extension alert MUST be sent".
TEST(QuicRules, ParametersAreForQuicAlone) {
  Pair pair;
  const std::vector<Message> first = pair.client->Output();
  ASSERT_EQ(first.size(), 1u);
  std::vector<uint8_t> storage(16384);
  HandshakeCore<FullProfile> over_stream(*pair.server_config, ServerOptions{}, Transport::kStream,
                                         absl::MakeSpan(storage), SharedWorld().NewSeed(), kNow);
  const Bytes hello = AsBytes(first[0].bytes);
  const Result<Disposition> done =
      over_stream.Handle(HandshakeMessage{hello[0], Slice(hello, 4), 0}, kNow);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().alert, Alert::kUnsupportedExtension);
}

}  // namespace
}  // namespace merlon::tls::testing
