// SPDX-License-Identifier: Apache-2.0
// X25519MLKEM768 (RFC 10024) as a group: who offers and chooses it, what a bad share comes to on
// each transport, what it costs. The algorithm itself: crypto/drivers/portable/lattice.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "crypto/drivers/default_drivers.h"
#include "tls/msgs/client_hello.h"
#include "tls/msgs/server_hello.h"
#include "tls/testing/core_pair.h"
#include "tls/testing/datagram_pair.h"
#include "tls/testing/rewrite.h"
#include "tls/testing/stream_pair.h"

namespace merlon::tls::testing {
namespace {

constexpr uint16_t kHybrid = 4588, kX = 29, kP256 = 23;
constexpr size_t kMlKemShare = 1184, kCiphertext = 1088;
constexpr Transport kTransports[] = {Transport::kStream, Transport::kDatagram, Transport::kMessage};
using Groups = std::vector<uint16_t>;

Groups IdsOf(absl::Span<const NamedGroup* const> groups) {
  Groups out;
  for (const NamedGroup* group : groups) out.push_back(static_cast<uint16_t>(group->id));
  return out;
}
// Builders as an application has them: without the world's choice of groups.
ClientConfigBuilder NewClient(World& world = SharedWorld()) {
  return ClientConfigBuilder(world.crypto());
}
ServerConfigBuilder NewServer(World& world = SharedWorld()) {
  ServerConfigBuilder builder(world.crypto());
  builder.AddCredential(world.chain(), world.leaf_key());
  return builder;
}

// What a ClientHello, with its header, says of groups.
struct Said {
  Groups groups, shares;
  std::vector<Bytes> keys;
};
Said SaidOf(std::string_view message, Transport transport) {
  Reader reader(Slice(AsBytes(message), 4));
  const auto hello = ClientHello::Decode(reader, {transport, 0});
  EXPECT_TRUE(hello.ok());
  Said out;
  for (size_t i = 0; hello->supported_groups && i < hello->supported_groups->size(); ++i) {
    out.groups.push_back((*hello->supported_groups)[i]);
  }
  KeyShareEntry entry;
  for (Reader list(hello->key_share.value_or(Bytes())); NextKeyShare(list, &entry);) {
    out.shares.push_back(entry.group);
    out.keys.push_back(entry.key_exchange);
  }
  return out;
}

// ---- Who offers and chooses it
// -------------------------------------------------------------------

TEST(HybridGroup, IsTheFirstWhereNoneAreNamedAndComesWithACurve) {
  const auto client = NewClient().Build().value();
  EXPECT_EQ(IdsOf(client->common.groups), (Groups{kHybrid, kX, kP256, 24}));
  EXPECT_EQ(IdsOf(client->key_shares), (Groups{kHybrid, kX}));
  EXPECT_EQ(IdsOf(client->datagram_key_shares), Groups{kX});
  EXPECT_EQ(IdsOf(NewServer().Build().value()->common.groups), (Groups{kHybrid, kX, kP256, 24}));
}

TEST(HybridGroup, KeySharesAreThoseOfEachKindOrThoseThatAreNamed) {
  const auto shares = [](const Groups& groups, const Groups& named) {
    const auto config = NewClient().SetGroups(groups).SetKeyShares(named).Build();
    return config.ok() ? IdsOf((*config)->key_shares) : Groups{};
  };
  EXPECT_EQ(shares({kX, kP256}, {}), (Groups{kX}));
  EXPECT_EQ(shares({kX, kP256, kHybrid}, {}), (Groups{kX, kHybrid}));
  EXPECT_EQ(shares({kHybrid}, {}), (Groups{kHybrid}));
  EXPECT_EQ(shares({kHybrid, kX}, {kX}), (Groups{kX}));
  // RFC 9846 s4.2.8: in the order of supported_groups.
  EXPECT_EQ(shares({kHybrid, kX, kP256}, {kP256, kHybrid}), (Groups{kHybrid, kP256}));
  EXPECT_EQ(shares({kHybrid, kX, kP256}, {kX, kX}), Groups{});
  EXPECT_EQ(shares({kX}, {kP256}), Groups{});
  EXPECT_EQ(shares({kHybrid, kX, kP256}, {kHybrid, kX, kP256}), Groups{});
}

TEST(HybridGroup, IsNoGroupOfTls12) {
  constexpr Version k12 = Version::kTls12;
  EXPECT_EQ(IdsOf(NewClient().SetVersions(k12, k12).Build().value()->common.groups),
            (Groups{kX, kP256, 24}));
  EXPECT_FALSE(NewClient().SetVersions(k12, k12).SetGroups({kHybrid}).Build().ok());
  // Neither where a configuration is made without the builder.
  const auto built = NewClient().SetVersions(k12, k12).Build().value();
  ClientConfig config = *built;
  const NamedGroup* const groups[] = {&kX25519MlKem768, &kX25519};
  config.common.groups = groups;
  BareCore client(config, ClientOptions{kServerName, {}, {}}, Transport::kStream,
                  LocalOperations::ForClient(config, DangerouslyTrustAnyChain{}), SharedWorld(),
                  Now{Instant(), kTestTime});
  ASSERT_FALSE(client.to_send.empty());
  EXPECT_EQ(SaidOf(client.to_send.front(), Transport::kStream).groups, Groups{kX});
}

// A server of TLS 1.2 that wants it most, and a client that offers it for TLS 1.3's sake.
TEST(HybridGroup, IsNotChosenInTls12) {
  for (const Version server : {Version::kTls12, Version::kTls13}) {
    const Version client = server == Version::kTls12 ? Version::kTls13 : Version::kTls12;
    StreamPair pair({.client = NewClient().SetVersions(Version::kTls12, client).Build().value(),
                     .server = NewServer().SetVersions(Version::kTls12, server).Build().value()});
    pair.Run();
    ASSERT_TRUE(pair.client->connected() && pair.server->connected());
    EXPECT_EQ(pair.client->core.negotiated().version, 0x0303);
    EXPECT_EQ(pair.client->core.negotiated().group->id, crypto::GroupId::kX25519);
  }
}

struct Preference {
  const char* name;
  Groups client, shares, server;
  uint16_t chosen;
  bool retried;
};
const Groups kBoth = {kHybrid, kX};
const Preference kPreferences[] = {
    {"both want it", {kHybrid, kX, kP256}, kBoth, {kHybrid, kX}, kHybrid, false},
    {"nothing else", {kHybrid}, {}, {kHybrid}, kHybrid, false},
    {"the server's order decides", {kHybrid, kX}, kBoth, {kX, kHybrid}, kX, false},
    {"also for it", {kX, kP256, kHybrid}, kBoth, {kHybrid, kX}, kHybrid, false},
    {"a client without it", {kX, kP256}, {}, {kHybrid, kX}, kX, false},
    {"a server without it", {kHybrid, kX}, kBoth, {kX, kP256}, kX, false},
    {"a retry for it", {kHybrid, kX}, {kX}, {kHybrid, kX}, kHybrid, true},
    {"a retry instead of it", {kHybrid, kX, kP256}, kBoth, {kP256}, kP256, true},
    {"a retry from it alone", {kHybrid, kX}, {kHybrid}, {kX, kHybrid}, kX, true},
};

TEST(HybridGroup, IsChosenByTheServersOrderOnEveryTransport) {
  for (const Preference& p : kPreferences) {
    for (const Transport transport : kTransports) {
      SCOPED_TRACE(std::string(p.name) + ", transport " +
                   std::to_string(static_cast<int>(transport)));
      CorePair pair({.transport = transport,
                     .client_groups = p.client,
                     .client_shares = p.shares,
                     .server_groups = p.server});
      pair.Run();
      ASSERT_TRUE(pair.client->connected && pair.server->connected);
      for (const BareCore* side : {pair.client.get(), pair.server.get()}) {
        EXPECT_EQ(static_cast<uint16_t>(side->core.negotiated().group->id), p.chosen);
        EXPECT_EQ(side->core.negotiated().retried, p.retried);
      }
    }
  }
}

// Both shares hold an X25519 key: RFC 9954 would let them be one, ours have nothing in common.
TEST(HybridGroup, SharesHaveNothingInCommon) {
  CorePair pair({.client_groups = {kHybrid, kX, kP256}, .server_groups = {kP256, kHybrid}});
  const std::string first = pair.client->to_send.front();
  const Said said = SaidOf(first, Transport::kStream);
  EXPECT_EQ(said.groups, (Groups{kHybrid, kX, kP256}));
  ASSERT_EQ(said.shares, (Groups{kHybrid, kX}));
  EXPECT_EQ(said.keys[0].size(), 1216u);
  EXPECT_NE(Slice(said.keys[0], kMlKemShare), said.keys[1]);
  // After a retry there is one share, a new one.
  ASSERT_TRUE(pair.DeliverToServer());
  ASSERT_TRUE(pair.DeliverToClient());
  EXPECT_EQ(SaidOf(pair.client->to_send.front(), Transport::kStream).shares, Groups{kP256});
}

// ---- Bad shares
// ----------------------------------------------------------------------------------

// The drivers of this repository, but that shares come out altered.
std::function<void(MutableBytes share)> alter_client, alter_server;
const crypto::KeyAgreementAlgorithm& Genuine() {
  return *crypto::DefaultDrivers().key_agreement(crypto::GroupId::kX25519MlKem768);
}
Result<void> GenerateAltered(crypto::Rng& rng, MutableBytes private_key, MutableBytes share) {
  MERLON_TRY(Genuine().generate(rng, private_key, share));
  if (alter_client) alter_client(share);
  return {};
}
Result<void> RespondAltered(crypto::Rng& rng, Bytes peer_share, MutableBytes share,
                            MutableBytes secret) {
  MERLON_TRY(Genuine().respond(rng, peer_share, share, secret));
  if (alter_server) alter_server(share);
  return {};
}
World& AlteringWorld() {
  static const crypto::KeyAgreementAlgorithm altering = [] {
    crypto::KeyAgreementAlgorithm out = Genuine();
    out.generate = GenerateAltered;
    out.respond = RespondAltered;
    return out;
  }();
  static const crypto::KeyAgreementAlgorithm* const agreements[] = {&altering};
  static const crypto::Driver driver = {.name = "altering",
                                        .location = crypto::kLocalStorage,
                                        .available = nullptr,
                                        .hashes = {},
                                        .ciphers = {},
                                        .aeads = {},
                                        .key_agreements = agreements,
                                        .signs = {}};
  static const std::vector<const crypto::Driver*> drivers = [] {
    std::vector<const crypto::Driver*> out = {&driver};
    for (const crypto::Driver* other : crypto::DefaultDrivers().drivers()) out.push_back(other);
    return out;
  }();
  static World& world = *new World(1, crypto::DriverTable(drivers));
  return world;
}

class BadShares : public ::testing::Test {
 protected:
  ~BadShares() override { alter_client = alter_server = nullptr; }
  static CorePairOptions Both(Transport transport) {
    return {.transport = transport,
            .client_groups = kBoth,
            .client_shares = kBoth,
            .server_groups = kBoth};
  }
  static void ExpectBadValue(const BareCore& side) {
    EXPECT_FALSE(side.connected);
    ASSERT_TRUE(side.core.failure());
    EXPECT_EQ(*side.core.failure(), IllegalParameter(Code::kBadPublicValue));
  }
};

// The 12-bit coefficient at `index` of an encapsulation key.
void SetCoefficient(MutableBytes share, size_t index, unsigned value) {
  const size_t at = index / 2 * 3;
  if (index % 2 == 0) {
    share[at] = static_cast<uint8_t>(value);
    share[at + 1] = static_cast<uint8_t>((share[at + 1] & 0xf0) | value >> 8);
  } else {
    share[at + 1] = static_cast<uint8_t>((share[at + 1] & 0x0f) | (value & 0xf) << 4);
    share[at + 2] = static_cast<uint8_t>(value >> 4);
  }
}

// RFC 10024 s4.2: "the server MUST perform the encapsulation key check described in Section 7.2 of
// [FIPS203]", the modulus check, "and abort with an illegal_parameter alert if it fails".
TEST_F(BadShares, OfAClientWithCoefficientsThatAreNotReduced) {
  for (const Transport transport : kTransports) {
    for (const size_t index : {0, 1, 255, 256, 766, 767}) {
      for (const unsigned value : {3329u, 4095u}) {
        SCOPED_TRACE(index);
        alter_client = [=](MutableBytes share) { SetCoefficient(share, index, value); };
        CorePair pair(Both(transport), AlteringWorld());
        pair.Run();
        ExpectBadValue(*pair.server);
      }
    }
  }
  // The largest that is: another key, and no secret in common.
  alter_client = [](MutableBytes share) { SetCoefficient(share, 0, 3328); };
  CorePair pair(Both(Transport::kStream), AlteringWorld());
  pair.Run();
  EXPECT_FALSE(pair.server->core.failure());
  EXPECT_FALSE(pair.client->connected);
}

// RFC 9846 s7.4.2, for the X25519 half.
TEST_F(BadShares, WithAPointOfSmallOrderOnEitherSide) {
  const auto zero_from = [](size_t at) {
    return [at](MutableBytes share) { std::fill(share.begin() + at, share.end(), uint8_t{0}); };
  };
  for (const Transport transport : kTransports) {
    alter_client = zero_from(kMlKemShare);
    CorePair of_client(Both(transport), AlteringWorld());
    of_client.Run();
    ExpectBadValue(*of_client.server);
    alter_client = nullptr;
    alter_server = zero_from(kCiphertext);
    CorePair of_server(Both(transport), AlteringWorld());
    of_server.Run();
    ExpectBadValue(*of_server.client);
    alter_server = nullptr;
  }
}

template <class M, class Change>
void AlterNext(BareCore& from, Transport transport, const Change& change) {
  from.to_send.front() = Rewritten<M>(from.to_send.front(), transport, change);
}

TEST_F(BadShares, OfEveryWrongLength) {
  for (const Transport transport : kTransports) {
    for (const size_t size : {1, 32, 1120, 1184, 1215, 1217, 1248, 2000}) {
      SCOPED_TRACE(size);
      CorePair pair(Both(transport));
      std::vector<uint8_t> list = {kHybrid >> 8, kHybrid & 0xff, static_cast<uint8_t>(size >> 8),
                                   static_cast<uint8_t>(size)};
      list.resize(4 + size, 1);
      AlterNext<ClientHello>(*pair.client, transport, [&](ClientHello& m) { m.key_share = list; });
      ASSERT_TRUE(pair.DeliverToServer());
      ExpectBadValue(*pair.server);
    }
    for (const size_t size : {1, 32, 1088, 1119, 1121, 1216, 2000}) {
      SCOPED_TRACE(size);
      CorePair pair(Both(transport));
      ASSERT_TRUE(pair.DeliverToServer());
      const std::vector<uint8_t> share(size, 1);
      AlterNext<ServerHelloMessage>(*pair.server, transport, [&](ServerHelloMessage& m) {
        std::get<ServerHello>(m.hello).key_share->key_exchange = share;
      });
      ASSERT_TRUE(pair.DeliverToClient());
      ExpectBadValue(*pair.client);
    }
  }
}

// Decapsulation gives another secret (FIPS 203 s6.3, implicit rejection), and says nothing: what
// the secret protects does. Without a record layer that is Finished.
TEST_F(BadShares, AnAlteredCiphertextIsAnotherSecret) {
  for (const size_t at : {size_t{0}, size_t{500}, kCiphertext - 1, kCiphertext}) {
    SCOPED_TRACE(at);
    alter_server = [=](MutableBytes share) { share[at] ^= 1; };
    CorePair pair(Both(Transport::kMessage), AlteringWorld());
    pair.Run();
    EXPECT_FALSE(pair.client->connected || pair.server->connected);
    ASSERT_TRUE(pair.client->core.failure());
    EXPECT_EQ(pair.client->core.failure()->alert, Alert::kDecryptError);
    EXPECT_EQ(pair.client->core.failure()->code, Code::kBadFinished);

    World& world = AlteringWorld();
    StreamPair stream(
        {.client = NewClient(world).Build().value(), .server = NewServer(world).Build().value()},
        world);
    stream.Run();
    ASSERT_TRUE(stream.client->face.failure());
    EXPECT_EQ(stream.client->face.failure()->alert, Alert::kBadRecordMac);
  }
}

// ---- Whole connections
// ---------------------------------------------------------------------------

std::string Exported(const HandshakeCore<FullProfile>& core) {
  std::string out(32, '\0');
  const MutableBytes bytes(reinterpret_cast<uint8_t*>(out.data()), out.size());
  EXPECT_TRUE(core.ExportKeyingMaterial("EXPORTER-test", AsBytes("context"), bytes).ok());
  return out;
}

template <class Pair>
void ExpectHybrid(const Pair& pair, Authentication authentication) {
  ASSERT_TRUE(pair.client->connected() && pair.server->connected());
  for (const auto* side : {pair.client.get(), pair.server.get()}) {
    EXPECT_EQ(side->core.negotiated().group, &kX25519MlKem768);
    EXPECT_EQ(side->core.negotiated().authentication, authentication);
  }
  EXPECT_EQ(Exported(pair.client->core), Exported(pair.server->core));
}

TEST(HybridGroup, StreamsConnectResumeAndExport) {
  const auto client = NewClient().Build().value();
  const auto server = NewServer().Build().value();
  StreamPair first({.client = client, .server = server});
  first.Run();
  ExpectHybrid(first, Authentication::kCertificate);
  // A session goes on with a key exchange of its own (psk_dhe_ke), as hybrid as the first.
  StreamPair second(
      {.client = client, .server = server, .session = first.client->log.sessions.at(0)});
  second.Run();
  ExpectHybrid(second, Authentication::kResumption);
  EXPECT_NE(Exported(first.client->core), Exported(second.client->core));
  // And through a retry for it, whose binder covers both ClientHellos.
  StreamPair third({.client = NewClient().SetKeyShares({kX}).Build().value(),
                    .server = server,
                    .session = first.client->log.sessions.at(1)});
  third.Run();
  ExpectHybrid(third, Authentication::kResumption);
  EXPECT_TRUE(third.server->core.negotiated().retried);
}

TEST(HybridGroup, DatagramsConnectAndResumeWhateverTheMtu) {
  const auto client = NewClient().SetKeyShares(kBoth).Build().value();
  const auto server = NewServer().Build().value();
  for (const size_t mtu : {size_t{128}, size_t{300}, size_t{1200}, size_t{1500}}) {
    SCOPED_TRACE(mtu);
    DatagramPairOptions options = {.client = client, .server = server};
    options.link.mtu = options.datagram.mtu = mtu;
    DatagramPair first(options);
    ASSERT_TRUE(first.Run());
    ExpectHybrid(first, Authentication::kCertificate);
    options.session = first.client->log.sessions.at(0);
    DatagramPair second(options);
    ASSERT_TRUE(second.Run());
    ExpectHybrid(second, Authentication::kResumption);
  }
}

// The builder's choice: a first ClientHello that fits a datagram, also where TLS 1.2 comes of it.
TEST(HybridGroup, ComesByARetryOverDatagrams) {
  DatagramPair pair({.client = NewClient().Build().value(), .server = NewServer().Build().value()});
  size_t first = 0;
  pair.to_server.set_drop([&](size_t index) {
    if (index == 0) first = pair.to_server.largest();
    return false;
  });
  ASSERT_TRUE(pair.Run());
  ExpectHybrid(pair, Authentication::kCertificate);
  EXPECT_TRUE(pair.client->core.negotiated().retried);
  EXPECT_TRUE(first > 0 && first < 400) << first;
}

// 200 seeds at 30 % loss, 10 % duplication, reordering, MTU 512: ClientHello and ServerHello are
// fragmented both times.
TEST(HybridGroup, CompletesOverBadNetworks) {
  const auto client = NewClient().SetKeyShares(kBoth).Build().value();
  const auto retried = NewClient().Build().value();
  const auto server = NewServer().Build().value();
  size_t lost = 0;
  for (uint32_t seed = 1; seed <= 200 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    DatagramPairOptions options = {.client = seed % 3 == 0 ? retried : client, .server = server};
    options.link = {.loss = 30, .duplicate = 10, .reorder = 20, .mtu = 512, .seed = seed};
    options.datagram.mtu = 512;
    options.datagram.retransmit.limit = 30;
    DatagramPair pair(options);
    ASSERT_TRUE(pair.Run(std::chrono::hours(2)));
    ExpectHybrid(pair, Authentication::kCertificate);
    lost += pair.to_client.lost() + pair.to_server.lost();
    pair.to_client.options() = pair.to_server.options() = LinkOptions{};
    pair.SendToServer("ping");
    ASSERT_TRUE(pair.Run());
    ASSERT_EQ(pair.server->log.data, "ping");
  }
  std::printf("seeds 1 to 200: %zu datagrams lost\n", lost);
}

// ---- Storage
// -------------------------------------------------------------------------------------

// The least storage with which a handshake completes, to 16 bytes, all else being plenty. A side
// that has less says so. The server wants the first of the groups; the client has shares for
// `shares`.
size_t LeastStorage(const Groups& groups, const Groups& shares, bool of_client) {
  const auto client = NewClient().SetGroups(groups).SetKeyShares(shares).Build().value();
  const auto server = NewServer().SetGroups(groups).Build().value();
  size_t too_little = 0, enough = 8192;
  while (enough - too_little > 16) {
    const size_t size = (too_little + enough) / 2;
    StreamPairOptions options = {.client = client, .server = server};
    (of_client ? options.client_sizes : options.server_sizes).storage = size;
    StreamPair pair(options);
    pair.Run();
    const bool done = pair.client->connected() && pair.server->connected();
    (done ? enough : too_little) = size;
    if (done) continue;
    EXPECT_EQ(of_client ? pair.client->face.failure() : pair.server->face.failure(), NoSpace())
        << size;
  }
  return enough;
}

TEST(HybridGroup, NeedsNoMoreStorageThanItsConstantsSay) {
  for (const bool of_client : {true, false}) {
    for (const bool retried : {false, true}) {
      const size_t curve = LeastStorage({kX, kP256}, {retried ? kP256 : kX}, of_client);
      const size_t hybrid =
          LeastStorage({kHybrid, kX}, retried ? Groups{kX} : Groups{kHybrid, kX}, of_client);
      const size_t most = of_client ? kHybridClientStorage : kHybridServerStorage;
      std::printf("%s%s: %zu bytes with X25519, %zu with X25519MLKEM768\n",
                  of_client ? "client" : "server", retried ? ", retried" : "", curve, hybrid);
      EXPECT_LE(hybrid - curve, most);
      EXPECT_GT(hybrid - curve, most - 250);  // the constants are not far off
    }
  }
}

}  // namespace
}  // namespace merlon::tls::testing
