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
std::string MakeSession() {
  Pair pair({}, FuzzWorld());
  pair.Run();
  Expect(!pair.client->log.sessions.empty(), "a handshake gives a session");
  return pair.client->log.sessions[0];
}
Bytes SessionFor(tls::Transport transport) {
  static const std::string& stream = *new std::string(MakeSession<tls::testing::StreamPair>());
  static const std::string& datagram = *new std::string(MakeSession<tls::testing::DatagramPair>());
  return AsBytes(transport == tls::Transport::kDatagram ? datagram : stream);
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
  if ((bits & kStrictClient) != 0) builder.DisableMiddleboxCompatibility();
  ClientScenario out;
  out.config = builder.Build().value();
  out.options.server_name = tls::testing::kServerName;
  if ((bits & kOfferSession) != 0) out.options.session = SessionFor(transport);
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
  if ((bits & kNoTickets) != 0) builder.SetTickets(0);
  if ((bits & kWantsSha384) != 0) {
    builder.SetSuites({tls::kTlsAes256GcmSha384, tls::kTlsAes128GcmSha256});
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
