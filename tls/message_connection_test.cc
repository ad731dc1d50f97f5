// SPDX-License-Identifier: Apache-2.0
// The message face over a toy handshake: levels, boundaries, commands in order.
#include "tls/message_connection.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/sha256.h"
#include "tls/testing/toy_core.h"

namespace merlon::tls {
namespace {

using testing::AnswerAll;
using testing::Side;
using testing::ToyConfig;
using testing::ToyCore;
using ByteString = std::vector<uint8_t>;

ToyConfig Config() {
  return {.aead = &crypto::kPortableAes128Gcm, .hash = &crypto::kPortableSha256};
}
struct Chunk {
  Epoch epoch;
  ByteString bytes;
};
struct Peer {
  explicit Peer(Side side, const ToyConfig& config = Config(), size_t buffer = 1000)
      : core(side, config), reassembly(buffer), connection(core, absl::MakeSpan(reassembly)) {}
  // What it sends now, by epoch; installs go to `log`.
  std::vector<Chunk> Output() {
    std::vector<Chunk> out;
    while (const std::optional<Command> command = connection.NextCommand()) {
      if (const auto* send = std::get_if<Send>(&*command)) {
        log.push_back("send " + std::to_string(static_cast<uint64_t>(send->epoch)));
        out.push_back({send->epoch, ByteString(send->bytes.begin(), send->bytes.end())});
      } else if (const auto* read = std::get_if<InstallRead>(&*command)) {
        log.push_back("read " + std::to_string(static_cast<uint64_t>(read->epoch)));
      } else if (const auto* write = std::get_if<InstallWrite>(&*command)) {
        log.push_back("write " + std::to_string(static_cast<uint64_t>(write->epoch)));
      } else {
        log.push_back("other");
      }
    }
    return out;
  }
  // In pieces of `most` bytes; operations are answered when nothing else helps.
  Result<void> Feed(const Chunk& chunk, size_t most = 65536) {
    for (size_t at = 0; at < chunk.bytes.size();) {
      const size_t size = std::min(most, chunk.bytes.size() - at);
      MERLON_ASSIGN_OR_RETURN(
          const size_t taken,
          connection.Receive(chunk.epoch, Slice(Bytes(chunk.bytes), at, size), Now{}));
      at += taken;
      if (taken == 0) {
        if (connection.Operations().empty()) return Misuse();
        MERLON_TRY(AnswerAll(connection, Now{}));
      }
    }
    return AnswerAll(connection, Now{});
  }

