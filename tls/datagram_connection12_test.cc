// SPDX-License-Identifier: Apache-2.0
// The datagram face in DTLS 1.2, over a toy handshake on lossy links under a virtual clock: what
// differs from DTLS 1.3. Much of the rest is datagram_connection_test's.
#include <gtest/gtest.h>

#include <cstdio>

#include "crypto/drivers/portable/aes_ccm.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/chacha20_poly1305.h"
#include "tls/datagram_connection.h"
#include "tls/testing/toy_core12.h"
#include "tls/testing/toy_pair.h"

namespace merlon::tls {
namespace {

using namespace std::chrono_literals;
using record::ContentType;
using record::Noise;
using testing::Datagram;
using testing::Side;
using testing::ToyCore12;
using World = testing::WorldOf<ToyCore12>;
using Peer = testing::DatagramPeer<ToyCore12>;
using Pair = testing::ToyPair<ToyCore12>;

World NewWorld() {
  World world;
  world.toy.aead = &crypto::kPortableAes128Gcm;
  world.toy.transport = Transport::kDatagram;
  return world;
}
// Before the final flight is given up.
constexpr Duration kSoon = 200s;

bool BothConnected(const Pair& pair) {
  return pair.client.has("connected") && pair.server.has("connected");
}

struct RecordView {
  ContentType type;
  uint64_t epoch;
  Datagram bytes;
};
// The records of a datagram. All have the 13-byte header.
std::vector<RecordView> RecordsOf(const Datagram& datagram) {
  std::vector<RecordView> out;
  Datagram copy = datagram;
  MutableBytes rest = absl::MakeSpan(copy);
  while (const auto record = record::TakeRecord(rest, {})) {
    EXPECT_FALSE(record->unified);
    EXPECT_EQ(record->version, record::kDtls12Version);
    out.push_back(
        {record->type, record->epoch, Datagram(record->header.begin(), record->body.end())});
  }
  EXPECT_TRUE(rest.empty());
  return out;
}
// In words: "22/0 20/0 22/1", type and epoch.
std::string Records(const std::vector<Datagram>& datagrams) {
  std::string out;
  for (const Datagram& datagram : datagrams) {
    for (const RecordView& record : RecordsOf(datagram)) {
      out += (out.empty() ? "" : " ") + std::to_string(static_cast<int>(record.type)) + "/" +
             std::to_string(record.epoch);
    }
  }
  return out;
}

// Records as a peer would write them that has the toy's keys: from this number on in epoch 1.
class Forger {
 public:
  explicit Forger(Side writer, uint64_t skip = 1000) {
    EXPECT_TRUE(
        epochs_
            .InstallWrite(Epoch::kFirstKeys, testing::Toy12Keys(crypto::kPortableAes128Gcm, writer))
            .ok());
    for (uint64_t i = 0; i < skip; ++i) (void)Record(Epoch::kFirstKeys, ContentType::kAlert, {});
  }
  Datagram Record(Epoch epoch, ContentType type, Bytes content) {
    Datagram out(content.size() + 64);
    const auto sealed = epochs_.Seal(epoch, type, content, absl::MakeSpan(out));
    EXPECT_TRUE(sealed.ok());
    out.resize(sealed->size);
    return out;
  }
  Datagram Alert(Epoch epoch, uint8_t level, merlon::Alert alert) {
    const uint8_t content[] = {level, static_cast<uint8_t>(alert)};
    return Record(epoch, ContentType::kAlert, content);
  }
  // A whole message, or a part of it, of zeros.
  Datagram Fragment(Epoch epoch, uint8_t type, uint16_t sequence, uint8_t length,
                    uint8_t offset = 0, int size = -1) {
    Datagram content = {type,
                        0,
                        0,
                        length,
                        static_cast<uint8_t>(sequence >> 8),
                        static_cast<uint8_t>(sequence),
                        0,
                        0,
                        offset,
                        0,
                        0,
                        static_cast<uint8_t>(size < 0 ? length : size)};
    content.resize(content.size() + content.back());
    return Record(epoch, ContentType::kHandshake, content);
  }

