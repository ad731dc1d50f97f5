// SPDX-License-Identifier: Apache-2.0
// RFC 8448's handshakes driven through the server's states: the client's messages come from the
// trace, and so does what the server draws at random or asks an answerer for. What the states say
// must be the trace's, to the byte, but for extensions that we never send (supported_groups and
// record_size_limit in EncryptedExtensions, a cookie over a stream): each is compared without them,
// and the transcript goes on with the trace's.
#include <gtest/gtest.h>

#include <set>

#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/testing/vectors.h"
#include "tls/ext/extension_block.h"
#include "tls/msgs/client_hello.h"
#include "tls/msgs/server_hello.h"
#include "tls/session.h"
#include "tls/testing/rfc8448_trace.h"
#include "tls/testing/world.h"

namespace merlon::tls::testing {
namespace {

// A connection's random bytes are hashes, by that of the first suite. This hash of no
// suite that a client offers makes them the trace's.
Buffer drawn_at_random;
constexpr crypto::HashAlgorithm kTraceRandom = {
    .id = crypto::HashId::kNone,
    .size = 32,
    .block_size = 64,
    .context_size = 8,
    .start = [](void*) {},
    .update = [](void*, Bytes) {},
    .finish =
        [](void*, MutableBytes out) {
          drawn_at_random.resize(out.size());
          memcpy(out.data(), drawn_at_random.data(), out.size());
        },
};

// The responder's private key.
class TraceRng final : public crypto::Rng {
 public:
  explicit TraceRng(Bytes key) : key_(key) {}
  Result<void> Fill(MutableBytes out) override {
    EXPECT_EQ(out.size(), key_.size());
    memcpy(out.data(), key_.data(), std::min(out.size(), key_.size()));
    return {};
  }

 private:
  Bytes key_;
};

// A message that ends in extensions, without some of them. `at`: where the block's length stands.
Buffer Without(const Buffer& message, size_t at, const std::set<uint16_t>& types) {
  Buffer out(message.size());
  Writer writer(absl::MakeSpan(out));
  writer.Int<1>(message[0]);
  writer.Prefixed<3>([&] {
    writer.Raw(Slice(Bytes(message), 4, at - 4));
    writer.Prefixed<2>([&] {
      Reader block(Slice(Bytes(message), at + 2));
      for (Extension e; NextExtension(block, &e);) {
        if (!types.contains(e.type)) WriteExtension(writer, e);
      }
    });
  });
  EXPECT_TRUE(writer.ok());
  out.resize(writer.size());
  return out;
}
constexpr uint16_t kSupportedGroups = 10, kRecordSizeLimit = 28, kEarlyData = 42, kCookie = 44;
constexpr size_t kBeforeRetryExtensions = 4 + 2 + 32 + 1 + 2 + 1;  // no session ID

// What the server in the trace would be made of.
struct Server {
  explicit Server(const Trace& trace)
      : storage(16384),
        cx(config, ServerOptions{}, outbox, events, operations, Transport::kStream,
           absl::MakeSpan(storage), Seed(32, [](MutableBytes) {})) {
    const Bytes message(trace.certificate);
    Reader list(Slice(message, 4 + 1));  // behind the empty context
    Bytes entries;
    EXPECT_TRUE(list.Prefixed<3>(&entries));
    Reader entry(entries);
    EXPECT_TRUE(entry.Prefixed<3>(&chain[0]));
    // The retry of section 5 is for P-256.
    if (!trace.retry.empty()) config.common.groups = absl::MakeSpan(&groups[1], 1);
    if (trace.new_session_ticket.empty()) config.tickets = 0;
  }
  // The transcript with the trace's messages in it.
  void Resume(const Trace& trace, std::initializer_list<const Buffer*> messages) {
    cx.negotiated.suite = &suites[1];
    (void)cx.StartTranscript();
    if (!trace.retry.empty()) {
      cx.transcript->AddWhole(trace.first_hello);
      cx.transcript->BecomeMessageHash();
      cx.transcript->AddWhole(trace.retry);
    }
    for (const Buffer* message : messages) cx.transcript->AddWhole(*message);
  }

