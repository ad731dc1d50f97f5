// SPDX-License-Identifier: Apache-2.0
// The datagram face over lossy links under a virtual clock, with a toy core on either end.
#include "tls/datagram_connection.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>

#include "crypto/drivers/portable/aes_gcm.h"
#include "gtest/gtest.h"
#include "tls/testing/toy_datagram_core.h"
#include "tls/testing/toy_pair.h"

namespace merlon::tls {
namespace {

using namespace std::chrono_literals;
using record::ContentType;
using record::Noise;
using Role = ToyDatagramCore::Role;
using testing::Datagram;

using World = testing::WorldOf<ToyDatagramCore>;
using Peer = testing::DatagramPeer<ToyDatagramCore>;
using Pair = testing::ToyPair<ToyDatagramCore>;

bool Connected2(const Pair& pair) {
  return pair.client.has("connected") && pair.server.has("connected");
}

TEST(DatagramConnection, ConnectsAndCarriesData) {
  World world;
  world.toy.tickets = 2;
  Pair pair(world);
  EXPECT_TRUE(pair.Run());
  ASSERT_TRUE(Connected2(pair));
  EXPECT_TRUE(pair.SendData(pair.client, pair.to_server, "ping").ok());
  EXPECT_TRUE(pair.SendData(pair.server, pair.to_client, "pong").ok());
  EXPECT_TRUE(pair.Run());
  EXPECT_EQ(pair.client.log, " connected ticket ticket pong");
  EXPECT_EQ(pair.server.log, " connected ping");
  // Nothing had to be sent twice: hello; Finished, ACK of the tickets, data.
  EXPECT_EQ(pair.client.sent.size(), 4u);
  EXPECT_FALSE(pair.client.face.NextTimeout());
  EXPECT_FALSE(pair.server.face.NextTimeout());
  // A quarter of the timeout passes before the tickets are acknowledged.
  EXPECT_LT(pair.now.instant.time_since_epoch(), 400ms);
}

// ---- Loss
// ----------------------------------------------------------------------------------------

// Everything a connection does, over this world; true if all of it arrived.
std::string FullRun(Pair& pair, int copies) {
  if (!pair.Run() || !Connected2(pair)) return "no connection";
  for (int i = 0; i < 2; ++i) {
    if (!pair.client.face.RequestKeyUpdate(/*request_peer=*/true).ok()) return "no update";
    if (!pair.Run()) return "update does not end";
  }
  if (pair.client.core.write_updates != 2 || pair.server.core.write_updates != 2) return "updates";
  // Application data may get lost: a few copies.
  for (int i = 0; i < copies; ++i) {
    (void)pair.SendData(pair.client, pair.to_server, "c");
    (void)pair.SendData(pair.server, pair.to_client, "s");
  }
  pair.Run();
  if (!pair.server.has("c") || !pair.client.has("s")) return "no data";
  if (pair.client.face.failure() || pair.server.face.failure()) return "failed";
  return "";
}

TEST(DatagramConnection, SurvivesLossDuplicationAndReordering) {
  size_t sent = 0;
  Duration longest{};
  for (uint32_t seed = 1; seed <= 1000; ++seed) {
    World world;
    world.link = {.loss = 30, .duplicate = 10, .reorder = 30, .mtu = 512, .seed = seed};
    world.datagram.mtu = 512;
    // Half of all rounds fail here: in a thousand runs some flight needs more than 13 of them.
    world.datagram.retransmit.limit = 30;
    world.toy.retry = seed % 2 == 0;
    world.toy.sign = seed % 3 == 0;
    world.sign_time = 700ms;
    world.toy.client_certificate = seed % 5 == 0;
    world.toy.tickets = seed % 4;
    world.toy.hello_size = seed % 7 == 0 ? 1300 : 200;
    Pair pair(world);
    ASSERT_EQ(FullRun(pair, 10), "") << "seed " << seed;
    ASSERT_EQ(pair.client.core.tickets, world.toy.tickets) << "seed " << seed;
    ASSERT_LE(pair.to_client.largest(), 512u);
    ASSERT_LE(pair.to_server.largest(), 512u);
    sent += pair.client.sent.size() + pair.server.sent.size();
    longest = std::max(longest, pair.now.instant.time_since_epoch());
  }
  std::printf("seeds 1 to 1000: all complete, %zu datagrams, longest %.1f s\n", sent,
              static_cast<double>(longest.count()) / 1e6);
}

World LossyShape() {
  World world;
  world.datagram.mtu = 512;
  world.toy.retry = true;
  world.toy.certificate_size = 1200;
  world.toy.tickets = 1;
  return world;
}

TEST(DatagramConnection, SurvivesTheLossOfAnyOneAndAnyTwoDatagrams) {
  Pair whole(LossyShape());
  ASSERT_EQ(FullRun(whole, 3), "");
  const size_t up = whole.to_server.sent(), total = up + whole.to_client.sent();
  Duration longest{};
  size_t runs = 0;
  for (size_t a = 0; a < total; ++a) {
    for (size_t b = a; b < total; ++b) {  // b == a: one datagram
      Pair pair(LossyShape());
      pair.to_server.set_drop([&](size_t i) { return i == a || i == b; });
      pair.to_client.set_drop([&](size_t i) { return up + i == a || up + i == b; });
      ASSERT_EQ(FullRun(pair, 3), "") << a << " and " << b;
      longest = std::max(longest, pair.now.instant.time_since_epoch());
      ++runs;
    }
  }
  std::printf("%zu datagrams, %zu runs, longest %.1f s\n", total, runs,
              static_cast<double>(longest.count()) / 1e6);
  EXPECT_LT(longest, 10s);
}

TEST(DatagramConnection, LostServerFlightIsSentAgainByTimer) {
  Pair pair;
  pair.to_client.set_drop([](size_t i) { return i < 3; });  // the whole flight, once
  EXPECT_TRUE(pair.Run());
  EXPECT_TRUE(Connected2(pair));
  EXPECT_GE(pair.now.instant.time_since_epoch(), 1s);
  EXPECT_LT(pair.now.instant.time_since_epoch(), 1500ms);
}

TEST(DatagramConnection, OnlyWhatIsMissingIsSentAgain) {
  World world;
  world.datagram.mtu = 512;
  world.toy.certificate_size = 3500;
  Pair pair(world);
  pair.to_client.set_drop([](size_t i) { return i == 3; });  // in the middle of Certificate
  EXPECT_TRUE(pair.Run());
  EXPECT_TRUE(Connected2(pair));
  // The client acknowledges after a quarter of the timeout; one datagram fills the gap.
  EXPECT_LT(pair.now.instant.time_since_epoch(), 500ms);
  Pair whole(world);
  whole.Run();
  EXPECT_EQ(pair.server.sent.size(), whole.server.sent.size() + 1);
}

TEST(DatagramConnection, ALostServerHelloIsReportedByAnEmptyAck) {
  World world;
  world.datagram.mtu = 300;
  Pair pair(world);
  pair.to_client.set_drop([](size_t i) { return i == 0; });  // has ServerHello
  EXPECT_TRUE(pair.Run());
  EXPECT_TRUE(Connected2(pair));
  EXPECT_LT(pair.now.instant.time_since_epoch(), 500ms);  // sooner than the timer of 1 s
}

TEST(DatagramConnection, GivesUpAfterTheConfiguredNumberOfTimeouts) {
  World world;
  world.link.loss = 100;
  world.datagram.retransmit = {.initial = 400ms, .maximum = 2s, .limit = 4};
  Pair pair(world);
  EXPECT_TRUE(pair.Run());
  // 0.4 + 0.8 + 1.6 + 2 + 2 s, and five copies of the hello.
  EXPECT_EQ(pair.now.instant.time_since_epoch(), 6800ms);
  EXPECT_EQ(pair.client.sent.size(), 5u);
  const Error expected = {Code::kHandshakeTimeout, Alert::kNone, Origin::kLocal};
  EXPECT_EQ(pair.client.face.failure(), expected);
  EXPECT_FALSE(pair.client.face.NextTimeout());
}

TEST(DatagramConnection, ARepeatedFinishedIsAcknowledgedAgain) {
  Pair pair;
  // The server's ACKs of Finished get lost three times.
  size_t acks_lost = 0;
  pair.to_client.set_drop(
      [&](size_t) { return pair.server.core.established() && acks_lost++ < 3; });
  EXPECT_TRUE(pair.Run());
  EXPECT_TRUE(Connected2(pair));
  EXPECT_EQ(acks_lost, 4u);
  // 1 + 2 + 4 s, and a round trip or two.
  EXPECT_GT(pair.now.instant.time_since_epoch(), 7s);
  EXPECT_LT(pair.now.instant.time_since_epoch(), 8s);
  EXPECT_EQ(pair.client.core.delivered.size(), 2u);  // hello and Finished
  const auto finished = std::count(pair.server.core.received.begin(),
                                   pair.server.core.received.end(), ToyDatagramCore::kFinished);
  EXPECT_EQ(finished, 1);
}

// ---- Key updates
// ---------------------------------------------------------------------------------

TEST(DatagramConnection, AKeyUpdateTakesEffectWhenItIsAcknowledged) {
  Pair pair;
  pair.Run();
  bool cut = true;
  pair.to_client.set_drop([&](size_t) { return cut; });
  ASSERT_TRUE(pair.client.face.RequestKeyUpdate(false).ok());
  EXPECT_EQ(pair.client.face.RequestKeyUpdate(false).error().origin, Origin::kMisuse);
  pair.Run(10s);
  EXPECT_EQ(pair.server.core.read_updates, 1u);
  EXPECT_EQ(pair.client.core.write_updates, 0u);  // its ACK never arrived
  ASSERT_TRUE(pair.SendData(pair.client, pair.to_server, "old-keys").ok());
  pair.Run(10s);
  EXPECT_TRUE(pair.server.has("old-keys"));
  cut = false;
  EXPECT_TRUE(pair.Run());
  EXPECT_EQ(pair.client.core.write_updates, 1u);
  ASSERT_TRUE(pair.SendData(pair.client, pair.to_server, "new-keys").ok());
  pair.Run();
  EXPECT_TRUE(pair.server.has("new-keys"));
}

TEST(DatagramConnection, RecordsOfTheEpochBeforeAreStillRead) {
  Pair pair;
  pair.Run();
  std::array<uint8_t, 200> late;
  const Result<Sealed> sealed = pair.client.face.Seal(AsBytes("late"), absl::MakeSpan(late));
  ASSERT_TRUE(sealed.ok());
  ASSERT_TRUE(pair.client.face.RequestKeyUpdate(false).ok());
  pair.Run();
  ASSERT_EQ(pair.client.core.write_updates, 1u);
  ASSERT_TRUE(pair.SendData(pair.client, pair.to_server, "early").ok());
  pair.Run();
  pair.Give(pair.server, {late.begin(), late.begin() + static_cast<ptrdiff_t>(sealed->written)});
  EXPECT_EQ(pair.server.log, " connected early late");
}

TEST(DatagramConnection, RecordsOfTheEpochBeforeAreReadForAWhileOnceTheNewOneIsInUse) {
  Pair pair;
  pair.Run();
  std::vector<Datagram> late;
  for (int i = 0; i < 3; ++i) {
    Datagram out(200);
    const auto sealed = pair.client.face.Seal(AsBytes("late"), absl::MakeSpan(out));
    ASSERT_TRUE(sealed.ok());
    out.resize(sealed->written);
    late.push_back(out);
  }
  ASSERT_TRUE(pair.client.face.RequestKeyUpdate(false).ok());
  pair.Run();
  pair.now.instant += 24h;  // nothing of the new epoch was seen yet
  pair.Give(pair.server, late[0]);
  ASSERT_TRUE(pair.SendData(pair.client, pair.to_server, "new").ok());
  pair.Run(1s);
  pair.now.instant += 110s;
  pair.Give(pair.server, late[1]);
  pair.now.instant += 10s;
  pair.Give(pair.server, late[2]);
  EXPECT_EQ(pair.server.log, " connected late new late");
  EXPECT_EQ(pair.server.face.noise(Noise::kUnknownEpoch), 1u);
}

TEST(DatagramConnection, AKeyUpdateIsAcknowledgedAtOnce) {
  Pair pair;
  pair.Run();
  const Instant before = pair.now.instant;
  ASSERT_TRUE(pair.client.face.RequestKeyUpdate(false).ok());
  pair.Run();
  EXPECT_EQ(pair.client.core.write_updates, 1u);
  // Once there and back, and not a quarter of the timeout.
  EXPECT_LE(pair.now.instant - before, 40ms);
}

TEST(DatagramConnection, ManyKeyUpdatesOfBothSidesCross) {
  Pair pair;
  pair.Run();
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(pair.client.face.RequestKeyUpdate(true).ok()) << i;
    ASSERT_TRUE(pair.server.face.RequestKeyUpdate(true).ok()) << i;
    ASSERT_TRUE(pair.Run());
    ASSERT_TRUE(pair.SendData(pair.client, pair.to_server, "c").ok());
    ASSERT_TRUE(pair.SendData(pair.server, pair.to_client, "s").ok());
    ASSERT_TRUE(pair.Run());
  }
  EXPECT_FALSE(pair.client.face.failure());
  EXPECT_FALSE(pair.server.face.failure());
  EXPECT_GE(pair.client.core.write_updates, 30u);
  EXPECT_EQ(pair.client.core.write_updates, pair.server.core.read_updates);
  EXPECT_EQ(std::count(pair.server.log.begin(), pair.server.log.end(), ' '), 31);
}

constexpr crypto::AeadAlgorithm Limited(uint64_t seal, uint64_t open) {
  crypto::AeadAlgorithm out = crypto::kPortableAes128Gcm;
  out.seal_limit = seal;
  out.open_limit = open;
  return out;
}

TEST(DatagramConnection, UpdatesKeysBeforeTheSealLimitAndStopsAtIt) {
  const crypto::AeadAlgorithm aead = Limited(100, 1000);
  World world;
  world.toy.aead = &aead;
  Pair pair(world);
  pair.Run();
  size_t sent = 0;
  // Without the peer's ACK the old key stays, and gives out.
  pair.to_client.set_drop([](size_t) { return true; });
  Result<Sealed> sealed = pair.SendData(pair.client, pair.to_server, "x");
  for (; sealed.ok(); ++sent) sealed = pair.SendData(pair.client, pair.to_server, "x");
  EXPECT_EQ(sealed.error(), Misuse(Code::kAeadLimit));
  EXPECT_GT(sent, 85u);
  EXPECT_LT(sent, 100u);
  EXPECT_FALSE(pair.client.face.failure());
  pair.to_client.set_drop(nullptr);
  EXPECT_TRUE(pair.Run());
  EXPECT_EQ(pair.client.core.write_updates, 1u);
  EXPECT_TRUE(pair.SendData(pair.client, pair.to_server, "y").ok());
  EXPECT_TRUE(pair.Run());
  EXPECT_TRUE(pair.server.has("y"));
}

TEST(DatagramConnection, TooManyForgedRecordsEndTheConnection) {
  const crypto::AeadAlgorithm aead = Limited(10000, 50);
  World world;
  world.toy.aead = &aead;
  Pair pair(world);
  pair.Run();
  Datagram forged(60, 0x55);
  forged[0] = 0x2f;  // epoch 3
  forged[3] = 0, forged[4] = 55;
  for (int i = 0; i < 49; ++i) pair.Give(pair.client, forged);
  EXPECT_EQ(pair.client.face.noise(Noise::kForged), 49u);
  ASSERT_FALSE(pair.client.error);
  pair.Give(pair.client, forged);
  ASSERT_TRUE(pair.client.error);
  EXPECT_EQ(*pair.client.error, PeerError(Code::kTooManyBadRecords, Alert::kBadRecordMac));
  pair.Run();
  EXPECT_EQ(pair.server.face.peer_alert(), Alert::kBadRecordMac);
}

TEST(DatagramConnection, AsksForNewKeysHalfWayToTheIntegrityLimit) {
  const crypto::AeadAlgorithm aead = Limited(10000, 50);
  World world;
  world.toy.aead = &aead;
  Pair pair(world);
  pair.Run();
  Datagram forged(60, 0x55);
  forged[0] = 0x2f;
  forged[3] = 0, forged[4] = 55;
  for (int i = 0; i < 30; ++i) pair.Give(pair.client, forged);
  EXPECT_TRUE(pair.Run());
  EXPECT_EQ(pair.client.core.read_updates, 1u);
  // Under the old epoch the limit only costs the old keys.
  for (int i = 0; i < 30; ++i) pair.Give(pair.client, forged);
  EXPECT_FALSE(pair.client.error);
  EXPECT_GT(pair.client.face.noise(Noise::kUnknownEpoch), 0u);
}

// ---- What comes too early
// ---------------------------------------------------------------------------

// ServerHello last; what is under its keys waits for it, and no timer is needed.
TEST(DatagramConnection, RecordsThatOvertakeTheServerHelloAreHeld) {
  World world;
  world.toy.certificate_size = 800;  // a quarter of the buffer of 8192 is for what comes too early
  Pair pair(world);
  (void)pair.Transmit(pair.client, pair.to_server);
  pair.now.instant += 20ms;
  (void)pair.Arrive(pair.server, pair.to_server);
  Link lost{{.loss = 100}};
  (void)pair.Transmit(pair.server, lost);
  // Each record a datagram of its own.
  std::vector<Datagram> records;
  for (Datagram datagram : pair.server.sent) {
    MutableBytes rest = absl::MakeSpan(datagram);
    while (!rest.empty()) {
      const uint8_t* const begin = rest.data();
      ASSERT_TRUE(record::TakeRecord(rest, {}));
      records.emplace_back(begin, static_cast<const uint8_t*>(rest.data()));
    }
  }
  ASSERT_GE(records.size(), 2u);
  for (size_t i = 1; i < records.size(); ++i) pair.Give(pair.client, records[i]);
  EXPECT_EQ(pair.client.log, "");
  EXPECT_FALSE(pair.client.face.connected());
  const Instant before = pair.now.instant;
  pair.Give(pair.client, records[0]);
  EXPECT_TRUE(pair.client.face.connected());
  EXPECT_EQ(pair.client.face.noise(Noise::kUnknownEpoch), 0u);
  EXPECT_TRUE(pair.Run());
  EXPECT_TRUE(Connected2(pair));
  EXPECT_LE(pair.now.instant - before, 40ms);
}

TEST(DatagramConnection, DataThatOvertakeTheFinishedAreHandedOutBehindIt) {
  Pair pair;
  (void)pair.Transmit(pair.client, pair.to_server);
  pair.now.instant += 20ms;
  (void)pair.Arrive(pair.server, pair.to_server);
  (void)pair.Transmit(pair.server, pair.to_client);
  pair.now.instant += 20ms;
  while (pair.Arrive(pair.client, pair.to_client)) {
  }
  ASSERT_TRUE(pair.client.face.connected());
  Link lost{{.loss = 100}};
  const size_t before = pair.client.sent.size();
  (void)pair.Transmit(pair.client, lost);
  const std::vector<Datagram> finished(pair.client.sent.begin() + static_cast<ptrdiff_t>(before),
                                       pair.client.sent.end());
  for (const char* text : {"one", "two"}) {
    ASSERT_TRUE(pair.SendData(pair.client, lost, text).ok());
    pair.Give(pair.server, pair.client.sent.back());
  }
  pair.Give(pair.server, pair.client.sent.back());
  EXPECT_EQ(pair.server.log, "");
  for (const Datagram& datagram : finished) pair.Give(pair.server, datagram);
  EXPECT_EQ(pair.server.log, " one two");
  EXPECT_TRUE(pair.server.face.connected());
  EXPECT_TRUE(pair.server.face.TakeHeldData().empty());
  EXPECT_EQ(pair.server.face.noise(Noise::kReplayed), 1u);
}

// ---- Noise
// ---------------------------------------------------------------------------------------

TEST(DatagramConnection, DropsReplayedDatagrams) {
  Pair pair;
  pair.Run();
  ASSERT_TRUE(pair.SendData(pair.client, pair.to_server, "once").ok());
  pair.Run();
  for (int i = 0; i < 3; ++i) pair.Give(pair.server, pair.client.sent.back());
  EXPECT_EQ(pair.server.log, " connected once");
  EXPECT_EQ(pair.server.face.noise(Noise::kReplayed), 3u);
  // The whole conversation again.
  const std::vector<Datagram> sent = pair.client.sent;
  for (const Datagram& datagram : sent) pair.Give(pair.server, datagram);
  EXPECT_TRUE(pair.Run());
  EXPECT_EQ(pair.server.log, " connected once");
  EXPECT_FALSE(pair.server.error);
}

TEST(DatagramConnection, ForgedRecordsAreNoise) {
  Pair pair;
  pair.Run();
  std::minstd_rand random(7);
  for (int i = 0; i < 3000; ++i) {
    Datagram junk(random() % 100);
    for (uint8_t& byte : junk) byte = static_cast<uint8_t>(random());
    if (!junk.empty() && i % 2 == 0) junk[0] = 0x2c | (random() & 3);
    if (!junk.empty() && i % 4 == 1) {  // in the clear: alert, handshake, ACK
      constexpr uint8_t kTypes[] = {21, 22, 26};
      const size_t body = junk.size() > 13 ? junk.size() - 13 : 0;
      Datagram plain = {kTypes[random() % 3],      0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 9, 9, 0,
                        static_cast<uint8_t>(body)};
      plain.resize(13 + body, static_cast<uint8_t>(i));
      junk = plain;
    }
    pair.Give(pair.server, junk);
    pair.Give(pair.client, junk);
  }
  ASSERT_FALSE(pair.server.error);
  ASSERT_FALSE(pair.client.error);
  uint32_t total = 0;
  for (size_t kind = 0; kind < record::kNoiseKinds; ++kind) {
    total += pair.server.face.noise(static_cast<Noise>(kind));
  }
  EXPECT_GT(total, 2500u);
  EXPECT_TRUE(pair.SendData(pair.client, pair.to_server, "still").ok());
  EXPECT_TRUE(pair.Run());
  EXPECT_TRUE(pair.server.has("still"));
}

TEST(DatagramConnection, EveryFlippedBitIsNoise) {
  Pair pair;
  pair.Run();
  ASSERT_TRUE(pair.SendData(pair.client, pair.to_server, "x").ok());
  const Datagram good = pair.client.sent.back();
  for (size_t bit = 0; bit < 8 * good.size(); ++bit) {
    Datagram bad = good;
    bad[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    pair.Give(pair.server, bad);
  }
  EXPECT_EQ(pair.server.log, " connected");
  pair.Run();
  EXPECT_EQ(pair.server.log, " connected x");
  EXPECT_FALSE(pair.server.error);
}

TEST(DatagramConnection, PlaintextAlertsCountOnlyBeforeThereAreKeys) {
  const Datagram alert = {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 7, 0, 2, 2, 40};
  Pair before;
  before.Give(before.client, alert);
  EXPECT_EQ(before.client.face.peer_alert(), Alert::kHandshakeFailure);
  EXPECT_EQ(before.client.face.failure(), PeerError(Code::kClosedByAlert, Alert::kNone));
  Pair after;
  after.Run();
  after.Give(after.client, alert);
  EXPECT_FALSE(after.client.face.failure());
  EXPECT_EQ(after.client.face.noise(Noise::kUnexpected), 1u);
}

TEST(DatagramConnection, PlaintextHandshakeAfterTheKeysIsNoise) {
  Pair pair;
  pair.Run();
  // A KeyUpdate as the next message, in the clear.
  const Datagram forged = {22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 13,
                           24, 0,    0,    1, 0, 2, 0, 0, 0, 0, 0, 1, 0};
  pair.Give(pair.server, forged);
  EXPECT_FALSE(pair.server.error);
  EXPECT_EQ(pair.server.core.read_updates, 0u);
  EXPECT_EQ(pair.server.face.noise(Noise::kUnexpected), 1u);
}

TEST(DatagramConnection, AMessageOfTheNextFlightInTheClearIsRefusedAtTheKeyChange) {
  Pair pair;
  // Extensions (message 1) in the clear, ahead of ServerHello: it must not count as encrypted.
  const Datagram forged = {22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 12,
                           8,  0,    0,    0, 0, 1, 0, 0, 0, 0, 0, 0};
  pair.Give(pair.client, forged);
  EXPECT_FALSE(pair.client.error);
  pair.Run();
  ASSERT_TRUE(pair.client.error);
  EXPECT_EQ(*pair.client.error, PeerError(Code::kKeyChangeInMessage, Alert::kUnexpectedMessage));
}

// ---- Operations
// ----------------------------------------------------------------------------------

TEST(DatagramConnection, APendingOperationHoldsMessagesAndNothingElse) {
  World world;
  world.toy.retry = true;
  world.toy.sign = true;
  world.sign_time = 5s;
  Pair pair(world);
  pair.Run(3s);
  ASSERT_EQ(pair.server.face.Operations().size(), 1u);
  // The second hello is acknowledged in the clear, so the client does not repeat it.
  EXPECT_EQ(pair.client.sent.size(), 2u);
  EXPECT_EQ(pair.server.core.received.size(), 2u);
  EXPECT_TRUE(pair.Run());
  EXPECT_TRUE(Connected2(pair));
}

TEST(DatagramConnection, HeldMessagesAreKeptAcknowledgedAndHandledAfterwards) {
  World world;
  world.datagram.mtu = 512;
  world.toy.verify = true;
  world.sign_time = 5s;
  Pair pair(world);
  pair.Run(900ms);
  ASSERT_EQ(pair.client.face.Operations().size(), 1u);
  EXPECT_EQ(pair.client.core.received.back(), ToyDatagramCore::kCertificate);
  const size_t sent = pair.server.sent.size();
  pair.Run(3s);
  EXPECT_EQ(pair.server.sent.size(), sent);  // all is acknowledged: Finished too, which is held
  EXPECT_EQ(pair.client.core.received.back(), ToyDatagramCore::kCertificate);
  EXPECT_FALSE(pair.server.face.NextTimeout());
  EXPECT_TRUE(pair.Run());
  EXPECT_TRUE(Connected2(pair));
}

TEST(DatagramConnection, WhatDoesNotFitWhileHeldIsDroppedAndSentAgain) {
  World world;
  world.datagram.mtu = 512;
  world.datagram.max_message = 3000;  // of a buffer that has room for nothing else
  world.reassembly = 3000;
  world.toy.certificate_size = 2900;
  world.toy.verify = true;
  world.sign_time = 5s;
  Pair pair(world);
  EXPECT_TRUE(pair.Run());
  EXPECT_TRUE(Connected2(pair));
}

TEST(DatagramConnection, WrongAnswersChangeNothing) {
  World world;
  world.toy.sign = true;
  world.sign_time = 100s;
  Pair pair(world);
  pair.Run(1s);
  ASSERT_EQ(pair.server.face.Operations().size(), 1u);
  const OpId id = pair.server.face.Operations()[0].id;
  const Error stale = Misuse(Code::kStaleOperation);
  EXPECT_EQ(pair.server.face.Complete(OpId{id.value + 1}, Signature{}, pair.now).error(), stale);
  EXPECT_EQ(pair.server.face.Complete(id, SessionStored{}, pair.now).error(), stale);
  EXPECT_FALSE(pair.server.face.failure());
  EXPECT_TRUE(pair.server.face.Complete(id, Signature{}, pair.now).ok());
  EXPECT_TRUE(pair.Run());
  EXPECT_TRUE(Connected2(pair));
}

TEST(DatagramConnection, AFailedOperationIsToldToThePeer) {
  World world;
  world.toy.sign = true;
  world.sign_time = 100s;
  Pair pair(world);
  pair.Run(1s);
  const OpId id = pair.server.face.Operations()[0].id;
  EXPECT_EQ(pair.server.face.Complete(id, OpFailed{}, pair.now).error().origin, Origin::kDriver);
  pair.Run(1s);
  EXPECT_EQ(pair.client.face.peer_alert(), Alert::kInternalError);
  // Repeated from then on, by all but PollTransmit and PollEvent.
  const Error failure = *pair.server.face.failure();
  std::array<uint8_t, 100> buffer{};
  EXPECT_EQ(pair.server.face.Receive(absl::MakeSpan(buffer), pair.now).error(), failure);
  EXPECT_EQ(pair.server.face.Seal({}, absl::MakeSpan(buffer)).error(), failure);
  EXPECT_EQ(pair.server.face.HandleTimeout(pair.now).error(), failure);
  EXPECT_EQ(pair.server.face.PollTransmit(absl::MakeSpan(buffer), pair.now)->size, 0u);
}

// ---- Alerts and closing
// --------------------------------------------------------------------------

TEST(DatagramConnection, TheAlertGoesWhereThePeerCanReadIt) {
  Pair unsent;  // the server's flight is queued, not sent: the client has no keys
  (void)unsent.Transmit(unsent.client, unsent.to_server);
  unsent.now.instant += 20ms;
  (void)unsent.Arrive(unsent.server, unsent.to_server);
  unsent.server.core.Fail(PeerError(Code::kBadMac, Alert::kBadRecordMac));
  unsent.Run(1s);
  EXPECT_EQ(unsent.client.face.peer_alert(), Alert::kBadRecordMac);
  EXPECT_EQ(unsent.server.sent.back().front(), 21);  // in the clear

  Pair sent;  // all of it is sent: the newest epoch
  sent.Run();
  sent.server.core.Fail(PeerError(Code::kBadMac, Alert::kBadRecordMac));
  sent.Run(1s);
  EXPECT_EQ(sent.client.face.peer_alert(), Alert::kBadRecordMac);
  EXPECT_EQ(sent.server.sent.back().front(), 0x2f);  // epoch 3
}

TEST(DatagramConnection, ClosesAndStillReceives) {
  Pair pair;
  pair.Run();
  ASSERT_TRUE(pair.client.face.Close().ok());
  std::array<uint8_t, 100> out;
  EXPECT_EQ(pair.client.face.Seal({}, absl::MakeSpan(out)).error(), Misuse(Code::kClosed));
  pair.Run();
  EXPECT_EQ(pair.server.log, " connected closed");
  EXPECT_TRUE(pair.SendData(pair.server, pair.to_client, "bye").ok());
  pair.Run();
  EXPECT_EQ(pair.client.log, " connected bye");
  EXPECT_FALSE(pair.server.face.failure());
}

TEST(DatagramConnection, DataBehindCloseNotifyIsIgnoredAndDataBeforeItIsNot) {
  Pair pair;
  pair.Run();
  std::array<uint8_t, 100> early, alert;
  const auto sealed = pair.client.face.Seal(AsBytes("early"), absl::MakeSpan(early));
  ASSERT_TRUE(sealed.ok());
  ASSERT_TRUE(pair.client.face.Close().ok());
  const auto closed = pair.client.face.PollTransmit(absl::MakeSpan(alert), pair.now);
  ASSERT_TRUE(closed.ok());
  pair.Give(pair.server, {alert.begin(), alert.begin() + static_cast<ptrdiff_t>(closed->size)});
  pair.Give(pair.server, {early.begin(), early.begin() + static_cast<ptrdiff_t>(sealed->written)});
  EXPECT_EQ(pair.server.log, " connected early");
  (void)pair.Transmit(pair.server, pair.to_client);
  EXPECT_EQ(pair.server.log, " connected early closed");
}

// ---- Authentic and wrong
// -------------------------------------------------------------------------

TEST(DatagramConnection, AnAuthenticUnexpectedMessageIsFatal) {
  Pair pair;
  pair.Run();
  ASSERT_TRUE(pair.client.core.Say(99, 10).ok());
  (void)pair.client.face.Complete(OpId{}, Signature{}, pair.now);  // misuse
  ASSERT_TRUE(pair.client.face.RequestKeyUpdate(false).ok());      // drains the outbox
  pair.Run(1s);
  ASSERT_TRUE(pair.server.error);
  EXPECT_EQ(pair.server.error->code, Code::kUnexpectedMessage);
  EXPECT_EQ(pair.client.face.peer_alert(), Alert::kUnexpectedMessage);
}

TEST(DatagramConnection, TooManyMessagesWithoutDataAreFatal) {
  Pair pair;
  pair.Run();
  for (int i = 0; i < 40 && !pair.server.error; ++i) {
    ASSERT_TRUE(pair.client.face.RequestKeyUpdate(false).ok());
    pair.Run(5s);
  }
  ASSERT_TRUE(pair.server.error);
  EXPECT_EQ(pair.server.error->code, Code::kTooManyMessages);
}

// ---- Limits and memory
// ---------------------------------------------------------------------------

TEST(DatagramConnection, MoreFlightsThanTheTableHoldsWaitTheirTurn) {
  Pair pair;
  pair.Run();
  pair.to_client.set_drop([](size_t i) { return i % 3 == 0; });
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(pair.server.core.Say(ToyDatagramCore::kTicket, 50).ok());
  ASSERT_TRUE(pair.client.face.RequestKeyUpdate(true).ok());  // its answer is one flight more
  EXPECT_TRUE(pair.Run());
  EXPECT_EQ(pair.client.core.tickets, 6u);
  EXPECT_EQ(pair.server.core.write_updates, 1u);
  EXPECT_EQ(pair.client.core.write_updates, 1u);
}

TEST(DatagramConnection, HoldsThePlaintextAndTheMtu) {
  World world;
  world.datagram.mtu = 600;
  Pair pair(world);
  EXPECT_EQ(pair.client.face.max_plaintext(), 0u);
  std::array<uint8_t, 2000> out;
  EXPECT_EQ(pair.client.face.Seal(AsBytes("x"), absl::MakeSpan(out)).error(), Misuse());
  pair.Run();
  const size_t most = pair.client.face.max_plaintext();
  EXPECT_EQ(most, 600u - 5 - 1 - 16);
  const std::string text(most, 'm');
  EXPECT_TRUE(pair.SendData(pair.client, pair.to_server, text).ok());
  EXPECT_EQ(pair.client.sent.back().size(), 600u);
  EXPECT_EQ(pair.SendData(pair.client, pair.to_server, text + "m").error(), Misuse(Code::kNoSpace));
  pair.client.face.set_mtu(1400);
  EXPECT_TRUE(pair.SendData(pair.client, pair.to_server, text + "m").ok());
  pair.Run();
  EXPECT_EQ(pair.server.log.size(), 10 + 2 * (most + 1) + 1);
}

TEST(DatagramConnection, SeveralRecordsOfOneDatagramAreGivenOneByOne) {
  Pair pair;
  pair.Run();
  Datagram all;
  for (std::string_view text : {"one", "two", "three"}) {
    std::array<uint8_t, 100> out;
    const auto sealed = pair.client.face.Seal(AsBytes(text), absl::MakeSpan(out));
    ASSERT_TRUE(sealed.ok());
    all.insert(all.end(), out.begin(), out.begin() + static_cast<ptrdiff_t>(sealed->written));
  }
  all.push_back(0);  // and a malformed end
  pair.Give(pair.server, all);
  EXPECT_EQ(pair.server.log, " connected one two three");
  EXPECT_EQ(pair.server.face.noise(Noise::kMalformed), 1u);
}

TEST(DatagramConnection, AMessageBeyondTheLimitIsFatal) {
  World world;
  world.toy.certificate_size = 7000;  // the buffer of 8192 leaves 6144 for a message
  Pair pair(world);
  pair.Run(5s);
  ASSERT_TRUE(pair.client.error);
  EXPECT_EQ(*pair.client.error, IllegalParameter(Code::kMessageTooLarge));
  EXPECT_EQ(pair.server.face.peer_alert(), Alert::kIllegalParameter);
}

TEST(DatagramConnection, IsSmall) {
  std::printf("sizeof: connection %zu, epochs %zu, flights %zu, reassembly %zu, acks %zu\n",
              sizeof(DatagramConnection), sizeof(record::DatagramEpochs),
              sizeof(record::FlightTable), sizeof(record::Reassembly), sizeof(record::AckList));
  EXPECT_LT(sizeof(DatagramConnection), 3800u);
}

}  // namespace
}  // namespace merlon::tls
