// SPDX-License-Identifier: Apache-2.0
// The stream face over a toy handshake: what it accepts and refuses, what it sends and under which
// keys, and that none of it depends on how the bytes are cut.
#include "tls/stream_connection.h"

#include <gtest/gtest.h>

#include <random>

#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/sha256.h"
#include "tls/testing/stream_peer.h"

namespace merlon::tls {
namespace {

using record::ContentType;
using testing::ByteString;
using testing::Exchange;
using testing::Forger;
using testing::Message;
using testing::Side;
using testing::StreamPeer;
using testing::ToyConfig;
using testing::ToyCore;
using testing::operator+;

ToyConfig Config() {
  return {.aead = &crypto::kPortableAes128Gcm, .hash = &crypto::kPortableSha256};
}
ByteString Text(std::string_view text) { return ByteString(text.begin(), text.end()); }

// A client and a server that are connected, with no ticket sent.
struct Connected {
  explicit Connected(ToyConfig c = Config()) : config((c.tickets = 0, c)) {
    Exchange(client, server);
  }
  ToyConfig config;
  StreamPeer client{Side::kClient, config}, server{Side::kServer, config};
  // Records that the client will take for the server's next.
  Forger server_records{config, Side::kServer, Epoch::kApplication};
};

// ---- A handshake, and any cut of it
// --------------------------------------------------------------

TEST(StreamConnection, ConnectsAndCarriesData) {
  StreamPeer client(Side::kClient, Config()), server(Side::kServer, Config());
  EXPECT_FALSE(client.connection.connected());
  EXPECT_TRUE(client.connection.wants_write());
  Exchange(client, server);
  EXPECT_TRUE(client.connection.connected());
  EXPECT_TRUE(server.connection.connected());
  EXPECT_FALSE(client.connection.wants_write());
  EXPECT_EQ(client.events, (std::vector<std::string>{"keys read 2", "keys write 2", "connected",
                                                     "keys read 3", "keys write 3", "ticket"}));
  EXPECT_EQ(server.events, (std::vector<std::string>{"keys read 2", "keys write 2", "keys write 3",
                                                     "connected", "keys read 3"}));
  EXPECT_EQ(client.core.delivered, (std::vector<uint16_t>{1, 7}));
  const ByteString request = Text("request");
  ASSERT_TRUE(server.Feed(client.Seal(request)));
  EXPECT_EQ(server.received, request);
  const ByteString large(100000, 'x');
  const ByteString sealed = server.Seal(large);
  EXPECT_EQ(sealed.size(), large.size() + 7 * 22);  // 7 records
  ASSERT_TRUE(client.Feed(sealed));
  EXPECT_EQ(client.received, large);
}

// Everything that one side was sent and did, to be played again in other pieces.
struct Recording {
  std::vector<ByteString> in, out;  // by step: in[i] leads to out[i]
  std::vector<std::string> events;
  ByteString received;
};

// A client's view of a whole connection: handshake, ticket, data, key updates, closure.
Recording RecordServerToClient(const ToyConfig& config, size_t data = 20000) {
  StreamPeer client(Side::kClient, config), server(Side::kServer, config);
  Recording r;
  const auto step = [&](const ByteString& to_client) {
    r.in.push_back(to_client);
    (void)client.Feed(to_client);
    (void)client.Answer();
    (void)client.Feed({});
    (void)client.Answer();
    (void)client.Feed({});
    r.out.push_back(client.Output());
    (void)server.Feed(r.out.back());
    (void)server.Answer();
    (void)server.Feed({});
  };
  step({});
  step(server.Output());
  step(server.Output() + server.Seal(ByteString(data, 'a')));
  EXPECT_TRUE(server.connection.RequestKeyUpdate(true).ok());
  step(server.Output() + server.Seal(Text("after the update")));
  EXPECT_TRUE(server.connection.Close().ok());
  step(server.Output() + Text("trailing bytes are ignored"));
  EXPECT_TRUE(client.connection.TransportClosed().ok());
  r.events = client.events;
  r.received = client.received;
  EXPECT_EQ(r.received.size(), data + 16);
  return r;
}

// Plays it again, cut by `cut(left)`, answering operations only when nothing else goes on.
void Replay(const Recording& r, const ToyConfig& config, auto cut) {
  StreamPeer client(Side::kClient, config);
  for (size_t i = 0; i < r.in.size(); ++i) {
    const Bytes all(r.in[i]);
    for (size_t at = 0; at < all.size();) {
      const size_t size = std::min<size_t>(cut(all.size() - at), all.size() - at);
      ASSERT_TRUE(client.Feed(Slice(all, at, size)));
      at += size;
    }
    for (int round = 0; round < 3; ++round) {
      ASSERT_TRUE(client.Answer());
      ASSERT_TRUE(client.Feed({}));
    }
    ASSERT_EQ(client.Output(), r.out[i]) << "step " << i;
    ASSERT_TRUE(client.input.empty());
  }
  EXPECT_EQ(client.events, r.events);
  EXPECT_EQ(client.received, r.received);
}

TEST(StreamConnection, AnyCutOfTheInputGivesTheSame) {
  for (const bool operations : {false, true}) {
    for (const size_t certificate : {1u, 300u, 20000u}) {
      ToyConfig config = Config();
      config.operations = operations;
      config.certificate_size = certificate;
      config.change_cipher_spec = true;
      const Recording r = RecordServerToClient(config);
      if (certificate == 300) Replay(r, config, [](size_t) { return 1; });
      Replay(r, config, [](size_t left) { return left; });
      for (uint32_t seed = 0; seed < 8; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937 random(seed);
        const uint32_t most = seed % 2 == 0 ? 40 : 6000;
        Replay(r, config, [&](size_t) { return 1 + random() % most; });
      }
    }
  }
}

TEST(StreamConnection, EachBoundaryOfTheServersFlightMayBeACut) {
  const ToyConfig config = Config();
  const Recording r = RecordServerToClient(config, /*data=*/100);
  for (size_t at = 1; at < r.in[1].size(); ++at) {
    SCOPED_TRACE(at);
    bool first = true;
    Replay(r, config, [&](size_t left) { return std::exchange(first, false) ? at : left; });
  }
}

// Whatever comes, it ends in an error that stays, or goes on; and only authentic data comes out.
TEST(StreamConnection, AnyChangedByteIsHarmless) {
  ToyConfig config = Config();
  config.change_cipher_spec = true;
  const Recording r = RecordServerToClient(config, /*data=*/100);
  size_t failures = 0;
  for (uint32_t seed = 0; seed < 600; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const size_t step = 1 + random() % (r.in.size() - 1);
    StreamPeer client(Side::kClient, config);
    for (size_t i = 0; i < r.in.size(); ++i) {
      ByteString bytes = r.in[i];
      if (i == step) {
        const size_t at = random() % bytes.size();
        if (seed % 3 == 0) bytes[at] ^= static_cast<uint8_t>(1 << random() % 8);
        if (seed % 3 == 1) bytes[at] = static_cast<uint8_t>(random());
        if (seed % 3 == 2) bytes.erase(bytes.begin() + static_cast<ptrdiff_t>(at));
      }
      for (int round = 0; round < 3; ++round) {
        (void)client.Feed(round == 0 ? Bytes(bytes) : Bytes());
        (void)client.Answer();
      }
      (void)client.Output();
    }
    ASSERT_LE(client.received.size(), r.received.size());
    EXPECT_TRUE(std::equal(client.received.begin(), client.received.end(), r.received.begin()));
    if (const auto failure = client.connection.failure()) {
      ++failures;
      EXPECT_EQ(failure->origin, Origin::kPeer);
      EXPECT_TRUE(client.connection.Operations().empty());
      EXPECT_FALSE(client.connection.wants_write());
      uint8_t more[] = {23, 3, 3, 0, 0};
      EXPECT_EQ(client.connection.Receive(more, Now{}).error(), *failure);
    }
  }
  EXPECT_GT(failures, 300u);
}

TEST(StreamConnection, FitsMessagesIntoAnyOutput) {
  for (size_t room : {size_t{28}, StreamConnection::kMinTransmit, size_t{100}, size_t{1000}}) {
    SCOPED_TRACE(room);
    StreamPeer client(Side::kClient, Config()), server(Side::kServer, Config());
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE(server.Feed(client.Output(room)));
      ASSERT_TRUE(server.Answer());
      ASSERT_TRUE(client.Feed(server.Output(room)));
      ASSERT_TRUE(client.Answer());
      ASSERT_TRUE(client.Feed({}));
      ASSERT_TRUE(client.Answer());
    }
    EXPECT_TRUE(client.connection.connected());
    EXPECT_TRUE(server.connection.connected());
  }
  StreamPeer client(Side::kClient, Config());
  uint8_t tiny[5];
  EXPECT_EQ(client.connection.PollTransmit(tiny, Now{}).error(), Misuse(Code::kNoSpace));
  EXPECT_FALSE(client.Output().empty());
}

TEST(StreamConnection, PacksAFlightIntoOneRecordPerEpoch) {
  StreamPeer client(Side::kClient, Config()), server(Side::kServer, Config());
  const ByteString hello = client.Output();
  EXPECT_EQ(Text("\x16\x03\x01"), ByteString(hello.begin(), hello.begin() + 3));  // s5.1
  ASSERT_TRUE(server.Feed(hello));
  ASSERT_TRUE(server.Answer());
  const ByteString flight = server.Output();
  // ServerHello: 5 + 4 + 13. EncryptedExtensions, Certificate, Finished: 5 + 15 + 304 + 12 + 17.
  ASSERT_EQ(flight.size(), 22u + 353u);
  EXPECT_EQ(Text("\x16\x03\x03"), ByteString(flight.begin(), flight.begin() + 3));
  EXPECT_EQ(flight[22], 23);
  EXPECT_EQ(flight[25] << 8 | flight[26], 348);
}

TEST(StreamConnection, ChangeCipherSpecGoesOutInOrder) {
  ToyConfig config = Config();
  config.change_cipher_spec = true;
  StreamPeer client(Side::kClient, config), server(Side::kServer, config);
  ASSERT_TRUE(server.Feed(client.Output()));
  ASSERT_TRUE(server.Answer());
  const ByteString flight = server.Output();
  EXPECT_EQ(ByteString(flight.begin() + 22, flight.begin() + 29),
            (ByteString{20, 3, 3, 0, 1, 1, 23}));
  ASSERT_TRUE(client.Feed(flight));
  Exchange(client, server);
  EXPECT_TRUE(client.connection.connected());
  EXPECT_EQ(client.core.change_cipher_specs, 0);  // keys were there: dropped before the core
}

TEST(StreamConnection, IsSmall) {
  constexpr size_t kWithout = sizeof(StreamConnection) - 2 * crypto::kMaxAeadContextSize;
  RecordProperty("size_without_aead_contexts", static_cast<int>(kWithout));
  printf("StreamConnection without AEAD contexts: %zu bytes\n", kWithout);
  EXPECT_LT(kWithout, 700u);
}

// ---- Operations and backpressure
// -----------------------------------------------------------------

TEST(StreamConnection, HandshakeBytesWaitInTheBufferAndThenInTheInput) {
  ToyConfig config = Config();
  config.certificate_size = 100;
  StreamPeer client(Side::kClient, config, /*reassembly_size=*/150);
  StreamPeer server(Side::kServer, config);
  ASSERT_TRUE(server.Feed(client.Output()));
  ASSERT_TRUE(server.Answer());
  ASSERT_TRUE(client.Feed(server.Output(170)));  // the ServerHello: Agree waits
  ASSERT_EQ(client.connection.Operations().size(), 1u);
  // Behind a ServerHello nothing can be read: no byte is touched.
  const ByteString before = client.input;
  ASSERT_FALSE(before.empty());
  ASSERT_TRUE(client.Feed({}));
  EXPECT_EQ(client.input, before);
  ASSERT_TRUE(client.Answer());
  ASSERT_TRUE(client.Feed({}));  // the Certificate: VerifyChain waits, the rest is kept
  EXPECT_TRUE(client.input.empty());
  EXPECT_EQ(client.connection.Operations().size(), 1u);
  ASSERT_TRUE(client.Answer());
  EXPECT_TRUE(client.connection.connected());
}

TEST(StreamConnection, WhatDoesNotFitTheBufferIsLeftSealed) {
  const ToyConfig config = Config();
  StreamPeer client(Side::kClient, config, /*reassembly_size=*/64);
  Forger plain, hidden(config, Side::kServer, Epoch::kHandshake);
  ASSERT_TRUE(client.Feed(plain.Handshake(Message(ToyCore::kServerHello, {}))));
  ASSERT_TRUE(client.Answer());
  ASSERT_TRUE(client.Feed(hidden.Handshake(Message(ToyCore::kEncryptedExtensions, {}))));
  ASSERT_TRUE(client.Feed(hidden.Handshake(Message(ToyCore::kCertificate, {}))));
  ASSERT_EQ(client.connection.Operations().size(), 1u);
  // 30 bytes are kept; 30 more and their 17 of protection may not fit, and stay as they are.
  ASSERT_TRUE(client.Feed(hidden.Handshake(Message(13, ByteString(26)))));
  EXPECT_TRUE(client.input.empty());
  const ByteString sealed = hidden.Handshake(Message(14, ByteString(26)));
  ASSERT_TRUE(client.Feed(sealed));
  EXPECT_EQ(client.input, sealed);
  EXPECT_FALSE(client.Answer());  // what was kept meets the core: no such message
  EXPECT_EQ(client.connection.failure()->code, Code::kUnexpectedMessage);
}

TEST(StreamConnection, ApplicationDataFlowsWhileAnOperationIsPending) {
  Connected c;
  ASSERT_TRUE(c.client.Feed(c.server_records.Handshake(Message(ToyCore::kNewSessionTicket, {}))));
  ASSERT_EQ(c.client.connection.Operations().size(), 1u);
  ASSERT_TRUE(c.client.Feed(c.server_records.Handshake(Message(ToyCore::kNewSessionTicket, {}))));
  ASSERT_TRUE(c.client.Feed(c.server_records.Data(Text("data"))));
  EXPECT_EQ(c.client.received, Text("data"));
  // But not behind a KeyUpdate that waits: it is under keys that are not there yet.
  const uint8_t no_request[] = {0};
  ASSERT_TRUE(c.client.Feed(c.server_records.Handshake(Message(ToyCore::kKeyUpdate, no_request))));
  Forger next(c.config, Side::kServer, record::Next(Epoch::kApplication));
  ASSERT_TRUE(c.client.Feed(next.Data(Text(" and more"))));
  EXPECT_EQ(c.client.received, Text("data"));
  ASSERT_TRUE(c.client.Answer());
  ASSERT_TRUE(c.client.Feed({}));
  EXPECT_EQ(c.client.received, Text("data and more"));
}

TEST(StreamConnection, DataBehindTheServersFinishedWaitsForOurs) {
  ToyConfig config = Config();
  config.client_signs = true;
  StreamPeer client(Side::kClient, config), server(Side::kServer, config);
  ASSERT_TRUE(server.Feed(client.Output()));
  ASSERT_TRUE(server.Answer());
  ASSERT_TRUE(client.Feed(server.Output()));
  ASSERT_TRUE(client.Answer());  // Agree
  ASSERT_TRUE(client.Feed(server.Seal(Text("0.5-RTT"))));
  ASSERT_EQ(client.connection.Operations().size(), 1u);  // VerifyChain, and then Sign
  const OpResult trusted = ChainVerified{crypto::KeyType{}, {}};
  ASSERT_TRUE(
      client.connection.Complete(client.connection.Operations()[0].id, trusted, Now{}).ok());
  ASSERT_EQ(client.connection.Operations().size(), 1u);
  ASSERT_TRUE(client.Feed({}));
  EXPECT_TRUE(client.received.empty());
  ASSERT_TRUE(client.Answer());
  ASSERT_TRUE(client.Feed({}));
  EXPECT_EQ(client.received, Text("0.5-RTT"));
}

TEST(StreamConnection, DataBehindTheClientsFinishedNeedNotWaitForTheTicket) {
  ToyConfig config = Config();
  config.seals_tickets = true;
  StreamPeer client(Side::kClient, config), server(Side::kServer, config);
  ASSERT_TRUE(server.Feed(client.Output()));
  ASSERT_TRUE(server.Answer());
  ASSERT_TRUE(client.Feed(server.Output()));
  ASSERT_TRUE(client.Answer());
  ASSERT_TRUE(client.Feed({}));
  ASSERT_TRUE(client.Answer());
  ASSERT_TRUE(server.Feed(client.Output() + client.Seal(Text("request"))));
  ASSERT_EQ(server.connection.Operations().size(), 1u);
  EXPECT_EQ(server.received, Text("request"));
  // The ticket comes to stand behind a KeyUpdate, and goes out under its keys.
  ASSERT_TRUE(server.connection.RequestKeyUpdate(false).ok());
  ASSERT_TRUE(server.Answer());
  ASSERT_TRUE(client.Feed(server.Output()));
  EXPECT_EQ(client.events.back(), "ticket");
  EXPECT_EQ(client.events[client.events.size() - 2], "keys read 4");
}

TEST(StreamConnection, AnAlertIsSeenWhileAnOperationIsPending) {
  Connected c;
  ASSERT_TRUE(c.client.Feed(c.server_records.Handshake(Message(ToyCore::kNewSessionTicket, {}))));
  EXPECT_FALSE(c.client.Feed(c.server_records.Alert(2, Alert::kInternalError)));
  EXPECT_EQ(c.client.connection.peer_alert(), Alert::kInternalError);
  EXPECT_TRUE(c.client.connection.Operations().empty());
}

TEST(StreamConnection, MisuseOfAnOperationChangesNothing) {
  StreamPeer client(Side::kClient, Config()), server(Side::kServer, Config());
  ASSERT_TRUE(server.Feed(client.Output()));
  ASSERT_EQ(server.connection.Operations().size(), 1u);
  const OpId id = server.connection.Operations()[0].id;
  const OpResult wrong = SessionStored{};
  EXPECT_EQ(server.connection.Complete(id, wrong, Now{}).error(), Misuse(Code::kStaleOperation));
  EXPECT_EQ(server.connection.Complete(OpId{99}, wrong, Now{}).error(),
            Misuse(Code::kStaleOperation));
  EXPECT_FALSE(server.connection.failure());
  ASSERT_TRUE(server.Answer());
  Exchange(client, server);
  EXPECT_TRUE(client.connection.connected());
}

TEST(StreamConnection, AFailedOperationSendsInternalError) {
  StreamPeer client(Side::kClient, Config()), server(Side::kServer, Config());
  ASSERT_TRUE(server.Feed(client.Output()));
  const OpId id = server.connection.Operations()[0].id;
  EXPECT_EQ(server.connection.Complete(id, OpFailed{}, Now{}).error().code, Code::kOperationFailed);
  EXPECT_EQ(server.Output(), (ByteString{21, 3, 3, 0, 2, 2, 80}));
}

// ---- Alerts
// --------------------------------------------------------------------------------------

TEST(StreamConnection, AnErrorsAlertGoesOutOnceAndTheErrorStays) {
  Connected c;
  ByteString bad = c.server_records.Data(Text("x"));
  bad.back() ^= 1;
  EXPECT_FALSE(c.client.Feed(bad));
  const Error expected = PeerError(Code::kBadMac, Alert::kBadRecordMac);
  EXPECT_EQ(c.client.connection.failure(), expected);
  const ByteString alert = c.client.Output();
  EXPECT_EQ(alert.size(), 24u);
  EXPECT_TRUE(c.client.Output().empty());
  uint8_t out[100];
  EXPECT_EQ(c.client.connection.Receive(absl::MakeSpan(bad), Now{}).error(), expected);
  EXPECT_EQ(c.client.connection.Seal(Bytes(), out).error(), expected);
  EXPECT_EQ(c.client.connection.Close().error(), expected);
  EXPECT_EQ(c.client.connection.TransportClosed().error(), expected);
  EXPECT_EQ(c.client.connection.RequestKeyUpdate(false).error(), expected);
  EXPECT_FALSE(c.server.Feed(alert));  // which can read it
  EXPECT_EQ(c.server.connection.peer_alert(), Alert::kBadRecordMac);
  EXPECT_EQ(c.server.connection.failure(), PeerError(Code::kClosedByAlert, Alert::kNone));
  EXPECT_TRUE(c.server.Output().empty());
}

TEST(StreamConnection, AlertHasTheEpochOfTheNextUnsentMessage) {
  // Unsent: its ServerHello. Then: its flight under handshake keys. Then: nothing.
  for (const size_t written : {size_t{0}, size_t{22}, size_t{375}}) {
    SCOPED_TRACE(written);
    StreamPeer client(Side::kClient, Config()), server(Side::kServer, Config());
    ASSERT_TRUE(server.Feed(client.Output()));
    ASSERT_TRUE(server.Answer());
    ByteString out(written);
    if (written != 0) {
      const auto sent = server.connection.PollTransmit(absl::MakeSpan(out), Now{});
      ASSERT_TRUE(sent.ok());
      ASSERT_EQ(sent->size, written);
    }
    // Its peer's Finished ought to come, under handshake keys.
    EXPECT_FALSE(server.Feed(Forger().Handshake(Message(ToyCore::kFinished, {}))));
    const ByteString alert = server.Output();
    const ByteString expected =
        written == 0 ? Forger().Alert(2, Alert::kUnexpectedMessage)
        : written == 22
            ? Forger(Config(), Side::kServer, Epoch::kHandshake).Alert(2, Alert::kUnexpectedMessage)
            : Forger(Config(), Side::kServer, Epoch::kApplication)
                  .Alert(2, Alert::kUnexpectedMessage);
    EXPECT_EQ(alert, expected);
  }
}

TEST(StreamConnection, RefusesMalformedAlerts) {
  const uint8_t one[] = {2}, four[] = {1, 90, 1, 90};
  for (const Bytes content : {Bytes(one), Bytes(four)}) {
    Connected c;
    EXPECT_FALSE(c.client.Feed(c.server_records.Record(ContentType::kAlert, content)));
    EXPECT_EQ(c.client.connection.failure(), DecodeError(Code::kBadAlert));
  }
}

TEST(StreamConnection, AnAlertOfAnyLevelIsFatal) {
  for (const uint8_t level : {0, 1, 2, 99}) {
    Connected c;
    EXPECT_FALSE(c.client.Feed(c.server_records.Alert(level, Alert::kNoRenegotiation)));
    EXPECT_EQ(c.client.connection.peer_alert(), Alert::kNoRenegotiation);
  }
}

TEST(StreamConnection, IgnoresUserCanceledButNotForEver) {
  Connected c;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE(c.client.Feed(c.server_records.Alert(1, Alert::kUserCanceled)));
    }
    ASSERT_TRUE(c.client.Feed(c.server_records.Data(Text("x"))));
  }
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(c.client.Feed(c.server_records.Alert(1, Alert::kUserCanceled)));
  }
  EXPECT_FALSE(c.client.Feed(c.server_records.Alert(1, Alert::kUserCanceled)));
  EXPECT_EQ(c.client.connection.failure()->code, Code::kBadAlert);
}

