// SPDX-License-Identifier: Apache-2.0
// Clients that prove who they are by a certificate: what each end then knows, what is refused and
// how, sessions, and the same over every transport and any pieces.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/drivers/portable/sha256.h"
#include "tls/testing/core_pair.h"
#include "tls/testing/datagram_pair.h"
#include "tls/testing/stream_pair.h"

namespace merlon::tls::testing {
namespace {

constexpr uint8_t kCertificateType = 11, kCertificateVerifyType = 15, kFinishedType = 20;

std::shared_ptr<const ServerConfig> Asking(ClientAuthentication mode,
                                           World& world = SharedWorld()) {
  return world.ServerBuilder().SetClientAuthentication(mode).Build().value();
}
std::shared_ptr<const ClientConfig> WithCredential(World& world = SharedWorld(),
                                                   std::string_view name = kClientName) {
  return world.ClientBuilder().AddCredential(world.ClientCredential(name)).Build().value();
}
const Negotiated& Of(const StreamPair& pair, bool client) {
  return client ? pair.client->core.negotiated() : pair.server->core.negotiated();
}
std::string Sha256(std::string_view text) {
  return ToString(crypto::HashOf(crypto::kPortableSha256, AsBytes(text)).view());
}

// ---- What both ends know
// -------------------------------------------------------------------------

TEST(ClientAuth, TheServerLearnsWhoTheClientIs) {
  for (const ClientAuthentication mode :
       {ClientAuthentication::kOptional, ClientAuthentication::kRequired}) {
    StreamPair pair({.client = WithCredential(), .server = Asking(mode)});
    pair.Run();
    ASSERT_TRUE(pair.client->connected());
    ASSERT_TRUE(pair.server->connected());
    const std::string& leaf = SharedWorld().ClientCredential().chain_der[0];
    const Negotiated& server = Of(pair, false);
    EXPECT_EQ(server.client_certificate, ClientCertificate::kVerified);
    ASSERT_EQ(server.peer_chain.size(), 1u);
    EXPECT_EQ(server.peer_chain[0], AsBytes(leaf));
    EXPECT_EQ(ToString(server.client_identity), Sha256(leaf));
    EXPECT_EQ(server.client_scheme->id, kEcdsaSecp256r1Sha256.id);
    const Negotiated& client = Of(pair, true);
    EXPECT_EQ(client.client_certificate, ClientCertificate::kVerified);
    EXPECT_EQ(client.credential, &pair.client_config->credentials[0]);
    EXPECT_EQ(client.authentication, Authentication::kCertificate);
    pair.DeliverToServer(pair.client->Seal("ping"));
    pair.DeliverToClient(pair.server->Seal("pong"));
    EXPECT_EQ(pair.server->log.data, "ping");
    EXPECT_EQ(pair.client->log.data, "pong");
  }
}

TEST(ClientAuth, NobodyAsksUnlessToldTo) {
  StreamPair pair({.client = WithCredential()});
  pair.Run();
  ASSERT_TRUE(pair.server->connected());
  for (const bool client : {true, false}) {
    EXPECT_EQ(Of(pair, client).client_certificate, ClientCertificate::kNotRequested);
  }
  EXPECT_TRUE(Of(pair, false).peer_chain.empty());
}

TEST(ClientAuth, AClientWithoutACertificateIsLetInWhereItIsOptional) {
  StreamPair pair({.server = Asking(ClientAuthentication::kOptional)});
  pair.Run();
  ASSERT_TRUE(pair.client->connected());
  ASSERT_TRUE(pair.server->connected());
  for (const bool client : {true, false}) {
    EXPECT_EQ(Of(pair, client).client_certificate, ClientCertificate::kNone);
  }
  EXPECT_TRUE(Of(pair, false).peer_chain.empty());
  EXPECT_TRUE(Of(pair, false).client_identity.empty());
}

TEST(ClientAuth, AClientWithoutACertificateGetsCertificateRequired) {
  StreamPair pair({.server = Asking(ClientAuthentication::kRequired)});
  pair.Run();
  EXPECT_FALSE(pair.server->connected());
  EXPECT_EQ(pair.server->face.failure(),
            PeerError(Code::kCertificateRequired, Alert::kCertificateRequired));
  EXPECT_EQ(pair.client->face.peer_alert(), Alert::kCertificateRequired);
}

TEST(ClientAuth, WorksBehindARetry) {
  StreamPair pair({.client = WithCredential(),
                   .server = SharedWorld()
                                 .ServerBuilder()
                                 .SetGroups({23})
                                 .SetClientAuthentication(ClientAuthentication::kRequired)
                                 .Build()
                                 .value()});
  pair.Run();
  ASSERT_TRUE(pair.server->connected());
  EXPECT_TRUE(Of(pair, false).retried);
  EXPECT_EQ(Of(pair, false).client_certificate, ClientCertificate::kVerified);
}

TEST(ClientAuth, BothEndsLogTheSameSecretsAndExportTheSame) {
  World& world = SharedWorld();
  StreamPair pair({.client = world.ClientBuilder()
                                 .AddCredential(world.ClientCredential())
                                 .LogSecrets()
                                 .Build()
                                 .value(),
                   .server = world.ServerBuilder()
                                 .SetClientAuthentication(ClientAuthentication::kRequired)
                                 .LogSecrets()
                                 .Build()
                                 .value()});
  pair.Run();
  ASSERT_EQ(pair.client->log.secrets.size(), 5u);
  EXPECT_EQ(pair.client->log.secrets, pair.server->log.secrets);
  uint8_t a[32], b[32];
  ASSERT_TRUE(pair.client->core.ExportKeyingMaterial("EXPERIMENTAL x", {}, MutableBytes(a)).ok());
  ASSERT_TRUE(pair.server->core.ExportKeyingMaterial("EXPERIMENTAL x", {}, MutableBytes(b)).ok());
  EXPECT_EQ(Bytes(a), Bytes(b));
}

// A server that writes before it hears from the client (0.5-RTT) while the client still signs.
TEST(ClientAuth, DataThatComesBeforeTheClientHasSignedWaits) {
  StreamPair pair({.client = WithCredential(), .server = Asking(ClientAuthentication::kRequired)});
  pair.DeliverToServer(pair.client->Transmit(pair.now));
  std::string flight = pair.server->Transmit(pair.now);
  flight += pair.server->Seal("early");
  pair.client->answer = false;
  pair.DeliverToClient(std::move(flight));
  int answered = 0;
  while (!pair.client->face.Operations().empty()) {
    const Pending pending = pair.client->face.Operations().front();
    EXPECT_EQ(pair.client->log.data, "");
    ASSERT_TRUE(
        pair.client->face
            .Complete(pending.id, pair.client->operations.Perform(pending.request), pair.now)
            .ok());
    pair.client->Pump(pair.now);
    ++answered;
  }
  EXPECT_EQ(answered, 5);  // Agree, VerifyChain, VerifySignature, ChooseCredential, Sign
  EXPECT_EQ(pair.client->log.data, "early");
  pair.client->answer = true;
  pair.Run();
  EXPECT_TRUE(pair.server->connected());
}

// ---- Chains that are refused
// ---------------------------------------------------------------------

struct BadChain {
  const char* name;
  int not_before_hours, not_after_hours;
  x509::KeyPurpose purpose;
  bool trusted;
  Alert alert;
};

TEST(ClientAuth, BadChainsGetTheirAlerts) {
  World& world = SharedWorld();
  const auto client_purpose = x509::KeyPurpose::kClientAuth;
  const BadChain cases[] = {
      {"expired", -48, -1, client_purpose, true, Alert::kCertificateExpired},
      {"not yet valid", 1, 48, client_purpose, true, Alert::kCertificateExpired},
      {"a server's", -1, 48, x509::KeyPurpose::kServerAuth, true, Alert::kUnsupportedCertificate},
      {"untrusted", -1, 48, client_purpose, false, Alert::kUnknownCa},
  };
  const x509::TrustAnchors none{{}};
  for (const BadChain& c : cases) {
    SCOPED_TRACE(c.name);
    CredentialChoice credential = world.ClientCredential();
    credential.chain_der = {world.MakeLeafFor(credential.key, kClientName, c.purpose,
                                              kTestTime + std::chrono::hours(c.not_before_hours),
                                              kTestTime + std::chrono::hours(c.not_after_hours))};
    // Also where it is optional: a bad certificate is not the same as none.
    StreamPairOptions options = {
        .client = world.ClientBuilder().AddCredential(credential).Build().value(),
        .server = Asking(ClientAuthentication::kOptional)};
    if (!c.trusted) options.client_policy = VerifyAgainst{&none};
    StreamPair pair(std::move(options));
    pair.Run();
    EXPECT_FALSE(pair.server->connected());
    ASSERT_TRUE(pair.server->face.failure());
    EXPECT_EQ(pair.server->face.failure()->alert, c.alert);
    EXPECT_EQ(pair.client->face.peer_alert(), c.alert);
  }
}

TEST(ClientAuth, ByDefaultNobodyIsTrusted) {
  const auto config = Asking(ClientAuthentication::kRequired);
  World& world = SharedWorld();
  LocalOperations operations(world.crypto(), LocalOperations::ForServer(*config, nullptr));
  const std::string leaf = world.ClientCredential().chain_der[0];
  const Bytes chain[] = {AsBytes(leaf)};
  const OpResult verdict = operations.Perform(VerifyChain{
      .chain_der = chain, .server_name = {}, .peer_is_server = false, .wall = kTestTime});
  ASSERT_TRUE(std::holds_alternative<OpRefused>(verdict));
  EXPECT_EQ(std::get<OpRefused>(verdict).error.alert, Alert::kUnknownCa);
}

// ---- Messages that are refused, on each transport
// ------------------------------------------------

class Refused : public ::testing::TestWithParam<Transport> {
 protected:
  // Both stand where the client's flight is on its way: Certificate, CertificateVerify, Finished.
  explicit Refused(ClientAuthentication mode = ClientAuthentication::kOptional)
      : pair({.transport = GetParam(), .client_authentication = mode}) {
    pair.DeliverToServer();
    while (pair.DeliverToClient()) {
    }
  }
  std::string& Message(size_t index) { return pair.client->to_send[index]; }
  static Bytes BodyOf(const std::string& message) {
    return Slice(AsBytes(message), record::kHandshakeHeaderSize);
  }
  Result<Disposition> Give(uint8_t type, Bytes body) {
    return pair.server->Handle({type, body, 0});
  }
  Result<Disposition> GiveNext(size_t index) {
    return Give(static_cast<uint8_t>(Message(index)[0]), BodyOf(Message(index)));
  }
  template <class M>
  std::string Encode(const M& message) {
    std::string out(4096, '\0');
    Writer writer(MutableBytes(reinterpret_cast<uint8_t*>(out.data()), out.size()));
    message.Encode(writer, {GetParam(), 32});
    out.resize(writer.size());
    return out;
  }

