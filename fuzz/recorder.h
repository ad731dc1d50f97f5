// SPDX-License-Identifier: Apache-2.0
// Two ends that talk to each other, and the inputs that would make a target live through the same:
// so seeds are real handshakes under the fuzz driver.
#pragma once
#include <memory>
#include <string>

#include "fuzz/scenarios.h"

namespace merlon::fuzz {

// Inputs of the targets: a scenario and a script.
struct Recording {
  std::string client, server;
};

// How a recording's bytes come and its operations are answered.
struct Manner {
  Answers answers = Answers::kAtOnce;
  Pieces pieces = Pieces::kWhole;
  bool twice = false;  // each datagram comes again
  bool much = false;   // application data of more than one record
};

// A handshake between two scenarios and, if it completes, a life behind it: data both ways, new
// keys both ways, more data, closing.
Recording RecordStream(uint16_t client, uint16_t server, const Manner& manner = {});
Recording RecordDatagrams(uint16_t client, uint16_t server, const Manner& manner = {});

}  // namespace merlon::fuzz