// ---- Closing
// -------------------------------------------------------------------------------------

TEST(StreamConnection, CloseGoesOutBehindWhatIsQueuedAndEndsWriting) {
  Connected c;
  ASSERT_TRUE(c.client.connection.RequestKeyUpdate(false).ok());
  ASSERT_TRUE(c.client.connection.Close().ok());
  EXPECT_TRUE(c.client.connection.wants_write());
  EXPECT_EQ(c.client.connection.Close().error(), Misuse(Code::kClosed));
  EXPECT_EQ(c.client.connection.RequestKeyUpdate(false).error(), Misuse(Code::kClosed));
  uint8_t out[100];
  EXPECT_EQ(c.client.connection.Seal(Bytes(), out).error(), Misuse(Code::kClosed));
  Forger old_keys(c.config, Side::kClient, Epoch::kApplication);
  Forger new_keys(c.config, Side::kClient, record::Next(Epoch::kApplication));
  const uint8_t no_request[] = {0};
  EXPECT_EQ(c.client.Output(), old_keys.Handshake(Message(ToyCore::kKeyUpdate, no_request)) +
                                   new_keys.Alert(1, Alert::kCloseNotify));
  EXPECT_FALSE(c.client.connection.wants_write());
  // Reading goes on; what it would have us answer is not sent.
  const uint8_t request[] = {1};
  ASSERT_TRUE(c.client.Feed(c.server_records.Handshake(Message(ToyCore::kKeyUpdate, request))));
  Forger next(c.config, Side::kServer, record::Next(Epoch::kApplication));
  ASSERT_TRUE(c.client.Feed(next.Data(Text("late"))));
  EXPECT_EQ(c.client.received, Text("late"));
  EXPECT_TRUE(c.client.Output().empty());
}