  CorePair pair;
};
INSTANTIATE_TEST_SUITE_P(Transports, Refused,
                         ::testing::Values(Transport::kStream, Transport::kDatagram,
                                           Transport::kMessage),
                         [](const auto& test) {
                           return test.param == Transport::kStream     ? "Stream"
                                  : test.param == Transport::kDatagram ? "Datagram"
                                                                       : "Message";
                         });

TEST_P(Refused, NothingOfWhatIsRight) {
  ASSERT_EQ(pair.client->to_send.size(), 3u);
  EXPECT_EQ(Message(0)[0], kCertificateType);
  EXPECT_EQ(Message(1)[0], kCertificateVerifyType);
  EXPECT_EQ(Message(2)[0], kFinishedType);
  pair.Run();
  EXPECT_TRUE(pair.server->connected);
  EXPECT_EQ(pair.server->core.negotiated().client_certificate, ClientCertificate::kVerified);
}

TEST_P(Refused, AWrongSignatureIsDecryptError) {
  ASSERT_TRUE(GiveNext(0).ok());
  // Another one of the same key: that over the transcript of another handshake.
  CorePair other(
      {.transport = GetParam(), .client_authentication = ClientAuthentication::kRequired});
  other.DeliverToServer();
  while (other.DeliverToClient()) {
  }
  (void)Give(kCertificateVerifyType, BodyOf(other.client->to_send[1]));
  EXPECT_EQ(pair.server->core.failure(), PeerError(Code::kBadPeerSignature, Alert::kDecryptError));
}

TEST_P(Refused, TheServersSignatureIsNotTheClients) {
  ASSERT_TRUE(GiveNext(0).ok());
  std::string damaged = Message(1);
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  (void)Give(kCertificateVerifyType, BodyOf(damaged));
  EXPECT_EQ(pair.server->core.failure(), PeerError(Code::kBadPeerSignature, Alert::kDecryptError));
}

TEST_P(Refused, ASchemeThatWasNotOfferedIsIllegalParameter) {
  // ecdsa_sha1, rsa_pkcs1_sha256 (for certificates alone), ed448, and none that there is.
  for (const uint16_t scheme : {0x0203, 0x0401, 0x0808, 0x0000}) {
    CorePair fresh(
        {.transport = GetParam(), .client_authentication = ClientAuthentication::kRequired});
    fresh.DeliverToServer();
    while (fresh.DeliverToClient()) {
    }
    fresh.DeliverToServer();
    const std::string verify =
        Encode(CertificateVerify{.scheme = scheme, .signature = AsBytes("signature")});
    EXPECT_EQ(fresh.server->Handle({kCertificateVerifyType, AsBytes(verify), 0}).error(),
              IllegalParameter())
        << scheme;
  }
}

TEST_P(Refused, ASchemeThatDoesNotSuitTheKeyIsIllegalParameter) {
  ASSERT_TRUE(GiveNext(0).ok());
  const std::string verify =
      Encode(CertificateVerify{.scheme = kRsaPssRsaeSha256.id, .signature = AsBytes("signature")});
  EXPECT_EQ(Give(kCertificateVerifyType, AsBytes(verify)).error(), IllegalParameter());
}

TEST_P(Refused, ACertificateVerifyThatIsLeftOutIsUnexpectedMessage) {
  ASSERT_TRUE(GiveNext(0).ok());
  EXPECT_EQ(GiveNext(2).error(), PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage));
}

TEST_P(Refused, ACertificateVerifyWithoutACertificateIsUnexpectedMessage) {
  const std::string empty = Encode(Certificate{.context = {}, .list = {}});
  ASSERT_TRUE(Give(kCertificateType, AsBytes(empty)).ok());
  EXPECT_EQ(GiveNext(1).error(), PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage));
}