  ToyCore core;
  ByteString reassembly;
  MessageConnection connection;
  std::vector<std::string> log;
};

void Exchange(Peer& a, Peer& b, size_t most) {
  for (int i = 0; i < 4; ++i) {
    for (const Chunk& chunk : a.Output()) ASSERT_TRUE(b.Feed(chunk, most).ok());
    for (const Chunk& chunk : b.Output()) ASSERT_TRUE(a.Feed(chunk, most).ok());
  }
}

TEST(MessageConnection, ConnectsHoweverTheBytesAreCut) {
  for (const size_t most : {1, 2, 7, 100, 65536}) {
    SCOPED_TRACE(most);
    ToyConfig config = Config();
    config.change_cipher_spec = true;  // not for QUIC: dropped
    Peer client(Side::kClient, config), server(Side::kServer, config);
    Exchange(client, server, most);
    EXPECT_TRUE(client.connection.connected());
    EXPECT_TRUE(server.connection.connected());
    EXPECT_EQ(client.log, (std::vector<std::string>{"send 0", "read 2", "write 2", "read 3",
                                                    "send 2", "write 3"}));
    EXPECT_EQ(server.log,
              (std::vector<std::string>{"send 0", "write 2", "send 2", "send 2", "send 2",
                                        "write 3", "read 2", "read 3", "send 3"}));
    EXPECT_EQ(client.core.delivered, (std::vector<uint16_t>{1, 7}));
    EXPECT_EQ(server.core.delivered, (std::vector<uint16_t>{3, 4}));  // a flight once
  }
}

TEST(MessageConnection, KeysForEarlyDataAreNoLevelOfMessages) {
  ToyConfig config = Config();
  config.early_keys = true;
  Peer client(Side::kClient, config), server(Side::kServer, config);
  Exchange(client, server, 65536);
  EXPECT_TRUE(server.connection.connected());
  EXPECT_EQ(server.log[6], "read 1");
  EXPECT_EQ(server.log[7], "read 2");
}

TEST(MessageConnection, StaysAtItsLevelWhenEarlyKeysComeAlone) {
  struct Scripted final : Handshake {
    Scripted() { (void)outbox_.Push(InstallRead{Epoch::kEarly, {}}); }
    Standing standing() const override { return {{}, false}; }
    Result<Disposition> OnInput(const Input&, Now) override {
      return ++inputs, Disposition::kTaken;
    }
    Result<void> OnResult(const OpResult&, Now) override { return {}; }
    Result<void> OnStartKeyUpdate(bool) override { return {}; }
    void Abandon(Error) override {}
    int inputs = 0;
  } core;
  MessageConnection connection(core, MutableBytes());
  EXPECT_EQ(*connection.Receive(Epoch::kPlain, ByteString{1, 0, 0, 0}, Now{}), 4u);
  EXPECT_EQ(core.inputs, 1);
}

TEST(MessageConnection, DeliversAFlightOnlyAfterItsLastMessageWasRead) {
  Peer client(Side::kClient);
  const std::optional<Command> hello = client.connection.NextCommand();
  ASSERT_TRUE(hello && std::holds_alternative<Send>(*hello));
  EXPECT_TRUE(client.core.delivered.empty());
  EXPECT_FALSE(client.connection.NextCommand());
  EXPECT_EQ(client.core.delivered, (std::vector<uint16_t>{1}));
}

TEST(MessageConnection, TakesNothingOfALevelThatHasNotBegun) {
  Peer client(Side::kClient), server(Side::kServer);
  ASSERT_TRUE(server.Feed(client.Output()[0]).ok());
  const std::vector<Chunk> flight = server.Output();
  EXPECT_EQ(*client.connection.Receive(Epoch::kHandshake, flight[1].bytes, Now{}), 0u);
  ASSERT_TRUE(client.Feed(flight[0]).ok());
  EXPECT_EQ(*client.connection.Receive(Epoch::kHandshake, flight[1].bytes, Now{}),
            flight[1].bytes.size());
}

TEST(MessageConnection, RefusesBytesOfALevelThatIsOver) {
  Peer client(Side::kClient), server(Side::kServer);
  ASSERT_TRUE(server.Feed(client.Output()[0]).ok());
  const std::vector<Chunk> flight = server.Output();
  ASSERT_TRUE(client.Feed(flight[0]).ok());
  const Error expected = PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
  EXPECT_EQ(client.connection.Receive(Epoch::kPlain, flight[0].bytes, Now{}).error(), expected);
  EXPECT_EQ(client.connection.failure(), expected);
  EXPECT_EQ(client.connection.alert_to_send(), Alert::kUnexpectedMessage);
  EXPECT_FALSE(client.connection.NextCommand());
  EXPECT_EQ(client.connection.Receive(Epoch::kHandshake, flight[1].bytes, Now{}).error(), expected);
}

TEST(MessageConnection, RefusesBytesLeftOverWhenKeysChange) {
  Peer client(Side::kClient), server(Side::kServer);
  ASSERT_TRUE(server.Feed(client.Output()[0]).ok());
  Chunk hello = server.Output()[0];
  hello.bytes.push_back(8);
  EXPECT_EQ(client.Feed(hello).error(),
            PeerError(Code::kKeyChangeInMessage, Alert::kUnexpectedMessage));
}

TEST(MessageConnection, TakesFewerBytesWhileAnOperationIsPending) {
  Peer client(Side::kClient, Config(), /*buffer=*/20), server(Side::kServer);
  ASSERT_TRUE(server.Feed(client.Output()[0]).ok());
  const std::vector<Chunk> flight = server.Output();
  ASSERT_TRUE(client.Feed(flight[0]).ok());
  // The Certificate, whole, asks for its verification; the Finished behind it has to wait.
  ByteString all = flight[1].bytes;
  for (int i : {2, 3}) all.insert(all.end(), flight[i].bytes.begin(), flight[i].bytes.end());
  all.resize(all.size() + 30, 4);  // and more, which does not fit
  const size_t before = flight[1].bytes.size() + flight[2].bytes.size();
  EXPECT_EQ(*client.connection.Receive(Epoch::kHandshake, all, Now{}), before + 20);
  EXPECT_EQ(*client.connection.Receive(Epoch::kHandshake, Slice(Bytes(all), before + 20), Now{}),
            0u);
}

TEST(MessageConnection, HasNoKeyUpdateAndNoEndOfEarlyData) {
  for (const uint8_t type : {5, 24}) {
    Peer client(Side::kClient), server(Side::kServer);
    Exchange(client, server, 65536);
    const ByteString message = {type, 0, 0, 0};
    EXPECT_EQ(client.connection.Receive(Epoch::kApplication, message, Now{}).error(),
              PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage));
  }
}

TEST(MessageConnection, RefusesAMessageBeyondItsBuffer) {
  Peer server(Side::kServer, Config(), /*buffer=*/50);
  EXPECT_EQ(server.connection.Receive(Epoch::kPlain, ByteString{1, 0, 0, 47}, Now{}).error(),
            IllegalParameter(Code::kMessageTooLarge));
}

}  // namespace
}  // namespace merlon::tls