  const CipherSuite suites[2] = {
      {0x0000, &crypto::kPortableAes128Gcm, &kTraceRandom},  // TLS_NULL_WITH_NULL_NULL
      {kTlsAes128GcmSha256, &crypto::kPortableAes128Gcm, &crypto::kPortableSha256}};
  const NamedGroup* const groups[2] = {&kX25519, &kSecp256r1};
  // Some key: the trace's signature is the answer.
  const SigningKey keys[1] = {
      {&kRsaPssRsaeSha256,
       *crypto::BoundSigningKey::Bind(SharedWorld().crypto().keys, SharedWorld().leaf_key(),
                                      kEcdsaSecp256r1Sha256.algorithm)}};
  Bytes chain[1];
  const Credential credential = {.chain_der = chain, .signing_keys = keys, .names = {}};
  ServerConfig config = {.common = {.suites = suites, .groups = groups},
                         .credentials = absl::MakeSpan(&credential, 1),
                         .tickets = 1,
                         .ticket_lifetime = 30};
  Outbox outbox;
  EventQueue events;
  PendingList operations;
  std::vector<uint8_t> storage;
  Context cx;
};

class ServerTrace {
 public:
  explicit ServerTrace(const Trace& trace)
      : trace_(trace), server_(trace), driver_(ExpectClientHello{}, server_.cx) {
    Reader reader(Slice(Bytes(trace.server_hello), 4));
    const auto message = ServerHelloMessage::Decode(reader, server_.cx.decode);
    EXPECT_TRUE(message.ok());
    hello_ = std::get<ServerHello>(message->hello);
    drawn_at_random.assign(hello_.random.begin(), hello_.random.end());
  }

  void Run() {
    if (!trace_.retry.empty()) Retry();
    driver_.Give(trace_.client_hello);
    driver_.Answer<ChooseCredential>([&](const ChooseCredential& request) {
      EXPECT_EQ(request.server_name, "server");
      return CredentialChosen{&server_.credential, kRsaPssRsaeSha256.id};
    });
    KeyExchange();
    CertificateVerifyAndFinished();
    if (!trace_.new_session_ticket.empty()) {
      const Bytes age_add = Slice(Bytes(trace_.new_session_ticket), 8, 4);
      drawn_at_random.assign(age_add.begin(), age_add.end());
    }
    driver_.Give(trace_.client_finished);
    driver_.ExpectInstallRead(Epoch::kApplication, trace_.client_traffic);
    EXPECT_EQ(server_.cx.resumption_master.reveal(), Bytes(trace_.resumption));
    EXPECT_NE(driver_.machine().As<ServerEstablished>(), nullptr);
    if (!trace_.new_session_ticket.empty()) Ticket();
    driver_.ExpectSilence();
    EXPECT_TRUE(server_.operations.view().empty());
  }