TEST_P(Refused, ACertificateThatIsLeftOutIsUnexpectedMessage) {
  EXPECT_EQ(GiveNext(2).error(), PeerError(Code::kUnexpectedMessage, Alert::kUnexpectedMessage));
}

TEST_P(Refused, AContextIsIllegalParameter) {
  Reader reader(BodyOf(Message(0)));
  const Result<Certificate> right = Certificate::Decode(reader, {GetParam(), 32});
  ASSERT_TRUE(right.ok());
  const std::string with_context =
      Encode(Certificate{.context = AsBytes("1"), .list = right->list});
  EXPECT_EQ(Give(kCertificateType, AsBytes(with_context)).error(), IllegalParameter());
}

TEST_P(Refused, AContextOfAnEmptyCertificateIsIllegalParameter) {
  const std::string empty = Encode(Certificate{.context = AsBytes("1"), .list = {}});
  EXPECT_EQ(Give(kCertificateType, AsBytes(empty)).error(), IllegalParameter());
}

TEST_P(Refused, AnExtensionThatWasNotAskedForIsUnsupportedExtension) {
  // cert_data of one byte, one extension: status_request with a response of one byte.
  const uint8_t entry[] = {0, 0, 1, 0x30, 0, 9, 0, 5, 0, 5, 1, 0, 0, 1, 0xaa};
  const std::string extended = Encode(Certificate{.context = {}, .list = Bytes(entry)});
  EXPECT_EQ(Give(kCertificateType, AsBytes(extended)).error(),
            PeerError(Code::kUnsupportedExtension, Alert::kUnsupportedExtension));
}

