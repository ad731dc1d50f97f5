// SPDX-License-Identifier: Apache-2.0
#include "fuzz/scenarios.h"

#include <array>
#include <optional>

#include "tls/testing/datagram_pair.h"
#include "tls/testing/stream_pair.h"

namespace merlon::fuzz {
namespace {

// A session as a server of the fuzz world gives it.
template <class Pair>
std::string MakeSession(tls::Version version) {
  Pair pair({.client = FuzzWorld().ClientBuilder().SetVersions(version, version).Build().value()},
            FuzzWorld());
  pair.Run();
  Expect(!pair.client->log.sessions.empty(), "a handshake gives a session");
  return pair.client->log.sessions[0];
}
Bytes SessionFor(tls::Transport transport, tls::Version version) {
  using tls::Version;
  using tls::testing::DatagramPair;
  using tls::testing::StreamPair;
  static const std::string& stream = *new std::string(MakeSession<StreamPair>(Version::kTls13));
  static const std::string& datagram = *new std::string(MakeSession<DatagramPair>(Version::kTls13));
  static const std::string& stream12 = *new std::string(MakeSession<StreamPair>(Version::kTls12));
  static const std::string& datagram12 =
      *new std::string(MakeSession<DatagramPair>(Version::kTls12));
  const bool datagrams = transport == tls::Transport::kDatagram;
  if (version == Version::kTls12) return AsBytes(datagrams ? datagram12 : stream12);
  return AsBytes(datagrams ? datagram : stream);
}

EndOptions Sizes(uint8_t bits) {
  EndOptions end;
  end.now = {Instant(std::chrono::seconds(5)), tls::testing::kTestTime};
  if ((bits & kLittleStorage) != 0) end.storage = 3000;
  if ((bits & kLittleReassembly) != 0) end.reassembly = 600;
  return end;
}

ClientScenario MakeClient(uint8_t bits, tls::Transport transport) {
  tls::ClientConfigBuilder builder = FuzzWorld().ClientBuilder();
  if ((bits & kOfferPsk) != 0) {
    builder.AddRawExternalPsk(tls::testing::kPskIdentity, FuzzWorld().psk());
  }
  if ((bits & kTwoShares) != 0) builder.SetKeyShares(2);
  if ((bits & kOfferAlpn) != 0) builder.AddAlpn("h2").AddAlpn("http/1.1").LogSecrets();
  if ((bits & kLikesP256) != 0) builder.SetGroups({23, 29});
  const bool alone12 = (bits & k12Alone) != 0;
  if (alone12) builder.SetVersions(tls::Version::kTls12, tls::Version::kTls12);
  ClientScenario out;
  out.config = builder.Build().value();
  out.options.server_name = tls::testing::kServerName;
  if ((bits & kOfferSession) != 0) {
    out.options.session =
        SessionFor(transport, alone12 ? tls::Version::kTls12 : tls::Version::kTls13);
  }
  out.end = Sizes(bits);
  return out;
}

ServerScenario MakeServer(uint8_t bits) {
  tls::ServerConfigBuilder builder = FuzzWorld().ServerBuilder();
  if ((bits & kWantsP256) != 0) builder.SetGroups({23});
  if ((bits & kKnowsPsk) != 0) {
    builder.AddRawExternalPsk(tls::testing::kPskIdentity, FuzzWorld().psk());
  }
  if ((bits & (kHasAlpn | kRequiresAlpn)) != 0) builder.AddAlpn("http/1.1");
  if ((bits & kRequiresAlpn) != 0) builder.RequireAlpn();
  const bool alone12 = (bits & k12Alone) != 0;
  if (alone12) builder.SetVersions(tls::Version::kTls12, tls::Version::kTls12);
  if ((bits & kNoTickets) != 0) {
    builder.SetTickets(0);
    if (alone12) {
      builder.SetSuites({tls::kTlsEcdheEcdsaAes256GcmSha384}).StoreSessionIds();
    } else {
      builder.SetSuites({tls::kTlsAes256GcmSha384, tls::kTlsAes128GcmSha256});
    }
  }
  return {builder.Build().value(), Sizes(bits)};
}

}  // namespace

const ClientScenario& ClientScenarioOf(uint8_t bits, tls::Transport transport) {
  static auto& all = *new std::array<std::array<std::optional<ClientScenario>, 256>, 2>;
  auto& scenario = all[transport == tls::Transport::kDatagram][bits];
  if (!scenario) scenario = MakeClient(bits, transport);
  return *scenario;
}

const ServerScenario& ServerScenarioOf(uint8_t bits) {
  static auto& all = *new std::array<std::optional<ServerScenario>, 256>;
  if (!all[bits]) all[bits] = MakeServer(bits);
  return *all[bits];
}

}  // namespace merlon::fuzz
