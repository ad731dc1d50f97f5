// SPDX-License-Identifier: Apache-2.0
#include "fuzz/targets.h"

namespace merlon::fuzz {
namespace {

// Big-endian, as make_seeds writes it.
uint16_t ScenarioOf(Bytes input) { return static_cast<uint16_t>(input[0] << 8 | input[1]); }

template <class Run>
Outcome OfClient(Bytes input, tls::Transport transport, Run run) {
  if (input.size() < kScenarioBytes) return {};
  const ClientScenario& scenario = ClientScenarioOf(ScenarioOf(input), transport);
  return run(Slice(input, kScenarioBytes), *scenario.config, scenario.end, scenario.options);
}
template <class Run>
Outcome OfServer(Bytes input, Run run) {
  if (input.size() < kScenarioBytes) return {};
  const ServerScenario& scenario = ServerScenarioOf(ScenarioOf(input));
  return run(Slice(input, kScenarioBytes), *scenario.config, scenario.end);
}

}  // namespace

Outcome FuzzClient(Bytes input) { return OfClient(input, tls::Transport::kStream, RunClient); }
Outcome FuzzServer(Bytes input) { return OfServer(input, RunServer); }
Outcome FuzzDatagramClient(Bytes input) {
  return OfClient(input, tls::Transport::kDatagram, RunDatagramClient);
}
Outcome FuzzDatagramServer(Bytes input) { return OfServer(input, RunDatagramServer); }

}  // namespace merlon::fuzz