 private:
  void Retry() {
    driver_.Give(trace_.first_hello);
    driver_.ExpectSend(Epoch::kPlain, Without(trace_.retry, kBeforeRetryExtensions, {kCookie}));
    driver_.ExpectSilence();
    server_.Resume(trace_, {});
  }
  void KeyExchange() {
    Buffer share, secret;
    driver_.Answer<Encapsulate>([&](const Encapsulate& request) {
      const crypto::KeyAgreementAlgorithm& group = request.group == crypto::GroupId::kX25519
                                                       ? crypto::kPortableX25519
                                                       : crypto::kPortableP256;
      share.resize(group.responder_share_size);
      secret.resize(group.secret_size);
      TraceRng rng(trace_.server_private_key);
      EXPECT_TRUE(
          group.respond(rng, request.peer_share, absl::MakeSpan(share), absl::MakeSpan(secret))
              .ok());
      return Encapsulated{.share = share, .secret = secret};
    });
    driver_.ExpectSend(Epoch::kPlain, trace_.server_hello);
    // RFC 9846 appendix E.4: to a client that sent a session ID.
    if (!hello_.session_id.empty()) driver_.ExpectChangeCipherSpec();
    driver_.ExpectInstallWrite(Epoch::kHandshake, trace_.server_handshake);
    driver_.ExpectInstallRead(Epoch::kHandshake, trace_.client_handshake);
    driver_.ExpectSend(Epoch::kHandshake, Without(trace_.encrypted_extensions, 4,
                                                  {kSupportedGroups, kRecordSizeLimit}));
    driver_.ExpectSend(Epoch::kHandshake, trace_.certificate);
    driver_.ExpectSilence();
    server_.Resume(trace_, {&trace_.client_hello, &trace_.server_hello,
                            &trace_.encrypted_extensions, &trace_.certificate});
  }
  void CertificateVerifyAndFinished() {
    driver_.Answer<Sign>([&](const Sign& request) {
      EXPECT_EQ(request.credential, &server_.credential);
      EXPECT_EQ(request.scheme, kRsaPssRsaeSha256.id);
      return Signature{Slice(Bytes(trace_.certificate_verify), 8)};
    });
    driver_.ExpectSend(Epoch::kHandshake, trace_.certificate_verify);
    driver_.ExpectSend(Epoch::kHandshake, trace_.server_finished);
    driver_.ExpectInstallWrite(Epoch::kApplication, trace_.server_traffic);
    driver_.ExpectSilence();
    EXPECT_EQ(server_.cx.exporter_master.reveal(), Bytes(trace_.exporter));
  }
  // As the trace's, but for its nonce of two bytes, where ours has one, and for early_data.
  void Ticket() {
    NewSessionTicket expected;
    const Buffer plain =
        Without(trace_.new_session_ticket, trace_.new_session_ticket.size() - 10, {kEarlyData});
    Reader reader(Slice(Bytes(plain), 4));
    const auto decoded = NewSessionTicket::Decode(reader, server_.cx.decode);
    ASSERT_TRUE(decoded.ok());
    expected = *decoded;
    ASSERT_EQ(expected.nonce, Bytes({0, 0}));
    expected.nonce = Slice(expected.nonce, 0, 1);
    Buffer message(512);
    Writer writer(absl::MakeSpan(message));
    writer.Int<1>(NewSessionTicket::kType);
    writer.Prefixed<3>([&] { expected.Encode(writer, server_.cx.decode); });
    driver_.Answer<SealTicket>([&](const SealTicket& request) {
      const Result<Session> session = Session::Decode(request.session);
      EXPECT_TRUE(session.ok() && session->lifetime == expected.lifetime);
      return TicketSealed{expected.ticket};
    });
    driver_.ExpectSend(Epoch::kApplication, Slice(Bytes(message), 0, writer.size()));
  }

  const Trace& trace_;
  Server server_;
  StateDriver driver_;
  ServerHello hello_;
};

TEST(Rfc8448Server, Section3GoesThroughTheStates) {
  const Trace trace = CommittedSection3();
  ServerTrace(trace).Run();
}

TEST(Rfc8448Server, Sections3And5And7GoThroughTheStates) {
  const std::vector<rfc8448::Section> sections = rfc8448::Load();
  if (sections.empty()) GTEST_SKIP() << crypto::testing::kNoVectors;
  size_t driven = 0;
  for (const rfc8448::Section& section : sections) {
    if (section.number != 3 && section.number != 5 && section.number != 7) continue;
    SCOPED_TRACE("section " + std::to_string(section.number));
    const Trace trace = TraceOf(section);
    EXPECT_EQ(trace.new_session_ticket.empty(), section.number != 3);
    ServerTrace(trace).Run();
    ++driven;
  }
  EXPECT_EQ(driven, 3u);
}

}  // namespace
}  // namespace merlon::tls::testing
