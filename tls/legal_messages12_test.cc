// SPDX-License-Identifier: Apache-2.0
// Which message is legal in which state of TLS 1.2 and DTLS 1.2: the table of TLS 1.2 in
// testing/legal_messages12.cc against what the core does, as legal_messages_test.cc has it for TLS
// 1.3. What the table does not list must be unexpected_message (RFC 5246 s7.4: "Sending handshake
// messages in an unexpected order results in a fatal error").
#include <gtest/gtest.h>

#include <algorithm>

#include "tls/testing/core_pair.h"
#include "tls/testing/legal_messages.h"

namespace merlon::tls::testing {
namespace {

std::string SessionFor(Transport transport) {
  CorePair pair({.transport = transport, .max_version = Version::kTls12});
  pair.Run();
  EXPECT_FALSE(pair.client->sessions.empty());
  return pair.client->sessions.empty() ? std::string() : pair.client->sessions.front();
}

std::unique_ptr<CorePair> Reach(const LegalState& row, Transport transport,
                                const std::string& session) {
  CorePairOptions options = {.transport = transport, .max_version = Version::kTls12};
  options.status = row.path == Path::kStatus;
  if (row.path == Path::kResumed) options.session = session;
  if (row.path == Path::kPsk) options.psk_suite = kTlsPskAes128GcmSha256;
  if (row.path == Path::kEcdhePsk) options.psk_suite = kTlsEcdhePskAes128GcmSha256;
  if (row.path == Path::kClientAuth || row.path == Path::kClientDeclines) {
    options.client_authentication = ClientAuthentication::kOptional;
    options.client_credential = row.path == Path::kClientAuth;
  }
  auto pair = std::make_unique<CorePair>(options);
  for (int taken = 0; taken < row.taken;) {
    const bool client = row.role == Role::kClient;
    if (client ? pair->DeliverToServer() : pair->DeliverToClient()) continue;
    EXPECT_TRUE(client ? pair->DeliverToClient() : pair->DeliverToServer());
    if (::testing::Test::HasFailure()) break;
    ++taken;
  }
  return pair;
}

// Of those the tried body is right.
bool HasEmptyBody(int type) { return type == kHelloRequestType || type == kServerHelloDoneType; }

TEST(LegalMessages12, AreThoseOfTheTableInEveryState) {
  const Error unexpected = PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
  size_t states = 0;
  for (const Transport transport : {Transport::kStream, Transport::kDatagram}) {
    const std::string session = SessionFor(transport);
    for (const LegalState& row : LegalMessages12()) {
      // Behind a ChangeCipherSpec there are states of streams alone.
      const bool behind = row.keys != Keys::kNone;
      if (row.taken < 0 || (behind && transport == Transport::kDatagram)) continue;
      ++states;
      SCOPED_TRACE(std::string(row.name) + " (" + row.section + "), transport " +
                   std::to_string(static_cast<int>(transport)));
      for (int type = 0; type <= 32; ++type) {
        const auto pair = Reach(row, transport, session);
        BareCore& side = row.role == Role::kClient ? *pair->client : *pair->server;
        ASSERT_FALSE(side.core.failure()) << static_cast<int>(side.core.failure()->code);
        const Result<Disposition> done = side.Handle({static_cast<uint8_t>(type), {}, 0});
        const bool legal = row.IsLegalType(static_cast<uint8_t>(type), transport);
        if (legal && HasEmptyBody(type)) {
          EXPECT_TRUE(done.ok()) << type;
          continue;
        }
        // An empty body suits no other message: a legal type fails to decode.
        ASSERT_FALSE(done.ok()) << type;
        EXPECT_EQ(done.error() == unexpected, !legal) << type;
        EXPECT_EQ(side.core.failure(), done.error()) << type;
      }
      if (transport == Transport::kDatagram) continue;  // its face keeps ChangeCipherSpec to itself
      const auto pair = Reach(row, transport, session);
      BareCore& side = row.role == Role::kClient ? *pair->client : *pair->server;
      const Result<Disposition> done = side.HandleChangeCipherSpec();
      EXPECT_EQ(done.ok(), row.change_cipher_spec != OnChangeCipherSpec::kAlert);
      if (!done.ok()) {
        EXPECT_EQ(done.error(), unexpected);
      }
    }
  }
  EXPECT_EQ(states, 70u);
}

// A legal type with its real contents is taken: the table's rows are states that do go on.
TEST(LegalMessages12, TheRealOnesAreTaken) {
  for (const Transport transport : {Transport::kStream, Transport::kDatagram}) {
    for (const LegalState& row : LegalMessages12()) {
      if (row.taken < 0 || (row.keys != Keys::kNone && transport == Transport::kDatagram)) continue;
      const auto pair = Reach(row, transport, SessionFor(transport));
      pair->Run();
      EXPECT_TRUE(pair->client->connected) << row.name;
      EXPECT_TRUE(pair->server->connected) << row.name;
      EXPECT_EQ(pair->server->core.negotiated().version,
                transport == Transport::kStream ? 0x0303 : 0xfefd);
    }
  }
}

// RFC 5246 s7.2.2: a renegotiation is answered with a warning and changes nothing, unless the peer
// keeps asking.
TEST(LegalMessages12, RenegotiationIsRefusedWithoutAnEnd) {
  CorePair pair({.max_version = Version::kTls12});
  pair.Run();
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(pair.client->Handle({kHelloRequestType, {}, 0}).ok());
  }
  EXPECT_EQ(pair.client->Handle({kHelloRequestType, {}, 0}).error(),
            PeerError(Code::kRenegotiation, Alert::kUnexpectedMessage));
}

}  // namespace
}  // namespace merlon::tls::testing