 private:
  record::DatagramEpochs epochs_;
};

// ---- Handshakes
// ----------------------------------------------------------------------------------

TEST(DatagramConnection12, ConnectsAndCarriesData) {
  Pair pair(NewWorld());
  pair.Run(10s);
  ASSERT_TRUE(BothConnected(pair));
  // The certificate takes two datagrams. Nothing is sent twice.
  EXPECT_EQ(Records(pair.client.sent), "22/0 22/0 20/0 22/1");
  EXPECT_EQ(Records(pair.server.sent), "22/0 22/0 22/0 22/0 22/0 20/0 22/1");
  EXPECT_TRUE(pair.SendData(pair.client, pair.to_server, "ping").ok());
  EXPECT_TRUE(pair.SendData(pair.server, pair.to_client, "pong").ok());
  pair.Run(10s);
  EXPECT_EQ(pair.client.log, " connected pong");
  EXPECT_EQ(pair.server.log, " connected ping");
  // Only the server's last flight waits, and no more than it has to.
  EXPECT_EQ(pair.client.face.NextTimeout(), std::nullopt);
  EXPECT_EQ(pair.client.core.delivered, (std::vector<uint16_t>{1, 4}));
  EXPECT_EQ(pair.server.core.delivered, (std::vector<uint16_t>{2}));
  ASSERT_TRUE(pair.server.face.NextTimeout());
  EXPECT_GT(*pair.server.face.NextTimeout() - Instant{}, record::kFinalFlightRetention);
  EXPECT_TRUE(pair.Run());
  EXPECT_EQ(pair.server.core.delivered, (std::vector<uint16_t>{2, 4}));
  EXPECT_EQ(pair.server.sent.size(), 4u);
}

TEST(DatagramConnection12, ConnectsInEveryShape) {
  for (int shape = 0; shape < 32; ++shape) {
    World world = NewWorld();
    world.toy.resumed = (shape & 1) != 0;
    world.toy.verify_request = (shape & 2) != 0;
    world.toy.ticket = (shape & 4) != 0;
    world.toy.operations = (shape & 8) != 0;
    if ((shape & 16) != 0) world.datagram.mtu = DatagramConnection::kMinMtu;
    Pair pair(world);
    pair.Run(500ms);  // no timer is waited for
    ASSERT_TRUE(BothConnected(pair)) << shape;
    ASSERT_TRUE(pair.SendData(pair.client, pair.to_server, "ping").ok());
    ASSERT_TRUE(pair.SendData(pair.server, pair.to_client, "pong").ok());
    pair.Run(kSoon);
    EXPECT_EQ(pair.client.log, " connected pong");
    EXPECT_EQ(pair.server.log, " connected ping");
    // Whose flight is the last keeps it.
    EXPECT_EQ(pair.client.face.NextTimeout().has_value(), world.toy.resumed);
    EXPECT_EQ(pair.server.face.NextTimeout().has_value(), !world.toy.resumed);
    EXPECT_TRUE(pair.Run());
  }
}

TEST(DatagramConnection12, RunsOverEveryAead) {
  const std::pair<const crypto::AeadAlgorithm*, size_t> aeads[] = {
      {&crypto::kPortableAes256Gcm, 13 + 8 + 16},
      {&crypto::kPortableChaCha20Poly1305, 13 + 16},
      {&crypto::kPortableAes128Ccm, 13 + 8 + 16},
      {&crypto::kPortableAes128Ccm8, 13 + 8 + 8}};
  for (const auto& [aead, overhead] : aeads) {
    World world = NewWorld();
    world.toy.aead = aead;
    Pair pair(world);
    pair.Run(1s);
    ASSERT_TRUE(BothConnected(pair));
    EXPECT_EQ(pair.client.face.max_plaintext(), 1200 - overhead);
    const std::string most(1200 - overhead, 'x');
    ASSERT_TRUE(pair.SendData(pair.client, pair.to_server, most).ok());
    ASSERT_TRUE(pair.SendData(pair.server, pair.to_client, "1").ok());
    EXPECT_EQ(pair.server.sent.back().size(), overhead + 1);
    pair.Run(1s);
    EXPECT_EQ(pair.server.log, " connected " + most);
    EXPECT_EQ(pair.client.log, " connected 1");
  }
}

TEST(DatagramConnection12, SurvivesLossDuplicationAndReordering) {
  size_t sent = 0;
  for (uint32_t seed = 1; seed <= 600; ++seed) {
    World world = NewWorld();
    world.link = {.loss = 30, .duplicate = 10, .reorder = 30, .mtu = 512, .seed = seed};
    world.datagram.mtu = seed % 6 == 0 ? 100 : 512;
    world.datagram.retransmit = {.initial = 1s, .maximum = 8s, .limit = 40};
    world.toy.certificate_size = 500;
    world.toy.resumed = seed % 2 == 0;
    world.toy.verify_request = seed % 3 == 0;
    world.toy.ticket = seed % 5 != 0;
    world.toy.operations = seed % 7 == 0;
    world.sign_time = seed % 14 == 0 ? 700ms : 0ms;
    Pair pair(world);
    pair.Run(kSoon);
    ASSERT_TRUE(BothConnected(pair)) << "seed " << seed;
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(pair.SendData(pair.client, pair.to_server, "c").ok());
      ASSERT_TRUE(pair.SendData(pair.server, pair.to_client, "s").ok());
    }
    EXPECT_TRUE(pair.Run());
    ASSERT_TRUE(pair.client.has("s") && pair.server.has("c")) << "seed " << seed;
    ASSERT_FALSE(pair.client.face.failure() || pair.server.face.failure()) << "seed " << seed;
    for (const Peer* peer : {&pair.client, &pair.server}) {
      sent += peer->sent.size();
      EXPECT_EQ(Records(peer->sent).find("26/"), std::string::npos);  // no ACK
    }
  }
  std::printf("seeds 1 to 600: all complete, %zu datagrams\n", sent);
}

TEST(DatagramConnection12, SurvivesTheLossOfAnyOneAndAnyTwoDatagrams) {
  for (const bool resumed : {false, true}) {
    World world = NewWorld();
    world.toy.resumed = resumed;
    world.toy.verify_request = true;
    world.toy.certificate_size = 150;
    world.datagram.mtu = 100;  // hardly more than a message, or a ChangeCipherSpec and a Finished
    Pair whole(world);
    whole.Run(kSoon);
    ASSERT_TRUE(BothConnected(whole));
    const size_t up = whole.to_server.sent(), total = up + whole.to_client.sent();
    Duration longest{};
    for (size_t a = 0; a < total; ++a) {
      for (size_t b = a; b < total; ++b) {  // b == a: one datagram
        Pair pair(world);
        pair.to_server.set_drop([&](size_t i) { return i == a || i == b; });
        pair.to_client.set_drop([&](size_t i) { return up + i == a || up + i == b; });
        while (!BothConnected(pair) && pair.now.instant < Instant(60s)) pair.Run(50ms);
        ASSERT_TRUE(BothConnected(pair)) << a << " and " << b;
        longest = std::max(longest, pair.now.instant.time_since_epoch());
      }
    }
    std::printf("%zu datagrams, longest %.1f s\n", total,
                static_cast<double>(longest.count()) / 1e6);
    EXPECT_LT(longest, 7s);
  }
}

// Only a peer that waits repeats itself: what comes twice right away was doubled on its way.
TEST(DatagramConnection12, WhatTheNetworkRepeatsIsNotRepeatedByUs) {
  for (const bool resumed : {false, true}) {
    World world = NewWorld();
    world.toy.resumed = resumed;
    world.toy.verify_request = true;
    Pair once(world);
    once.Run(2s);
    world.link.duplicate = 100;
    Pair twice(world);
    twice.Run(2s);
    EXPECT_TRUE(BothConnected(twice));
    EXPECT_EQ(Records(twice.client.sent), Records(once.client.sent));
    EXPECT_EQ(Records(twice.server.sent), Records(once.server.sent));
  }
}

// ---- Order
// ---------------------------------------------------------------------------------------

// Each record as a datagram of its own, in this order.
void GiveInOrder(Pair& pair, Peer& to, const std::vector<Datagram>& datagrams,
                 std::initializer_list<size_t> order) {
  std::vector<RecordView> records;
  for (const Datagram& datagram : datagrams) {
    for (RecordView& record : RecordsOf(datagram)) records.push_back(std::move(record));
  }
  for (const size_t i : order) pair.Give(to, records[i].bytes);
}

// A pair after the client's ClientHello and the server's answer; each one's flights are in `sent`,
// and nothing arrives but what a test gives.
struct Halfway {
  explicit Halfway(const World& world = NewWorld()) : pair(world) {
    pair.Transmit(pair.client, pair.to_server);
    for (const Datagram& datagram : pair.client.sent) pair.Give(pair.server, datagram);
    Take(pair.server);
    for (const Datagram& datagram : pair.server.sent) pair.Give(pair.client, datagram);
    pair.client.sent.clear();
    pair.server.sent.clear();
    Take(pair.client);
  }
  void Take(Peer& peer) { pair.Transmit(peer, lost); }
  Pair pair;
  Link lost{{.loss = 100}};
};

TEST(DatagramConnection12, ChangeCipherSpecMayBeLateOrLost) {
  // ClientKeyExchange, ChangeCipherSpec, Finished.
  for (const std::initializer_list<size_t> order :
       {std::initializer_list<size_t>{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {0, 2}}) {
    Halfway h;
    GiveInOrder(h.pair, h.pair.server, h.pair.client.sent, order);
    EXPECT_TRUE(h.pair.server.face.connected());
    h.Take(h.pair.server);
    // [NewSessionTicket] ChangeCipherSpec, Finished: the keys are there already.
    GiveInOrder(h.pair, h.pair.client, h.pair.server.sent, {2, 0, 1});
    EXPECT_TRUE(h.pair.client.face.connected());
    EXPECT_EQ(h.pair.client.face.noise(Noise::kUnknownEpoch), 0u);
  }
}

TEST(DatagramConnection12, AFinishedThatComesBeforeTheKeysIsHeld) {
  for (const std::initializer_list<size_t> order :
       {std::initializer_list<size_t>{2, 1, 0}, {2, 0}, {2, 2, 2, 0, 1}}) {
    Halfway h;
    GiveInOrder(h.pair, h.pair.server, h.pair.client.sent, {2});
    EXPECT_FALSE(h.pair.server.face.connected());
    GiveInOrder(h.pair, h.pair.server, h.pair.client.sent, order);
    EXPECT_TRUE(h.pair.server.face.connected());
    EXPECT_EQ(h.pair.server.face.noise(Noise::kUnknownEpoch), 0u);
    h.Take(h.pair.server);
    GiveInOrder(h.pair, h.pair.client, h.pair.server.sent, {2, 0, 1});
    EXPECT_TRUE(h.pair.client.face.connected());
  }
}

// Anyone can send what looks like it: it takes a fixed room, and is forgotten.
TEST(DatagramConnection12, WhatIsHeldIsBoundedAndNotBelieved) {
  Halfway h;
  const std::vector<Datagram> flight = h.pair.client.sent;
  Datagram junk = RecordsOf(flight.back()).back().bytes;
  junk.back() ^= 1;
  h.pair.Give(h.pair.server, junk);
  EXPECT_EQ(h.pair.server.face.noise(Noise::kForged), 0u);  // not tried yet
  GiveInOrder(h.pair, h.pair.server, flight, {2, 0});
  EXPECT_EQ(h.pair.server.face.noise(Noise::kForged), 1u);
  EXPECT_TRUE(h.pair.server.face.connected());
  // A quarter of the buffer of 8192.
  Halfway full;
  junk.resize(13 + 300);
  junk[11] = 300 >> 8, junk[12] = 300 & 0xff;
  for (int i = 0; i < 10; ++i) full.pair.Give(full.pair.server, junk);
  EXPECT_EQ(full.pair.server.face.noise(Noise::kUnknownEpoch), 4u);
  GiveInOrder(full.pair, full.pair.server, full.pair.client.sent, {2, 1, 0});
  EXPECT_FALSE(full.pair.server.error);
  full.pair.Run(5s);
  EXPECT_TRUE(BothConnected(full.pair));
  // Nor when there is no room for it.
  World world = NewWorld();
  world.datagram.max_message = world.reassembly;
  Halfway none(world);
  GiveInOrder(none.pair, none.pair.server, none.pair.client.sent, {2, 1, 0});
  EXPECT_EQ(none.pair.server.face.noise(Noise::kUnknownEpoch), 1u);
  EXPECT_FALSE(none.pair.server.face.connected());
}

TEST(DatagramConnection12, AFinishedInTheClearIsRefused) {
  Halfway h;
  GiveInOrder(h.pair, h.pair.server, h.pair.client.sent, {0});
  h.pair.Give(h.pair.server, Forger(Side::kClient).Fragment(Epoch::kPlain, 20, 2, 8));
  EXPECT_EQ(h.pair.server.error, PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage));
}

TEST(DatagramConnection12, AMessageComesInOneEpoch) {
  Halfway h;
  GiveInOrder(h.pair, h.pair.server, h.pair.client.sent, {0});
  Forger forger(Side::kClient);
  h.pair.Give(h.pair.server, forger.Fragment(Epoch::kPlain, 20, 2, 8, 0, 4));
  EXPECT_FALSE(h.pair.server.error);
  h.pair.Give(h.pair.server, forger.Fragment(Epoch::kFirstKeys, 20, 2, 8, 4, 4));
  EXPECT_EQ(h.pair.server.error, IllegalParameter(Code::kDuplicateFragment));
}

TEST(DatagramConnection12, DropsWhatIsRepeatedOrInTheClear) {
  Pair pair(NewWorld());
  pair.Run(1s);
  ASSERT_TRUE(pair.SendData(pair.client, pair.to_server, "once").ok());
  pair.Run(1s);
  pair.Give(pair.server, pair.client.sent.back());
  EXPECT_EQ(pair.server.face.noise(Noise::kReplayed), 1u);
  Forger forger(Side::kClient);
  const uint32_t before = pair.server.face.noise(Noise::kUnexpected);
  pair.Give(pair.server,
            forger.Record(Epoch::kPlain, ContentType::kApplicationData, AsBytes("clear")));
  pair.Give(pair.server, forger.Alert(Epoch::kPlain, 2, Alert::kInternalError));
  pair.Give(pair.server, forger.Fragment(Epoch::kPlain, 1, 3, 8));  // a new ClientHello
  EXPECT_EQ(pair.server.face.noise(Noise::kUnexpected), before + 3);
  const uint8_t two[] = {2};
  pair.Give(pair.server, forger.Record(Epoch::kPlain, ContentType::kChangeCipherSpec, two));
  EXPECT_EQ(pair.server.face.noise(Noise::kUnexpected), before + 4);
  EXPECT_EQ(pair.server.log, " connected once");
  EXPECT_FALSE(pair.server.face.failure());
  Halfway h;  // until it has used its keys it is the peer's
  h.pair.Give(h.pair.server, forger.Record(Epoch::kPlain, ContentType::kChangeCipherSpec, two));
  EXPECT_EQ(h.pair.server.error, PeerError(Code::kIllegalValue, Alert::kUnexpectedMessage));
}

TEST(DatagramConnection12, DataBeforeTheFinishedWaitForIt) {
  Forger forger(Side::kClient, 10);
  const auto data = [&](std::string_view text) {
    return forger.Record(Epoch::kFirstKeys, ContentType::kApplicationData, AsBytes(text));
  };
  Halfway h;
  h.pair.Give(h.pair.server, data("first"));  // before the keys
  const std::vector<Datagram> flight = h.pair.client.sent;
  GiveInOrder(h.pair, h.pair.server, flight, {0});
  h.pair.Give(h.pair.server, data("second"));  // and under them
  Datagram forged = data("forged");
  forged.back() ^= 1;
  h.pair.Give(h.pair.server, forged);
  EXPECT_TRUE(h.pair.server.face.TakeHeldData().empty());
  EXPECT_EQ(h.pair.server.log, "");
  uint8_t out[100];
  EXPECT_EQ(h.pair.server.face.Seal(AsBytes("early"), out).error(), Misuse());
  EXPECT_EQ(h.pair.client.face.Seal(AsBytes("early"), out).error(), Misuse());
  EXPECT_EQ(h.pair.client.face.max_plaintext(), 0u);
  GiveInOrder(h.pair, h.pair.server, flight, {2, 1});
  EXPECT_EQ(h.pair.server.log, " first second");
  EXPECT_EQ(h.pair.server.face.noise(Noise::kForged), 1u);
}

// ---- The last flight
// -----------------------------------------------------------------------------

TEST(DatagramConnection12, TheLastFlightIsSentAgainForEachTimeThePeerRepeatsIts) {
  Halfway h;
  GiveInOrder(h.pair, h.pair.server, h.pair.client.sent, {0, 1, 2});
  for (int i = 1; i <= 4; ++i) {
    SCOPED_TRACE(i);
    h.pair.server.sent.clear();
    h.Take(h.pair.server);
    EXPECT_EQ(Records(h.pair.server.sent), "22/0 20/0 22/1");
    // The client hears nothing, and waits longer each time.
    h.pair.server.sent.clear();
    h.pair.now.instant = *h.pair.client.face.NextTimeout();
    ASSERT_TRUE(h.pair.client.face.HandleTimeout(h.pair.now).ok());
    h.pair.client.sent.clear();
    h.Take(h.pair.client);
    EXPECT_EQ(Records(h.pair.client.sent), "22/0 20/0 22/1");
    for (const Datagram& datagram : h.pair.client.sent) h.pair.Give(h.pair.server, datagram);
    // The same datagrams once more are replays and hints: they bring no more.
    for (const Datagram& datagram : h.pair.client.sent) h.pair.Give(h.pair.server, datagram);
  }
  h.pair.server.sent.clear();
  h.Take(h.pair.server);
  EXPECT_EQ(Records(h.pair.server.sent), "22/0 20/0 22/1");
  h.Take(h.pair.server);
  EXPECT_EQ(h.pair.server.sent.size(), 1u);
  EXPECT_TRUE(h.pair.SendData(h.pair.server, h.lost, "it holds up nothing").ok());
  for (const Datagram& datagram : h.pair.server.sent) h.pair.Give(h.pair.client, datagram);
  EXPECT_EQ(h.pair.client.log, " it holds up nothing");
  EXPECT_TRUE(h.pair.client.face.connected());
}

TEST(DatagramConnection12, AfterItsTimeTheLastFlightIsGone) {
  Halfway h;
  GiveInOrder(h.pair, h.pair.server, h.pair.client.sent, {0, 1, 2});
  h.Take(h.pair.server);
  ASSERT_EQ(h.pair.server.face.NextTimeout(), Instant(record::kFinalFlightRetention));
  h.pair.now.instant = Instant(record::kFinalFlightRetention);
  EXPECT_EQ(h.pair.server.core.delivered.size(), 1u);
  ASSERT_TRUE(h.pair.server.face.HandleTimeout(h.pair.now).ok());
  EXPECT_EQ(h.pair.server.core.delivered.size(), 2u);
  h.pair.server.sent.clear();
  ASSERT_TRUE(h.pair.client.face.HandleTimeout(h.pair.now).ok());
  h.pair.client.sent.clear();
  h.Take(h.pair.client);
  for (const Datagram& datagram : h.pair.client.sent) h.pair.Give(h.pair.server, datagram);
  h.Take(h.pair.server);
  EXPECT_TRUE(h.pair.server.sent.empty());
}

// The server's NewSessionTicket came, and its Finished got lost: only our Finished makes it repeat.
TEST(DatagramConnection12, OurFinishedIsSentAgainUntilAllOfTheAnswerCame) {
  Halfway h;
  GiveInOrder(h.pair, h.pair.server, h.pair.client.sent, {0, 1, 2});
  h.Take(h.pair.server);
  GiveInOrder(h.pair, h.pair.client, h.pair.server.sent, {0});
  EXPECT_EQ(h.pair.client.core.received.back(), ToyCore12::kNewSessionTicket);
  EXPECT_EQ(h.pair.client.core.delivered, (std::vector<uint16_t>{1}));
  ASSERT_TRUE(h.pair.client.face.NextTimeout());
  h.pair.Run(2s);
  EXPECT_TRUE(BothConnected(h.pair));
  EXPECT_EQ(h.pair.client.core.delivered.size(), 2u);
}

TEST(DatagramConnection12, ASlowOperationOfOursIsNotATimeout) {
  World world = NewWorld();
  world.toy.operations = true;
  world.sign_time = 100s;  // at the client, behind the Certificate; at the server, behind the key
  world.datagram.retransmit.limit = 8;
  Pair pair(world);
  pair.Run(kSoon + 30s);
  EXPECT_TRUE(BothConnected(pair));
  EXPECT_FALSE(pair.client.face.failure() || pair.server.face.failure());
}

TEST(DatagramConnection12, GivesUpWhenNobodyAnswers) {
  World world = NewWorld();
  world.datagram.retransmit.limit = 3;
  Pair pair(world);
  pair.to_server.set_drop([](size_t) { return true; });
  EXPECT_TRUE(pair.Run());
  EXPECT_EQ(pair.client.face.failure()->code, Code::kHandshakeTimeout);
  EXPECT_EQ(pair.client.sent.size(), 4u);
}

// ---- A server that keeps nothing until a cookie comes back
// ---------------------------------------

TEST(DatagramConnection12, StartsWhereTheVerifiedClientIs) {
  World listening = NewWorld();
  listening.toy.verify_request = true;
  Pair pair(listening);
  pair.Transmit(pair.client, pair.to_server);
  pair.Give(pair.server, pair.client.sent[0]);
  pair.Transmit(pair.server, pair.to_client);
  pair.Give(pair.client, pair.server.sent[0]);
  pair.Transmit(pair.client, pair.to_server);
  ASSERT_EQ(pair.client.sent.size(), 2u);
  EXPECT_EQ(pair.client.core.received.back(), ToyCore12::kHelloVerifyRequest);

  World world = NewWorld();
  world.datagram.start = {.next_receive_sequence = 1, .next_send_sequence = 1, .next_record = 1};
  Pair fresh(world);
  fresh.Give(fresh.server, pair.client.sent[1]);
  EXPECT_EQ(fresh.server.core.received, (std::vector<uint8_t>{ToyCore12::kClientHello}));
  fresh.Transmit(fresh.server, fresh.to_client);
  const RecordView first = RecordsOf(fresh.server.sent[0])[0];
  EXPECT_EQ(first.bytes[10], 1);  // the record's number
  EXPECT_EQ(first.bytes[18], 1);  // message_seq
  for (const Datagram& datagram : fresh.server.sent) pair.Give(pair.client, datagram);
  pair.Transmit(pair.client, pair.to_server);
  for (size_t i = 2; i < pair.client.sent.size(); ++i) {
    fresh.Give(fresh.server, pair.client.sent[i]);
  }
  EXPECT_TRUE(fresh.server.face.connected());
}

// A peer that sends a HelloVerifyRequest takes no ACK, and does not expect one.
TEST(DatagramConnection12, SendsNoAckBeforeTheVersionIsKnown) {
  World world = NewWorld();
  world.toy.verify_request = true;
  world.datagram.mtu = 100;
  Pair pair(world);
  // The first part of the ServerHello's flight comes, and then nothing for a while.
  pair.to_client.set_drop([](size_t i) { return i >= 2 && i < 20; });
  pair.Run(10s);
  EXPECT_EQ(Records(pair.client.sent).find("26/"), std::string::npos);
  EXPECT_TRUE(pair.Run(kSoon) || BothConnected(pair));
  EXPECT_TRUE(BothConnected(pair));
}

// ---- Alerts
// --------------------------------------------------------------------------------------

TEST(DatagramConnection12, AnAlertInTheClearCountsUntilThePeerUsesItsKeys) {
  // The client has read keys from ServerHelloDone on, the server uses them with its Finished.
  Halfway h;
  h.pair.Give(h.pair.client, Forger(Side::kServer).Alert(Epoch::kPlain, 2, Alert::kDecryptError));
  EXPECT_EQ(h.pair.client.error, PeerError(Code::kClosedByAlert, Alert::kNone));
  EXPECT_EQ(h.pair.client.face.peer_alert(), Alert::kDecryptError);

  Halfway other;
  GiveInOrder(other.pair, other.pair.server, other.pair.client.sent, {0, 1, 2});
  other.pair.Give(other.pair.server,
                  Forger(Side::kClient).Alert(Epoch::kPlain, 2, Alert::kDecryptError));
  EXPECT_FALSE(other.pair.server.face.failure());

  // Nor where its level is none: an invalid record is discarded (RFC 6347 s4.1.2.7).
  Halfway bad;
  bad.pair.Give(bad.pair.client,
                Forger(Side::kServer).Alert(Epoch::kPlain, 3, Alert::kDecryptError));
  EXPECT_FALSE(bad.pair.client.error);
}

TEST(DatagramConnection12, WarningsAreIgnoredButNotForEver) {
  Pair pair(NewWorld());
  pair.Run(1s);
  Forger forger(Side::kServer);
  for (int round = 0; round < 2; ++round) {
    for (const Alert warning : {Alert::kNoRenegotiation, Alert::kUserCanceled,
                                Alert::kUnrecognizedName, Alert::kBadCertificate}) {
      pair.Give(pair.client, forger.Alert(Epoch::kFirstKeys, 1, warning));
    }
    EXPECT_FALSE(pair.client.error);
    if (round == 0) {
      pair.Give(pair.client,
                forger.Record(Epoch::kFirstKeys, ContentType::kApplicationData, AsBytes("x")));
    }
  }
  pair.Give(pair.client, forger.Alert(Epoch::kFirstKeys, 1, Alert::kNoRenegotiation));
  EXPECT_EQ(pair.client.error, PeerError(Code::kBadAlert, Alert::kUnexpectedMessage));

  Pair fatal(NewWorld());
  fatal.Run(1s);
  fatal.Give(fatal.client,
             Forger(Side::kServer).Alert(Epoch::kFirstKeys, 2, Alert::kNoRenegotiation));
  EXPECT_EQ(fatal.client.face.peer_alert(), Alert::kNoRenegotiation);
  for (const Alert alert : {Alert::kNoRenegotiation, Alert::kCloseNotify}) {
    Pair unknown(NewWorld());
    unknown.Run(1s);
    unknown.Give(unknown.client, Forger(Side::kServer).Alert(Epoch::kFirstKeys, 3, alert));
    EXPECT_EQ(unknown.client.error, IllegalParameter(Code::kBadAlert));
  }
}

TEST(DatagramConnection12, ARequestToRenegotiateIsRefusedWithAWarning) {
  Pair pair(NewWorld());
  pair.Run(1s);
  pair.client.sent.clear();
  // message_seq 5: behind ServerHello, Certificate, ServerHelloDone, NewSessionTicket, Finished.
  pair.Give(pair.client, Forger(Side::kServer).Fragment(Epoch::kFirstKeys, 0, 5, 0));
  EXPECT_EQ(pair.client.core.renegotiations, 1);
  pair.Run(1s);
  EXPECT_EQ(Records(pair.client.sent), "21/1");
  EXPECT_FALSE(pair.server.face.failure());
  // What is neither is refused.
  pair.Give(pair.server, Forger(Side::kClient).Fragment(Epoch::kFirstKeys, 24, 3, 1));
  EXPECT_EQ(pair.server.error, PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage));
}