TEST_P(Refused, GarbageIsBadCertificate) {
  const uint8_t entry[] = {0, 0, 1, 0x30, 0, 0};
  const std::string garbage = Encode(Certificate{.context = {}, .list = Bytes(entry)});
  (void)Give(kCertificateType, AsBytes(garbage));
  ASSERT_TRUE(pair.server->core.failure());
  EXPECT_EQ(pair.server->core.failure()->alert, Alert::kBadCertificate);
}

TEST_P(Refused, AChainThatIsTooLongIsBadCertificate) {
  std::string list;
  for (int i = 0; i < 11; ++i) list += std::string("\0\0\1\x30\0\0", 6);
  const std::string chain = Encode(Certificate{.context = {}, .list = AsBytes(list)});
  EXPECT_EQ(Give(kCertificateType, AsBytes(chain)).error(),
            PeerError(Code::kPathTooLong, Alert::kBadCertificate));
}

// What a client makes of CertificateRequest.
TEST_P(Refused, ABadCertificateRequest) {
  const uint8_t schemes[] = {4, 3};
  CertificateRequest with_context, without_schemes;
  with_context.context = AsBytes("1");
  with_context.signature_algorithms = U16List(schemes);
  for (const auto& [request, error] :
       {std::pair(with_context, IllegalParameter()),
        std::pair(without_schemes, PeerError(Code::kMissingExtension, Alert::kMissingExtension))}) {
    CorePair fresh({.transport = GetParam()});
    fresh.DeliverToServer();
    fresh.DeliverToClient();
    fresh.DeliverToClient();
    const std::string body = Encode(request);
    EXPECT_EQ(fresh.client->Handle({CertificateRequest::kType, AsBytes(body), 0}).error(), error);
  }
}

