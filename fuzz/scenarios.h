// SPDX-License-Identifier: Apache-2.0
// The configurations that Merlon's own targets try: one byte names one, so that the fuzzer chooses.
#pragma once
#include <memory>

#include "fuzz/harness.h"

namespace merlon::fuzz {

// Bits of a client's.
inline constexpr uint8_t kOfferSession = 1, kOfferPsk = 2, kTwoShares = 4, kOfferAlpn = 8,
                         kLikesP256 = 16;
// Bits of a server's. Without tickets it wants SHA-384.
inline constexpr uint8_t kWantsP256 = 1, kKnowsPsk = 2, kHasAlpn = 4, kRequiresAlpn = 8,
                         kNoTickets = 16;
// Bits of both. Without k12Alone they speak TLS 1.3 as well, and prefer it.
inline constexpr uint8_t kLittleStorage = 32, kLittleReassembly = 64, k12Alone = 128;

struct ClientScenario {
  std::shared_ptr<const tls::ClientConfig> config;
  tls::ClientOptions options;
  EndOptions end;
};
struct ServerScenario {
  std::shared_ptr<const tls::ServerConfig> config;
  EndOptions end;
};
// Built when first asked for, then kept.
const ClientScenario& ClientScenarioOf(uint8_t bits, tls::Transport transport);
const ServerScenario& ServerScenarioOf(uint8_t bits);

}  // namespace merlon::fuzz
