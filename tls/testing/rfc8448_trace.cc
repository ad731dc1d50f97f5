// SPDX-License-Identifier: Apache-2.0
#include "tls/testing/rfc8448_trace.h"

#include "tls/msgs/testing/rfc8448_section3.h"

namespace merlon::tls::testing {
namespace {

using rfc8448::FromHex;

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

Bytes SecretOf(const record::TrafficKeys& keys) {
  return std::get<record::TrafficSecret>(keys.secret).reveal();
}

}  // namespace

Trace CommittedSection3() {
  return {.client_hello = FromHex(rfc8448::kClientHello),
          // "{client} create an ephemeral x25519 key pair"
          .client_private_key =
              FromHex("49af42ba7f7994852d713ef2784bcbcaa7911de26adc5642cb634540e7ea5005"),
          // "{server} create an ephemeral x25519 key pair"
          .server_private_key =
              FromHex("b1580eeadf6dd589b8ef4f2d5652578cc810e9980191ec8d058308cea216a21e"),
          .server_hello = FromHex(rfc8448::kServerHello),
          .encrypted_extensions = FromHex(rfc8448::kEncryptedExtensions),
          .certificate = FromHex(rfc8448::kCertificate),
          .certificate_verify = FromHex(rfc8448::kCertificateVerify),
          .server_finished = FromHex(rfc8448::kServerFinished),
          .client_finished = FromHex(rfc8448::kClientFinished),
          .new_session_ticket = FromHex(rfc8448::kNewSessionTicket),
          .client_handshake = FromHex(rfc8448::kClientHandshakeTraffic),
          .server_handshake = FromHex(rfc8448::kServerHandshakeTraffic),
          .client_traffic = FromHex(rfc8448::kClientTraffic),
          .server_traffic = FromHex(rfc8448::kServerTraffic),
          .exporter = FromHex(rfc8448::kExporterMaster),
          .resumption = FromHex(rfc8448::kResumptionMaster),
          .resumption_psk = FromHex(rfc8448::kResumptionPsk)};
}

Trace TraceOf(const rfc8448::Section& s) {
  Trace t;
  t.client_hello = Last(s, "client", "construct a ClientHello", "ClientHello");
  t.client_private_key = Last(s, "client", "create an ephemeral", "private key");
  t.server_private_key = Last(s, "server", "create an ephemeral", "private key");
  t.server_hello = Last(s, "server", "construct a ServerHello", "ServerHello");
  t.encrypted_extensions =
      Last(s, "server", "construct an EncryptedExtensions", "EncryptedExtensions");
  t.certificate = Last(s, "server", "construct a Certificate handshake", "Certificate");
  t.certificate_verify = Last(s, "server", "construct a CertificateVerify", "CertificateVerify");
  t.server_finished = Last(s, "server", "construct a Finished", "Finished");
  t.client_finished = Last(s, "client", "construct a Finished", "Finished");
  if (const rfc8448::Step* ticket = s.Find("server", "construct a NewSessionTicket")) {
    t.new_session_ticket = *ticket->Find("NewSessionTicket");
    t.resumption_psk =
        Last(s, "server", "generate resumption secret \"tls13 resumption\"", "expanded");
  }
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

void StateDriver::Give(const Buffer& message) {
  const Result<Disposition> done = machine_.Handle({message[0], Slice(Bytes(message), 4), 0}, cx_);
  ASSERT_TRUE(done.ok()) << static_cast<int>(done.error().code);
  ASSERT_EQ(*done, Disposition::kTaken);
}

template <class Kind>
Kind StateDriver::Next() {
  std::optional<Command> command = cx_.outbox.Pop();
  Kind* kind = command ? std::get_if<Kind>(&*command) : nullptr;
  if (kind == nullptr) {
    ADD_FAILURE() << (command ? "another command: " + std::to_string(command->index()) : "silence");
    return {};
  }
  return std::move(*kind);
}

void StateDriver::ExpectSend(Epoch epoch, Bytes message) {
  const Send send = Next<Send>();
  EXPECT_EQ(send.epoch, epoch);
  EXPECT_EQ(send.bytes, message);
}

void StateDriver::ExpectChangeCipherSpec() { Next<SendChangeCipherSpec>(); }

void StateDriver::ExpectInstallRead(Epoch epoch, const Buffer& secret) {
  const InstallRead install = Next<InstallRead>();
  EXPECT_EQ(install.epoch, epoch);
  EXPECT_EQ(SecretOf(install.keys), Bytes(secret));
}

void StateDriver::ExpectInstallWrite(Epoch epoch, const Buffer& secret) {
  const InstallWrite install = Next<InstallWrite>();
  EXPECT_EQ(install.epoch, epoch);
  EXPECT_EQ(SecretOf(install.keys), Bytes(secret));
}

}  // namespace merlon::tls::testing