// ---- Sessions
// ------------------------------------------------------------------------------------

TEST(ClientAuth, AResumptionKnowsTheClient) {
  for (const ClientAuthentication mode :
       {ClientAuthentication::kOptional, ClientAuthentication::kRequired}) {
    StreamPair first({.client = WithCredential(), .server = Asking(mode)});
    first.Run();
    const std::string leaf = SharedWorld().ClientCredential().chain_der[0];
    std::string session = first.client->log.sessions.at(0);
    // Also from the tickets of a resumed connection.
    for (int i = 0; i < 2; ++i) {
      StreamPair again({.client = WithCredential(), .server = Asking(mode), .session = session});
      again.Run();
      ASSERT_TRUE(again.server->connected());
      EXPECT_EQ(Of(again, false).authentication, Authentication::kResumption);
      EXPECT_EQ(Of(again, false).client_certificate, ClientCertificate::kVerified);
      EXPECT_EQ(ToString(Of(again, false).client_identity), Sha256(leaf));
      EXPECT_TRUE(Of(again, false).peer_chain.empty());
      EXPECT_EQ(Of(again, true).client_certificate, ClientCertificate::kVerified);
      session = again.client->log.sessions.at(0);
    }
  }
}

TEST(ClientAuth, AResumptionDoesNotCrossAChangeOfWhatIsAskedFor) {
  const ClientAuthentication modes[] = {ClientAuthentication::kNone,
                                        ClientAuthentication::kOptional,
                                        ClientAuthentication::kRequired};
  for (const ClientAuthentication before : modes) {
    for (const ClientAuthentication after : modes) {
      StreamPair first({.client = WithCredential(), .server = Asking(before)});
      first.Run();
      StreamPair second({.client = WithCredential(),
                         .server = Asking(after),
                         .session = first.client->log.sessions.at(0)});
      second.Run();
      ASSERT_TRUE(second.server->connected());
      EXPECT_EQ(Of(second, false).authentication,
                before == after ? Authentication::kResumption : Authentication::kCertificate);
      EXPECT_EQ(Of(second, false).client_certificate, after == ClientAuthentication::kNone
                                                          ? ClientCertificate::kNotRequested
                                                          : ClientCertificate::kVerified);
    }
  }
}

TEST(ClientAuth, ASessionOfSomebodyElseIsNotOffered) {
  World& world = SharedWorld();
  const auto server = Asking(ClientAuthentication::kOptional);
  StreamPair first({.client = WithCredential(), .server = server});
  first.Run();
  const std::string session = first.client->log.sessions.at(0);
  // With another certificate, and with none.
  for (const auto& client :
       {WithCredential(world, "other.example"), world.ClientBuilder().Build().value()}) {
    StreamPair second({.client = client, .server = server, .session = session});
    second.Run();
    ASSERT_TRUE(second.server->connected());
    EXPECT_EQ(Of(second, false).authentication, Authentication::kCertificate);
  }
  // With several, one of which is the one.
  StreamPair third({.client = world.ClientBuilder()
                                  .AddCredential(world.ClientCredential("other.example"))
                                  .AddCredential(world.ClientCredential())
                                  .Build()
                                  .value(),
                    .server = server,
                    .session = session});
  third.Run();
  EXPECT_EQ(Of(third, false).authentication, Authentication::kResumption);
}

TEST(ClientAuth, ANamelessSessionIsNotOfferedOnceThereIsACertificate) {
  const auto server = Asking(ClientAuthentication::kOptional);
  StreamPair first({.server = server});
  first.Run();
  const std::string session = first.client->log.sessions.at(0);
  StreamPair nameless({.server = server, .session = session});
  nameless.Run();
  EXPECT_EQ(Of(nameless, false).authentication, Authentication::kResumption);
  EXPECT_EQ(Of(nameless, false).client_certificate, ClientCertificate::kNone);
  StreamPair named({.client = WithCredential(), .server = server, .session = session});
  named.Run();
  EXPECT_EQ(Of(named, false).authentication, Authentication::kCertificate);
  EXPECT_EQ(Of(named, false).client_certificate, ClientCertificate::kVerified);
}

