// SPDX-License-Identifier: Apache-2.0
// RFC 8448's handshakes driven through the client's states: the server's messages come from the
// trace, operations are answered from it (its RSA-1024 key and the extensions that we never send
// serve here alone), and what the states produce must be the trace's, to the byte.
#include <gtest/gtest.h>

#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/testing/vectors.h"
#include "tls/msgs/client_hello.h"
#include "tls/session.h"
#include "tls/testing/rfc8448_trace.h"

namespace merlon::tls::testing {
namespace {

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
      EXPECT_TRUE(offer.shares.Push({group, trace.client_private_key, entry.key_exchange}).ok());
    }
    if (!trace.retry.empty()) {
      // As Retry in server_hello.cc leaves it.
      cx.Choose(suites[0]);
      cx.negotiated.retried = true;
      (void)cx.StartTranscript();
      cx.transcript->AddWhole(trace.first_hello);
      cx.transcript->BecomeMessageHash();
      cx.transcript->AddWhole(trace.retry);
      cx.transcript->AddWhole(trace.client_hello);
    }
    cx.client_random = offer.random();
    config.middlebox_compatibility = !hello->session_id.empty();  // section 7's alone
  }

  const CipherSuite suites[1] = {
      {kTlsAes128GcmSha256, &crypto::kPortableAes128Gcm, &crypto::kPortableSha256}};
  const NamedGroup* const groups[2] = {&kX25519, &kSecp256r1};
  const SignatureScheme* const schemes[1] = {&kRsaPssRsaeSha256};
  ClientConfig config = {
      .common = {.suites = suites, .groups = groups, .schemes = schemes, .log_secrets = true}};
  Outbox outbox;
  EventQueue events;
  PendingList operations;
  std::vector<uint8_t> storage;
  Context cx;
  ClientOffer offer;
};

// The trace's answer to a key exchange.
SharedSecret Agreed(const Agree& request, Buffer& secret) {
  const crypto::KeyAgreementAlgorithm& group =
      request.group == crypto::GroupId::kX25519 ? crypto::kPortableX25519 : crypto::kPortableP256;
  secret.resize(group.secret_size);
  EXPECT_TRUE(group.agree(request.private_key, request.peer_share, absl::MakeSpan(secret)).ok());
  return {secret};
}

void RunClient(const Trace& trace) {
  Client client(trace);
  StateDriver driver = trace.retry.empty()
                           ? StateDriver(ExpectServerHello{.offer = client.offer}, client.cx)
                           : StateDriver(ExpectSecondServerHello{.offer = client.offer}, client.cx);
  driver.Give(trace.server_hello);
  Buffer secret;
  driver.Answer<Agree>([&](const Agree& request) { return Agreed(request, secret); });
  driver.ExpectInstallRead(Epoch::kHandshake, trace.server_handshake);
  if (client.config.middlebox_compatibility) driver.ExpectChangeCipherSpec();
  driver.ExpectInstallWrite(Epoch::kHandshake, trace.client_handshake);
  driver.ExpectSilence();
  driver.Give(trace.encrypted_extensions);
  driver.Give(trace.certificate);
  driver.Answer<VerifyChain>([](const VerifyChain& request) {
    EXPECT_EQ(request.chain_der.size(), 1u);
    return ChainVerified{crypto::KeyType::kRsa, AsBytes("the trace's RSA-1024 key")};
  });
  driver.Give(trace.certificate_verify);
  driver.Answer<VerifySignature>([&](const VerifySignature& request) {
    EXPECT_EQ(request.signature, Slice(Bytes(trace.certificate_verify), 8));
    return SignatureValid{};
  });
  driver.ExpectSilence();
  driver.Give(trace.server_finished);
  EXPECT_NE(driver.machine().As<ClientEstablished>(), nullptr);
  driver.ExpectInstallRead(Epoch::kApplication, trace.server_traffic);
  driver.ExpectSend(Epoch::kHandshake, trace.client_finished);
  driver.ExpectInstallWrite(Epoch::kApplication, trace.client_traffic);
  driver.ExpectSilence();
  EXPECT_EQ(client.cx.exporter_master.reveal(), Bytes(trace.exporter));
  EXPECT_EQ(client.cx.resumption_master.reveal(), Bytes(trace.resumption));
  if (!trace.new_session_ticket.empty()) {
    client.events.Clear();
    driver.Give(trace.new_session_ticket);
    const std::optional<Event> event = client.events.Pop();
    ASSERT_TRUE(event && std::holds_alternative<TicketArrived>(*event));
    const Result<Session> session = Session::Decode(std::get<TicketArrived>(*event).session);
    ASSERT_TRUE(session.ok());
    EXPECT_EQ(session->psk.reveal(), Bytes(trace.resumption_psk));
  }
}

TEST(Rfc8448, Section3GoesThroughTheStates) {
  const Trace trace = CommittedSection3();
  RunClient(trace);
}

TEST(Rfc8448, Sections3And5And7GoThroughTheStates) {
  const std::vector<rfc8448::Section> sections = rfc8448::Load();
  if (sections.empty()) GTEST_SKIP() << crypto::testing::kNoVectors;
  size_t driven = 0;
  for (const rfc8448::Section& section : sections) {
    if (section.number != 3 && section.number != 5 && section.number != 7) continue;
    SCOPED_TRACE("section " + std::to_string(section.number));
    const Trace trace = TraceOf(section);
    EXPECT_EQ(trace.retry.empty(), section.number != 5);
    RunClient(trace);
    ++driven;
  }
  EXPECT_EQ(driven, 3u);
}

// The trace's Finished with a bit turned is refused.
TEST(Rfc8448, AChangedFinishedIsRefused) {
  Trace trace = CommittedSection3();
  trace.server_finished.back() ^= 1;
  Client client(trace);
  StateDriver driver(ExpectServerHello{.offer = client.offer}, client.cx);
  driver.Give(trace.server_hello);
  Buffer secret;
  driver.Answer<Agree>([&](const Agree& request) { return Agreed(request, secret); });
  driver.Give(trace.encrypted_extensions);
  driver.Give(trace.certificate);
  driver.Answer<VerifyChain>(
      [](const VerifyChain&) { return ChainVerified{crypto::KeyType::kRsa, AsBytes("key")}; });
  driver.Give(trace.certificate_verify);
  driver.Answer<VerifySignature>([](const VerifySignature&) { return SignatureValid{}; });
  const Bytes finished(trace.server_finished);
  EXPECT_EQ(driver.machine().Handle({finished[0], Slice(finished, 4), 0}, client.cx).error(),
            PeerError(Code::kBadFinished, Alert::kDecryptError));
}

}  // namespace
}  // namespace merlon::tls::testing
