// SPDX-License-Identifier: Apache-2.0
// TLS 1.3 over streams, both ends ours: what is negotiated, what fails and how, and that the bytes
// may come in any pieces.
#include <gtest/gtest.h>

#include "tls/testing/stream_pair.h"

namespace merlon::tls::testing {
namespace {

void ExpectConnected(StreamPair& pair) {
  EXPECT_TRUE(pair.client->connected());
  EXPECT_TRUE(pair.server->connected());
  EXPECT_FALSE(pair.client->log.error) << static_cast<int>(pair.client->log.error->code);
  EXPECT_FALSE(pair.server->log.error) << static_cast<int>(pair.server->log.error->code);
}

// One record, as its header has it.
size_t FirstRecord(std::string_view bytes) {
  return 5 +
         static_cast<size_t>(static_cast<uint8_t>(bytes[3]) << 8 | static_cast<uint8_t>(bytes[4]));
}

TEST(StreamHandshake, TicketsShareARecord) {
  StreamPair pair;
  pair.DeliverToServer(pair.client->Transmit(pair.now));
  pair.DeliverToClient(pair.server->Transmit(pair.now));
  pair.DeliverToServer(pair.client->Transmit(pair.now));
  const std::string tickets = pair.server->Transmit(pair.now);
  ASSERT_GT(tickets.size(), 5u);
  EXPECT_EQ(tickets.size(), FirstRecord(tickets));
  pair.DeliverToClient(tickets);
  EXPECT_EQ(pair.client->log.sessions.size(), 2u);
}

// RFC 9846 appendix E.4, also where the first thing that a client encrypts is an alert.
TEST(StreamHandshake, AnEncryptedAlertComesBehindAChangeCipherSpec) {
  StreamPair pair({.chain_policy = VerifyAgainst{.expected_name = "other.example"}});
  pair.DeliverToServer(pair.client->Transmit(pair.now));
  pair.DeliverToClient(pair.server->Transmit(pair.now));
  ASSERT_TRUE(pair.client->face.failure());
  const std::string out = pair.client->Transmit(pair.now);
  EXPECT_EQ(out.substr(0, 6), std::string("\x14\x03\x03\x00\x01\x01", 6));
  EXPECT_EQ(out.substr(6, 1), "\x17");
}

TEST(StreamHandshake, ConnectsAndCarriesData) {
  StreamPair pair;
  pair.Run();
  ExpectConnected(pair);
  EXPECT_EQ(pair.client->core.negotiated().authentication, Authentication::kCertificate);
  EXPECT_EQ(pair.client->core.negotiated().suite->id, kTlsAes128GcmSha256);
  EXPECT_EQ(pair.client->core.negotiated().group->id, crypto::GroupId::kX25519);
  EXPECT_EQ(pair.server->core.negotiated().server_name, kServerName);
  pair.DeliverToServer(pair.client->Seal("ping"));
  pair.DeliverToClient(pair.server->Seal("pong"));
  EXPECT_EQ(pair.server->log.data, "ping");
  EXPECT_EQ(pair.client->log.data, "pong");
  EXPECT_EQ(pair.client->log.sessions.size(), 2u);
}

// Both ends with every suite there is, also those that have to be asked for; and resumed.
TEST(StreamHandshake, RunsOverEverySuite) {
  World& world = SharedWorld();
  for (const uint16_t suite : {kTlsAes128GcmSha256, kTlsAes256GcmSha384, kTlsChaCha20Poly1305Sha256,
                               kTlsAes128CcmSha256, kTlsAes128Ccm8Sha256}) {
    SCOPED_TRACE(suite);
    const auto server = world.ServerBuilder().SetSuites({suite}).Build().value();
    const auto client = world.ClientBuilder()
                            .SetSuites({kTlsAes128GcmSha256, kTlsAes256GcmSha384, suite})
                            .Build()
                            .value();
    StreamPair pair({.client = client, .server = server});
    pair.Run();
    ExpectConnected(pair);
    EXPECT_EQ(pair.client->core.negotiated().suite->id, suite);
    ASSERT_TRUE(pair.client->face.RequestKeyUpdate(/*request_peer=*/true).ok());
    pair.Run();
    const std::string text(20000, 'x');  // two records
    pair.DeliverToServer(pair.client->Seal(text));
    pair.DeliverToClient(pair.server->Seal("pong"));
    EXPECT_EQ(pair.server->log.data, text);
    EXPECT_EQ(pair.client->log.data, "pong");
    ASSERT_FALSE(pair.client->log.sessions.empty());
    StreamPair again({.client = client, .server = server, .session = pair.client->log.sessions[0]});
    again.Run();
    ExpectConnected(again);
    EXPECT_EQ(again.client->core.negotiated().authentication, Authentication::kResumption);
  }
}

TEST(StreamHandshake, OffersCcmOnlyWhenAsked) {
  const auto config = SharedWorld().ClientBuilder().Build().value();
  std::vector<uint16_t> ids;
  for (const CipherSuite& suite : config->common.suites) ids.push_back(suite.id);
  EXPECT_EQ(ids, (std::vector<uint16_t>{kTlsAes128GcmSha256, kTlsAes256GcmSha384,
                                        kTlsChaCha20Poly1305Sha256}));
}

TEST(StreamHandshake, ResumesWithATicket) {
  StreamPair first;
  first.Run();
  ASSERT_EQ(first.client->log.sessions.size(), 2u);
  StreamPair second({.session = first.client->log.sessions[0]});
  second.Run();
  ExpectConnected(second);
  EXPECT_EQ(second.client->core.negotiated().authentication, Authentication::kResumption);
  EXPECT_EQ(second.server->core.negotiated().authentication, Authentication::kResumption);
}

TEST(StreamHandshake, RetriesForAGroup) {
  World& world = SharedWorld();
  StreamPair pair({.server = world.ServerBuilder().SetGroups({23}).Build().value()});
  pair.Run();
  ExpectConnected(pair);
  EXPECT_TRUE(pair.client->core.negotiated().retried);
  EXPECT_EQ(pair.client->core.negotiated().group->id, crypto::GroupId::kSecp256r1);
  // And resumes through a retry: the binder covers both ClientHellos.
  StreamPair again({.server = world.ServerBuilder().SetGroups({23}).Build().value(),
                    .session = pair.client->log.sessions.at(0)});
  again.Run();
  ExpectConnected(again);
  EXPECT_EQ(again.client->core.negotiated().authentication, Authentication::kResumption);
}

TEST(StreamHandshake, UsesAnExternalPsk) {
  World& world = SharedWorld();
  auto server =
      ServerConfigBuilder(world.crypto()).AddRawExternalPsk(kPskIdentity, world.psk()).Build();
  auto client =
      world.ClientBuilder().AddRawExternalPsk(kPskIdentity, world.psk()).RequirePsk().Build();
  StreamPair pair({.client = client.value(), .server = server.value()});
  pair.Run();
  ExpectConnected(pair);
  EXPECT_EQ(pair.server->core.negotiated().authentication, Authentication::kExternalPsk);
  EXPECT_EQ(pair.client->core.negotiated().authentication, Authentication::kExternalPsk);
}

TEST(StreamHandshake, AnUnknownPskIdentityFails) {
  World& world = SharedWorld();
  auto server =
      ServerConfigBuilder(world.crypto()).AddRawExternalPsk(kPskIdentity, world.psk()).Build();
  auto client = world.ClientBuilder().AddRawExternalPsk("other", world.psk()).RequirePsk().Build();
  StreamPair pair({.client = client.value(), .server = server.value()});
  pair.Run();
  EXPECT_EQ(pair.server->face.failure(),
            PeerError(Code::kUnknownPskIdentity, Alert::kUnknownPskIdentity));
  EXPECT_EQ(pair.client->face.peer_alert(), Alert::kUnknownPskIdentity);
}

TEST(StreamHandshake, NegotiatesAlpn) {
  World& world = SharedWorld();
  StreamPair pair(
      {.client = world.ClientBuilder().AddAlpn("h2").AddAlpn("http/1.1").Build().value(),
       .server = world.ServerBuilder().AddAlpn("http/1.1").Build().value()});
  pair.Run();
  ExpectConnected(pair);
  EXPECT_EQ(pair.client->core.negotiated().alpn, "http/1.1");
  EXPECT_EQ(pair.server->core.negotiated().alpn, "http/1.1");
}

TEST(StreamHandshake, NoCommonProtocolIsAnAlert) {
  World& world = SharedWorld();
  StreamPair pair({.client = world.ClientBuilder().AddAlpn("h2").Build().value(),
                   .server = world.ServerBuilder().AddAlpn("http/1.1").Build().value()});
  pair.Run();
  EXPECT_EQ(pair.server->log.error,
            PeerError(Code::kNoApplicationProtocol, Alert::kNoApplicationProtocol));
  EXPECT_EQ(pair.client->face.peer_alert(), Alert::kNoApplicationProtocol);
}

struct BadChain {
  const char* name;
  const char* leaf_name;
  int not_before_hours, not_after_hours;
  bool trusted;
  Alert alert;
};
TEST(StreamHandshake, BadChainsGetTheirAlerts) {
  World& world = SharedWorld();
  const BadChain cases[] = {
      {"expired", kServerName, -48, -1, true, Alert::kCertificateExpired},
      {"not yet valid", kServerName, 1, 48, true, Alert::kCertificateExpired},
      {"wrong name", "other.example", -1, 48, true, Alert::kBadCertificate},
      {"untrusted", kServerName, -1, 48, false, Alert::kUnknownCa},
  };
  const x509::TrustAnchors none{{}};
  for (const BadChain& c : cases) {
    SCOPED_TRACE(c.name);
    ServerConfigBuilder builder(world.crypto());
    builder.AddCredential(
        {world.MakeLeaf(c.leaf_name, kTestTime + std::chrono::hours(c.not_before_hours),
                        kTestTime + std::chrono::hours(c.not_after_hours))},
        world.leaf_key());
    StreamPairOptions options = {.server = builder.Build().value()};
    if (!c.trusted) options.chain_policy = VerifyAgainst{&none};
    StreamPair pair(std::move(options));
    pair.Run();
    EXPECT_FALSE(pair.client->connected());
    EXPECT_FALSE(pair.server->connected());
    ASSERT_TRUE(pair.client->face.failure());
    EXPECT_EQ(pair.client->face.failure()->alert, c.alert);
    EXPECT_EQ(pair.server->face.peer_alert(), c.alert);
  }
}

// The device profile: pins in place of anchors, a minimum in place of the time.
TEST(StreamHandshake, ADeviceTrustsPinnedKeys) {
  World& world = SharedWorld();
  ServerConfigBuilder builder(world.crypto());
  // Begins in the future of a clock that nobody asks.
  builder.AddCredential({world.MakeLeaf(kServerName, kTestTime + std::chrono::hours(1),
                                        kTestTime + std::chrono::hours(9))},
                        world.leaf_key());
  const auto config = builder.Build().value();
  const x509::TrustAnchors none{{}};
  const Result<x509::Certificate> leaf = x509::Certificate::Parse(AsBytes(world.chain()[0]));
  ASSERT_TRUE(leaf.ok());
  const x509::SpkiPin pin =
      x509::PinOf(*world.crypto().drivers.hash(crypto::HashId::kSha256), leaf->public_key().der);
  for (const auto& [hours, pins, code] : {std::tuple{0, 1, Code{}},
                                          {9, 1, Code{}},
                                          {10, 1, Code::kExpired},
                                          {0, 0, Code::kUnknownIssuer}}) {
    StreamPair pair(
        {.server = config,
         .chain_policy = VerifyAgainst{.anchors = &none,
                                       .pins = absl::MakeConstSpan(&pin, static_cast<size_t>(pins)),
                                       .minimum_time = kTestTime + std::chrono::hours(hours)}});
    pair.Run();
    EXPECT_EQ(pair.client->connected(), code == Code{});
    EXPECT_EQ(pair.client->face.failure() ? pair.client->face.failure()->code : Code{}, code);
  }
}

TEST(StreamHandshake, TrustingAnyChainTakesANameThatSaysSo) {
  StreamPair pair({.server_name = "", .chain_policy = DangerouslyTrustAnyChain{}});
  pair.Run();
  ExpectConnected(pair);
  StreamPair without({.server_name = ""});
  without.Run();
  EXPECT_EQ(without.client->face.failure()->code, Code::kNameMismatch);
}

TEST(StreamHandshake, UpdatesKeysBothWays) {
  StreamPair pair;
  pair.Run();
  ASSERT_TRUE(pair.client->face.RequestKeyUpdate(/*request_peer=*/true).ok());
  pair.Run();
  pair.DeliverToServer(pair.client->Seal("after"));
  pair.DeliverToClient(pair.server->Seal("after too"));
  EXPECT_EQ(pair.server->log.data, "after");
  EXPECT_EQ(pair.client->log.data, "after too");
  ExpectConnected(pair);
}

TEST(StreamHandshake, ClosesCleanlyAndNoticesTruncation) {
  StreamPair pair;
  pair.Run();
  ASSERT_TRUE(pair.client->face.Close().ok());
  pair.Run();
  EXPECT_NE(pair.server->log.events.find("closed"), std::string::npos);
  EXPECT_TRUE(pair.server->face.TransportClosed().ok());
  StreamPair cut;
  cut.Run();
  EXPECT_EQ(cut.server->face.TransportClosed().error().code, Code::kTruncatedByTransport);
}

TEST(StreamHandshake, BothEndsLogTheSameSecrets) {
  World& world = SharedWorld();
  StreamPair pair({.client = world.ClientBuilder().LogSecrets().Build().value(),
                   .server = world.ServerBuilder().LogSecrets().Build().value()});
  pair.Run();
  ExpectConnected(pair);
  ASSERT_EQ(pair.client->log.secrets.size(), 5u);
  EXPECT_EQ(pair.client->log.secrets, pair.server->log.secrets);
}

TEST(StreamHandshake, ExportersAgree) {
  StreamPair pair;
  pair.Run();
  uint8_t a[32], b[32];
  ASSERT_TRUE(pair.client->core.ExportKeyingMaterial("EXPERIMENTAL x", {}, MutableBytes(a)).ok());
  ASSERT_TRUE(pair.server->core.ExportKeyingMaterial("EXPERIMENTAL x", {}, MutableBytes(b)).ok());
  EXPECT_EQ(Bytes(a), Bytes(b));
}

TEST(StreamHandshake, GivesItsStorageBack) {
  StreamPair pair;
  EXPECT_FALSE(pair.client->core.ReleaseStorage().ok());
  pair.Run();
  EXPECT_NE(pair.client->log.events.find("releasable"), std::string::npos);
  EXPECT_NE(pair.server->log.events.find("releasable"), std::string::npos);
  for (auto* side : {pair.client.get(), pair.server.get()}) {
    const Result<MutableBytes> storage = side->core.ReleaseStorage();
    ASSERT_TRUE(storage.ok());
    for (uint8_t byte : *storage) ASSERT_EQ(byte, 0);
  }
  ASSERT_TRUE(pair.server->face.RequestKeyUpdate(true).ok());
  pair.Run();
  pair.DeliverToServer(pair.client->Seal("without storage"));
  EXPECT_EQ(pair.server->log.data, "without storage");
}

// ---- Any pieces
// ----------------------------------------------------------------------------------

class Splits : public ::testing::Test {
 protected:
  // What happens in a connection with tickets, data and a key update, in words.
  static std::string Story(size_t chunk, size_t cut) {
    World world(7);
    StreamPair pair({.chunk = chunk, .cut = cut}, world);
    pair.Run();
    pair.DeliverToServer(pair.client->Seal("question"));
    (void)pair.server->face.RequestKeyUpdate(true);
    pair.Run();
    pair.DeliverToClient(pair.server->Seal("answer"));
    std::string story = "client: " + pair.client->log.events + pair.client->log.data +
                        " server: " + pair.server->log.events + pair.server->log.data;
    for (const std::string& session : pair.client->log.sessions) story += session;
    if (pair.client->log.error || pair.server->log.error) story += " error";
    return story + std::to_string(pair.to_client.size()) + "/" +
           std::to_string(pair.to_server.size());
  }
};

TEST_F(Splits, OneByteAtATimeIsTheSame) {
  const std::string whole = Story(SIZE_MAX, 0);
  EXPECT_NE(whole.find("question"), std::string::npos);
  EXPECT_NE(whole.find("answer"), std::string::npos);
  EXPECT_EQ(Story(1, 0), whole);
}

TEST_F(Splits, EveryCutIsTheSame) {
  const std::string whole = Story(SIZE_MAX, 0);
  const size_t end = static_cast<size_t>(std::stoul(whole.substr(whole.rfind('/') + 1))) + 700;
  for (size_t cut = 1; cut < end; ++cut) ASSERT_EQ(Story(SIZE_MAX, cut), whole) << cut;
}

TEST_F(Splits, EveryChunkSizeIsTheSame) {
  const std::string whole = Story(SIZE_MAX, 0);
  for (size_t chunk = 2; chunk < 600; chunk += 13) ASSERT_EQ(Story(chunk, 0), whole) << chunk;
}

// ---- Storage that is too small
// -------------------------------------------------------------------

TEST(Storage, TooSmallFailsCleanlyAtEverySize) {
  size_t enough = 0;
  for (size_t size = 0; size < 6000; size += 16) {
    StreamPair pair({.client_sizes = {.storage = size}});
    pair.Run();
    if (pair.client->connected()) {
      enough = size;
      break;
    }
    ASSERT_TRUE(pair.client->core.failure()) << size;
    EXPECT_EQ(pair.client->core.failure()->code, Code::kNoSpace) << size;
  }
  EXPECT_GT(enough, 0u);
  std::printf("a client needs %zu bytes of handshake storage here\n", enough);
  enough = 0;
  for (size_t size = 0; size < 6000; size += 16) {
    StreamPair pair({.server_sizes = {.storage = size}});
    pair.Run();
    if (pair.server->connected() && !pair.server->log.error) {
      enough = size;
      break;
    }
    ASSERT_TRUE(pair.server->core.failure()) << size;
    EXPECT_EQ(pair.server->core.failure()->code, Code::kNoSpace) << size;
  }
  EXPECT_GT(enough, 0u);
  std::printf("a server needs %zu bytes of handshake storage here\n", enough);
}

}  // namespace
}  // namespace merlon::tls::testing
