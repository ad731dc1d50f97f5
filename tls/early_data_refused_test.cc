// SPDX-License-Identifier: Apache-2.0
// A server that refuses 0-RTT skips its records, and no more than kMaxSkippedEarlyData bytes of
// them (RFC 9846 s4.2.10): whole handshake core and stream face, behind a ServerHello and behind a
// HelloRetryRequest; and skips nothing that was not announced.
#include <gtest/gtest.h>

#include "tls/msgs/client_hello.h"
#include "tls/testing/rewrite.h"
#include "tls/testing/stream_pair.h"

namespace merlon::tls::testing {
namespace {

constexpr size_t kHeaderSize = 5;  // of a record

// A record of 0-RTT, as far as one can tell who has not the keys.
std::string EarlyRecord(size_t body) {
  std::string record = {23, 3, 3, static_cast<char>(body >> 8), static_cast<char>(body)};
  return record.append(body, '\x5e');
}

// A server that has answered a client's first ClientHello.
class Server {
 public:
  struct Options {
    bool announced = true;  // the ClientHello had early_data
    bool retry = false;
  };
  explicit Server(Options options) : pair_(PairOptions(options.retry)) {
    std::string record = pair_.client->Transmit(pair_.now);
    std::string hello = record.substr(kHeaderSize);
    hello = Rewritten<ClientHello>(hello, Transport::kStream,
                                   [&](ClientHello& m) { m.early_data = options.announced; });
    record = {22, 3, 1, static_cast<char>(hello.size() >> 8), static_cast<char>(hello.size())};
    Give(record + hello);
    EXPECT_FALSE(failure());
    answer_ = pair_.server->Transmit(pair_.now);
    EXPECT_FALSE(answer_.empty());
  }
  void Give(std::string_view bytes) { pair_.server->Receive(bytes, pair_.now); }
  std::optional<Error> failure() { return pair_.server->face.failure(); }
  // The client's answer to the HelloRetryRequest.
  std::string SecondHello() {
    pair_.client->Receive(answer_, pair_.now);
    return pair_.client->Transmit(pair_.now);
  }
  const std::string& data() const { return pair_.server->log.data; }
  bool HasAnswered() { return !pair_.server->Transmit(pair_.now).empty(); }

 private:
  static StreamPairOptions PairOptions(bool retry) {
    if (!retry) return {};
    constexpr uint16_t kP256 = static_cast<uint16_t>(crypto::GroupId::kSecp256r1);
    return {.server = SharedWorld().ServerBuilder().SetGroups({kP256}).Build().value()};
  }

  StreamPair pair_;
  std::string answer_;
};

TEST(EarlyDataRefused, RecordsThatDoNotOpenAreSkippedUpToTheLimit) {
  Server server({});
  size_t sent = 0;
  for (const size_t size : {1u, 17u, 4096u, 8192u}) {
    server.Give(EarlyRecord(size));
    sent += size;
    ASSERT_FALSE(server.failure());
  }
  server.Give(EarlyRecord(kMaxSkippedEarlyData - sent));
  ASSERT_FALSE(server.failure()) << "the limit itself is no error";
  server.Give(EarlyRecord(1));
  EXPECT_EQ(server.failure(), PeerError(Code::kBadMac, Alert::kBadRecordMac));
  EXPECT_EQ(server.data(), "");
}

TEST(EarlyDataRefused, OneRecordMayNotPassTheLimitEither) {
  Server server({});
  server.Give(EarlyRecord(kMaxSkippedEarlyData + 1));
  EXPECT_EQ(server.failure(), PeerError(Code::kBadMac, Alert::kBadRecordMac));
}

TEST(EarlyDataRefused, NothingIsSkippedThatWasNotAnnounced) {
  Server server({.announced = false});
  server.Give(EarlyRecord(17));
  EXPECT_EQ(server.failure(), PeerError(Code::kBadMac, Alert::kBadRecordMac));
  Server retrying({.announced = false, .retry = true});
  retrying.Give(EarlyRecord(17));
  EXPECT_EQ(retrying.failure(), PeerError(Code::kBadRecordType, Alert::kUnexpectedMessage));
}

TEST(EarlyDataRefused, BehindARetryAllIsSkippedUntilTheSecondClientHelloUpToTheLimit) {
  Server server({.retry = true});
  for (int i = 0; i < 4; ++i) server.Give(EarlyRecord(kMaxSkippedEarlyData / 4));
  ASSERT_FALSE(server.failure()) << "the limit itself is no error";
  server.Give(EarlyRecord(1));
  EXPECT_EQ(server.failure(), PeerError(Code::kBadRecordType, Alert::kUnexpectedMessage));
}

TEST(EarlyDataRefused, BehindARetryTheHandshakeGoesOn) {
  Server server({.retry = true});
  server.Give(EarlyRecord(1000));
  ASSERT_FALSE(server.failure());
  server.Give(server.SecondHello());
  EXPECT_FALSE(server.failure());
  EXPECT_TRUE(server.HasAnswered());
  // Over: the second ClientHello has no early_data.
  server.Give(EarlyRecord(17));
  EXPECT_EQ(server.failure(), PeerError(Code::kBadMac, Alert::kBadRecordMac));
}

}  // namespace
}  // namespace merlon::tls::testing
