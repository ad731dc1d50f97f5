// SPDX-License-Identifier: Apache-2.0
// A client whose operations PskOperations answers, against a whole server.
#include "tls/psk_operations.h"

#include <gtest/gtest.h>

#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "tls/profiles/psk12_datagram_client.h"
#include "tls/profiles/psk13_client.h"
#include "tls/psk12_operations.h"
#include "tls/stream_connection.h"
#include "tls/testing/endpoint.h"

namespace merlon::tls::testing {
namespace {

constexpr const crypto::KeyAgreementAlgorithm* kGroups[] = {&crypto::kPortableX25519};
constexpr Now kNow{Instant(std::chrono::seconds(5)), kTestTime};

// A client of this profile, which speaks this version, over a stream.
template <class Profile, class Operations>
void ExpectConnects(Version version) {
  World& world = SharedWorld();
  const auto client_config = world.ClientBuilder()
                                 .SetVersions(version, version)
                                 .SetGroups({29})
                                 .AddRawExternalPsk(kPskIdentity, world.psk())
                                 .RequirePsk()
                                 .Build()
                                 .value();
  const auto server_config = ServerConfigBuilder(world.crypto())
                                 .AddRawExternalPsk(kPskIdentity, world.psk())
                                 .Build()
                                 .value();
  Endpoint<StreamConnection> server(*server_config, ServerOptions{}, Transport::kStream,
                                    LocalOperations::ForServer(*server_config, nullptr), world, {},
                                    kNow);
  std::vector<uint8_t> storage(2048), reassembly(2048), wire(4096);
  HandshakeCore<Profile> core(*client_config, ClientOptions{}, Transport::kStream,
                              absl::MakeSpan(storage), world.NewSeed(), kNow);
  StreamConnection client(core, absl::MakeSpan(reassembly));
  crypto::testing::DeterministicRng rng(1);
  Operations operations(kGroups, rng);
  for (int round = 0; round < 4; ++round) {
    operations.Answer(client, kNow);
    const Result<Transmit> sent = client.PollTransmit(absl::MakeSpan(wire), kNow);
    ASSERT_TRUE(sent.ok());
    server.Receive(AsText(Bytes(wire.data(), sent->size)), kNow);
    std::string back = server.Transmit(kNow);
    MutableBytes rest(reinterpret_cast<uint8_t*>(back.data()), back.size());
    while (!rest.empty()) {
      const Result<Received> got = client.Receive(rest, kNow);
      ASSERT_TRUE(got.ok());
      operations.Answer(client, kNow);
      rest = Slice(rest, got->consumed);
    }
  }
  EXPECT_TRUE(client.connected());
  EXPECT_TRUE(server.connected());
  EXPECT_EQ(core.negotiated().authentication, Authentication::kExternalPsk);
  EXPECT_EQ(core.negotiated().version, static_cast<uint16_t>(version));
}

TEST(PskOperations, ConnectAClientWithoutCertificates) {
  ExpectConnects<Psk13ClientProfile, PskOperations>(Version::kTls13);
  ExpectConnects<Psk12DatagramClientProfile, Psk12Operations>(Version::kTls12);
}

TEST(PskOperations, AnswerNothingElse) {
  crypto::testing::DeterministicRng rng(1);
  PskOperations operations(kGroups, rng);
  EXPECT_TRUE(std::holds_alternative<OpFailed>(operations.Perform(VerifySignature{})));
  EXPECT_TRUE(std::holds_alternative<OpFailed>(
      operations.Perform(GenerateShare{crypto::GroupId::kSecp256r1})));
}

TEST(PskOperations, RefuseABadShare) {
  crypto::testing::DeterministicRng rng(1);
  PskOperations operations(kGroups, rng);
  const uint8_t private_key[32] = {1}, zero[32] = {};
  const OpResult answer = operations.Perform(Agree{.group = crypto::GroupId::kX25519,
                                                   .private_key = Bytes(private_key),
                                                   .peer_share = Bytes(zero)});
  ASSERT_TRUE(std::holds_alternative<OpRefused>(answer));
  EXPECT_EQ(std::get<OpRefused>(answer).error.alert, Alert::kIllegalParameter);
}

}  // namespace
}  // namespace merlon::tls::testing