TEST(DatagramConnection12, ErrorsAreToldUnderTheKeysThatThePeerCanRead) {
  Pair pair(NewWorld());
  pair.Run(1s);
  pair.server.sent.clear();
  // DTLS 1.2 has no ACK.
  pair.Give(pair.server,
            Forger(Side::kClient).Record(Epoch::kFirstKeys, ContentType::kAck, AsBytes("xx")));
  EXPECT_EQ(pair.server.error, PeerError(Code::kBadRecordType, Alert::kUnexpectedMessage));
  pair.Run(1s);
  EXPECT_EQ(Records(pair.server.sent), "21/1");
  EXPECT_EQ(pair.client.face.peer_alert(), Alert::kUnexpectedMessage);

  Halfway h;  // the server has sent nothing under keys yet
  h.pair.server.sent.clear();
  h.pair.Give(h.pair.server, Forger(Side::kClient).Fragment(Epoch::kPlain, 20, 1, 8));
  ASSERT_TRUE(h.pair.server.error);
  h.Take(h.pair.server);
  EXPECT_EQ(Records(h.pair.server.sent), "21/0");
}

TEST(DatagramConnection12, ClosesBehindItsLastFlight) {
  Halfway h;
  GiveInOrder(h.pair, h.pair.server, h.pair.client.sent, {0, 1, 2});
  ASSERT_TRUE(h.pair.server.face.Close().ok());
  h.Take(h.pair.server);
  EXPECT_EQ(Records(h.pair.server.sent), "22/0 20/0 22/1 21/1");
  for (const Datagram& datagram : h.pair.server.sent) h.pair.Give(h.pair.client, datagram);
  h.Take(h.pair.client);
  EXPECT_EQ(h.pair.client.log, " connected closed");
}

