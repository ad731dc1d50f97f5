// SPDX-License-Identifier: Apache-2.0
// RFC 9258: known answers (made by testing/rfc9258_vectors.py), and imported PSKs in handshakes.
#include "tls/psk_importer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "tls/core/key_schedule13.h"
#include "tls/testing/datagram_pair.h"
#include "tls/testing/stream_pair.h"

namespace merlon::tls::testing {
namespace {

using ::testing::HasSubstr;

std::string Hex(Bytes bytes) { return absl::BytesToHexString(std::string(AsText(bytes))); }

// ---- Known answers
// -------------------------------------------------------------------------------

struct Answer {
  crypto::HashId hash, target;
  uint16_t protocol;
  const char *identity, *early_secret, *binder_key;
};
// The PSK is 00 01 .. 1f.
const Answer kAnswers[] = {
    {crypto::HashId::kSha256, crypto::HashId::kSha256, 0x0304,
     "00096465766963652d313700056c6162203303040001",
     "744bd8f5df00b92879dd2e5c73c4f7273628581c3966ceac71c599dc0e5999de",
     "8267a3577a3126397890f8a7f9d512a619e2f2c40aa8132607dbb2ddfc23597a"},
    {crypto::HashId::kSha256, crypto::HashId::kSha384, 0x0304,
     "00096465766963652d313700056c6162203303040002",
     "5dfb751bb5ac9952727f4cbeb7ecec795ea61a46db2321b15ee2e640a3f1b04c"
     "38dae10a20fcc28c6f51789387e9e165",
     "6c615b24ae2b8ac59ea58fcfd278df7deb0dd717b3c92bb36f3c816fea89dc4a"
     "a4463c094b6842ce6bce6fab1ac2ed4d"},
    {crypto::HashId::kSha384, crypto::HashId::kSha256, 0x0304,
     "00096465766963652d313700056c6162203303040001",
     "d00a96de50a8d53d28e8962a44f336dc30e41571053b5f11d52925eea02799a9",
     "48182df4162689e50e0e72cdba193ed299139fb0e975d9575a3702d5c88c6591"},
    {crypto::HashId::kSha256, crypto::HashId::kSha256, 0xfefc,
     "00096465766963652d313700056c61622033fefc0001",
     "e507b67beb848471fa9711fe574dabdb3d3ad123b29aa02e622ffddf2cf4feb5",
     "46d2818d469c29b1c1c35dbbfb9f1ebd467379ee7399945eb3b4a04b640dc164"},
};

class Importer : public ::testing::Test {
 protected:
  Importer() {
    uint8_t bytes[32];
    for (uint8_t i = 0; i < 32; ++i) bytes[i] = i;
    key = *keys->Import({.type = crypto::KeyType::kSecret, .usage = crypto::Usage::kDerive}, bytes);
  }
  static std::string Encode(const ImportedIdentity& identity) {
    std::string out(identity.EncodedSize(), '\0');
    const Result<size_t> size =
        identity.Encode(MutableBytes(reinterpret_cast<uint8_t*>(out.data()), out.size()));
    EXPECT_TRUE(size.ok() && *size == out.size());
    return out;
  }