TEST(StreamConnection, AfterTheAlertOfAClosureNothingIsSent) {
  Connected c;
  ASSERT_TRUE(c.client.connection.Close().ok());
  EXPECT_FALSE(c.client.Output().empty());
  EXPECT_FALSE(c.client.Feed(c.server_records.Record(ContentType::kAlert, Text("???"))));
  EXPECT_TRUE(c.client.Output().empty());
}

TEST(StreamConnection, PeerClosedIsAnEventAndEndsReading) {
  Connected c;
  ASSERT_TRUE(c.client.Feed(c.server_records.Alert(1, Alert::kCloseNotify)));
  EXPECT_EQ(c.client.events.back(), "peer closed");
  ASSERT_TRUE(c.client.Feed(Text("no record at all")));
  EXPECT_TRUE(c.client.input.empty());
  EXPECT_TRUE(c.client.connection.TransportClosed().ok());
  ASSERT_TRUE(c.server.Feed(c.client.Seal(Text("still writing"))));
  EXPECT_EQ(c.server.received, Text("still writing"));
}

TEST(StreamConnection, TransportEndWithoutCloseNotifyIsTruncation) {
  Connected c;
  const Error expected = PeerError(Code::kTruncatedByTransport, Alert::kNone);
  EXPECT_EQ(c.client.connection.TransportClosed().error(), expected);
  EXPECT_EQ(c.client.connection.failure(), expected);
  EXPECT_TRUE(c.client.Output().empty());
}

