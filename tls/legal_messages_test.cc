// SPDX-License-Identifier: Apache-2.0
// Which message is legal in which state on which transport: a table written by hand from the RFCs,
// against what the core does. Every message type that is known is tried in every state on every
// transport. What the table does not list must be unexpected_message (RFC 9846 s4: "A peer which
// receives a handshake message in an unexpected order MUST abort the handshake with an
// "unexpected_message" alert").
#include <gtest/gtest.h>

#include <algorithm>

#include "tls/testing/core_pair.h"

namespace merlon::tls::testing {
namespace {

enum class Role { kClient, kServer };
// Which handshake leads to the state.
enum class Path { kFull, kRetried, kResumed, kClientAuth, kClientDeclines };

constexpr uint8_t kClientHelloType = 1, kServerHelloType = 2, kHelloVerifyRequestType = 3,
                  kNewSessionTicketType = 4, kEncryptedExtensionsType = 8, kCertificateType = 11,
                  kCertificateRequestType = 13, kCertificateVerifyType = 15, kFinishedType = 20,
                  kKeyUpdateType = 24;

struct Row {
  const char* state;
  const char* section;  // of RFC 9846, but where another is named
  Role role;
  Path path;
  int taken;                          // messages that the side has taken before
  std::vector<uint8_t> legal;         // on every transport
  std::vector<uint8_t> not_in_quic;   // legal besides, on streams and datagrams alone
  bool change_cipher_spec;            // may a compatibility record come? (s5)
  std::vector<uint8_t> in_dtls = {};  // legal besides, on datagrams alone
};

const Row kTable[] = {
    // What a client waits for.
    {"after ClientHello, which offers TLS 1.2 as well",
     "4.1.3; RFC 6347 s4.2.1",
     Role::kClient,
     Path::kFull,
     0,
     {kServerHelloType},
     {},
     true,
     {kHelloVerifyRequestType}},
    {"after the second ClientHello",
     "4.1.4",
     Role::kClient,
     Path::kRetried,
     1,
     {kServerHelloType},
     {},
     true},
    {"after ServerHello",
     "4.3.1",
     Role::kClient,
     Path::kFull,
     1,
     {kEncryptedExtensionsType},
     {},
     true},
    {"after a ServerHello that was retried",
     "4.3.1",
     Role::kClient,
     Path::kRetried,
     2,
     {kEncryptedExtensionsType},
     {},
     true},
    {"after a ServerHello with a PSK",
     "4.3.1",
     Role::kClient,
     Path::kResumed,
     1,
     {kEncryptedExtensionsType},
     {},
     true},
    {"after EncryptedExtensions",
     "4.3.2, 4.4.2",
     Role::kClient,
     Path::kFull,
     2,
     {kCertificateRequestType, kCertificateType},
     {},
     true},
    {"after EncryptedExtensions with a PSK: no certificate follows",
     "4.4",
     Role::kClient,
     Path::kResumed,
     2,
     {kFinishedType},
     {},
     true},
    {"after CertificateRequest",
     "4.4.2",
     Role::kClient,
     Path::kClientAuth,
     3,
     {kCertificateType},
     {},
     true},
    {"after Certificate, with a CertificateRequest before it",
     "4.4.3",
     Role::kClient,
     Path::kClientAuth,
     4,
     {kCertificateVerifyType},
     {},
     true},
    {"after CertificateVerify, with a CertificateRequest before it",
     "4.4.4",
     Role::kClient,
     Path::kClientAuth,
     5,
     {kFinishedType},
     {},
     true},
    {"connected client that showed a certificate",
     "4.6; RFC 9001 s6",
     Role::kClient,
     Path::kClientAuth,
     6,
     {kNewSessionTicketType},
     {kKeyUpdateType},
     false},
    {"connected client that was asked and has none",
     "4.6; RFC 9001 s6",
     Role::kClient,
     Path::kClientDeclines,
     6,
     {kNewSessionTicketType},
     {kKeyUpdateType},
     false},
    {"after Certificate",
     "4.4.3",
     Role::kClient,
     Path::kFull,
     3,
     {kCertificateVerifyType},
     {},
     true},
    {"after CertificateVerify", "4.4.4", Role::kClient, Path::kFull, 4, {kFinishedType}, {}, true},
    // No post-handshake authentication was offered, so no CertificateRequest (s4.6.2).
    {"connected client",
     "4.6; RFC 9001 s6",
     Role::kClient,
     Path::kFull,
     5,
     {kNewSessionTicketType},
     {kKeyUpdateType},
     false},
    {"connected client, resumed",
     "4.6; RFC 9001 s6",
     Role::kClient,
     Path::kResumed,
     3,
     {kNewSessionTicketType},
     {kKeyUpdateType},
     false},
    // What a server waits for.
    {"new server", "4.1.2", Role::kServer, Path::kFull, 0, {kClientHelloType}, {}, false},
    {"after HelloRetryRequest",
     "4.1.2",
     Role::kServer,
     Path::kRetried,
     1,
     {kClientHelloType},
     {},
     true},
    // 0-RTT was not accepted, so no EndOfEarlyData; no certificate was asked for.
    {"after the server's Finished",
     "4.4.4",
     Role::kServer,
     Path::kFull,
     1,
     {kFinishedType},
     {},
     true},
    {"after the server's Finished, resumed",
     "4.4.4",
     Role::kServer,
     Path::kResumed,
     1,
     {kFinishedType},
     {},
     true},
    // A certificate was asked for.
    {"after the server's Finished behind a CertificateRequest",
     "4.4.2",
     Role::kServer,
     Path::kClientAuth,
     1,
     {kCertificateType},
     {},
     true},
    {"after the client's Certificate",
     "4.4.3",
     Role::kServer,
     Path::kClientAuth,
     2,
     {kCertificateVerifyType},
     {},
     true},
    {"after the client's CertificateVerify",
     "4.4.4",
     Role::kServer,
     Path::kClientAuth,
     3,
     {kFinishedType},
     {},
     true},
    {"after the client's empty Certificate: no CertificateVerify",
     "4.4.2, 4.4.3",
     Role::kServer,
     Path::kClientDeclines,
     2,
     {kFinishedType},
     {},
     true},
    {"connected server that knows the client",
     "4.6.3; RFC 9001 s6",
     Role::kServer,
     Path::kClientAuth,
     4,
     {},
     {kKeyUpdateType},
     false},
    {"connected server",
     "4.6.3; RFC 9001 s6",
     Role::kServer,
     Path::kFull,
     2,
     {},
     {kKeyUpdateType},
     false},
};

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
std::unique_ptr<CorePair> Reach(const Row& row, Transport transport, const std::string& session) {
  auto pair = std::make_unique<CorePair>(CorePairOptions{
      .transport = transport,
      .retry = row.path == Path::kRetried,
      .session = row.path == Path::kResumed ? session : std::string(),
      .client_authentication = AsksForCertificate(row.path) ? ClientAuthentication::kOptional
                                                            : ClientAuthentication::kNone,
      .client_credential = row.path == Path::kClientAuth});
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

bool Contains(const std::vector<uint8_t>& list, int type) {
  return std::find(list.begin(), list.end(), type) != list.end();
}

TEST(LegalMessages, AreThoseOfTheTableInEveryStateOnEveryTransport) {
  const Error unexpected = PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
  size_t tried = 0;
  for (const Transport transport :
       {Transport::kStream, Transport::kDatagram, Transport::kMessage}) {
    const std::string session = SessionFor(transport);
    for (const Row& row : kTable) {
      SCOPED_TRACE(std::string(row.state) + " (" + row.section + "), transport " +
                   std::to_string(static_cast<int>(transport)));
      for (int type : Types()) {
        const auto pair = Reach(row, transport, session);
        BareCore& side = row.role == Role::kClient ? *pair->client : *pair->server;
        ASSERT_FALSE(side.core.failure()) << static_cast<int>(side.core.failure()->code);
        const bool legal = Contains(row.legal, type) ||
                           (transport != Transport::kMessage && Contains(row.not_in_quic, type)) ||
                           (transport == Transport::kDatagram && Contains(row.in_dtls, type));
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
      EXPECT_EQ(done.ok(), row.change_cipher_spec);
      if (!done.ok()) {
        EXPECT_EQ(done.error(), unexpected);
      }
    }
  }
  EXPECT_EQ(tried, 3 * std::size(kTable) * Types().size());
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
