// SPDX-License-Identifier: Apache-2.0
// RFC 8448's handshakes driven through the client's states: the server's messages come from the
// trace, operations are answered from it (its RSA-1024 key and the extensions that we never send
// serve here alone), and what the states produce must be the trace's, to the byte.
#include <gtest/gtest.h>

#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/testing/rfc8448.h"
#include "crypto/testing/vectors.h"
#include "tls/core/handshake_core.h"
#include "tls/msgs/client_hello.h"
#include "tls/msgs/testing/rfc8448_section3.h"
#include "tls/profiles/full.h"

namespace merlon::tls {
namespace {

using rfc8448::Buffer;
using rfc8448::FromHex;

struct Trace {
  Buffer first_hello, retry;  // empty: no retry
  Buffer client_hello, private_key, server_hello, encrypted_extensions, certificate,
      certificate_verify, server_finished, client_finished;
  Buffer client_handshake, server_handshake, client_traffic, server_traffic, exporter, resumption;
};

// What a client in the trace would be made of.
struct Client {
  explicit Client(const Trace& trace)
      : storage(16384),
        cx(config, ClientOptions{.server_name = "server"}, outbox, events, operations,
           Transport::kStream, absl::MakeSpan(storage), Seed(32, [](MutableBytes) {})) {
    Reader reader(Slice(Bytes(trace.client_hello), 4));
    const Result<ClientHello> hello = ClientHello::Decode(reader, cx.decode);
    EXPECT_TRUE(hello.ok());
    offer.hello = trace.client_hello;
    offer.sent = hello->seen;
    KeyShareEntry entry;
    Reader shares(*hello->key_share);
    EXPECT_TRUE(NextKeyShare(shares, &entry));
    for (const NamedGroup* group : groups) {
      if (static_cast<uint16_t>(group->id) != entry.group) continue;
      EXPECT_TRUE(offer.shares.Push({group, trace.private_key, entry.key_exchange}).ok());
    }
    if (!trace.retry.empty()) {
      // As Retry in server_hello.cc leaves it.
      cx.Choose(suites[0]);
      cx.negotiated.retried = true;
      cx.transcript.emplace(*suites[0].hash);
      cx.transcript->AddWhole(trace.first_hello);
      cx.transcript->BecomeMessageHash();
      cx.transcript->AddWhole(trace.retry);
      cx.transcript->AddWhole(trace.client_hello);
    }
    cx.client_random = offer.random();
  }

  const CipherSuite suites[1] = {
      {kTlsAes128GcmSha256, &crypto::kPortableAes128Gcm, &crypto::kPortableSha256}};
  const NamedGroup* const groups[2] = {&kX25519, &kSecp256r1};
  const SignatureScheme* const schemes[1] = {&kRsaPssRsaeSha256};
  const ClientConfig config = {
      .common = {.suites = suites, .groups = groups, .schemes = schemes, .log_secrets = true}};
  Outbox outbox;
  EventQueue events;
  PendingList operations;
  std::vector<uint8_t> storage;
  Context cx;
  ClientOffer offer;
};

class Driver {
 public:
  explicit Driver(const Trace& trace)
      : trace_(trace),
        client_(trace),
        machine_(trace.retry.empty() ? Start(ExpectServerHello{.offer = client_.offer})
                                     : Start(ExpectSecondServerHello{.offer = client_.offer})) {}

  void Run() {
    Give(trace_.server_hello);
    Answer<Agree>([&](const Agree& request) {
      const crypto::KeyAgreementAlgorithm& group = request.group == crypto::GroupId::kX25519
                                                       ? crypto::kPortableX25519
                                                       : crypto::kPortableP256;
      shared_.resize(group.secret_size);
      EXPECT_TRUE(
          group.agree(request.private_key, request.peer_share, absl::MakeSpan(shared_)).ok());
      return SharedSecret{shared_};
    });
    ExpectInstalls(trace_.server_handshake, trace_.client_handshake);
    Give(trace_.encrypted_extensions);
    Give(trace_.certificate);
    Answer<VerifyChain>([](const VerifyChain& request) {
      EXPECT_EQ(request.chain_der.size(), 1u);
      return ChainVerified{crypto::KeyType::kRsa, AsBytes("the trace's RSA-1024 key")};
    });
    Give(trace_.certificate_verify);
    Answer<VerifySignature>([&](const VerifySignature& request) {
      EXPECT_EQ(request.signature, Slice(Bytes(trace_.certificate_verify), 8));
      return SignatureValid{};
    });
    Give(trace_.server_finished);
    EXPECT_NE(machine_->As<ClientEstablished>(), nullptr);
    ExpectLastFlight();
    EXPECT_EQ(client_.cx.exporter_master.reveal(), Bytes(trace_.exporter));
    if (!trace_.resumption.empty()) {
      EXPECT_EQ(client_.cx.resumption_master.reveal(), Bytes(trace_.resumption));
    }
  }

