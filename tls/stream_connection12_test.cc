// SPDX-License-Identifier: Apache-2.0
// The stream face in TLS 1.2, over a toy handshake: what differs from TLS 1.3. Most of what it does
// with records and messages is stream_connection_test's.
#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/drivers/portable/aes_ccm.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/chacha20_poly1305.h"
#include "tls/stream_connection.h"
#include "tls/testing/stream_peer.h"

namespace merlon::tls {
namespace {

using record::ContentType;
using testing::ByteString;
using testing::Exchange;
using testing::Forger;
using testing::Message;
using testing::Side;
using testing::Toy12Config;
using testing::ToyCore12;
using testing::operator+;
using Peer = testing::StreamPeer12;

Toy12Config Config() { return {.aead = &crypto::kPortableAes128Gcm}; }
ByteString Text(std::string_view text) { return ByteString(text.begin(), text.end()); }
constexpr Error Unexpected(Code code) { return PeerError(code, Alert::kUnexpectedMessage); }

struct Ends {
  explicit Ends(const Toy12Config& c = Config()) : config(c) {}
  Toy12Config config;
  Peer client{Side::kClient, config}, server{Side::kServer, config};
};
// The two are connected; the forgers' records are taken for the next of either side.
struct Connected : Ends {
  explicit Connected(const Toy12Config& c = Config()) : Ends(c) {
    Exchange(client, server);
    EXPECT_TRUE(client.connection.connected() && server.connection.connected());
    (void)server_records.Handshake(Message(ToyCore12::kFinished, {}));
    (void)client_records.Handshake(Message(ToyCore12::kFinished, {}));
  }
  Forger server_records{config, Side::kServer}, client_records{config, Side::kClient};
};

// The types of records, with their sizes.
std::string Records(Bytes bytes) {
  std::string out;
  while (bytes.size() >= 5) {
    const size_t size = size_t{bytes[3]} << 8 | bytes[4];
    out += " " + std::to_string(bytes[0]) + ":" + std::to_string(size);
    EXPECT_EQ(bytes[1] << 8 | bytes[2], 0x0303);
    bytes.remove_prefix(5 + size);
  }
  return out;
}

TEST(StreamConnection12, ConnectsAndCarriesData) {
  Ends e;
  ASSERT_TRUE(e.server.Feed(e.client.Output()));
  const ByteString server_hello = e.server.Output();
  EXPECT_EQ(Records(server_hello), " 22:2025");
  ASSERT_TRUE(e.client.Feed(server_hello));
  const ByteString finished = e.client.Output();
  // A Finished of 12 bytes, with 8 of explicit nonce and 16 of tag.
  EXPECT_EQ(Records(finished), " 22:19 20:1 22:36");
  EXPECT_FALSE(e.client.connection.connected());
  uint8_t out[100];
  EXPECT_EQ(e.client.connection.Seal(Text("x"), out).error(), Misuse());
  ASSERT_TRUE(e.server.Feed(finished));
  EXPECT_TRUE(e.server.connection.connected());
  const ByteString last = e.server.Output();
  EXPECT_EQ(Records(last), " 22:13 20:1 22:36");
  ASSERT_TRUE(e.client.Feed(last));
  EXPECT_TRUE(e.client.connection.connected());
  const std::vector<std::string> client = {"keys write 1", "keys read 1", "connected"};
  const std::vector<std::string> server = {"keys read 1", "connected", "keys write 1"};
  EXPECT_EQ(e.client.events, client);
  EXPECT_EQ(e.server.events, server);
  EXPECT_EQ(e.client.core.delivered, (std::vector<uint16_t>{1, 4}));

  const ByteString large(100000, 'x');
  const ByteString sealed = e.client.Seal(large);
  EXPECT_EQ(sealed.size(), large.size() + 7 * 29);
  EXPECT_EQ(sealed[0], 23);
  ASSERT_TRUE(e.server.Feed(sealed));
  EXPECT_EQ(e.server.received, large);
}

TEST(StreamConnection12, ConnectsInEveryShape) {
  for (const bool resumed : {false, true}) {
    for (const bool ticket : {false, true}) {
      for (const bool operations : {false, true}) {
        for (const size_t certificate : {0u, 2000u, 40000u}) {
          Toy12Config config = Config();
          config.resumed = resumed;
          config.ticket = ticket;
          config.operations = operations;
          config.certificate_size = certificate;
          Ends e(config);
          if (certificate == 40000) {
            Peer client(Side::kClient, config, 65536);
            Exchange(client, e.server);
            EXPECT_TRUE(client.connection.connected());
            continue;
          }
          Exchange(e.client, e.server);
          ASSERT_TRUE(e.client.connection.connected());
          ASSERT_TRUE(e.server.connection.connected());
          ASSERT_TRUE(e.server.Feed(e.client.Seal(Text("ping"))));
          ASSERT_TRUE(e.client.Feed(e.server.Seal(Text("pong"))));
          EXPECT_EQ(e.server.received, Text("ping"));
          EXPECT_EQ(e.client.received, Text("pong"));
        }
      }
    }
  }
}

// What a record of one byte takes: 5 of header, and what the AEAD brings (RFC 7905 s2: ChaCha20 no
// explicit nonce; RFC 6655 s4: half a tag).
TEST(StreamConnection12, RunsOverEveryAead) {
  const std::pair<const crypto::AeadAlgorithm*, size_t> aeads[] = {
      {&crypto::kPortableAes256Gcm, 5 + 8 + 1 + 16},
      {&crypto::kPortableChaCha20Poly1305, 5 + 1 + 16},
      {&crypto::kPortableAes128Ccm, 5 + 8 + 1 + 16},
      {&crypto::kPortableAes128Ccm8, 5 + 8 + 1 + 8}};
  for (const auto& [aead, size] : aeads) {
    Toy12Config config = Config();
    config.aead = aead;
    Connected c(config);
    const ByteString one = c.client.Seal(Text("1"));
    EXPECT_EQ(one.size(), size);
    ASSERT_TRUE(c.server.Feed(one));
    ASSERT_TRUE(c.client.Feed(c.server.Seal(ByteString(40000, '2'))));
    EXPECT_EQ(c.server.received, Text("1"));
    EXPECT_EQ(c.client.received, ByteString(40000, '2'));
  }
}

// ---- Any cut, any damage
// -------------------------------------------------------------------------

// What a client is sent, by step, and what it answers.
struct Recording {
  std::vector<ByteString> in, out;
};
Recording Record(const Toy12Config& config) {
  Ends e(config);
  Recording r;
  for (int i = 0; i < 3; ++i) {
    r.in.push_back(i == 2 ? e.server.Output() + e.server.Seal(Text("some data"))
                          : e.server.Output());
    EXPECT_TRUE(e.client.Feed(r.in.back()));
    (void)e.client.Answer();
    EXPECT_TRUE(e.client.Feed({}));
    r.out.push_back(e.client.Output());
    (void)e.server.Feed(r.out.back());
    (void)e.server.Answer();
    (void)e.server.Feed({});
  }
  EXPECT_EQ(e.client.received, Text("some data"));
  return r;
}

TEST(StreamConnection12, AnyCutOfTheInputGivesTheSame) {
  for (const bool operations : {false, true}) {
    Toy12Config config = Config();
    config.operations = operations;
    config.certificate_size = 200;
    const Recording r = Record(config);
    for (const size_t most : {1u, 2u, 7u, 100u, 10000u}) {
      Peer client(Side::kClient, config);
      for (size_t step = 0; step < r.in.size(); ++step) {
        const Bytes all(r.in[step]);
        for (size_t at = 0; at < all.size(); at += most) {
          ASSERT_TRUE(client.Feed(Slice(all, at, std::min(most, all.size() - at))));
        }
        ASSERT_TRUE(client.Answer());
        ASSERT_TRUE(client.Feed({}));
        ASSERT_EQ(client.Output(), r.out[step]);
      }
      EXPECT_EQ(client.received, Text("some data"));
      EXPECT_TRUE(client.connection.connected());
    }
  }
}

TEST(StreamConnection12, EveryChangedByteOfTheServersRecordsShows) {
  Toy12Config config = Config();
  config.certificate_size = 20;
  const Recording r = Record(config);
  for (size_t step = 1; step < r.in.size(); ++step) {
    for (size_t at = 0; at < r.in[step].size(); ++at) {
      if (step == 1 && at == 2) continue;  // the minor version of its first record means nothing
      Peer client(Side::kClient, config);
      for (size_t i = 0; i < r.in.size(); ++i) {
        ByteString bytes = r.in[i];
        if (i == step) bytes[at] ^= 1;
        if (!client.Feed(bytes)) break;
        (void)client.Output();
      }
      // A record can also become longer than what there is.
      EXPECT_TRUE(client.connection.failure() || !client.input.empty()) << step << " " << at;
      EXPECT_EQ(client.received, ByteString());
      if (client.connection.failure()) {
        EXPECT_EQ(client.connection.failure()->origin, Origin::kPeer);
      }
    }
  }
}

// ---- ChangeCipherSpec
// ----------------------------------------------------------------------------

// A server that waits for the client's second flight.
struct AwaitingClient : Ends {
  explicit AwaitingClient(const Toy12Config& c = Config()) : Ends(c) {
    EXPECT_TRUE(server.Feed(client.Output()));
    (void)server.Output();
  }
  ByteString Change() {
    const uint8_t one[] = {1};
    return plain.Record(ContentType::kChangeCipherSpec, one);
  }
  Error error() { return server.connection.failure().value_or(Misuse()); }
  ByteString key_exchange = Message(ToyCore12::kClientKeyExchange, Text("client's share"));
  Forger plain, hidden{config, Side::kClient};
};

TEST(StreamConnection12, ChangeCipherSpecHasItsPlaceAmongTheMessages) {
  {
    SCOPED_TRACE("inside a message");
    AwaitingClient a;
    ASSERT_TRUE(a.server.Feed(a.plain.Handshake(Slice(Bytes(a.key_exchange), 0, 6))));
    EXPECT_FALSE(a.server.Feed(a.Change()));
    EXPECT_EQ(a.error(), Unexpected(Code::kInterleaved));
  }
  {
    SCOPED_TRACE("too early");
    AwaitingClient a;
    EXPECT_FALSE(a.server.Feed(a.Change()));
    EXPECT_EQ(a.error(), Unexpected(Code::kUnexpectedMessage));
  }
  {
    SCOPED_TRACE("missing");
    AwaitingClient a;
    ASSERT_TRUE(a.server.Feed(a.plain.Handshake(a.key_exchange)));
    EXPECT_FALSE(a.server.Feed(a.plain.Handshake(Message(ToyCore12::kFinished, ByteString(8)))));
    EXPECT_EQ(a.error(), Unexpected(Code::kUnexpectedMessage));
  }
  {
    SCOPED_TRACE("twice");
    AwaitingClient a;
    ASSERT_TRUE(a.server.Feed(a.plain.Handshake(a.key_exchange) + a.Change()));
    EXPECT_FALSE(a.server.Feed(a.Change()));
    EXPECT_EQ(a.error(), PeerError(Code::kBadMac, Alert::kBadRecordMac));
  }
  {
    SCOPED_TRACE("twice, the second protected");
    AwaitingClient a;
    ASSERT_TRUE(a.server.Feed(a.plain.Handshake(a.key_exchange) + a.Change()));
    ByteString record(100);
    record::RecordKeys keys;
    ASSERT_TRUE(
        keys.Install(testing::Toy12Keys(*a.config.aead, Side::kClient), crypto::LabelPrefix::kTls13)
            .ok());
    const uint8_t one[] = {1};
    const Bytes content(one);
    const auto size = record::SealProtected12(keys, ContentType::kChangeCipherSpec, {&content, 1},
                                              absl::MakeSpan(record));
    ASSERT_TRUE(size.ok());
    record.resize(*size);
    EXPECT_FALSE(a.server.Feed(record));
    EXPECT_EQ(a.error(), Unexpected(Code::kBadRecordType));
  }
  for (const ByteString& content : {ByteString{2}, ByteString{1, 1}, ByteString{}}) {
    SCOPED_TRACE("of another form");
    AwaitingClient a;
    ASSERT_TRUE(a.server.Feed(a.plain.Handshake(a.key_exchange)));
    EXPECT_FALSE(a.server.Feed(a.plain.Record(ContentType::kChangeCipherSpec, content)));
    EXPECT_EQ(a.error().alert, Alert::kUnexpectedMessage);
  }
}

TEST(StreamConnection12, WhatWaitsForAnOperationMeetsItsOwnKeys) {
  Toy12Config config = Config();
  config.operations = true;
  Ends e(config);
  ASSERT_TRUE(e.server.Feed(e.client.Output()));
  ASSERT_TRUE(e.client.Feed(e.server.Output()));
  ASSERT_TRUE(e.client.Answer());
  const ByteString flight = e.client.Output();
  ASSERT_EQ(Records(flight), " 22:19 20:1 22:36");
  ASSERT_TRUE(e.server.Feed(flight));  // stops at the ChangeCipherSpec
  ASSERT_EQ(e.server.connection.Operations().size(), 1u);
  EXPECT_EQ(Records(e.server.input), " 20:1 22:36");
  EXPECT_TRUE(e.server.events.empty());
  ASSERT_TRUE(e.server.Answer());
  ASSERT_TRUE(e.server.Feed({}));
  EXPECT_TRUE(e.server.connection.connected());
}

TEST(StreamConnection12, HandshakeRecordsAreKeptDuringAnOperation) {
  Toy12Config config = Config();
  config.operations = true;
  config.certificate_size = 100;
  Ends e(config);
  ASSERT_TRUE(e.server.Feed(e.client.Output()));
  // Records of at most 60 bytes: the ServerHelloDone comes in one of its own.
  ASSERT_TRUE(e.client.Feed(e.server.Output(60)));
  EXPECT_EQ(e.client.connection.Operations().size(), 1u);
  EXPECT_TRUE(e.client.input.empty());
  EXPECT_EQ(e.client.core.received.back(), ToyCore12::kCertificate);
  ASSERT_TRUE(e.client.Answer());
  EXPECT_EQ(e.client.core.received.back(), ToyCore12::kServerHelloDone);
}

TEST(StreamConnection12, DataBeforeThePeersFinishedIsRefused) {
  for (const bool keys : {false, true}) {
    AwaitingClient a;
    ASSERT_TRUE(a.server.Feed(a.plain.Handshake(a.key_exchange)));
    if (keys) {
      ASSERT_TRUE(a.server.Feed(a.Change()));
    }
    EXPECT_FALSE(a.server.Feed((keys ? a.hidden : a.plain).Data(Text("early"))));
    EXPECT_EQ(a.error().alert, Alert::kUnexpectedMessage);
    EXPECT_EQ(a.server.received, ByteString());
  }
}

// ---- Records
// -------------------------------------------------------------------------------------

// The peer's next flight begins behind ours.
TEST(StreamConnection12, NothingComesAlongWithTheFlightThatOursAnswers) {
  const ByteString next = Message(ToyCore12::kNewSessionTicket, ByteString(10));
  for (const bool operations : {false, true}) {
    for (const size_t size : {size_t{1}, size_t{6}, next.size()}) {
      Toy12Config config = Config();
      config.operations = operations;
      Ends e(config);
      ASSERT_TRUE(e.server.Feed(e.client.Output()));
      ByteString flight = e.server.Output();  // in one record
      ASSERT_EQ(Records(flight), " 22:2025");
      flight.insert(flight.end(), next.begin(), next.begin() + static_cast<ptrdiff_t>(size));
      flight[3] = static_cast<uint8_t>((2025 + size) >> 8);
      flight[4] = static_cast<uint8_t>(2025 + size);
      EXPECT_EQ(e.client.Feed(flight), operations);
      if (operations) {
        EXPECT_FALSE(e.client.Answer());
      }
      EXPECT_EQ(e.client.connection.failure(), Unexpected(Code::kKeyChangeInMessage));
    }
  }
}

TEST(StreamConnection12, TheVersionOfRecordsIsFixedOnceItIsKnown) {
  AwaitingClient a;
  ByteString record = a.plain.Handshake(a.key_exchange);
  record[2] = 1;
  EXPECT_FALSE(a.server.Feed(record));
  EXPECT_EQ(a.error(), PeerError(Code::kBadRecordVersion, Alert::kProtocolVersion));
}

TEST(StreamConnection12, CountsRecordsAndMessagesThatBringNothing) {
  {
    Connected c;
    for (int i = 0; i < 32; ++i) ASSERT_TRUE(c.client.Feed(c.server_records.Data({})));
    ASSERT_TRUE(c.client.Feed(c.server_records.Data(Text("x"))));
    for (int i = 0; i < 32; ++i) ASSERT_TRUE(c.client.Feed(c.server_records.Data({})));
    EXPECT_FALSE(c.client.Feed(c.server_records.Data({})));
    EXPECT_EQ(c.client.connection.failure(), Unexpected(Code::kTooManyEmptyRecords));
  }
  Connected c;
  const ByteString request = Message(ToyCore12::kHelloRequest, {});
  for (int i = 0; i < 32; ++i) ASSERT_TRUE(c.client.Feed(c.server_records.Handshake(request)));
  EXPECT_FALSE(c.client.Feed(c.server_records.Handshake(request)));
  EXPECT_EQ(c.client.connection.failure(), Unexpected(Code::kTooManyMessages));
}

TEST(StreamConnection12, BadRecordsEndIt) {
  Connected c;
  ByteString bad = c.server_records.Data(Text("x"));
  bad.back() ^= 1;
  EXPECT_FALSE(c.client.Feed(bad));
  EXPECT_EQ(c.client.connection.failure(), PeerError(Code::kBadMac, Alert::kBadRecordMac));
  const ByteString alert = c.client.Output();
  EXPECT_EQ(Records(alert), " 21:26");
  EXPECT_FALSE(c.server.Feed(alert));
  EXPECT_EQ(c.server.connection.peer_alert(), Alert::kBadRecordMac);
  const uint8_t header[] = {23, 3, 3, 0x48, 0x01};  // 2^14 + 2049
  Connected d;
  EXPECT_FALSE(d.client.Feed(header));
  EXPECT_EQ(d.client.connection.failure(),
            PeerError(Code::kRecordOverflow, Alert::kRecordOverflow));
}

// ---- Alerts
// --------------------------------------------------------------------------------------

TEST(StreamConnection12, WarningsAreIgnoredButNotForEver) {
  const Alert warnings[] = {Alert::kNoRenegotiation, Alert::kUserCanceled, Alert::kUnrecognizedName,
                            Alert::kBadCertificate};
  Connected c;
  for (int round = 0; round < 3; ++round) {
    for (const Alert warning : warnings) {
      ASSERT_TRUE(c.client.Feed(c.server_records.Alert(1, warning)));
    }
    ASSERT_TRUE(c.client.Feed(c.server_records.Data(Text("x"))));
  }
  for (const Alert warning : warnings) {
    ASSERT_TRUE(c.client.Feed(c.server_records.Alert(1, warning)));
  }
  EXPECT_FALSE(c.client.Feed(c.server_records.Alert(1, Alert::kNoRenegotiation)));
  EXPECT_EQ(c.client.connection.failure(), Unexpected(Code::kBadAlert));
}

// Neither limit starts over because of the other kind of record.
TEST(StreamConnection12, WarningsAndEmptyRecordsInTurnEndAsWell) {
  Connected c;
  int taken = 0;
  while (taken < 100 && c.client.Feed(c.server_records.Alert(1, Alert::kNoRenegotiation)) &&
         c.client.Feed(c.server_records.Data(Bytes()))) {
    ++taken;
  }
  EXPECT_EQ(taken, 4);
  EXPECT_EQ(c.client.connection.failure(), Unexpected(Code::kBadAlert));
}

TEST(StreamConnection12, AnAlertIsAWarningOrFatal) {
  {
    Connected c;
    EXPECT_FALSE(c.client.Feed(c.server_records.Alert(2, Alert::kNoRenegotiation)));
    EXPECT_EQ(c.client.connection.failure(), PeerError(Code::kClosedByAlert, Alert::kNone));
    EXPECT_EQ(c.client.connection.peer_alert(), Alert::kNoRenegotiation);
    EXPECT_TRUE(c.client.Output().empty());
  }
  for (const uint8_t level : {0, 3, 255}) {
    Connected c;
    EXPECT_FALSE(c.client.Feed(c.server_records.Alert(level, Alert::kCloseNotify)));
    EXPECT_EQ(c.client.connection.failure(), IllegalParameter(Code::kBadAlert));
  }
  Connected c;
  ASSERT_TRUE(c.client.Feed(c.server_records.Alert(1, Alert::kCloseNotify)));
  EXPECT_EQ(c.client.events.back(), "peer closed");
  EXPECT_TRUE(c.client.connection.TransportClosed().ok());
}

// Before the ServerHello nobody knows the version (RFC 6066 s3).
TEST(StreamConnection12, AWarningAboutTheNameMayComeFirst) {
  Ends e;
  ASSERT_TRUE(e.client.Feed(Forger().Alert(1, Alert::kUnrecognizedName)));
  Exchange(e.client, e.server);
  EXPECT_TRUE(e.client.connection.connected());
  Ends other;
  EXPECT_FALSE(other.client.Feed(Forger().Alert(1, Alert::kNoRenegotiation)));
  Ends fatal;
  EXPECT_FALSE(fatal.client.Feed(Forger().Alert(2, Alert::kUnrecognizedName)));
}

TEST(StreamConnection12, ARequestToRenegotiateIsRefusedWithAWarning) {
  Connected c;
  const ByteString request = Message(ToyCore12::kHelloRequest, {});
  ASSERT_TRUE(c.client.Feed(c.server_records.Handshake(request)));
  ASSERT_TRUE(c.client.Feed(c.server_records.Handshake(request)));
  EXPECT_EQ(c.client.core.renegotiations, 2);
  // Sealed ahead of data, and once for both.
  const ByteString out = c.client.Seal(Text("data"));
  EXPECT_EQ(Records(out), " 21:26 23:28");
  ASSERT_TRUE(c.server.Feed(out));
  EXPECT_EQ(c.server.received, Text("data"));

  Connected d;
  ASSERT_TRUE(d.server.Feed(d.client_records.Handshake(Message(ToyCore12::kClientHello, {}))));
  EXPECT_EQ(d.server.Output(), d.server_records.Alert(1, Alert::kNoRenegotiation));
}

TEST(StreamConnection12, AlertHasTheKeysOfTheNextUnsentMessage) {
  // A client that has not written its flight; then the part in the clear; then ChangeCipherSpec;
  // then all.
  const size_t key_exchange = 5 + 19;
  for (const size_t written : {size_t{0}, key_exchange, key_exchange + 6, key_exchange + 6 + 41}) {
    SCOPED_TRACE(written);
    Ends e;
    ASSERT_TRUE(e.server.Feed(e.client.Output()));
    ASSERT_TRUE(e.client.Feed(e.server.Output()));
    ByteString out(written);
    if (written != 0) {
      const auto sent = e.client.connection.PollTransmit(absl::MakeSpan(out), Now{});
      ASSERT_TRUE(sent.ok());
      ASSERT_EQ(sent->size, written);
    }
    EXPECT_FALSE(e.client.Feed(Forger().Handshake(Message(ToyCore12::kFinished, {}))));
    Forger plain, hidden(e.config, Side::kClient);
    if (written > key_exchange + 6) (void)hidden.Handshake(Message(ToyCore12::kFinished, {}));
    const uint8_t one[] = {1};
    ByteString expected;
    if (written == key_exchange) expected = plain.Record(ContentType::kChangeCipherSpec, one);
    expected = expected + (written == 0 ? plain : hidden).Alert(2, Alert::kUnexpectedMessage);
    EXPECT_EQ(e.client.Output(), expected);
  }
}

// ---- Limits
// --------------------------------------------------------------------------------------

TEST(StreamConnection12, HasNoKeyUpdateAndEndsAtTheAeadsLimit) {
  crypto::AeadAlgorithm ten_records = crypto::kPortableAes128Gcm;
  ten_records.seal_limit = 10;
  Toy12Config config = Config();
  config.aead = &ten_records;
  Ends e(config);
  Exchange(e.client, e.server);
  EXPECT_EQ(e.client.connection.RequestKeyUpdate(true).error(), Misuse());
  EXPECT_EQ(e.client.connection.SealedSize(100), 129u);
  EXPECT_EQ(e.client.connection.SealedSize(20 * 16384), size_t{20 * (16384 + 29)});
  // One was the Finished, one is for the alert.
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(e.server.Feed(e.client.Seal(Text("x"))));
  EXPECT_EQ(e.server.received, Text("xxxxxxxx"));
  uint8_t out[100];
  EXPECT_EQ(e.client.connection.Seal(Text("x"), out).error(), LocalError(Code::kAeadLimit));
  EXPECT_FALSE(e.server.Feed(e.client.Output()));
  EXPECT_EQ(e.server.connection.peer_alert(), Alert::kInternalError);
}

TEST(StreamConnection12, ClosesBothWays) {
  Connected c;
  ASSERT_TRUE(c.client.connection.Close().ok());
  EXPECT_EQ(c.client.Output(), c.client_records.Alert(1, Alert::kCloseNotify));
  ASSERT_TRUE(c.client.Feed(c.server.Seal(Text("more"))));
  EXPECT_EQ(c.client.received, Text("more"));
  EXPECT_EQ(c.server.connection.TransportClosed().error(),
            PeerError(Code::kTruncatedByTransport, Alert::kNone));
}

}  // namespace
}  // namespace merlon::tls
