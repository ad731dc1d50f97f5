// SPDX-License-Identifier: Apache-2.0
// Handshakes: what each end costs, and how much of that is outside of asymmetric operations. With
// --peers beside OpenSSL, in turns. Tickets that follow are part of it.
#include <memory>
#include <optional>
#include <vector>

#include "bench/handshake_kind.h"
#include "bench/openssl_peer.h"
#include "bench/pair.h"

namespace merlon::bench {
namespace {

// Seconds of one end.
struct End {
  std::vector<double> engine, all, outside, peer;
};
using OperationTimes = std::array<std::vector<double>, kAsymmetricKinds>;
struct Measured {
  End client, server;
};

Configs ConfigsOf(const HandshakeKind& kind, TimedWorld& timed) {
  World& world = timed.world();
  const tls::Version version = kind.tls12 ? tls::Version::kTls12 : tls::Version::kTls13;
  tls::ClientConfigBuilder client = world.ClientBuilder();
  tls::ServerConfigBuilder server(world.crypto());
  const auto common = [&](auto& builder) {
    builder.SetVersions(version, version);
    builder.SetSuites({kind.tls12 ? tls::kTlsEcdheEcdsaAes128GcmSha256 : tls::kTlsAes128GcmSha256});
    // In TLS 1.2 the second is the certificate's (RFC 8422 s5.1).
    if (kind.mode == HandshakeMode::kHybrid) {
      builder.SetGroups({static_cast<uint16_t>(crypto::GroupId::kX25519MlKem768)});
    } else {
      builder.SetGroups({static_cast<uint16_t>(crypto::GroupId::kX25519),
                         static_cast<uint16_t>(crypto::GroupId::kSecp256r1)});
    }
    if (kind.mode == HandshakeMode::kExternalPsk) {
      builder.AddRawExternalPsk(tls::testing::kPskIdentity, world.psk());
    } else {
      builder.SetSignatureSchemes({0x0403});  // ecdsa_secp256r1_sha256
    }
  };
  common(client);
  common(server);
  if (kind.mode == HandshakeMode::kExternalPsk) {
    client.RequirePsk();
  } else {
    server.AddCredential({timed.server().certificate}, timed.server().key);
  }
  if (kind.mode == HandshakeMode::kMutual) {
    server.SetClientAuthentication(tls::ClientAuthentication::kRequired);
    tls::CredentialChoice credential;
    credential.chain_der = {timed.client().certificate};
    credential.key = timed.client().key;
    client.AddCredential(credential);
  }
  return {client.Build().value(), server.Build().value()};
}

template <class Face>
void Take(const Side<Face>& side, const std::array<unsigned, kAsymmetricKinds>& calls, End& end) {
  Require(side.asymmetric.calls == calls, "as many asymmetric operations as were foreseen");
  end.engine.push_back(side.engine_seconds);
  end.all.push_back(side.engine_seconds + side.operation_seconds);
  end.outside.push_back(end.all.back() - side.asymmetric.seconds);
}

// One handshake of ours after another.
template <class Face>
class Ours {
 public:
  Ours(const HandshakeKind& kind, TimedWorld& world)
      : kind_(kind), world_(world), configs_(ConfigsOf(kind, world)) {
    if (kind.mode != HandshakeMode::kResumed) return;
    const auto pair = Run();
    const auto& from = pair->client;
    session_.assign(from.session.begin(),
                    from.session.begin() + static_cast<ptrdiff_t>(from.session_size));
    Require(!session_.empty(), "a ticket");
  }
  void Measure(Measured& out) {
    const auto pair = Run();
    Require((pair->server.core->negotiated().authentication == tls::Authentication::kResumption) ==
                (kind_.mode == HandshakeMode::kResumed),
            "a resumption");
    Take(pair->client, CountsOf(kind_).client, out.client);
    Take(pair->server, CountsOf(kind_).server, out.server);
  }

 private:
  std::unique_ptr<Pair<Face>> Run() {
    auto pair = std::make_unique<Pair<Face>>(*configs_.client, *configs_.server, session_, Sizes{},
                                             Sizes{}, world_.world());
    pair->Run();
    Require(pair->client.connected && pair->server.connected, kind_.name);
    return pair;
  }