 private:
  using Machine = HandshakeMachine<FullProfile>;
  template <class State>
  static std::unique_ptr<Machine> Start(State state) {
    return std::make_unique<Machine>(std::move(state));
  }
  void Give(const Buffer& message) {
    const Result<Disposition> done =
        machine_->Handle({message[0], Slice(Bytes(message), 4), 0}, client_.cx);
    ASSERT_TRUE(done.ok()) << static_cast<int>(done.error().code);
    ASSERT_EQ(*done, Disposition::kTaken);
  }
  template <class Request, class Perform>
  void Answer(Perform perform) {
    ASSERT_EQ(client_.operations.view().size(), 1u);
    const Pending pending = client_.operations.view()[0];
    ASSERT_TRUE(std::holds_alternative<Request>(pending.request));
    const auto answer = perform(std::get<Request>(pending.request));
    ASSERT_TRUE(client_.operations.Answer(pending.id, answer).ok());
    const Result<void> done = machine_->Conclude(answer, client_.cx);
    ASSERT_TRUE(done.ok()) << static_cast<int>(done.error().code);
  }
  static Bytes SecretOf(const record::TrafficKeys& keys) {
    return std::get<record::TrafficSecret>(keys.secret).reveal();
  }
  void ExpectInstalls(const Buffer& read, const Buffer& write) {
    auto first = client_.outbox.Pop();
    ASSERT_TRUE(first && std::holds_alternative<InstallRead>(*first));
    EXPECT_EQ(SecretOf(std::get<InstallRead>(*first).keys), Bytes(read));
    auto second = client_.outbox.Pop();
    // Perhaps a ChangeCipherSpec before what is encrypted first (RFC 9846 appendix E.4).
    if (second && std::holds_alternative<SendChangeCipherSpec>(*second)) {
      second = client_.outbox.Pop();
    }
    ASSERT_TRUE(second && std::holds_alternative<InstallWrite>(*second));
    EXPECT_EQ(SecretOf(std::get<InstallWrite>(*second).keys), Bytes(write));
  }
  // Keys to read with, the trace's Finished, keys to write with.
  void ExpectLastFlight() {
    Bytes sent, read, write;
    std::vector<Command> commands;
    while (auto command = client_.outbox.Pop()) commands.push_back(std::move(*command));
    for (const Command& command : commands) {
      if (const auto* send = std::get_if<Send>(&command)) sent = send->bytes;
      if (const auto* install = std::get_if<InstallRead>(&command)) read = SecretOf(install->keys);
      if (const auto* install = std::get_if<InstallWrite>(&command))
        write = SecretOf(install->keys);
    }
    EXPECT_EQ(sent, Bytes(trace_.client_finished));
    EXPECT_EQ(read, Bytes(trace_.server_traffic));
    EXPECT_EQ(write, Bytes(trace_.client_traffic));
  }

