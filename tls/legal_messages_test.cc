// SPDX-License-Identifier: Apache-2.0
// Which message is legal in which state on which transport: the table of TLS 1.3 in
// testing/legal_messages13.cc against what the core does. Every message type that is known is tried
// in every state on every transport. What the table does not list must be unexpected_message (RFC
// 9846 s4: "A peer which receives a handshake message in an unexpected order MUST abort the
// handshake with an "unexpected_message" alert"). Sequences of messages are
// //fuzz:continuations_test's.
#include "tls/testing/legal_messages.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tls/testing/core_pair.h"

namespace merlon::tls::testing {
namespace {

// A session for each transport, to resume with.
std::string SessionFor(Transport transport) {
  CorePair pair({.transport = transport});
  pair.Run();
  EXPECT_FALSE(pair.client->sessions.empty());
  return pair.client->sessions.empty() ? std::string() : pair.client->sessions.front();
}

bool AsksForCertificate(Path path) {
  return path == Path::kClientAuth || path == Path::kClientDeclines;
}

// A pair that stands just before the row's state takes its next message.
std::unique_ptr<CorePair> Reach(const LegalState& row, Transport transport,
                                const std::string& session) {
  auto pair = std::make_unique<CorePair>(CorePairOptions{
      .transport = transport,
      .retry = row.path == Path::kRetried,
      .session = row.path == Path::kResumed ? session : std::string(),
      .client_authentication = AsksForCertificate(row.path) ? ClientAuthentication::kOptional
                                                            : ClientAuthentication::kNone,
      .client_credential = row.path == Path::kClientAuth,
      .min_version = row.path == Path::kPsk ? Version::kTls13 : Version::kTls12,
      .psk_suite = row.path == Path::kPsk ? kTlsAes128GcmSha256 : uint16_t{0}});
  int taken = 0;
  while (taken < row.taken) {
    if (row.role == Role::kServer) {
      if (pair->DeliverToServer())
        ++taken;
      else
        pair->DeliverToClient();
    } else {
      if (pair->DeliverToServer()) continue;
      pair->DeliverToClient();
      ++taken;
    }
  }
  return pair;
}

// Every type that IANA has given out, and some that it has not (254 is message_hash, never sent).
std::vector<int> Types() {
  std::vector<int> types;
  for (int type = 0; type <= 32; ++type) types.push_back(type);
  for (int type : {64, 127, 128, 203, 254, 255}) types.push_back(type);
  return types;
}

TEST(LegalMessages, AreThoseOfTheTableInEveryStateOnEveryTransport) {
  const Error unexpected = PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
  size_t states = 0, tried = 0;
  for (const Transport transport :
       {Transport::kStream, Transport::kDatagram, Transport::kMessage}) {
    const std::string session = SessionFor(transport);
    for (const LegalState& row : LegalMessages13()) {
      if (row.taken < 0) continue;
      ++states;
      SCOPED_TRACE(std::string(row.name) + " (" + row.section + "), transport " +
                   std::to_string(static_cast<int>(transport)));
      for (int type : Types()) {
        const auto pair = Reach(row, transport, session);
        BareCore& side = row.role == Role::kClient ? *pair->client : *pair->server;
        ASSERT_FALSE(side.core.failure()) << static_cast<int>(side.core.failure()->code);
        const bool legal = row.IsLegalType(static_cast<uint8_t>(type), transport);
        // An empty body suits no message: a legal type fails to decode, or its contents are wrong.
        const Result<Disposition> done = side.Handle({static_cast<uint8_t>(type), {}, 0});
        ASSERT_FALSE(done.ok()) << type;
        EXPECT_EQ(done.error() == unexpected, !legal) << type;
        // And the failure stays.
        EXPECT_EQ(side.core.failure(), done.error()) << type;
        EXPECT_EQ(side.Handle({static_cast<uint8_t>(type), {}, 0}).error(), done.error()) << type;
        ++tried;
      }
      const auto pair = Reach(row, transport, session);
      BareCore& side = row.role == Role::kClient ? *pair->client : *pair->server;
      const Result<Disposition> done = side.core.Handle(ChangeCipherSpec{}, Now{});
      EXPECT_EQ(done.ok(), row.change_cipher_spec == OnChangeCipherSpec::kDropped);
      if (!done.ok()) {
        EXPECT_EQ(done.error(), unexpected);
      }
    }
  }
  EXPECT_EQ(states, 3u * 32);
  EXPECT_EQ(tried, states * Types().size());
}

// A legal type with its real contents is taken: the table's rows are states that do go on.
TEST(LegalMessages, TheRealOnesAreTaken) {
  for (const Transport transport :
       {Transport::kStream, Transport::kDatagram, Transport::kMessage}) {
    for (const bool retry : {false, true}) {
      CorePair pair({.transport = transport, .retry = retry});
      pair.Run();
      EXPECT_TRUE(pair.client->connected);
      EXPECT_TRUE(pair.server->connected);
      EXPECT_EQ(pair.client->core.negotiated().retried, retry);
    }
    CorePair pair({.transport = transport, .session = SessionFor(transport)});
    pair.Run();
    EXPECT_EQ(pair.client->core.negotiated().authentication, Authentication::kResumption);
    EXPECT_TRUE(pair.server->connected);
  }
}

// A session of one transport is no session of another.
TEST(LegalMessages, AResumptionNeverCrossesTransports) {
  CorePair pair({.transport = Transport::kDatagram, .session = SessionFor(Transport::kStream)});
  pair.Run();
  EXPECT_TRUE(pair.client->connected);
  EXPECT_EQ(pair.client->core.negotiated().authentication, Authentication::kCertificate);
}

}  // namespace
}  // namespace merlon::tls::testing