// ---- Limits
// --------------------------------------------------------------------------------------

TEST(DatagramConnection12, HasNoKeyUpdateAndEndsAtTheAeadsLimit) {
  crypto::AeadAlgorithm few_records = crypto::kPortableAes128Gcm;
  few_records.seal_limit = 20;
  World world = NewWorld();
  world.toy.aead = &few_records;
  Pair pair(world);
  pair.Run(1s);
  ASSERT_TRUE(BothConnected(pair));
  EXPECT_EQ(pair.client.face.RequestKeyUpdate(true).error(), Misuse());
  EXPECT_FALSE(pair.client.face.failure());
  int count = 0;
  Result<Sealed> sealed = Misuse();
  while ((sealed = pair.SendData(pair.client, pair.to_server, "x")).ok()) ++count;
  EXPECT_EQ(count, 11);  // the Finished took one, 8 are for alerts and repetitions
  EXPECT_EQ(sealed.error(), LocalError(Code::kAeadLimit));
  pair.Run(1s);
  EXPECT_EQ(pair.server.face.peer_alert(), Alert::kInternalError);
}

TEST(DatagramConnection12, TooManyForgedRecordsEndTheConnection) {
  crypto::AeadAlgorithm few_failures = crypto::kPortableAes128Gcm;
  few_failures.open_limit = 20;
  World world = NewWorld();
  world.toy.aead = &few_failures;
  Pair pair(world);
  pair.Run(1s);
  Datagram forged = Forger(Side::kClient).Alert(Epoch::kFirstKeys, 1, Alert::kCloseNotify);
  forged.back() ^= 1;
  for (int i = 0; i < 19; ++i) pair.Give(pair.server, forged);
  EXPECT_FALSE(pair.server.error);
  pair.Give(pair.server, forged);
  EXPECT_EQ(pair.server.error, PeerError(Code::kTooManyBadRecords, Alert::kBadRecordMac));
}

TEST(DatagramConnection12, HoldsThePlaintextAndTheMtu) {
  Pair pair(NewWorld());
  pair.Run(1s);
  for (const size_t mtu : {64u, 100u, 1200u}) {
    pair.client.face.set_mtu(mtu);
    EXPECT_EQ(pair.client.face.max_plaintext(), mtu - 37);
    const std::string text(mtu - 37, 'x');
    ASSERT_TRUE(pair.SendData(pair.client, pair.to_server, text).ok());
    EXPECT_EQ(pair.client.sent.back().size(), mtu);
    uint8_t out[2000];
    EXPECT_EQ(pair.client.face.Seal(AsBytes(text + "x"), out).error(), Misuse(Code::kNoSpace));
  }
}

}  // namespace
}  // namespace merlon::tls
