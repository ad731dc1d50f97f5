// SPDX-License-Identifier: Apache-2.0
// Which message is legal in which state of TLS 1.2 and DTLS 1.2: a table written by hand from the
// RFCs, against what the core does, as legal_messages_test.cc has it for TLS 1.3. What the table
// does not list must be unexpected_message (RFC 5246 s7.4: "Sending handshake messages in an
// unexpected order results in a fatal error").
#include <gtest/gtest.h>

#include <algorithm>

#include "tls/testing/core_pair.h"

namespace merlon::tls::testing {
namespace {

enum class Role { kClient, kServer };
// Which handshake leads to the state.
enum class Path { kFull, kClientAuth, kClientDeclines, kResumed, kPsk, kEcdhePsk };

constexpr uint8_t kHelloRequestType = 0, kNewSessionTicketType = 4, kCertificateType = 11,
                  kServerKeyExchangeType = 12, kCertificateRequestType = 13,
                  kServerHelloDoneType = 14, kCertificateVerifyType = 15,
                  kClientKeyExchangeType = 16, kFinishedType = 20;
// Those with an empty body are right as they are tried here.
constexpr uint8_t kEmptyTypes[] = {kHelloRequestType, kServerHelloDoneType};

struct Row {
  const char* state;
  const char* section;  // of RFC 5246, but where another is named
  Role role;
  Path path;
  int taken;  // messages and, on streams, ChangeCipherSpecs that the side has taken before
  std::vector<uint8_t> legal;
  // Only streams wait for ChangeCipherSpec: there nothing else may come. On datagrams it is no part
  // of the order (RFC 6347 s4.2.4), and the row stands for the next one.
  bool change_cipher_spec = false;
};

const Row kTable[] = {
    // What a client waits for. HelloRequest is ignored while it negotiates (s7.4.1.1).
    {"after ServerHello", "7.4.2", Role::kClient, Path::kFull, 1, {kCertificateType}},
    {"after Certificate", "7.4.3", Role::kClient, Path::kFull, 2, {kServerKeyExchangeType}},
    {"after ServerKeyExchange",
     "7.4.4, 7.4.5",
     Role::kClient,
     Path::kFull,
     3,
     {kCertificateRequestType, kServerHelloDoneType}},
    {"after CertificateRequest",
     "7.4.5",
     Role::kClient,
     Path::kClientAuth,
     4,
     {kServerHelloDoneType}},
    {"after ServerHelloDone, a ticket was promised",
     "RFC 5077 3.3",
     Role::kClient,
     Path::kFull,
     4,
     {kNewSessionTicketType}},
    {"after ServerHelloDone with a CertificateRequest",
     "RFC 5077 3.3",
     Role::kClient,
     Path::kClientAuth,
     5,
     {kNewSessionTicketType}},
    {"after NewSessionTicket", "7.1", Role::kClient, Path::kFull, 5, {}, true},
    {"after ServerHello that resumes", "7.1", Role::kClient, Path::kResumed, 1, {}, true},
    {"after ServerHello with a PSK suite",
     "RFC 4279 2",
     Role::kClient,
     Path::kPsk,
     1,
     {kServerKeyExchangeType, kServerHelloDoneType}},
    {"after ServerHelloDone with a PSK suite", "7.1", Role::kClient, Path::kPsk, 2, {}, true},
    {"after ServerHello with an ECDHE_PSK suite: the key exchange cannot be left out",
     "RFC 5489 2",
     Role::kClient,
     Path::kEcdhePsk,
     1,
     {kServerKeyExchangeType}},
    {"after ServerKeyExchange with an ECDHE_PSK suite",
     "RFC 5489 2",
     Role::kClient,
     Path::kEcdhePsk,
     2,
     {kServerHelloDoneType}},
    // What a server waits for.
    {"after ServerHelloDone", "7.4.7", Role::kServer, Path::kFull, 1, {kClientKeyExchangeType}},
    {"after CertificateRequest", "7.4.6", Role::kServer, Path::kClientAuth, 1, {kCertificateType}},
    {"after the client's Certificate",
     "7.4.7",
     Role::kServer,
     Path::kClientAuth,
     2,
     {kClientKeyExchangeType}},
    {"after ClientKeyExchange behind a Certificate",
     "7.4.8",
     Role::kServer,
     Path::kClientAuth,
     3,
     {kCertificateVerifyType}},
    {"after CertificateVerify", "7.1", Role::kServer, Path::kClientAuth, 4, {}, true},
    {"after ClientKeyExchange behind an empty Certificate: no CertificateVerify",
     "7.1, 7.4.8",
     Role::kServer,
     Path::kClientDeclines,
     3,
     {},
     true},
    {"after ClientKeyExchange", "7.1", Role::kServer, Path::kFull, 2, {}, true},
    {"after the server's Finished, resumed", "7.1", Role::kServer, Path::kResumed, 1, {}, true},
};

std::string SessionFor(Transport transport) {
  CorePair pair({.transport = transport, .max_version = Version::kTls12});
  pair.Run();
  EXPECT_FALSE(pair.client->sessions.empty());
  return pair.client->sessions.empty() ? std::string() : pair.client->sessions.front();
}

std::unique_ptr<CorePair> Reach(const Row& row, Transport transport, const std::string& session) {
  CorePairOptions options = {.transport = transport, .max_version = Version::kTls12};
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

template <class List>
bool Contains(const List& list, int type) {
  return std::find(std::begin(list), std::end(list), type) != std::end(list);
}

TEST(LegalMessages12, AreThoseOfTheTableInEveryState) {
  const Error unexpected = PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage);
  for (const Transport transport : {Transport::kStream, Transport::kDatagram}) {
    const std::string session = SessionFor(transport);
    for (const Row& row : kTable) {
      SCOPED_TRACE(std::string(row.state) + " (" + row.section + "), transport " +
                   std::to_string(static_cast<int>(transport)));
      std::vector<uint8_t> all = row.legal;
      if (row.change_cipher_spec && transport == Transport::kDatagram) all.push_back(kFinishedType);
      for (int type = 0; type <= 32; ++type) {
        const auto pair = Reach(row, transport, session);
        BareCore& side = row.role == Role::kClient ? *pair->client : *pair->server;
        ASSERT_FALSE(side.core.failure()) << static_cast<int>(side.core.failure()->code);
        const Result<Disposition> done = side.Handle({static_cast<uint8_t>(type), {}, 0});
        const bool ignored = type == kHelloRequestType && row.role == Role::kClient;
        if (ignored || (Contains(all, type) && Contains(kEmptyTypes, type))) {
          EXPECT_TRUE(done.ok()) << type;
          continue;
        }
        // An empty body suits no other message: a legal type fails to decode.
        ASSERT_FALSE(done.ok()) << type;
        EXPECT_EQ(done.error() == unexpected, !Contains(all, type)) << type;
        EXPECT_EQ(side.core.failure(), done.error()) << type;
      }
      if (transport == Transport::kDatagram) continue;  // its face keeps ChangeCipherSpec to itself
      const auto pair = Reach(row, transport, session);
      BareCore& side = row.role == Role::kClient ? *pair->client : *pair->server;
      const Result<Disposition> done = side.HandleChangeCipherSpec();
      EXPECT_EQ(done.ok(), row.change_cipher_spec);
      if (!done.ok()) {
        EXPECT_EQ(done.error(), unexpected);
        continue;
      }
      // And behind it there is Finished alone.
      for (int type = 1; type <= 32; ++type) {
        const auto behind = Reach(row, transport, session);
        BareCore& after = row.role == Role::kClient ? *behind->client : *behind->server;
        ASSERT_TRUE(after.HandleChangeCipherSpec().ok());
        const Result<Disposition> next = after.Handle({static_cast<uint8_t>(type), {}, 0});
        ASSERT_FALSE(next.ok()) << type;
        EXPECT_EQ(next.error() == unexpected, type != kFinishedType) << type;
      }
    }
  }
}

// A legal type with its real contents is taken: the table's rows are states that do go on.
TEST(LegalMessages12, TheRealOnesAreTaken) {
  for (const Transport transport : {Transport::kStream, Transport::kDatagram}) {
    for (const Row& row : kTable) {
      const auto pair = Reach(row, transport, SessionFor(transport));
      pair->Run();
      EXPECT_TRUE(pair->client->connected) << row.state;
      EXPECT_TRUE(pair->server->connected) << row.state;
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