// ---- What may come when
// --------------------------------------------------------------------------

TEST(StreamConnection, RefusesWhatMayNotComeNow) {
  const ToyConfig config = Config();
  const ByteString ticket = Message(ToyCore::kNewSessionTicket, ByteString(10));
  const ByteString part(ticket.begin(), ticket.begin() + 6);
  struct Case {
    const char* name;
    std::vector<std::pair<ContentType, ByteString>> records;
    Code code;
  };
  const Case cases[] = {
      {"data inside a message",
       {{ContentType::kHandshake, part}, {ContentType::kApplicationData, Text("x")}},
       Code::kInterleaved},
      {"an alert inside a message",
       {{ContentType::kHandshake, part}, {ContentType::kAlert, {1, 0}}},
       Code::kInterleaved},
      {"a message behind a KeyUpdate in its record",
       {{ContentType::kHandshake, Message(ToyCore::kKeyUpdate, ByteString(1)) + ticket}},
       Code::kKeyChangeInMessage},
      {"part of a message behind a KeyUpdate in its record",
       {{ContentType::kHandshake, Message(ToyCore::kKeyUpdate, ByteString(1)) + part}},
       Code::kKeyChangeInMessage},
      {"an empty handshake record", {{ContentType::kHandshake, {}}}, Code::kEmptyRecord},
      {"an empty alert", {{ContentType::kAlert, {}}}, Code::kEmptyRecord},
      {"an unknown message",
       {{ContentType::kHandshake, Message(99, {})}},
       Code::kUnexpectedMessage},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name);
    ToyConfig without_operations = config;
    without_operations.operations = false;
    Connected c(without_operations);
    for (size_t i = 0; i < test.records.size(); ++i) {
      const auto& [type, content] = test.records[i];
      EXPECT_EQ(c.client.Feed(c.server_records.Record(type, content)),
                i + 1 != test.records.size());
    }
    ASSERT_TRUE(c.client.connection.failure());
    EXPECT_EQ(*c.client.connection.failure(), PeerError(test.code, Alert::kUnexpectedMessage));
    EXPECT_EQ(c.client.Output().size(), 24u);
  }
}

