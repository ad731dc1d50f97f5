// SPDX-License-Identifier: Apache-2.0
// DatagramConnection::Receive stops within a datagram where a record leads to an operation: what
// follows a ServerHello is sealed under keys that the answer brings. Whole handshake cores.
#include <gtest/gtest.h>

#include "tls/datagram_connection.h"
#include "tls/testing/datagram_pair.h"

namespace merlon::tls::testing {
namespace {

// A client that has the server's first flight, whole and in one datagram, before it.
class DatagramOperations : public ::testing::Test {
 protected:
  DatagramOperations()
      : pair_({.client = {}, .server = {}, .session = {}, .link = {}, .datagram = {.mtu = 8000}}),
        client_(*pair_.client) {
    const std::string hello = client_.TransmitOne(pair_.now);
    pair_.server->Receive(hello, pair_.now);
    flight_ = pair_.server->TransmitOne(pair_.now);
    EXPECT_EQ(pair_.server->TransmitOne(pair_.now), "");
  }
  // One call; what is left of `rest` behind it. False: it failed.
  bool Receive(std::string& rest) {
    const MutableBytes in(reinterpret_cast<uint8_t*>(rest.data()), rest.size());
    const Result<Received> got = client_.face.Receive(in, pair_.now);
    if (!got.ok()) return false;
    EXPECT_TRUE(got->plaintext.empty());
    rest.erase(0, got->consumed);
    return true;
  }
  size_t TooEarly() const { return client_.face.noise(record::Noise::kUnknownEpoch); }

  DatagramPair pair_;
  DatagramPair::Side& client_;
  std::string flight_;
};

TEST_F(DatagramOperations, ReceiveStopsBehindTheServerHello) {
  std::string rest = flight_;
  ASSERT_TRUE(Receive(rest));
  // The plaintext record alone: 13 bytes of header, its length in the last two.
  const size_t size =
      13 + 256 * static_cast<uint8_t>(flight_[11]) + static_cast<uint8_t>(flight_[12]);
  EXPECT_EQ(rest, flight_.substr(size));
  ASSERT_FALSE(rest.empty());
  ASSERT_EQ(client_.face.Operations().size(), 1u);
  EXPECT_TRUE(std::holds_alternative<Agree>(client_.face.Operations()[0].request));
}

TEST_F(DatagramOperations, WithEachAnswerTheRestIsHandled) {
  std::string rest = flight_;
  size_t stops = 0;
  while (!rest.empty()) {
    ASSERT_TRUE(Receive(rest));
    stops += !client_.face.Operations().empty();
    client_.Settle(pair_.now);
  }
  EXPECT_GE(stops, 1u);
  EXPECT_TRUE(client_.face.connected());
  EXPECT_EQ(TooEarly(), 0u);
}

// Whoever does not answer first has the rest held until the answer comes.
TEST_F(DatagramOperations, WithoutAnAnswerTheRestIsHeld) {
  std::string rest = flight_;
  ASSERT_TRUE(Receive(rest));
  ASSERT_TRUE(Receive(rest));
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(TooEarly(), 0u);
  EXPECT_EQ(client_.face.Operations().size(), 1u);
  client_.Settle(pair_.now);
  EXPECT_TRUE(client_.face.connected());
  ASSERT_TRUE(pair_.Run());
  EXPECT_TRUE(pair_.server->face.connected());
}

// While an operation is pending already, nothing stops: records are taken in, messages held.
TEST_F(DatagramOperations, APendingOperationDoesNotStopAgain) {
  std::string rest = flight_;
  ASSERT_TRUE(Receive(rest));
  client_.operations.Answer(client_.face, pair_.now);
  ASSERT_TRUE(client_.face.Operations().empty());
  ASSERT_TRUE(Receive(rest));
  ASSERT_EQ(client_.face.Operations().size(), 1u);
  EXPECT_TRUE(std::holds_alternative<VerifyChain>(client_.face.Operations()[0].request));
  std::string again = flight_ + flight_;  // repeated: noise, consumed in one call
  ASSERT_TRUE(Receive(again));
  EXPECT_TRUE(again.empty());
  EXPECT_EQ(client_.face.Operations().size(), 1u);
}

}  // namespace
}  // namespace merlon::tls::testing
