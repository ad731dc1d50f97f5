// SPDX-License-Identifier: Apache-2.0
// Operations completed late, twice, with a stale id, with an answer of another kind, with an error:
// what is misuse changes nothing, what is fatal ends in the right alert.
#include <gtest/gtest.h>

#include "tls/testing/stream_pair.h"

namespace merlon::tls::testing {
namespace {

// A pair that answers nothing by itself: each step is the test's.
class Operations : public ::testing::Test {
 protected:
  Operations() {
    pair.client->answer = pair.server->answer = false;
    pair.client->operations.Answer(pair.client->face, pair.now);  // GenerateShare
  }
  // Answers the one operation that waits.
  static Result<void> AnswerOne(Endpoint<StreamConnection>& side, Now now) {
    const Pending pending = side.face.Operations().front();
    return side.face.Complete(pending.id, side.operations.Perform(pending.request), now);
  }
  template <class Request>
  static bool Waits(Endpoint<StreamConnection>& side) {
    return side.face.Operations().size() == 1 &&
           std::holds_alternative<Request>(side.face.Operations()[0].request);
  }
  void Finish() {
    pair.client->answer = pair.server->answer = true;
    pair.client->Pump(pair.now);
    pair.server->Pump(pair.now);
    pair.Run();
  }

  StreamPair pair{{}};
};

TEST_F(Operations, AreAskedForInOrderAndMayComeLate) {
  pair.DeliverToServer(pair.client->Transmit(pair.now));
  ASSERT_TRUE(Waits<ChooseCredential>(*pair.server));
  ASSERT_TRUE(AnswerOne(*pair.server, pair.now).ok());
  ASSERT_TRUE(Waits<Encapsulate>(*pair.server));
  EXPECT_EQ(pair.server->Transmit(pair.now), "");
  ASSERT_TRUE(AnswerOne(*pair.server, pair.now).ok());
  ASSERT_TRUE(Waits<Sign>(*pair.server));
  // ServerHello is on its way while the signature is being made.
  pair.DeliverToClient(pair.server->Transmit(pair.now));
  ASSERT_TRUE(Waits<Agree>(*pair.client));
  pair.now.instant += std::chrono::hours(1);
  ASSERT_TRUE(AnswerOne(*pair.server, pair.now).ok());
  // The rest of the flight arrives while the client still waits: it is kept.
  pair.DeliverToClient(pair.server->Transmit(pair.now));
  ASSERT_TRUE(Waits<Agree>(*pair.client));
  ASSERT_TRUE(AnswerOne(*pair.client, pair.now).ok());
  pair.client->Pump(pair.now);
  ASSERT_TRUE(Waits<VerifyChain>(*pair.client));
  ASSERT_TRUE(AnswerOne(*pair.client, pair.now).ok());
  ASSERT_TRUE(Waits<VerifySignature>(*pair.client));
  EXPECT_FALSE(pair.client->connected());
  ASSERT_TRUE(AnswerOne(*pair.client, pair.now).ok());
  Finish();
  EXPECT_TRUE(pair.client->connected());
  EXPECT_TRUE(pair.server->connected());
}

TEST_F(Operations, AStaleIdIsMisuseAndChangesNothing) {
  pair.DeliverToServer(pair.client->Transmit(pair.now));
  const Pending pending = pair.server->face.Operations().front();
  const OpResult answer = pair.server->operations.Perform(pending.request);
  EXPECT_EQ(pair.server->face.Complete(OpId{pending.id.value + 1}, answer, pair.now).error(),
            Misuse(Code::kStaleOperation));
  ASSERT_TRUE(pair.server->face.Complete(pending.id, answer, pair.now).ok());
  // The same again.
  EXPECT_EQ(pair.server->face.Complete(pending.id, answer, pair.now).error(),
            Misuse(Code::kStaleOperation));
  EXPECT_TRUE(Waits<Encapsulate>(*pair.server));
  Finish();
  EXPECT_TRUE(pair.client->connected());
}

TEST_F(Operations, AnAnswerOfAnotherKindIsMisuseAndChangesNothing) {
  pair.DeliverToServer(pair.client->Transmit(pair.now));
  const OpId id = pair.server->face.Operations().front().id;
  const uint8_t bytes[32] = {};
  const OpResult wrong[] = {ShareGenerated{bytes, bytes},
                            SharedSecret{bytes},
                            Encapsulated{bytes, bytes},
                            Signature{bytes},
                            SignatureValid{},
                            ChainVerified{},
                            PskChosen{},
                            PskDerived{bytes},
                            SessionFound{},
                            SessionStored{},
                            TicketSealed{},
                            TicketOpened{},
                            OpRefused{Misuse()}};
  for (const OpResult& answer : wrong) {
    const Result<void> done = pair.server->face.Complete(id, answer, pair.now);
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().origin, Origin::kMisuse) << answer.index();
    EXPECT_TRUE(Waits<ChooseCredential>(*pair.server));
  }
  Finish();
  EXPECT_TRUE(pair.client->connected());
}

TEST_F(Operations, AFailedOneIsInternalErrorWhereverItFails) {
  // Fails the n-th operation of either side, for every n until the handshake completes.
  size_t failed = 0;
  for (size_t n = 0;; ++n) {
    StreamPair p{{}};
    p.client->answer = p.server->answer = false;
    size_t count = 0;
    bool broke = false;
    for (int round = 0; round < 40 && !broke; ++round) {
      for (auto* side : {p.client.get(), p.server.get()}) {
        while (!side->face.Operations().empty() && !broke) {
          const Pending pending = side->face.Operations().front();
          if (count++ == n) {
            const Result<void> done = side->face.Complete(pending.id, OpFailed{}, p.now);
            EXPECT_EQ(done.error(), DriverError(Code::kOperationFailed));
            EXPECT_EQ(side->face.failure(), DriverError(Code::kOperationFailed));
            EXPECT_TRUE(side->face.Operations().empty());
            broke = true;
            // Sticky, and the peer is told.
            EXPECT_FALSE(side->face.Complete(pending.id, OpFailed{}, p.now).ok());
            auto* peer = side == p.client.get() ? p.server.get() : p.client.get();
            peer->answer = true;
            peer->Pump(p.now);
            peer->Receive(side->Transmit(p.now), p.now);
            if (peer->face.failure()) {
              EXPECT_EQ(peer->face.peer_alert(), Alert::kInternalError) << n;
            }
          } else {
            (void)side->face.Complete(pending.id, side->operations.Perform(pending.request), p.now);
          }
        }
        if (!broke) side->Pump(p.now);
      }
      if (broke) break;
      p.DeliverToServer(p.client->Transmit(p.now));
      p.DeliverToClient(p.server->Transmit(p.now));
    }
    if (!broke) {
      EXPECT_TRUE(p.client->connected());
      break;
    }
    ++failed;
  }
  // GenerateShare, ChooseCredential, Encapsulate, Sign, Agree, VerifyChain, VerifySignature, two
  // SealTicket.
  EXPECT_EQ(failed, 8u);
}

TEST_F(Operations, ARefusalBecomesItsAlert) {
  pair.DeliverToServer(pair.client->Transmit(pair.now));
  pair.server->operations.Answer(pair.server->face, pair.now);
  pair.DeliverToClient(pair.server->Transmit(pair.now));
  ASSERT_TRUE(AnswerOne(*pair.client, pair.now).ok());  // Agree
  pair.client->Pump(pair.now);
  ASSERT_TRUE(Waits<VerifyChain>(*pair.client));
  const Error revoked = PeerError(Code::kVerificationRefused, Alert::kCertificateRevoked);
  EXPECT_EQ(
      pair.client->face.Complete(pair.client->face.Operations()[0].id, OpRefused{revoked}, pair.now)
          .error(),
      revoked);
  pair.server->answer = true;
  pair.DeliverToServer(pair.client->Transmit(pair.now));
  EXPECT_EQ(pair.server->face.peer_alert(), Alert::kCertificateRevoked);
}

TEST_F(Operations, AWrongAnswerFromADriverEndsTheHandshake) {
  pair.DeliverToServer(pair.client->Transmit(pair.now));
  ASSERT_TRUE(AnswerOne(*pair.server, pair.now).ok());
  const uint8_t zeros[32] = {};
  // A share of the right size with a secret that is not the client's: its Finished cannot be right.
  ASSERT_TRUE(
      pair.server->face
          .Complete(pair.server->face.Operations()[0].id, Encapsulated{zeros, zeros}, pair.now)
          .ok());
  Finish();
  EXPECT_FALSE(pair.client->connected());
  EXPECT_FALSE(pair.server->connected());
  EXPECT_TRUE(pair.client->face.failure());
}

}  // namespace
}  // namespace merlon::tls::testing