// RFC 9846 s4.3.2: "Servers which are authenticating with a resumption PSK MUST NOT send the
// CertificateRequest message in the main handshake"; nor with an external one.
TEST(ClientAuth, NobodyIsAskedWhereAPskServes) {
  World& world = SharedWorld();
  StreamPair pair({.client = world.ClientBuilder()
                                 .AddCredential(world.ClientCredential())
                                 .AddRawExternalPsk(kPskIdentity, world.psk())
                                 .Build()
                                 .value(),
                   .server = world.ServerBuilder()
                                 .SetClientAuthentication(ClientAuthentication::kOptional)
                                 .AddRawExternalPsk(kPskIdentity, world.psk())
                                 .Build()
                                 .value()});
  pair.Run();
  ASSERT_TRUE(pair.server->connected());
  EXPECT_EQ(Of(pair, false).authentication, Authentication::kExternalPsk);
  EXPECT_EQ(Of(pair, false).client_certificate, ClientCertificate::kNotRequested);
}

// ---- Any pieces, any storage
// ---------------------------------------------------------------------

class ClientAuthSplits : public ::testing::Test {
 protected:
  static std::string Story(size_t chunk, size_t cut) {
    World world(7);
    StreamPair pair({.client = WithCredential(world),
                     .server = Asking(ClientAuthentication::kRequired, world),
                     .chunk = chunk,
                     .cut = cut},
                    world);
    pair.Run();
    pair.DeliverToServer(pair.client->Seal("question"));
    pair.DeliverToClient(pair.server->Seal("answer"));
    std::string story = "client: " + pair.client->log.events + pair.client->log.data +
                        " server: " + pair.server->log.events + pair.server->log.data;
    for (const std::string& session : pair.client->log.sessions) story += session;
    if (pair.client->log.error || pair.server->log.error) story += " error";
    return story + std::to_string(pair.to_client.size()) + "/" +
           std::to_string(pair.to_server.size());
  }
};

TEST_F(ClientAuthSplits, EveryCutAndEveryChunkSizeIsTheSame) {
  const std::string whole = Story(SIZE_MAX, 0);
  EXPECT_NE(whole.find("question"), std::string::npos);
  EXPECT_NE(whole.find("answer"), std::string::npos);
  EXPECT_EQ(whole.find("error"), std::string::npos);
  const size_t end = static_cast<size_t>(std::stoul(whole.substr(whole.rfind('/') + 1))) + 700;
  for (size_t cut = 1; cut < end; cut += 7) ASSERT_EQ(Story(SIZE_MAX, cut), whole) << cut;
  for (size_t chunk = 1; chunk < 600; chunk += 13) ASSERT_EQ(Story(chunk, 0), whole) << chunk;
}

TEST(ClientAuth, TooLittleStorageFailsCleanlyAtEverySize) {
  for (const bool client : {true, false}) {
    bool enough = false;
    for (size_t size = 0; size < 12000 && !enough; size += 16) {
      StreamPairOptions options = {.client = WithCredential(),
                                   .server = Asking(ClientAuthentication::kRequired)};
      (client ? options.client_sizes : options.server_sizes).storage = size;
      StreamPair pair(std::move(options));
      pair.Run();
      auto& side = client ? *pair.client : *pair.server;
      enough = side.connected() && !side.log.error;
      if (enough) break;
      ASSERT_TRUE(side.core.failure()) << size;
      EXPECT_EQ(side.core.failure()->code, Code::kNoSpace) << size;
    }
    EXPECT_TRUE(enough);
  }
}

TEST(ClientAuth, StorageMayBeGivenBack) {
  StreamPair pair({.client = WithCredential(), .server = Asking(ClientAuthentication::kRequired)});
  pair.Run();
  for (auto* side : {pair.client.get(), pair.server.get()}) {
    ASSERT_TRUE(side->core.ReleaseStorage().ok());
    EXPECT_TRUE(side->core.negotiated().peer_chain.empty());
    EXPECT_TRUE(side->core.negotiated().client_identity.empty());
    EXPECT_EQ(side->core.negotiated().client_certificate, ClientCertificate::kVerified);
  }
}

// ---- Operations
// ----------------------------------------------------------------------------------