  crypto::DriverTable drivers = crypto::DefaultDrivers();
  crypto::InlineKeyStore<4> keys{drivers};
  crypto::KeyHandle key;
};

TEST_F(Importer, GivesTheKnownAnswers) {
  for (const Answer& answer : kAnswers) {
    SCOPED_TRACE(answer.early_secret);
    const crypto::HashAlgorithm& target = *drivers.hash(answer.target);
    const std::string identity = Encode({.external_identity = AsBytes("device-17"),
                                         .context = AsBytes("lab 3"),
                                         .target_protocol = answer.protocol,
                                         .target_kdf = KdfOf(answer.target)});
    EXPECT_EQ(Hex(AsBytes(identity)), answer.identity);
    ImportedPsk imported;
    ASSERT_TRUE(
        imported.Import(*keys, key, *drivers.hash(answer.hash), target, AsBytes(identity)).ok());
    const ExternalPsk psk = imported.psk();
    EXPECT_EQ(psk.hash, answer.target);
    EXPECT_EQ(psk.target_protocol, answer.protocol);
    std::vector<uint8_t> early(target.size);
    ASSERT_TRUE(psk.secret->Extract(target, {}, absl::MakeSpan(early)).ok());
    EXPECT_EQ(Hex(early), answer.early_secret);
    const auto prefix =
        answer.protocol == 0xfefc ? crypto::LabelPrefix::kDtls13 : crypto::LabelPrefix::kTls13;
    const EarlyStage stage = EarlyStage::FromEarlySecret({&target, prefix}, early);
    EXPECT_EQ(Hex(stage.BinderKey(BinderKind::kImported).reveal()), answer.binder_key);
  }
}

TEST_F(Importer, IdentitiesSurviveTheirEncodingAndNothingElseIsOne) {
  const std::string good = Encode({.external_identity = AsBytes("device-17"),
                                   .context = AsBytes("lab 3"),
                                   .target_protocol = 0x0304,
                                   .target_kdf = kHkdfSha384});
  const Result<ImportedIdentity> back = ImportedIdentity::Decode(AsBytes(good));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(AsText(back->external_identity), "device-17");
  EXPECT_EQ(AsText(back->context), "lab 3");
  EXPECT_EQ(back->target_protocol, 0x0304);
  EXPECT_EQ(back->target_kdf, kHkdfSha384);
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(ImportedIdentity::Decode(AsBytes(good.substr(0, size))).ok()) << size;
  }
  EXPECT_FALSE(ImportedIdentity::Decode(AsBytes(good + "x")).ok());
  EXPECT_FALSE(ImportedIdentity::Decode(AsBytes(std::string("\0\0\0\0\3\4\0\1", 8))).ok());
}

TEST_F(Importer, AnIdentityOfAnotherTargetIsRefused) {
  const crypto::HashAlgorithm& sha256 = *drivers.hash(crypto::HashId::kSha256);
  for (const auto& [protocol, kdf] :
       {std::pair(0x0303, 1), std::pair(0x0304, 2), std::pair(0x0304, 0), std::pair(0xfefd, 1)}) {
    const std::string identity = Encode({.external_identity = AsBytes("device-17"),
                                         .context = {},
                                         .target_protocol = static_cast<uint16_t>(protocol),
                                         .target_kdf = static_cast<uint16_t>(kdf)});
    ImportedPsk imported;
    EXPECT_FALSE(imported.Import(*keys, key, sha256, sha256, AsBytes(identity)).ok());
  }
}

TEST_F(Importer, OnlyASecretThatMayDeriveIsBound) {
  const crypto::HashAlgorithm& sha256 = *drivers.hash(crypto::HashId::kSha256);
  const uint8_t bytes[32] = {1};
  const crypto::KeyHandle other =
      *keys->Import({.type = crypto::KeyType::kSecret, .usage = crypto::Usage::kExport}, bytes);
  const crypto::SecretDerivation right = {
      .hash = &sha256, .prefix = {}, .label = "x", .context = {}, .size = 32};
  EXPECT_EQ(crypto::BoundSecret::BindDerived(*keys, other, right).error(),
            Misuse(Code::kNotPermitted));
  for (const size_t size : {size_t{0}, crypto::kMaxHashSize + 1}) {
    crypto::SecretDerivation wrong = right;
    wrong.size = size;
    EXPECT_EQ(crypto::BoundSecret::BindDerived(*keys, key, wrong).error(), Misuse());
  }
  ASSERT_TRUE(crypto::BoundSecret::BindDerived(*keys, key, right).ok());
  // A key that was destroyed serves no more.
  const auto bound = crypto::BoundSecret::BindDerived(*keys, key, right);
  ASSERT_TRUE(keys->Destroy(key).ok());
  uint8_t out[32];
  EXPECT_EQ(bound->Extract(sha256, {}, MutableBytes(out)).error(), Misuse(Code::kStaleHandle));
}

// ---- Handshakes
// ----------------------------------------------------------------------------------

constexpr uint16_t kAes128 = 0x1301, kAes256 = 0x1302;

ClientConfigBuilder Client() {
  World& world = SharedWorld();
  return world.ClientBuilder().AddExternalPsk(kPskIdentity, world.psk(), "lab 3").RequirePsk();
}
ServerConfigBuilder Server() {
  World& world = SharedWorld();
  return ServerConfigBuilder(world.crypto()).AddExternalPsk(kPskIdentity, world.psk(), "lab 3");
}

TEST(ImportedPsks, ServeUnderEverySuiteOverStreams) {
  for (const uint16_t suite : {kAes128, kAes256}) {
    StreamPair pair({.client = Client().Build().value(),
                     .server = Server().SetSuites({suite}).Build().value()});
    pair.Run();
    ASSERT_TRUE(pair.client->connected());
    ASSERT_TRUE(pair.server->connected());
    for (const Negotiated* side :
         {&pair.client->core.negotiated(), &pair.server->core.negotiated()}) {
      EXPECT_EQ(side->suite->id, suite);
      EXPECT_EQ(side->authentication, Authentication::kExternalPsk);
      const Result<ImportedIdentity> identity = ImportedIdentity::Decode(side->psk->identity);
      ASSERT_TRUE(identity.ok());
      EXPECT_EQ(AsText(identity->external_identity), kPskIdentity);
      EXPECT_EQ(identity->target_protocol, 0x0304);
      EXPECT_EQ(identity->target_kdf, suite == kAes128 ? kHkdfSha256 : kHkdfSha384);
    }
    // The session that comes of it resumes.
    StreamPair again(
        {.client = Client().Build().value(),
         .server = Server().SetSuites({suite}).Build().value(),
         .session = pair.client->log.sessions.empty() ? "" : pair.client->log.sessions[0]});
    again.Run();
    EXPECT_EQ(again.server->core.negotiated().authentication, Authentication::kResumption);
  }
}

TEST(ImportedPsks, ServeUnderEverySuiteOverDatagrams) {
  for (const uint16_t suite : {kAes128, kAes256}) {
    DatagramPair pair({.client = Client().Build().value(),
                       .server = Server().SetSuites({suite}).Build().value()});
    ASSERT_TRUE(pair.Run());
    ASSERT_TRUE(pair.server->connected());
    EXPECT_EQ(pair.server->core.negotiated().authentication, Authentication::kExternalPsk);
    EXPECT_EQ(pair.server->core.negotiated().psk->target_protocol, 0xfefc);
  }
}

// The second ClientHello offers what fits the suite alone, and its binder covers both.
TEST(ImportedPsks, ServeBehindARetry) {
  for (const uint16_t suite : {kAes128, kAes256}) {
    StreamPair pair({.client = Client().Build().value(),
                     .server = Server().SetSuites({suite}).SetGroups({23}).Build().value()});
    pair.Run();
    ASSERT_TRUE(pair.server->connected());
    EXPECT_TRUE(pair.server->core.negotiated().retried);
    EXPECT_EQ(pair.server->core.negotiated().authentication, Authentication::kExternalPsk);
  }
}

TEST(ImportedPsks, AreNoneWhereTheContextIsAnother) {
  World& world = SharedWorld();
  const auto server = ServerConfigBuilder(world.crypto())
                          .AddExternalPsk(kPskIdentity, world.psk(), "lab 4")
                          .Build()
                          .value();
  StreamPair pair({.client = Client().Build().value(), .server = server});
  pair.Run();
  EXPECT_EQ(pair.client->face.peer_alert(), Alert::kUnknownPskIdentity);
}

// Same identity, same secret, another hash of the external PSK: another PSK, so a wrong binder.
TEST(ImportedPsks, AreBoundToTheHashOfTheExternalPsk) {
  World& world = SharedWorld();
  const auto server =
      ServerConfigBuilder(world.crypto())
          .AddExternalPsk(kPskIdentity, world.psk(), "lab 3", crypto::HashId::kSha384)
          .Build()
          .value();
  StreamPair pair({.client = Client().Build().value(), .server = server});
  pair.Run();
  EXPECT_EQ(pair.server->face.failure(), PeerError(Code::kBadBinder, Alert::kDecryptError));
  EXPECT_EQ(pair.client->face.peer_alert(), Alert::kDecryptError);
}

// Not even where a raw one goes by the imported identity: secret and binder label are others.
TEST(ImportedPsks, AreNotRawOnes) {
  World& world = SharedWorld();
  const auto imported = Server().Build().value();
  const auto raw = ServerConfigBuilder(world.crypto())
                       .AddRawExternalPsk(AsText(imported->common.psks[0].identity), world.psk())
                       .Build()
                       .value();
  StreamPair pair({.client = Client().Build().value(), .server = raw});
  pair.Run();
  EXPECT_EQ(pair.client->face.peer_alert(), Alert::kDecryptError);
}

TEST(ImportedPsks, SeveralClientsAreToldApart) {
  World& world = SharedWorld();
  ServerConfigBuilder builder(world.crypto());
  for (const char* identity : {"one", "two", kPskIdentity}) {
    builder.AddExternalPsk(identity, world.psk(), "lab 3");
  }
  StreamPair pair({.client = Client().Build().value(), .server = builder.Build().value()});
  pair.Run();
  ASSERT_TRUE(pair.server->connected());
  EXPECT_EQ(AsText(ImportedIdentity::Decode(pair.server->core.negotiated().psk->identity)
                       ->external_identity),
            kPskIdentity);
}

TEST(ImportedPsks, AClientMayOfferSeveral) {
  World& world = SharedWorld();
  const auto client = world.ClientBuilder()
                          .AddExternalPsk("another", world.psk())
                          .AddExternalPsk(kPskIdentity, world.psk(), "lab 3")
                          .RequirePsk()
                          .Build()
                          .value();
  for (const uint16_t suite : {kAes128, kAes256}) {
    for (const uint16_t group : {29, 23}) {
      StreamPair pair({.client = client,
                       .server = Server().SetSuites({suite}).SetGroups({group}).Build().value()});
      pair.Run();
      ASSERT_TRUE(pair.server->connected());
      EXPECT_EQ(pair.client->core.negotiated().psk->identity,
                pair.server->core.negotiated().psk->identity);
    }
  }
}

// The session comes first, and a server that has forgotten it falls back on the PSK.
TEST(ImportedPsks, AreOfferedBehindASession) {
  StreamPair first({.client = Client().Build().value(), .server = Server().Build().value()});
  first.Run();
  const std::string session = first.client->log.sessions.at(0);
  for (const bool forgotten : {false, true}) {
    for (const uint16_t group : {29, 23}) {
      StreamPair second({.client = Client().Build().value(),
                         .server = Server().SetGroups({group}).Build().value(),
                         .session = session,
                         .tickets = !forgotten});
      second.Run();
      ASSERT_TRUE(second.server->connected());
      for (const Negotiated* side :
           {&second.client->core.negotiated(), &second.server->core.negotiated()}) {
        EXPECT_EQ(side->authentication,
                  forgotten ? Authentication::kExternalPsk : Authentication::kResumption);
        EXPECT_EQ(side->psk != nullptr, forgotten);
      }
    }
  }
}

// An answerer that picks a PSK of another protocol has failed.
TEST(ImportedPsks, OfAnotherProtocolAreNoAnswer) {
  const auto config = Server().Build().value();
  StreamPair pair({.client = Client().Build().value(), .server = config});
  pair.server->answer = false;
  pair.DeliverToServer(pair.client->Transmit(pair.now));
  const Pending pending = pair.server->face.Operations().front();
  ASSERT_TRUE(std::holds_alternative<ChoosePsk>(pending.request));
  const auto& request = std::get<ChoosePsk>(pending.request);
  EXPECT_EQ(request.protocol, 0x0304);
  EXPECT_EQ(request.offers.size(), 2u);  // one for each KDF
  for (const ExternalPsk& psk : config->common.psks) {
    if (psk.target_protocol != 0xfefc || psk.hash != request.hash) continue;
    (void)pair.server->face.Complete(pending.id, PskChosen{&psk, 0}, pair.now);
  }
  EXPECT_EQ(pair.server->face.failure(), DriverError(Code::kOperationFailed));
}

TEST(ImportedPsks, AreDerivedOneByOneAndEachFailureIsOurs) {
  World& world = SharedWorld();
  const auto config = Client().Build().value();
  for (int failing = 0; failing < 2; ++failing) {
    std::vector<uint8_t> storage(4096), reassembly(4096);
    HandshakeCore<FullProfile> core(*config, ClientOptions{}, Transport::kStream,
                                    absl::MakeSpan(storage), world.NewSeed(), Now{});
    LocalOperations operations(world.crypto(), {});
    for (int i = 0; i <= failing; ++i) {
      const Pending pending = core.operations().front();
      ASSERT_TRUE(std::holds_alternative<DerivePsk>(pending.request));
      OpResult answer = operations.Perform(pending.request);
      if (i == failing) answer = PskDerived{AsBytes("too short")};
      (void)core.Complete(pending.id, answer, Now{});
    }
    EXPECT_EQ(core.failure(), DriverError(Code::kOperationFailed));
  }
}

TEST(ImportedPsks, WhatCannotWorkIsRefusedWithASentence) {
  World& world = SharedWorld();
  const auto message = [&](const ServerConfigBuilder& builder) {
    return std::string(builder.Build().status().message());
  };
  const ServerConfigBuilder empty(world.crypto());
  EXPECT_THAT(message(ServerConfigBuilder(empty).AddExternalPsk("", world.psk())),
              HasSubstr("1 to 65,000 bytes"));
  EXPECT_THAT(
      message(ServerConfigBuilder(empty).AddExternalPsk("x", world.psk(), std::string(65000, 'c'))),
      HasSubstr("65,000 bytes at most"));
  EXPECT_THAT(message(ServerConfigBuilder(empty).AddExternalPsk("x", world.leaf_key())),
              HasSubstr("may not derive"));
  EXPECT_THAT(message(ServerConfigBuilder(empty).AddExternalPsk("x", {})),
              HasSubstr("does not exist"));
  const uint8_t bytes[15] = {};
  crypto::InlineKeyStore<1> keys{crypto::DefaultDrivers()};
  const auto key =
      *keys->Import({.type = crypto::KeyType::kSecret, .usage = crypto::Usage::kDerive}, bytes);
  const crypto::DriverTable drivers = crypto::DefaultDrivers();
  const crypto::Context context{*keys, drivers, world.crypto().rng};
  for (const bool raw : {true, false}) {
    ServerConfigBuilder builder(context);
    raw ? builder.AddRawExternalPsk("x", key) : builder.AddExternalPsk("x", key);
    EXPECT_THAT(builder.Build().status().message(), HasSubstr("shorter than 16 bytes"));
  }
  ClientConfigBuilder many = Client();
  for (const char* identity : {"1", "2", "3", "4"}) many.AddExternalPsk(identity, world.psk());
  EXPECT_THAT(many.Build().status().message(), HasSubstr("4 external PSKs at most"));
}

}  // namespace
}  // namespace merlon::tls::testing
