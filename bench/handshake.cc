// SPDX-License-Identifier: Apache-2.0
// Handshakes: what each role costs, inside the engine and inside its operations (key exchange,
// signatures, chains, tickets). Tickets that follow are part of it.
#include <algorithm>
#include <memory>
#include <vector>

#include "bench/pair.h"

namespace merlon::bench {
namespace {

// Medians, in microseconds.
struct Costs {
  std::vector<double> client_engine, client_operations, server_engine, server_operations;
};
double Median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle * 1e6;
}

template <class Face>
void Measure(Table& table, const char* name, const Configs& configs, bool resume) {
  std::vector<uint8_t> session;
  Costs costs;
  const double end = Seconds() + 0.5;
  for (int i = 0; i < 20 || Seconds() < end; ++i) {
    const auto pair = std::make_unique<Pair<Face>>(*configs.client, *configs.server, session);
    pair->Run();
    Require(pair->client.connected && pair->server.connected, name);
    if (resume && session.empty()) {
      const auto& from = pair->client;
      session.assign(from.session.begin(),
                     from.session.begin() + static_cast<ptrdiff_t>(from.session_size));
      Require(!session.empty(), "a ticket");
      continue;
    }
    Require(!resume ||
                pair->server.core->negotiated().authentication == tls::Authentication::kResumption,
            "a resumption");
    costs.client_engine.push_back(pair->client.engine_seconds);
    costs.client_operations.push_back(pair->client.operation_seconds);
    costs.server_engine.push_back(pair->server.engine_seconds);
    costs.server_operations.push_back(pair->server.operation_seconds);
  }
  const double client_engine = Median(costs.client_engine);
  const double client_operations = Median(costs.client_operations);
  const double server_engine = Median(costs.server_engine);
  const double server_operations = Median(costs.server_operations);
  table.Row(name,
            {client_engine, client_operations, server_engine, server_operations,
             1e6 / (client_engine + client_operations), 1e6 / (server_engine + server_operations)});
}

bool Handshakes(Table& table) {
  table.Section(
      "Handshakes, X25519, ECDSA P-256",
      "microseconds of each role; then of how many it is capable in a second",
      {"client engine", "client ops", "server engine", "server ops", "clients/s", "servers/s"});
  const Configs certificate = CertificateConfigs(), psk = PskConfigs();
  Measure<tls::StreamConnection>(table, "stream: full", certificate, false);
  Measure<tls::StreamConnection>(table, "stream: resumed", certificate, true);
  Measure<tls::StreamConnection>(table, "stream: external PSK", psk, false);
  Measure<tls::DatagramConnection>(table, "datagrams: full", certificate, false);
  Measure<tls::DatagramConnection>(table, "datagrams: resumed", certificate, true);
  Measure<tls::DatagramConnection>(table, "datagrams: external PSK", psk, false);
  return true;
}
const Registration kRegistration("2 handshakes", Handshakes);

}  // namespace
}  // namespace merlon::bench