TEST(StreamConnection, AMessageBeyondTheBufferIsTooLarge) {
  const ToyConfig config = Config();
  StreamPeer server(Side::kServer, config, /*reassembly_size=*/100);
  const ByteString hello = Message(ToyCore::kClientHello, ByteString(97));
  EXPECT_FALSE(server.Feed(Forger().Handshake(Slice(Bytes(hello), 0, 10))));
  EXPECT_EQ(server.connection.failure(), IllegalParameter(Code::kMessageTooLarge));
  StreamPeer whole(Side::kServer, config, /*reassembly_size=*/100);  // whole in its record: no copy
  EXPECT_TRUE(whole.Feed(Forger().Handshake(hello)));
}

TEST(StreamConnection, ApplicationDataHasToWaitForTheHandshake) {
  StreamPeer client(Side::kClient, Config()), server(Side::kServer, Config());
  EXPECT_FALSE(StreamPeer(Side::kServer, Config()).Feed(ByteString{23, 3, 3, 0, 1, 'x'}));
  ASSERT_TRUE(server.Feed(client.Output()));
  ASSERT_TRUE(server.Answer());
  Forger early(Config(), Side::kClient, Epoch::kHandshake);
  EXPECT_FALSE(server.Feed(early.Data(Text("x"))));
  EXPECT_EQ(server.connection.failure(),
            PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage));
  uint8_t out[100];
  EXPECT_EQ(client.connection.Seal(Text("x"), out).error(), Misuse());
}

