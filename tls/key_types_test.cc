// SPDX-License-Identifier: Apache-2.0
// Handshakes over every group and every type of key that a certificate may hold.
#include <gtest/gtest.h>

#include "tls/testing/stream_pair.h"

namespace merlon::tls::testing {
namespace {

// A server's key with its leaf, and the schemes that it signs under, most wanted first.
struct ServerKey {
  const char* name;
  crypto::KeyType type;
  uint16_t bits;
  std::vector<uint16_t> schemes;
  crypto::KeyHandle key = {};
  std::string leaf = {};
};

struct KeyTypes {
  World world{77};
  std::vector<ServerKey> keys = {
      {"P-256", crypto::KeyType::kEcP256, 256, {0x0403}},
      {"P-384", crypto::KeyType::kEcP384, 384, {0x0503}},
      {"P-521", crypto::KeyType::kEcP521, 521, {0x0603}},
      {"Ed25519", crypto::KeyType::kEd25519, 255, {0x0807}},
      {"RSA", crypto::KeyType::kRsa, 2048, {0x0804, 0x0805, 0x0806}},
      {"ML-DSA-44", crypto::KeyType::kMlDsa44, 128, {0x0904}},
      {"ML-DSA-65", crypto::KeyType::kMlDsa65, 192, {0x0905}},
      {"ML-DSA-87", crypto::KeyType::kMlDsa87, 256, {0x0906}},
  };
  KeyTypes() {
    for (ServerKey& server : keys) MakeKey(server);
  }
  void MakeKey(ServerKey& server) {
    const crypto::Context crypto = world.crypto();
    const auto key = crypto.keys.Generate(
        {.type = server.type, .bits = server.bits, .usage = crypto::Usage::kSign}, crypto.rng);
    ASSERT_TRUE(key.ok()) << server.name;
    server.key = *key;
    server.leaf = world.MakeLeaf(kServerName, kTestTime - std::chrono::hours(1),
                                 kTestTime + std::chrono::hours(1), *key);
  }
  ServerConfigBuilder ServerBuilder(const ServerKey& server) {
    ServerConfigBuilder builder(world.crypto());
    builder.AddCredential({server.leaf}, server.key);
    return builder;
  }
};
KeyTypes& Shared() {
  static KeyTypes& shared = *new KeyTypes();
  return shared;
}
bool IsEcdsa(const ServerKey& server) { return (server.schemes[0] & 0xff) == 3; }
bool OnlyWhenAsked(const ServerKey& server) {
  return server.schemes[0] == 0x0603 || server.schemes[0] >= 0x0904;
}
void ExpectConnected(StreamPair& pair, uint16_t group, uint16_t scheme) {
  ASSERT_TRUE(pair.client->connected() && pair.server->connected());
  for (const auto* side : {&pair.client->core, &pair.server->core}) {
    EXPECT_EQ(static_cast<uint16_t>(side->negotiated().group->id), group);
    EXPECT_EQ(side->negotiated().scheme->id, scheme);
  }
}

TEST(KeyTypes, EveryGroupWithEveryKey) {
  KeyTypes& shared = Shared();
  for (const ServerKey& server : shared.keys) {
    for (const uint16_t group : {29, 23, 24, 25}) {
      if (group == 25 && !IsEcdsa(server)) continue;  // it takes long
      SCOPED_TRACE(std::string(server.name) + " " + std::to_string(group));
      // With a share in the first ClientHello; and, but for x25519, after a HelloRetryRequest.
      for (const bool first : {true, false}) {
        auto client = shared.world.ClientBuilder();
        if (OnlyWhenAsked(server)) client.SetSignatureSchemes(server.schemes);
        if (first || group == 25) {
          client.SetGroups(first ? std::vector<uint16_t>{group, 29}
                                 : std::vector<uint16_t>{29, group});
        }
        StreamPair pair({.client = client.Build().value(),
                         .server = shared.ServerBuilder(server).SetGroups({group}).Build().value()},
                        shared.world);
        pair.Run();
        ExpectConnected(pair, group, server.schemes[0]);
        EXPECT_EQ(pair.client->core.negotiated().retried, !first && group != 29);
      }
    }
  }
}

TEST(KeyTypes, EveryScheme) {
  KeyTypes& shared = Shared();
  for (const ServerKey& server : shared.keys) {
    for (const uint16_t scheme : server.schemes) {
      SCOPED_TRACE(std::to_string(scheme));
      // The chain is signed with ecdsa_secp256r1_sha256, which the client takes everywhere.
      StreamPair pair(
          {.client = shared.world.ClientBuilder().SetSignatureSchemes({scheme}).Build().value(),
           .server = shared.ServerBuilder(server).Build().value()},
          shared.world);
      pair.Run();
      ExpectConnected(pair, 29, scheme);
    }
  }
}

TEST(KeyTypes, P521AndMlDsaAreForThoseWhoAskForThem) {
  KeyTypes& shared = Shared();
  for (const ServerKey& server : shared.keys) {
    if (!OnlyWhenAsked(server)) continue;
    StreamPair pair({.client = shared.world.ClientBuilder().Build().value(),
                     .server = shared.ServerBuilder(server).Build().value()},
                    shared.world);
    pair.Run();
    EXPECT_EQ(pair.client->face.peer_alert(), Alert::kHandshakeFailure) << server.name;
  }
}

TEST(KeyTypes, AKeyOfAnotherTypeIsHandshakeFailure) {
  KeyTypes& shared = Shared();
  for (const ServerKey& server : shared.keys) {
    for (const ServerKey& other : shared.keys) {
      if (&server == &other) continue;
      StreamPair pair(
          {.client =
               shared.world.ClientBuilder().SetSignatureSchemes(other.schemes).Build().value(),
           .server = shared.ServerBuilder(server).Build().value()},
          shared.world);
      pair.Run();
      EXPECT_EQ(pair.client->face.peer_alert(), Alert::kHandshakeFailure)
          << server.name << " for " << other.name;
    }
  }
}

// The server picks the first of its credentials that the client can verify.
TEST(KeyTypes, TheClientsSchemesChooseTheCredential) {
  KeyTypes& shared = Shared();
  ServerConfigBuilder builder(shared.world.crypto());
  for (const ServerKey& server : shared.keys) builder.AddCredential({server.leaf}, server.key);
  const auto config = builder.Build().value();
  for (const ServerKey& server : shared.keys) {
    StreamPair pair(
        {.client = shared.world.ClientBuilder().SetSignatureSchemes(server.schemes).Build().value(),
         .server = config},
        shared.world);
    pair.Run();
    ExpectConnected(pair, 29, server.schemes[0]);
  }
}

// RFC 9846 s4.2.3: rsa_pss_pss_* are for keys with the OID id-RSASSA-PSS, rsa_pss_rsae_* for those
// with rsaEncryption.
TEST(KeyTypes, RsaKeysForPssAloneHaveTheirOwnSchemes) {
  World world{78};
  const crypto::Context crypto = world.crypto();
  const auto key = crypto.keys.Generate(
      {.type = crypto::KeyType::kRsaPss, .bits = 2048, .usage = crypto::Usage::kSign}, crypto.rng);
  ASSERT_TRUE(key.ok());
  const std::string leaf = world.MakeLeaf(kServerName, kTestTime - std::chrono::hours(1),
                                          kTestTime + std::chrono::hours(1), *key);
  ServerConfigBuilder builder(crypto);
  builder.AddCredential({leaf}, *key);
  const auto server = builder.Build().value();
  for (const uint16_t scheme : {0x0809, 0x080a, 0x080b}) {
    StreamPair pair({.client = world.ClientBuilder().SetSignatureSchemes({scheme}).Build().value(),
                     .server = server},
                    world);
    pair.Run();
    ExpectConnected(pair, 29, scheme);
  }
  StreamPair pair(
      {.client =
           world.ClientBuilder().SetSignatureSchemes({0x0804, 0x0805, 0x0806}).Build().value(),
       .server = server},
      world);
  pair.Run();
  EXPECT_EQ(pair.client->face.peer_alert(), Alert::kHandshakeFailure);
}

}  // namespace
}  // namespace merlon::tls::testing