  const Trace& trace_;
  Client client_;
  std::unique_ptr<Machine> machine_;
  Buffer shared_;
};

Trace CommittedSection3() {
  return {
      .client_hello = FromHex(rfc8448::kClientHello),
      // "{client} create an ephemeral x25519 key pair"
      .private_key = FromHex("49af42ba7f7994852d713ef2784bcbcaa7911de26adc5642cb634540e7ea5005"),
      .server_hello = FromHex(rfc8448::kServerHello),
      .encrypted_extensions = FromHex(rfc8448::kEncryptedExtensions),
      .certificate = FromHex(rfc8448::kCertificate),
      .certificate_verify = FromHex(rfc8448::kCertificateVerify),
      .server_finished = FromHex(rfc8448::kServerFinished),
      .client_finished = FromHex(rfc8448::kClientFinished),
      .client_handshake = FromHex(rfc8448::kClientHandshakeTraffic),
      .server_handshake = FromHex(rfc8448::kServerHandshakeTraffic),
      .client_traffic = FromHex(rfc8448::kClientTraffic),
      .server_traffic = FromHex(rfc8448::kServerTraffic),
      .exporter = FromHex(rfc8448::kExporterMaster),
      .resumption = FromHex(rfc8448::kResumptionMaster)};
}

// The last step of this kind: after a retry there are two ClientHellos.
const Buffer& Last(const rfc8448::Section& section, std::string_view who, std::string_view title,
                   std::string_view value) {
  static const Buffer none;
  const Buffer* found = nullptr;
  for (const rfc8448::Step& step : section.steps) {
    if (step.who != who || !step.title.starts_with(title)) continue;
    if (const Buffer* bytes = step.Find(value)) found = bytes;
  }
  EXPECT_NE(found, nullptr) << section.number << " " << title;
  return found == nullptr ? none : *found;
}

Trace FromText(const rfc8448::Section& s) {
  Trace t;
  t.client_hello = Last(s, "client", "construct a ClientHello", "ClientHello");
  t.private_key = Last(s, "client", "create an ephemeral", "private key");
  t.server_hello = Last(s, "server", "construct a ServerHello", "ServerHello");
  t.encrypted_extensions =
      Last(s, "server", "construct an EncryptedExtensions", "EncryptedExtensions");
  t.certificate = Last(s, "server", "construct a Certificate handshake", "Certificate");
  t.certificate_verify = Last(s, "server", "construct a CertificateVerify", "CertificateVerify");
  t.server_finished = Last(s, "server", "construct a Finished", "Finished");
  t.client_finished = Last(s, "client", "construct a Finished", "Finished");
  t.client_handshake = Last(s, "server", "derive secret \"tls13 c hs traffic\"", "expanded");
  t.server_handshake = Last(s, "server", "derive secret \"tls13 s hs traffic\"", "expanded");
  t.client_traffic = Last(s, "server", "derive secret \"tls13 c ap traffic\"", "expanded");
  t.server_traffic = Last(s, "server", "derive secret \"tls13 s ap traffic\"", "expanded");
  t.exporter = Last(s, "server", "derive secret \"tls13 exp master\"", "expanded");
  t.resumption = Last(s, "client", "derive secret \"tls13 res master\"", "expanded");
  // The text calls a HelloRetryRequest a ServerHello too: the first of two.
  const Buffer& first = s.Find("server", "construct a ServerHello")->values.front().second;
  if (first != t.server_hello) {
    t.retry = first;
    t.first_hello = *s.Find("client", "construct a ClientHello")->Find("ClientHello");
  }
  return t;
}

TEST(Rfc8448, Section3GoesThroughTheStates) {
  const Trace trace = CommittedSection3();
  Driver(trace).Run();
}

TEST(Rfc8448, Sections3And5And7GoThroughTheStates) {
  const std::vector<rfc8448::Section> sections = rfc8448::Load();
  if (sections.empty()) GTEST_SKIP() << crypto::testing::kNoVectors;
  size_t driven = 0;
  for (const rfc8448::Section& section : sections) {
    if (section.number != 3 && section.number != 5 && section.number != 7) continue;
    SCOPED_TRACE("section " + std::to_string(section.number));
    const Trace trace = FromText(section);
    EXPECT_EQ(trace.retry.empty(), section.number != 5);
    Driver(trace).Run();
    ++driven;
  }
  EXPECT_EQ(driven, 3u);
}

// The trace's Finished with a bit turned is refused.
TEST(Rfc8448, AChangedFinishedIsRefused) {
  Trace trace = CommittedSection3();
  trace.server_finished.back() ^= 1;
  Client client(trace);
  HandshakeMachine<FullProfile> machine(ExpectServerHello{.offer = client.offer});
  const auto give = [&](const Buffer& message) {
    return machine.Handle({message[0], Slice(Bytes(message), 4), 0}, client.cx);
  };
  ASSERT_TRUE(give(trace.server_hello).ok());
  Buffer secret = FromHex(rfc8448::kSharedSecret);
  ASSERT_TRUE(client.operations.Answer(client.operations.view()[0].id, SharedSecret{secret}).ok());
  ASSERT_TRUE(machine.Conclude(SharedSecret{secret}, client.cx).ok());
  ASSERT_TRUE(give(trace.encrypted_extensions).ok());
  ASSERT_TRUE(give(trace.certificate).ok());
  const ChainVerified verdict{crypto::KeyType::kRsa, AsBytes("key")};
  ASSERT_TRUE(client.operations.Answer(client.operations.view()[0].id, verdict).ok());
  ASSERT_TRUE(machine.Conclude(verdict, client.cx).ok());
  ASSERT_TRUE(give(trace.certificate_verify).ok());
  ASSERT_TRUE(client.operations.Answer(client.operations.view()[0].id, SignatureValid{}).ok());
  ASSERT_TRUE(machine.Conclude(SignatureValid{}, client.cx).ok());
  EXPECT_EQ(give(trace.server_finished).error(),
            PeerError(Code::kBadFinished, Alert::kDecryptError));
}

}  // namespace
}  // namespace merlon::tls