TEST(StreamConnection, ChangeCipherSpecIsForTheHandshakeAlone) {
  const ByteString change = {20, 3, 3, 0, 1, 1};
  StreamPeer fresh(Side::kServer, Config());
  EXPECT_FALSE(fresh.Feed(change));
  EXPECT_EQ(fresh.connection.failure()->code, Code::kBadRecordType);
  StreamPeer client(Side::kClient, Config());
  ASSERT_TRUE(client.Feed(change));  // its ClientHello was sent
  EXPECT_EQ(client.core.change_cipher_specs, 1);
  for (int i = 1; i < 32; ++i) ASSERT_TRUE(client.Feed(change));
  EXPECT_FALSE(client.Feed(change));
  EXPECT_EQ(client.connection.failure()->code, Code::kTooManyEmptyRecords);
  StreamPeer other(Side::kClient, Config());
  EXPECT_FALSE(other.Feed(ByteString{20, 3, 3, 0, 1, 2}));
  Connected c;
  EXPECT_FALSE(c.client.Feed(change));
  EXPECT_EQ(c.client.connection.failure()->alert, Alert::kUnexpectedMessage);
}

TEST(StreamConnection, CountsRecordsAndMessagesThatBringNothing) {
  ToyConfig config = Config();
  config.operations = false;
  Connected c(config);
  for (int i = 0; i < 32; ++i) ASSERT_TRUE(c.client.Feed(c.server_records.Data({})));
  EXPECT_FALSE(c.client.Feed(c.server_records.Data({})));
  EXPECT_EQ(c.client.connection.failure(),
            PeerError(Code::kTooManyEmptyRecords, Alert::kUnexpectedMessage));
  Connected d(config);
  const ByteString ticket = Message(ToyCore::kNewSessionTicket, {});
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 32; ++i) {
      ASSERT_TRUE(d.client.Feed(d.server_records.Handshake(ticket)));
      ASSERT_TRUE(d.client.Feed(d.server_records.Data({})));  // nothing: does not start anew
    }
    if (round == 0) {
      ASSERT_TRUE(d.client.Feed(d.server_records.Data(Text("x"))));
    }
  }
  EXPECT_FALSE(d.client.Feed(d.server_records.Handshake(ticket)));
  EXPECT_EQ(d.client.connection.failure(),
            PeerError(Code::kTooManyMessages, Alert::kUnexpectedMessage));
}