// Fails or spoils the n-th operation of either side, for every n until the handshake completes.
TEST(ClientAuth, AFailedOperationIsInternalErrorWhereverItFails) {
  size_t n = 0;
  for (bool completed = false; !completed; ++n) {
    StreamPair pair(
        {.client = WithCredential(), .server = Asking(ClientAuthentication::kRequired)});
    // The first of all was answered when the pair was made.
    pair.client->answer = pair.server->answer = false;
    size_t count = 0;
    bool failed = false;
    for (int round = 0; round < 60 && !failed; ++round) {
      for (auto* side : {pair.client.get(), pair.server.get()}) {
        while (!failed && !side->face.Operations().empty()) {
          const Pending pending = side->face.Operations().front();
          failed = count++ == n;
          (void)side->face.Complete(pending.id,
                                    failed ? OpFailed{} : side->operations.Perform(pending.request),
                                    pair.now);
          if (failed) {
            EXPECT_EQ(side->face.failure(), DriverError(Code::kOperationFailed));
          }
        }
        if (!failed) side->Pump(pair.now);
      }
      if (failed) break;
      pair.DeliverToServer(pair.client->Transmit(pair.now));
      pair.DeliverToClient(pair.server->Transmit(pair.now));
    }
    completed = !failed;
    if (completed) {
      EXPECT_TRUE(pair.server->connected());
    }
  }
  // ChooseCredential, Encapsulate, Sign; Agree, VerifyChain, VerifySignature, ChooseCredential,
  // Sign; VerifyChain, VerifySignature, two SealTicket.
  EXPECT_EQ(n - 1, 12u);
}

TEST(ClientAuth, AWrongAnswerToChooseCredentialIsAFailureOfOurs) {
  World& world = SharedWorld();
  const auto config = WithCredential();
  const Credential none = {};
  for (const CredentialChosen& wrong :
       {CredentialChosen{&config->credentials[0], 0x0804}, CredentialChosen{&none, 0x0403},
        CredentialChosen{&config->credentials[0], 0}}) {
    StreamPair pair({.client = config, .server = Asking(ClientAuthentication::kRequired)}, world);
    pair.client->answer = false;
    pair.DeliverToServer(pair.client->Transmit(pair.now));
    pair.DeliverToClient(pair.server->Transmit(pair.now));
    while (!pair.client->face.Operations().empty()) {
      const Pending pending = pair.client->face.Operations().front();
      const bool choose = std::holds_alternative<ChooseCredential>(pending.request);
      (void)pair.client->face.Complete(
          pending.id, choose ? OpResult(wrong) : pair.client->operations.Perform(pending.request),
          pair.now);
      pair.client->Pump(pair.now);
    }
    EXPECT_EQ(pair.client->face.failure(), DriverError(Code::kOperationFailed));
  }
}

// Who the client is, the answerer says: its own name for the client is in tickets and Negotiated.
TEST(ClientAuth, TheAnswererNamesTheClient) {
  for (const size_t size : {0u, 64u, 65u}) {
    StreamPair pair(
        {.client = WithCredential(), .server = Asking(ClientAuthentication::kRequired)});
    pair.server->answer = false;
    const std::string name(size, 'n');
    for (int round = 0; round < 10; ++round) {
      pair.DeliverToServer(pair.client->Transmit(pair.now));
      while (!pair.server->face.Operations().empty()) {
        const Pending pending = pair.server->face.Operations().front();
        OpResult answer = pair.server->operations.Perform(pending.request);
        if (auto* verified = std::get_if<ChainVerified>(&answer))
          verified->identity = AsBytes(name);
        (void)pair.server->face.Complete(pending.id, answer, pair.now);
        pair.server->Pump(pair.now);
      }
      pair.DeliverToClient(pair.server->Transmit(pair.now));
    }
    EXPECT_EQ(pair.server->connected(), size <= kMaxPeerIdentity);
    if (size > kMaxPeerIdentity) {
      EXPECT_EQ(pair.server->face.failure(), DriverError(Code::kOperationFailed));
    } else {
      EXPECT_EQ(ToString(Of(pair, false).client_identity), name);
    }
  }
}

// ---- Datagrams
// -----------------------------------------------------------------------------------

TEST(ClientAuthDatagram, TheServerLearnsWhoTheClientIs) {
  DatagramPair pair(
      {.client = WithCredential(), .server = Asking(ClientAuthentication::kRequired)});
  ASSERT_TRUE(pair.Run());
  EXPECT_EQ(pair.server->core.negotiated().client_certificate, ClientCertificate::kVerified);
  EXPECT_EQ(pair.server->core.negotiated().peer_chain.size(), 1u);
  DatagramPair again({.client = WithCredential(),
                      .server = Asking(ClientAuthentication::kRequired),
                      .session = pair.client->log.sessions.at(0)});
  ASSERT_TRUE(again.Run());
  EXPECT_EQ(again.server->core.negotiated().authentication, Authentication::kResumption);
  EXPECT_EQ(again.server->core.negotiated().client_certificate, ClientCertificate::kVerified);
}

