// SPDX-License-Identifier: Apache-2.0
// Which of several credentials is chosen, on either side; which configurations are refused, and
// with what sentence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tls/status_check.h"
#include "tls/testing/core_pair.h"
#include "tls/testing/stream_pair.h"
#include "x509/oid.h"
#include "x509/status_writer.h"
#include "x509/writer.h"

namespace merlon::tls::testing {
namespace {

using ::testing::HasSubstr;

std::string NameOf(std::string_view common_name) {
  uint8_t out[128];
  const Result<size_t> size = x509::WriteName(common_name, MutableBytes(out));
  return ToString(Slice(Bytes(out), 0, *size));
}

// A client's or server's credential that an authority of this name issued.
CredentialChoice IssuedBy(std::string_view issuer, std::string_view client = "chooser.example") {
  World& world = SharedWorld();
  CredentialChoice out = world.ClientCredential(client);
  const std::string name = NameOf(issuer);
  out.chain_der = {world.MakeLeafFor(
      out.key, client, x509::KeyPurpose::kClientAuth | x509::KeyPurpose::kServerAuth,
      kTestTime - std::chrono::hours(1), kTestTime + std::chrono::hours(1), AsBytes(name))};
  return out;
}

std::string Authorities(std::initializer_list<std::string_view> common_names) {
  std::string out;
  for (std::string_view common_name : common_names) {
    const std::string name = NameOf(common_name);
    out += std::string{static_cast<char>(name.size() >> 8), static_cast<char>(name.size() & 0xff)};
    out += name;
  }
  return out;
}

// ---- LocalOperations' choice
// ---------------------------------------------------------------------

struct Case {
  const char* what;
  std::string_view server_name;
  std::vector<uint16_t> schemes;
  std::string authorities;
  bool as_server;
  int chosen;  // index; -1: none
};

TEST(Credentials, AreChosenByNameSchemeAndAuthority) {
  World& world = SharedWorld();
  CredentialChoice a = IssuedBy("CA A"), b = IssuedBy("CA B"), c = IssuedBy("CA C"),
                   d = IssuedBy("CA D");
  b.names = {"b.example", "*.b.example"};
  c.names = {"c.example"};
  d.only_for_authorities = true;
  const auto config = world.ClientBuilder()
                          .AddCredential(d)
                          .AddCredential(b)
                          .AddCredential(c)
                          .AddCredential(a)
                          .Build()
                          .value();
  constexpr int kD = 0, kB = 1, kC = 2, kA = 3;
  const std::vector<uint16_t> ecdsa = {0x0804, 0x0403};
  const Case cases[] = {
      {"whoever is for any name", "x.example", ecdsa, "", true, kA},
      {"a name goes before the order", "c.example", ecdsa, "", true, kC},
      {"whatever its case", "C.Example", ecdsa, "", true, kC},
      {"a wildcard", "www.b.example", ecdsa, "", true, kB},
      {"no name", "", ecdsa, "", true, kA},
      {"an authority", "", ecdsa, Authorities({"CA A"}), true, kA},
      {"an authority among several", "b.example", ecdsa, Authorities({"CA Z", "CA B"}), true, kB},
      {"an authority goes before the order", "", ecdsa, Authorities({"CA D"}), true, kD},
      {"the name goes before the authority", "c.example", ecdsa, Authorities({"CA B"}), true, kC},
      {"an unknown authority is a hint", "c.example", ecdsa, Authorities({"CA Z"}), true, kC},
      {"no scheme that our keys sign under", "", {0x0804}, "", true, -1},
      {"no scheme at all", "", {}, "", true, -1},
      {"a client: any server", "x.example", ecdsa, "", false, kA},
      {"a client: for this server", "b.example", ecdsa, "", false, kB},
      {"a client: an authority", "x.example", ecdsa, Authorities({"CA D"}), false, kD},
      {"a client: not for this server", "x.example", ecdsa, Authorities({"CA B"}), false, kA},
      {"a client: no scheme", "b.example", {0x0804}, "", false, -1},
  };
  LocalOperations operations(world.crypto(), LocalOperations::ForClient(*config, VerifyAgainst{}));
  for (const Case& test : cases) {
    SCOPED_TRACE(test.what);
    const OpResult answer =
        operations.Perform(ChooseCredential{.server_name = test.server_name,
                                            .schemes = test.schemes,
                                            .authorities = AsBytes(test.authorities),
                                            .as_server = test.as_server});
    const auto& chosen = std::get<CredentialChosen>(answer);
    if (test.chosen < 0) {
      EXPECT_EQ(chosen.credential, nullptr);
    } else {
      EXPECT_EQ(chosen.credential - config->credentials.data(), test.chosen);
      EXPECT_EQ(chosen.scheme, 0x0403);
    }
  }
}

TEST(Credentials, AClientShowsNothingToAServerThatNoneIsFor) {
  World& world = SharedWorld();
  CredentialChoice elsewhere = IssuedBy("CA A"), by_authority = IssuedBy("CA B");
  elsewhere.names = {"elsewhere.example"};
  by_authority.only_for_authorities = true;
  const auto config =
      world.ClientBuilder().AddCredential(elsewhere).AddCredential(by_authority).Build().value();
  StreamPair pair({.client = config,
                   .server = world.ServerBuilder()
                                 .SetClientAuthentication(ClientAuthentication::kOptional)
                                 .Build()
                                 .value()});
  pair.Run();
  ASSERT_TRUE(pair.server->connected());
  EXPECT_EQ(pair.server->core.negotiated().client_certificate, ClientCertificate::kNone);
}

// ---- Over the wire
// -------------------------------------------------------------------------------

TEST(Credentials, TheClientHeedsTheServersAuthorities) {
  World& world = SharedWorld();
  const auto client = world.ClientBuilder()
                          .AddCredential(IssuedBy("CA A"))
                          .AddCredential(world.ClientCredential())
                          .Build()
                          .value();
  for (const bool named : {true, false}) {
    ServerConfigBuilder builder = world.ServerBuilder();
    builder.SetClientAuthentication(ClientAuthentication::kRequired);
    if (named) builder.NameAuthorities(world.anchor_list());
    StreamPair pair({.client = client,
                     .server = builder.Build().value(),
                     .client_policy = DangerouslyTrustAnyChain{}});
    pair.Run();
    ASSERT_TRUE(pair.server->connected());
    EXPECT_EQ(pair.client->core.negotiated().credential, &client->credentials[named ? 1 : 0]);
  }
}

TEST(Credentials, TheServerHeedsTheClientsAuthorities) {
  World& world = SharedWorld();
  const std::string other = NameOf("CA B");
  const auto server = ServerConfigBuilder(world.crypto())
                          .AddCredential(IssuedBy("CA A", kServerName))
                          .AddCredential(IssuedBy("CA B", kServerName))
                          .Build()
                          .value();
  for (const bool named : {true, false}) {
    ClientConfigBuilder builder = world.ClientBuilder();
    if (named) builder.NameAuthority(AsBytes(other));
    StreamPair pair({.client = builder.Build().value(),
                     .server = server,
                     .chain_policy = DangerouslyTrustAnyChain{}});
    pair.Run();
    ASSERT_TRUE(pair.client->connected());
    EXPECT_EQ(pair.server->core.negotiated().credential, &server->credentials[named ? 1 : 0]);
  }
}

TEST(Credentials, TheClientKeepsToTheServersSchemes) {
  World& world = SharedWorld();
  StreamPair pair(
      {.client = world.ClientBuilder().AddCredential(world.ClientCredential()).Build().value(),
       .server = world.ServerBuilder()
                     .SetSignatureSchemes({0x0804})
                     .SetClientAuthentication(ClientAuthentication::kOptional)
                     .Build()
                     .value()});
  pair.Run();
  ASSERT_TRUE(pair.server->connected());
  EXPECT_EQ(pair.server->core.negotiated().client_certificate, ClientCertificate::kNone);
}

// ---- Configurations that are refused
// -------------------------------------------------------------

TEST(Credentials, WhatCannotWorkIsRefusedWithASentence) {
  World& world = SharedWorld();
  const auto good = world.ClientCredential();
  const auto client = [&](CredentialChoice credential) {
    return std::string(
        world.ClientBuilder().AddCredential(std::move(credential)).Build().status().message());
  };
  CredentialChoice bad = good;
  bad.chain_der.clear();
  EXPECT_THAT(client(bad), HasSubstr("needs a certificate"));
  bad.chain_der = {"not a certificate"};
  EXPECT_THAT(client(bad), HasSubstr("first certificate of a credential is not a certificate"));
  bad = good;
  bad.key = world.leaf_key();
  EXPECT_THAT(client(bad), HasSubstr("not that of its first certificate"));
  bad.key = world.psk();
  EXPECT_THAT(client(bad), HasSubstr("credential"));
  bad.key = {};
  EXPECT_THAT(client(bad), HasSubstr("does not exist"));
  bad = good;
  bad.schemes = {0x0804};
  EXPECT_THAT(client(bad), HasSubstr("may not sign"));
  bad.schemes = {0x0001};
  EXPECT_THAT(client(bad), HasSubstr("unknown signature scheme 0x0001"));
  EXPECT_EQ(client(good), "");

  EXPECT_THAT(world.ClientBuilder()
                  .AddRawExternalPsk(kPskIdentity, world.psk())
                  .RequirePsk()
                  .AddCredential(good)
                  .Build()
                  .status()
                  .message(),
              HasSubstr("no use for credentials"));
  EXPECT_THAT(world.ClientBuilder().NameAuthority(AsBytes("x")).Build().status().message(),
              HasSubstr("DER of a Name"));
}

TEST(Credentials, ServersThatAskInVainAreRefusedWithASentence) {
  World& world = SharedWorld();
  const auto required = ClientAuthentication::kRequired;
  EXPECT_THAT(ServerConfigBuilder(world.crypto())
                  .AddRawExternalPsk(kPskIdentity, world.psk())
                  .SetClientAuthentication(ClientAuthentication::kOptional)
                  .Build()
                  .status()
                  .message(),
              HasSubstr("PSKs alone never asks"));
  EXPECT_THAT(world.ServerBuilder()
                  .AddRawExternalPsk(kPskIdentity, world.psk())
                  .SetClientAuthentication(required)
                  .Build()
                  .status()
                  .message(),
              HasSubstr("shows no certificate"));
  EXPECT_THAT(world.ServerBuilder().NameAuthorities(world.anchor_list()).Build().status().message(),
              HasSubstr("no certificate is asked for"));
  ServerConfigBuilder many = world.ServerBuilder();
  many.SetClientAuthentication(required);
  for (int i = 0; i < 400; ++i) many.NameAuthorities(world.anchor_list());
  for (int i = 0; i < 400; ++i) many.NameAuthorities(world.anchor_list());
  EXPECT_THAT(many.Build().status().message(), HasSubstr("16,000 bytes at most"));
}

// ---- Status of certificates (RFC 6066 s8, RFC 9846 s4.4.2.1)
// ---------------------------------------------------------------------

// What the test's CA says of certificates.
class StatusTest : public ::testing::Test {
 protected:
  x509::Certificate Leaf() const { return *x509::Certificate::Parse(AsBytes(leaf_)); }
  crypto::BoundSigningKey Signer() const {
    return *crypto::BoundSigningKey::Bind(world_.crypto().keys, world_.ca_key(),
                                          {crypto::SignFamily::kEcdsa, crypto::HashId::kSha256});
  }
  std::string Response(x509::CertificateStatus status, std::chrono::hours age) const {
    const x509::Certificate ca = *x509::Certificate::Parse(AsBytes(world_.ca_der())), leaf = Leaf();
    const crypto::HashAlgorithm& sha256 = *world_.crypto().drivers.hash(crypto::HashId::kSha256);
    const crypto::Digest name = crypto::HashOf(sha256, ca.subject()),
                         key = crypto::HashOf(sha256, ca.public_key().key);
    const x509::OcspSingleResponse single = {
        .id = {x509::oid::kSha256, name.view(), key.view(), leaf.serial()},
        .status = status,
        .revoked_at = kTestTime - age,
        .this_update = kTestTime - age,
        .next_update = kTestTime - age + std::chrono::hours(2)};
    return Written(x509::WriteOcspResponse(
        {.responder_name = ca.subject(),
         .produced_at = kTestTime - age,
         .responses = absl::Span<const x509::OcspSingleResponse>(&single, 1)},
        Signer(), world_.crypto().rng, MutableBytes(out_)));
  }
  std::string CrlThatLists(Bytes serial) const {
    const x509::CrlEntry entry{.serial = serial, .date = kTestTime};
    return Written(x509::WriteCrl({.issuer = Leaf().issuer(),
                                   .this_update = kTestTime - std::chrono::hours(1),
                                   .next_update = kTestTime + std::chrono::hours(1),
                                   .entries = absl::Span<const x509::CrlEntry>(&entry, 1)},
                                  Signer(), world_.crypto().rng, MutableBytes(out_)));
  }
  // What a client makes of a server with this response; nothing: they connect.
  std::optional<Error> Outcome(Transport transport, Version version, const std::string& response,
                               const StatusOptions& status, bool ask = true) const {
    ServerConfigBuilder server_builder(world_.crypto());
    CredentialChoice credential{.chain_der = {leaf_}, .key = world_.leaf_key()};
    credential.ocsp_response = response;
    server_builder.AddCredential(credential).AddAlpn("test").SetVersions(version, version);
    ClientConfigBuilder client_builder = world_.ClientBuilder();
    client_builder.AddAlpn("test").SetVersions(version, version);
    if (ask) client_builder.RequestStatus();
    const auto server_config = server_builder.Build().value();
    const auto client_config = client_builder.Build().value();
    const StatusCheck check(status);
    const Now now{Instant(), kTestTime};
    const Bytes parameters = transport == Transport::kMessage ? AsBytes("opaque") : Bytes();
    BareCore server(*server_config, ServerOptions{parameters}, transport,
                    LocalOperations::ForServer(*server_config, nullptr), world_, now);
    BareCore client(
        *client_config, ClientOptions{kServerName, {}, parameters}, transport,
        LocalOperations::ForClient(
            *client_config,
            VerifyAgainst{.anchors = &world_.anchors(), .expected_name = {}, .verifier = &check}),
        world_, now);
    while (CorePair::Deliver(client, server) || CorePair::Deliver(server, client)) {
    }
    EXPECT_EQ(client.connected && server.connected, !client.core.failure().has_value());
    return client.core.failure();
  }

