// SPDX-License-Identifier: Apache-2.0
// The messages of RFC 8448's handshakes decode, say what the RFC says they say, and encode to the
// same bytes.
#include "crypto/testing/rfc8448.h"

#include <set>
#include <string>

#include "crypto/testing/vectors.h"
#include "gtest/gtest.h"
#include "tls/msgs/any_message.h"
#include "tls/msgs/testing/rfc8448_section3.h"

namespace merlon::tls {
namespace {

using rfc8448::Buffer;
using rfc8448::FromHex;

// `message` has its header of 4 bytes.
void ExpectRoundTrip(const Buffer& message, const std::string& what) {
  ASSERT_GE(message.size(), 4u) << what;
  const size_t length = size_t{message[1]} << 16 | size_t{message[2]} << 8 | message[3];
  ASSERT_EQ(length + 4, message.size()) << what;
  const Bytes body = Slice(Bytes(message), 4);
  const auto again = RecodeAny(message[0], body);
  ASSERT_TRUE(again.ok()) << what << ": alert " << static_cast<int>(again.error().alert);
  EXPECT_EQ(Bytes(*again), body) << what;
}

Buffer BodyOf(std::string_view hex) {
  Buffer message = FromHex(hex);
  message.erase(message.begin(), message.begin() + 4);
  return message;
}

TEST(Rfc8448, MessagesOfSection3RoundTrip) {
  for (const char* hex :
       {rfc8448::kClientHello, rfc8448::kServerHello, rfc8448::kEncryptedExtensions,
        rfc8448::kCertificate, rfc8448::kCertificateVerify, rfc8448::kServerFinished,
        rfc8448::kClientFinished, rfc8448::kNewSessionTicket}) {
    ExpectRoundTrip(FromHex(hex), hex);
  }
}

TEST(Rfc8448, ClientHelloOfSection3SaysWhatTheRfcShows) {
  const Buffer body = BodyOf(rfc8448::kClientHello);
  const auto decoded = DecodeWhole<ClientHello>(body);
  ASSERT_TRUE(decoded.ok());
  const ClientHello& hello = *decoded;
  EXPECT_EQ(hello.legacy_version, 0x0303);
  EXPECT_TRUE(hello.session_id.empty());
  ASSERT_EQ(hello.cipher_suites.size(), 3u);
  EXPECT_EQ(hello.cipher_suites[0], 0x1301);
  EXPECT_EQ(hello.cipher_suites[2], 0x1302);
  EXPECT_EQ(hello.server_name, "server");
  EXPECT_TRUE(hello.supported_groups->Contains(0x001d));
  EXPECT_EQ(hello.supported_groups->size(), 9u);
  EXPECT_EQ(hello.signature_algorithms->size(), 15u);
  EXPECT_EQ((*hello.supported_versions)[0], 0x0304);
  EXPECT_EQ(*hello.psk_modes, Bytes({1}));
  EXPECT_EQ(hello.record_size_limit, 0x4001);
  EXPECT_EQ(hello.renegotiation_info, Bytes());
  EXPECT_EQ(hello.session_ticket, Bytes());
  EXPECT_FALSE(hello.early_data);
  EXPECT_FALSE(hello.pre_shared_key);
  Reader shares(*hello.key_share);
  KeyShareEntry share;
  ASSERT_TRUE(NextKeyShare(shares, &share));
  EXPECT_EQ(share.group, 0x001d);
  EXPECT_EQ(share.key_exchange.size(), 32u);
  EXPECT_FALSE(NextKeyShare(shares, &share));
}

TEST(Rfc8448, OtherMessagesOfSection3SayWhatTheRfcShows) {
  const Buffer server_hello = BodyOf(rfc8448::kServerHello);
  const auto hello = DecodeWhole<ServerHelloMessage>(server_hello);
  ASSERT_TRUE(hello.ok());
  const auto* server = std::get_if<ServerHello>(&hello->hello);
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(server->cipher_suite, 0x1301);
  EXPECT_EQ(server->supported_version, 0x0304);
  EXPECT_EQ(server->key_share->group, 0x001d);
  EXPECT_FALSE(server->pre_shared_key);
  EXPECT_FALSE(server->unknown_extension);

  const Buffer certificate_message = BodyOf(rfc8448::kCertificate);
  const auto certificate = DecodeWhole<Certificate>(certificate_message);
  ASSERT_TRUE(certificate.ok());
  Reader list(certificate->list);
  CertificateEntry entry;
  ASSERT_TRUE(NextCertificate(list, &entry));
  EXPECT_EQ(entry.der.size(), 432u);
  EXPECT_TRUE(entry.seen.empty());
  EXPECT_FALSE(NextCertificate(list, &entry));
  std::vector<uint8_t> rewritten(500);
  Writer writer{MutableBytes(rewritten)};
  Certificate::WriteEntry(writer, entry.der);
  ASSERT_TRUE(writer.ok());
  EXPECT_EQ(Slice(Bytes(rewritten), 0, writer.size()), certificate->list);

  const Buffer ticket_message = BodyOf(rfc8448::kNewSessionTicket);
  const auto ticket = DecodeWhole<NewSessionTicket>(ticket_message);
  ASSERT_TRUE(ticket.ok());
  EXPECT_EQ(ticket->lifetime, 30u);
  EXPECT_EQ(ticket->nonce, Bytes({0, 0}));
  EXPECT_EQ(ticket->early_data, 1024u);
}

// The hello that resumes, of the trace in section 4.
void ExpectTruncationAtBinders(const rfc8448::Section& section) {
  const rfc8448::Step* prefix = section.Find("client", "calculate PSK binder");
  const rfc8448::Step* whole = section.Find("client", "send handshake record");
  ASSERT_TRUE(prefix != nullptr && whole != nullptr);
  const Buffer& payload = *whole->Find("payload");
  const auto hello = DecodeWhole<ClientHello>(Slice(Bytes(payload), 4));
  ASSERT_TRUE(hello.ok());
  ASSERT_TRUE(hello->pre_shared_key);
  EXPECT_TRUE(hello->early_data);
  EXPECT_EQ(hello->pre_shared_key->truncated_size + 4, prefix->Find("ClientHello prefix")->size());
  Reader binders(hello->pre_shared_key->binders);
  Bytes binder;
  ASSERT_TRUE(NextPskBinder(binders, &binder));
  EXPECT_EQ(binder, Bytes(*prefix->Find("finished")));
  Reader identities(hello->pre_shared_key->identities);
  PskOffer offer;
  ASSERT_TRUE(NextPskIdentity(identities, &offer));
  EXPECT_TRUE(identities.done());
}

TEST(Rfc8448, MessagesOfAllSectionsRoundTrip) {
  const auto sections = rfc8448::Load();
  if (sections.empty()) GTEST_SKIP() << crypto::testing::kNoVectors;
  ASSERT_EQ(sections.size(), 5u);
  static const std::set<std::string> kMessages = {
      "ClientHello",        "ServerHello",    "EncryptedExtensions",
      "CertificateRequest", "Certificate",    "Finished",
      "CertificateVerify",  "EndOfEarlyData", "NewSessionTicket"};
  int messages = 0, retries = 0;
  for (const auto& section : sections) {
    for (const auto& step : section.steps) {
      for (const auto& [name, value] : step.values) {
        if (!kMessages.contains(name)) continue;
        // Section 4's hello is shown without its binders, which its header counts.
        if (section.number == 4 && name == "ClientHello") continue;
        ExpectRoundTrip(value, std::to_string(section.number) + " " + name);
        ++messages;
        if (name != "ServerHello") continue;
        const auto hello = DecodeWhole<ServerHelloMessage>(Slice(Bytes(value), 4));
        retries += hello.ok() && std::holds_alternative<HelloRetryRequest>(hello->hello);
      }
    }
    if (section.number == 4) {
      ExpectRoundTrip(*section.Find("client", "send handshake record")->Find("payload"), "4");
      ExpectTruncationAtBinders(section);
      ++messages;
    }
  }
  EXPECT_EQ(messages, 40);
  EXPECT_EQ(retries, 1);
}

}  // namespace
}  // namespace merlon::tls
