// SPDX-License-Identifier: Apache-2.0
#include "fuzz/scenarios.h"

#include <array>
#include <map>

#include "tls/testing/datagram_pair.h"
#include "tls/testing/stream_pair.h"

namespace merlon::fuzz {
namespace {

constexpr uint16_t kAllBits = 0x0fff;

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

EndOptions Sizes(uint16_t bits) {
  EndOptions end;
  end.now = {Instant(std::chrono::seconds(5)), tls::testing::kTestTime};
  if ((bits & kLittleStorage) != 0) end.storage = 3000;
  if ((bits & kLittleReassembly) != 0) end.reassembly = 600;
  return end;
}

uint16_t PskSuite12(uint16_t client_bits) {
  const bool gcm = (client_bits & kPskGcm12) != 0, ccm8 = (client_bits & kPskCcm8_12) != 0;
  if (gcm && ccm8) return tls::kTlsEcdhePskAes128GcmSha256;
  return gcm ? tls::kTlsPskAes128GcmSha256 : tls::kTlsPskAes128Ccm8;
}

ClientScenario MakeClient(uint16_t bits, tls::Transport transport) {
  tls::ClientConfigBuilder builder = FuzzWorld().ClientBuilder();
  const bool psk_alone12 = (bits & kEcdhePsk12) != 0;
  if (psk_alone12) builder.RequirePsk().SetSuites({PskSuite12(bits)});
  if (psk_alone12 || (bits & kOfferPsk) != 0) {
    builder.AddRawExternalPsk(tls::testing::kPskIdentity, FuzzWorld().psk());
  }
  if ((bits & kShowsCertificate) != 0 && !psk_alone12) {
    builder.AddCredential(FuzzWorld().ClientCredential());
  }
  if ((bits & kNotCompatible) != 0) builder.DisableMiddleboxCompatibility();
  if ((bits & kTwoShares) != 0) builder.SetKeyShares({29, 23});
  if ((bits & kOfferAlpn) != 0) builder.AddAlpn("h2").AddAlpn("http/1.1").LogSecrets();
  if ((bits & kLikesP256) != 0) builder.SetGroups({23, 29});
  const bool alone12 = psk_alone12 || (bits & k12Alone) != 0;
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

ServerScenario MakeServer(uint16_t bits) {
  const bool psk_alone12 = (bits & kPskSuites12) != 0;
  const bool psk = psk_alone12 || (bits & kKnowsPsk) != 0;
  tls::ServerConfigBuilder builder =
      psk_alone12 ? tls::ServerConfigBuilder(FuzzWorld().crypto()) : FuzzWorld().ServerBuilder();
  if (psk_alone12) {
    builder.SetSuites(
        {tls::kTlsEcdhePskAes128GcmSha256, tls::kTlsPskAes128GcmSha256, tls::kTlsPskAes128Ccm8});
  } else if ((bits & kRequiresClients) != 0 && !psk) {
    builder.SetClientAuthentication(tls::ClientAuthentication::kRequired);
  } else if ((bits & (kAsksClients | kRequiresClients)) != 0) {
    builder.SetClientAuthentication(tls::ClientAuthentication::kOptional);
  }
  if ((bits & kWantsP256) != 0) builder.SetGroups({23});
  if (psk) {
    builder.AddRawExternalPsk(tls::testing::kPskIdentity, FuzzWorld().psk());
  }
  if ((bits & (kHasAlpn | kRequiresAlpn)) != 0) builder.AddAlpn("http/1.1");
  if ((bits & kRequiresAlpn) != 0) builder.RequireAlpn();
  const bool alone12 = psk_alone12 || (bits & k12Alone) != 0;
  if (alone12) builder.SetVersions(tls::Version::kTls12, tls::Version::kTls12);
  if ((bits & kNoTickets) != 0) {
    builder.SetTickets(0);
    if (psk_alone12) {
      builder.StoreSessionIds();
    } else if (alone12) {
      builder.SetSuites({tls::kTlsEcdheEcdsaAes256GcmSha384}).StoreSessionIds();
    } else {
      builder.SetSuites({tls::kTlsAes256GcmSha384, tls::kTlsAes128GcmSha256});
    }
  }
  return {builder.Build().value(), Sizes(bits)};
}

}  // namespace

const ClientScenario& ClientScenarioOf(uint16_t bits, tls::Transport transport) {
  static auto& all = *new std::array<std::map<uint16_t, ClientScenario>, 2>;
  bits &= kAllBits;
  auto& of_transport = all[transport == tls::Transport::kDatagram];
  const auto found = of_transport.find(bits);
  if (found != of_transport.end()) return found->second;
  return of_transport.emplace(bits, MakeClient(bits, transport)).first->second;
}

const ServerScenario& ServerScenarioOf(uint16_t bits) {
  static auto& all = *new std::map<uint16_t, ServerScenario>;
  bits &= kAllBits;
  const auto found = all.find(bits);
  if (found != all.end()) return found->second;
  return all.emplace(bits, MakeServer(bits)).first->second;
}

}  // namespace merlon::fuzz