// ---- Key updates
// ---------------------------------------------------------------------------------

TEST(StreamConnection, KeyUpdatesGoBothWays) {
  Connected c;
  ASSERT_TRUE(c.client.connection.RequestKeyUpdate(true).ok());
  EXPECT_EQ(c.client.connection.RequestKeyUpdate(true).error(), Misuse());  // one is on its way
  Exchange(c.client, c.server);
  EXPECT_EQ(c.client.events.back(), "keys read 4");
  EXPECT_EQ(c.server.events.back(), "keys write 4");
  ASSERT_TRUE(c.server.Feed(c.client.Seal(Text("there"))));
  ASSERT_TRUE(c.client.Feed(c.server.Seal(Text("back"))));
  EXPECT_EQ(c.server.received, Text("there"));
  EXPECT_EQ(c.client.received, Text("back"));
}

TEST(StreamConnection, NewKeysComeBeforeWhatWasQueuedBehindTheKeyUpdate) {
  Connected c;
  ASSERT_TRUE(c.client.connection.RequestKeyUpdate(false).ok());
  const ByteString sealed = c.client.Seal(Text("new keys"));  // the KeyUpdate goes with it
  ASSERT_TRUE(c.server.Feed(sealed));
  EXPECT_EQ(c.server.received, Text("new keys"));
  EXPECT_EQ(c.server.events.back(), "keys read 4");
}

