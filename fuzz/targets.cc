// SPDX-License-Identifier: Apache-2.0
#include "fuzz/targets.h"

namespace merlon::fuzz {
namespace {

template <class Run>
Outcome OfClient(Bytes input, tls::Transport transport, Run run) {
  if (input.empty()) return {};
  const ClientScenario& scenario = ClientScenarioOf(input[0], transport);
  return run(Slice(input, kScenarioBytes), *scenario.config, scenario.end, scenario.options);
}
template <class Run>
Outcome OfServer(Bytes input, Run run) {
  if (input.empty()) return {};
  const ServerScenario& scenario = ServerScenarioOf(input[0]);
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
