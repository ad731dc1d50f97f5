// SPDX-License-Identifier: Apache-2.0
// Twins: one end of a handshake twice, over a stream and over datagrams, that hears the same from
// its peer: TLS 1.3 beside DTLS 1.3, TLS 1.2 beside DTLS 1.2, as a client and as a server. After
// each thing heard both have said the same events, have the same data, failed with the same error
// and alert or not at all; once connected, they have negotiated the same. What the RFCs want
// otherwise is a row of a table in twins.cc, and no other difference passes.
//
// What they hear is twin_script.h's. Clients go without TLS 1.3's compatibility mode, which
// datagrams do not have (RFC 9147 s5).
#pragma once
#include <optional>
#include <string>

#include "absl/types/span.h"
#include "crypto/base/bytes.h"
#include "crypto/base/error.h"
#include "fuzz/twin_script.h"

namespace merlon::fuzz {

struct NamedDifference {
  const char* what;
  const char* section;
};
absl::Span<const NamedDifference* const> NamedDifferences();

struct TwinOutcome {
  std::string finding{};                    // in words; empty: there is none
  const NamedDifference* parted = nullptr;  // the twins went on differently, as they should
  bool connected = false;                   // both
  std::optional<Error> failure{};           // of both
};

// Of an input: see twin_script.h.
TwinOutcome RunTwins(Bytes input);

}  // namespace merlon::fuzz