TEST(ClientAuthDatagram, AClientWithoutACertificateGetsCertificateRequired) {
  DatagramPair pair({.server = Asking(ClientAuthentication::kRequired)});
  (void)pair.Run();
  EXPECT_EQ(pair.server->face.failure(),
            PeerError(Code::kCertificateRequired, Alert::kCertificateRequired));
  EXPECT_EQ(pair.client->face.peer_alert(), Alert::kCertificateRequired);
}

void ExpectKnown(DatagramPair& pair) {
  ASSERT_TRUE(pair.client->connected());
  ASSERT_TRUE(pair.server->connected());
  ASSERT_FALSE(pair.client->face.failure());
  ASSERT_FALSE(pair.server->face.failure());
  ASSERT_EQ(pair.server->core.negotiated().client_certificate, ClientCertificate::kVerified);
  ASSERT_NE(pair.client->log.events.find("releasable"), std::string::npos);
  ASSERT_NE(pair.server->log.events.find("releasable"), std::string::npos);
}

// 300 seeds at 30 % loss, 10 % duplication, reordering, MTU 512: every handshake completes, and
// data goes both ways afterwards.
TEST(ClientAuthDatagram, CompletesOverBadNetworks) {
  const auto client = WithCredential();
  const auto server = Asking(ClientAuthentication::kRequired);
  for (uint32_t seed = 1; seed <= 300 && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    DatagramPairOptions options = {.client = client, .server = server};
    options.link = {.loss = 30, .duplicate = 10, .reorder = 20, .mtu = 512, .seed = seed};
    options.datagram.mtu = 512;
    options.datagram.retransmit.limit = 30;
    DatagramPair pair(options);
    ASSERT_TRUE(pair.Run(std::chrono::hours(2)));
    ExpectKnown(pair);
    pair.to_client.options() = pair.to_server.options() = LinkOptions{};
    pair.SendToServer("data");
    pair.SendToClient("data");
    ASSERT_TRUE(pair.Run());
    ASSERT_EQ(pair.server->log.data, "data");
    ASSERT_EQ(pair.client->log.data, "data");
  }
}

// Every way to lose any two of the datagrams.
TEST(ClientAuthDatagram, CompletesWhicheverTwoDatagramsAreLost) {
  const DatagramPairOptions options = {.client = WithCredential(),
                                       .server = Asking(ClientAuthentication::kRequired),
                                       .datagram = {.mtu = 256}};
  DatagramPair whole(options);
  ASSERT_TRUE(whole.Run());
  const size_t ups = whole.to_server.sent(), all = ups + whole.to_client.sent();
  EXPECT_GE(all, 10u);
  for (size_t a = 0; a < all; ++a) {
    for (size_t b = a; b < all && !HasFatalFailure(); ++b) {
      SCOPED_TRACE("lost: " + std::to_string(a) + " and " + std::to_string(b));
      DatagramPair pair(options);
      pair.to_server.set_drop([=](size_t i) { return i == a || i == b; });
      pair.to_client.set_drop([=](size_t i) { return i + ups == a || i + ups == b; });
      ASSERT_TRUE(pair.Run());
      ExpectKnown(pair);
    }
  }
}

// A client that takes minutes to sign: the server's flight is acknowledged meanwhile, and nothing
// is lost.
TEST(ClientAuthDatagram, ASlowTokenIsWaitedFor) {
  DatagramPair pair(
      {.client = WithCredential(), .server = Asking(ClientAuthentication::kRequired)});
  pair.client->answer = false;
  for (int i = 0; i < 40 && !pair.client->connected(); ++i) {
    (void)pair.Run(std::chrono::seconds(20));
    if (pair.client->face.Operations().empty()) continue;
    const Pending pending = pair.client->face.Operations().front();
    ASSERT_TRUE(
        pair.client->face
            .Complete(pending.id, pair.client->operations.Perform(pending.request), pair.now)
            .ok());
    pair.client->Poll();
  }
  ASSERT_TRUE(pair.Run());
  ExpectKnown(pair);
}

}  // namespace
}  // namespace merlon::tls::testing
