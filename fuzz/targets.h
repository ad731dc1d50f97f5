// SPDX-License-Identifier: Apache-2.0
// The bodies of the connection targets: the input's first two bytes are a
// scenario, the rest a script.
#pragma once
#include "fuzz/scenarios.h"

namespace merlon::fuzz {

inline constexpr size_t kScenarioBytes = 2;

Outcome FuzzClient(Bytes input);
Outcome FuzzServer(Bytes input);
Outcome FuzzDatagramClient(Bytes input);
Outcome FuzzDatagramServer(Bytes input);

}  // namespace merlon::fuzz