  const HandshakeKind kind_;
  TimedWorld& world_;
  const Configs configs_;
  std::vector<uint8_t> session_;
};

void Add(const std::array<double, kAsymmetricKinds>& from, OperationTimes& to) {
  for (size_t i = 0; i < kAsymmetricKinds; ++i) to[i].push_back(from[i]);
}

// In turns, so that what else the machine does falls on both alike; several in a turn, so that
// neither finds the other's code in the caches.
template <class Face>
Measured Measure(const Options& options, const HandshakeKind& kind, TimedWorld& world,
                 OpenSslPeer* peer, OperationTimes& ours, OperationTimes& theirs) {
  Ours<Face> one(kind, world);
  Measured out;
  const int turn = options.quick ? 1 : 32;
  const double end = Seconds() + (options.quick ? 0 : 1.5);
  do {
    for (int i = 0; i < turn; ++i) one.Measure(out);
    for (int i = 0; i < turn / 4 + 1; ++i) Add(TimeAsymmetric(), ours);
    if (peer == nullptr) continue;
    for (int i = 0; i < turn; ++i) {
      const PeerTimes times = peer->Handshake(kind);
      out.client.peer.push_back(times.client);
      out.server.peer.push_back(times.server);
    }
    for (int i = 0; i < turn / 4 + 1; ++i) Add(peer->TimeAsymmetric(), theirs);
  } while (Seconds() < end);
  return out;
}

void Row(Table& table, const char* name, End& end,
         const std::array<unsigned, kAsymmetricKinds>& calls,
         const std::array<double, kAsymmetricKinds>& peer_costs) {
  const double outside = MedianOf(end.outside) * 1e6;
  std::vector<double> cells = {MedianOf(end.all) * 1e6, MedianOf(end.engine) * 1e6, outside};
  if (!end.peer.empty()) {
    const double all = MedianOf(end.peer) * 1e6;
    double asymmetric = 0;
    for (size_t i = 0; i < kAsymmetricKinds; ++i) asymmetric += calls[i] * peer_costs[i];
    cells.insert(cells.end(), {all, all - asymmetric, (all - asymmetric) / outside});
  }
  table.Row(name, cells);
}

std::array<double, kAsymmetricKinds> Microseconds(OperationTimes& times) {
  std::array<double, kAsymmetricKinds> out{};
  for (size_t i = 0; i < kAsymmetricKinds; ++i) {
    if (!times[i].empty()) out[i] = MedianOf(times[i]) * 1e6;
  }
  return out;
}

bool Handshakes(Table& table) {
  TimedWorld world;
  std::optional<OpenSslPeer> peer;
  if (table.options().peers) peer.emplace(world);
  OperationTimes ours, theirs;
  std::vector<Measured> measured;
  for (const HandshakeKind& kind : kHandshakeKinds) {
    OpenSslPeer* const with = peer && OpenSslPeer::Supports(kind) ? &*peer : nullptr;
    measured.push_back(
        kind.datagrams
            ? Measure<tls::DatagramConnection>(table.options(), kind, world, with, ours, theirs)
            : Measure<tls::StreamConnection>(table.options(), kind, world, with, ours, theirs));
  }
  const std::array<double, kAsymmetricKinds> our_costs = Microseconds(ours);
  const std::array<double, kAsymmetricKinds> peer_costs = Microseconds(theirs);
  const std::string version = std::string("OpenSSL ") + OpenSslPeer::Version();
  table.Section("Asymmetric operations alone", "microseconds, medians",
                {"X25519 key", "X25519 agree", "P-256 sign", "P-256 verify"});
  table.Row("Merlon", {our_costs.begin(), our_costs.end()});
  if (peer) table.Row(version, {peer_costs.begin(), peer_costs.end()});
  std::vector<std::string> columns = {"all", "engine alone", "outside asym."};
  if (peer) columns.insert(columns.end(), {version, "outside asym.", "times ours"});
  const char* const unit = "X25519, ECDSA P-256, AES-128-GCM; microseconds, medians";
  table.Section("Handshakes: client", unit, columns);
  for (size_t i = 0; i < measured.size(); ++i) {
    const HandshakeKind& kind = kHandshakeKinds[i];
    Row(table, kind.name, measured[i].client, CountsOf(kind).client, peer_costs);
  }
  table.Section("Handshakes: server", unit, columns);
  for (size_t i = 0; i < measured.size(); ++i) {
    const HandshakeKind& kind = kHandshakeKinds[i];
    Row(table, kind.name, measured[i].server, CountsOf(kind).server, peer_costs);
  }
  if (!peer) return true;
  table.Section("An idle connection of " + version, "bytes of heap; allocations of a handshake",
                {"idle, each end", "allocations"});
  for (const HandshakeKind& kind : kHandshakeKinds) {
    if (kind.mode != HandshakeMode::kFull || !OpenSslPeer::Supports(kind)) continue;
    const PeerMemory memory = peer->Memory(kind);
    table.Row(kind.name, {memory.idle, memory.allocations});
  }
  return true;
}
const Registration kRegistration("2 handshakes", Handshakes);

}  // namespace
}  // namespace merlon::bench