  World& world_ = SharedWorld();
  std::string leaf_ = world_.chain().front();

 private:
  std::string Written(const Result<size_t>& size) const {
    EXPECT_TRUE(size.ok());
    return size.ok() ? ToString(Slice(Bytes(out_), 0, *size)) : std::string();
  }
  mutable std::array<uint8_t, 1024> out_;
};

TEST_F(StatusTest, IsStapledAndVerifiedInEveryProtocol) {
  using x509::CertificateStatus;
  const std::chrono::hours now(1), long_ago(48);
  const std::string good = Response(CertificateStatus::kGood, now),
                    revoked = Response(CertificateStatus::kRevoked, now),
                    stale = Response(CertificateStatus::kGood, long_ago);
  std::string forged = good;
  forged.back() ^= 1;
  const std::string crl_der = CrlThatLists(Leaf().serial());
  const x509::Crl crls[] = {*x509::Crl::Parse(AsBytes(crl_der))};
  const std::string other_crl_der = CrlThatLists(AsBytes("another"));
  const x509::Crl other_crls[] = {*x509::Crl::Parse(AsBytes(other_crl_der))};
  const StatusOptions soft, hard{.hard_fail = true}, soft_crl{.crls = crls},
      hard_crl{.hard_fail = true, .crls = other_crls};
  const Error unsatisfactory =
      PeerError(Code::kBadOcspResponse, Alert::kBadCertificateStatusResponse);
  const Error unknown = PeerError(Code::kRevocationUnknown, Alert::kCertificateUnknown),
              is_revoked = PeerError(Code::kRevoked, Alert::kCertificateRevoked);
  const struct {
    const char* what;
    const std::string& response;
    const StatusOptions& status;
    std::optional<Error> outcome;
    bool ask = true;
  } cases[] = {
      {"good", good, hard, {}},
      {"revoked", revoked, soft, is_revoked},
      {"none, hard", "", hard, unknown},
      {"none, soft", "", soft, {}},
      {"not asked for, hard", good, hard, unknown, false},
      {"not DER", "garbage", soft, unsatisfactory},
      {"from the past", stale, soft, unsatisfactory},
      {"forged", forged, soft, unsatisfactory},
      {"good, but on a CRL", good, soft_crl, {}},  // the first that knows is believed
      {"on a CRL", "", soft_crl, is_revoked},
      {"not on a CRL, hard", "", hard_crl, {}},
  };
  const std::pair<Transport, Version> protocols[] = {{Transport::kStream, Version::kTls12},
                                                     {Transport::kStream, Version::kTls13},
                                                     {Transport::kDatagram, Version::kTls12},
                                                     {Transport::kDatagram, Version::kTls13},
                                                     {Transport::kMessage, Version::kTls13}};
  for (const auto& [transport, version] : protocols) {
    for (const auto& test : cases) {
      SCOPED_TRACE(std::string(test.what) + ", transport " +
                   std::to_string(static_cast<int>(transport)) + ", version " +
                   std::to_string(static_cast<int>(version)));
      EXPECT_EQ(Outcome(transport, version, test.response, test.status, test.ask), test.outcome);
    }
  }
}

// RFC 7633: what must be stapled is asked for in vain where nothing is, whatever the policy; CRLs
// do not do.
TEST_F(StatusTest, MustStapleIsHard) {
  leaf_ = world_.MakeLeafFor(world_.leaf_key(), kServerName, x509::KeyPurpose::kServerAuth,
                             kTestTime - std::chrono::hours(1), kTestTime + std::chrono::hours(1),
                             {}, /*must_staple=*/true);
  const std::string good = Response(x509::CertificateStatus::kGood, std::chrono::hours(1));
  const std::string crl_der = CrlThatLists(AsBytes("another"));
  const x509::Crl crls[] = {*x509::Crl::Parse(AsBytes(crl_der))};
  for (const Version version : {Version::kTls12, Version::kTls13}) {
    EXPECT_EQ(Outcome(Transport::kStream, version, good, {.crls = crls}), std::nullopt);
    EXPECT_EQ(Outcome(Transport::kStream, version, "", {.crls = crls}),
              PeerError(Code::kRevocationUnknown, Alert::kCertificateUnknown));
  }
}

// A client that did not ask gets none, and a server's answer to what was not asked is refused
// (RFC 5246 s7.4.1.4); an announced status may stay out (RFC 6066 s8).
TEST_F(StatusTest, StatusThatIsAnnouncedMayStayOut) {
  CorePair pair({.max_version = Version::kTls12, .status = true});
  const auto [to_client, to_server] = pair.RunAndRecord();
  ASSERT_TRUE(pair.client->connected);
  size_t statuses = 0;
  for (const std::string& message : to_client) statuses += !message.empty() && message[0] == 22;
  EXPECT_EQ(statuses, 1u);
  CorePair without({.max_version = Version::kTls12, .status = true});
  EXPECT_TRUE(without.DeliverToServer());
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(without.DeliverToClient());
  without.server->to_send.pop_front();  // CertificateStatus
  EXPECT_TRUE(without.DeliverToClient());
  EXPECT_FALSE(without.client->core.failure());  // the signature was right
  EXPECT_TRUE(without.DeliverToClient());
  EXPECT_FALSE(without.client->core.failure());
}

}  // namespace
}  // namespace merlon::tls::testing