TEST(StreamConnection, SealUpdatesKeysAtTheAeadsLimit) {
  crypto::AeadAlgorithm five_records = crypto::kPortableAes128Gcm;
  five_records.seal_limit = 5;
  ToyConfig config = Config();
  config.aead = &five_records;
  config.tickets = 0;
  StreamPeer client(Side::kClient, config), server(Side::kServer, config);
  Exchange(client, server);
  ByteString sent;
  for (int i = 0; i < 10; ++i) {
    SCOPED_TRACE(i);
    const ByteString data(i * 16384 + i, static_cast<uint8_t>('a' + i));
    const ByteString sealed = client.Seal(data);  // fits SealedSize, or it is empty
    ASSERT_EQ(sealed.empty(), data.empty());
    ASSERT_TRUE(server.Feed(sealed));
    sent = std::move(sent) + data;
  }
  EXPECT_EQ(server.received, sent);
  // 9 * 10 / 2 full records and 9 short ones: three to a key.
  EXPECT_EQ(server.events.back(), "keys read 20");
  EXPECT_TRUE(client.connection.connected());
}

TEST(StreamConnection, WithoutAKeyUpdateSealStopsAtTheLimitAndLeavesRoomForTheAlert) {
  crypto::AeadAlgorithm five_records = crypto::kPortableAes128Gcm;
  five_records.seal_limit = 5;
  ToyConfig config = Config();
  config.aead = &five_records;
  StreamPeer client(Side::kClient, config), server(Side::kServer, config);
  ASSERT_TRUE(server.Feed(client.Output()));
  ASSERT_TRUE(server.Answer());
  (void)server.Output();
  uint8_t out[100];
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(server.connection.Seal(Text("0.5-RTT"), out).ok());
  EXPECT_EQ(server.connection.Seal(Text("x"), out).error(), LocalError(Code::kAeadLimit));
  Forger expected(Config(), Side::kServer, Epoch::kApplication);
  for (int i = 0; i < 4; ++i) (void)expected.Data({});
  EXPECT_EQ(server.Output(), expected.Alert(2, Alert::kInternalError));
}

TEST(StreamConnection, SealStopsWhereTheOutputEnds) {
  Connected c;
  const ByteString data(40000, 'd');
  ByteString out(20000);
  const auto sealed = c.client.connection.Seal(data, absl::MakeSpan(out));
  ASSERT_TRUE(sealed.ok());
  EXPECT_EQ(sealed->written, 20000u);
  EXPECT_EQ(sealed->consumed, 20000u - 2 * 22);
  const auto none = c.client.connection.Seal(data, Slice(absl::MakeSpan(out), 0, 22));
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->consumed, 0u);
  EXPECT_EQ(none->written, 0u);
}

TEST(StreamConnection, SealGathers) {
  Connected c;
  const ByteString a = Text("scat"), b(17000, 'x'), d = Text("tered");
  const Bytes pieces[] = {a, {}, b, d, {}};
  ByteString out(c.client.connection.SealedSize(a.size() + b.size() + d.size()));
  const auto sealed = c.client.connection.Seal(pieces, absl::MakeSpan(out));
  ASSERT_TRUE(sealed.ok());
  EXPECT_EQ(sealed->consumed, a.size() + b.size() + d.size());
  ASSERT_TRUE(c.server.Feed(Slice(Bytes(out), 0, sealed->written)));
  EXPECT_EQ(c.server.received, a + b + d);
  const std::vector<Bytes> many(StreamConnection::kMaxPieces + 1);
  EXPECT_EQ(c.client.connection.Seal(many, absl::MakeSpan(out)).error(), Misuse());
}

// ---- Early data that is refused
// ------------------------------------------------------------------

struct SkippingServer {
  explicit SkippingServer(SkipEarlyData skip) : config(Config()) {
    config.skip = skip;
    config.tickets = 0;
    server.emplace(Side::kServer, config);
    EXPECT_TRUE(server->Feed(client.Output()));
    EXPECT_TRUE(server->Answer());
  }
  ToyConfig config;
  StreamPeer client{Side::kClient, Config()};
  std::optional<StreamPeer> server;
  Forger early{Config(), Side::kClient, Epoch::kEarly};
};

TEST(StreamConnection, SkipsRecordsThatDoNotOpenUntilOneDoes) {
  SkippingServer s({.until_client_hello = false, .budget = 200});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(s.server->Feed(s.early.Data(ByteString(20))));
  Exchange(s.client, *s.server);
  EXPECT_TRUE(s.server->connection.connected());
  EXPECT_TRUE(s.server->received.empty());
  EXPECT_FALSE(s.server->Feed(s.early.Data(ByteString(20))));
  EXPECT_EQ(s.server->connection.failure()->code, Code::kBadMac);
}

TEST(StreamConnection, SkipsNoMoreThanItsBudget) {
  SkippingServer s({.until_client_hello = false, .budget = 100});
  ASSERT_TRUE(s.server->Feed(s.early.Data(ByteString(83))));  // 100 with type and tag
  EXPECT_FALSE(s.server->Feed(s.early.Data(ByteString(1))));
  EXPECT_EQ(s.server->connection.failure(), PeerError(Code::kBadMac, Alert::kBadRecordMac));
}

}  // namespace
}  // namespace merlon::tls
