// SPDX-License-Identifier: Apache-2.0
// The configurations that Merlon's own targets try: 16 bits name one, so that the fuzzer chooses.
#pragma once
#include <memory>
#include <type_traits>

#include "fuzz/harness.h"

namespace merlon::fuzz {

// Bits of a client's. The suites of TLS 1.2 with a PSK: of those it offers one and nothing else, in
// no other version; ECDHE_PSK is both bits.
inline constexpr uint16_t kOfferSession = 1, kOfferPsk = 2, kTwoShares = 4, kOfferAlpn = 8,
                          kLikesP256 = 16, kShowsCertificate = 256, kPskGcm12 = 512,
                          kPskCcm8_12 = 1024, kEcdhePsk12 = kPskGcm12 | kPskCcm8_12,
                          kNotCompatible = 2048;
// Bits of a server's. Without tickets it wants SHA-384. With kPskSuites12 it has TLS 1.2's suites
// with a PSK alone, and asks for no certificates.
inline constexpr uint16_t kWantsP256 = 1, kKnowsPsk = 2, kHasAlpn = 4, kRequiresAlpn = 8,
                          kNoTickets = 16, kAsksClients = 256, kRequiresClients = 512,
                          kPskSuites12 = 1024;
// Bits of both. Without k12Alone they speak TLS 1.3 as well, and prefer it.
inline constexpr uint16_t kLittleStorage = 32, kLittleReassembly = 64, k12Alone = 128;

struct ClientScenario {
  std::shared_ptr<const tls::ClientConfig> config;
  tls::ClientOptions options;
  EndOptions end;
};
struct ServerScenario {
  std::shared_ptr<const tls::ServerConfig> config;
  EndOptions end;
};
// Built when first asked for, then kept. Bits that mean nothing do not matter.
const ClientScenario& ClientScenarioOf(uint16_t bits, tls::Transport transport);
const ServerScenario& ServerScenarioOf(uint16_t bits);

// An end of one, which has begun. SomeEnd says on which transport.
template <class SomeEnd>
std::unique_ptr<SomeEnd> StartEnd(bool server, uint16_t bits) {
  constexpr bool kDatagrams = std::is_same_v<SomeEnd, DatagramEnd>;
  const crypto::Context crypto = FuzzWorld().crypto();
  std::unique_ptr<SomeEnd> end;
  if (server) {
    const ServerScenario& mine = ServerScenarioOf(bits);
    end = std::make_unique<SomeEnd>(crypto, *mine.config, tls::ServerOptions{},
                                    ServerOperations(*mine.config), mine.end);
  } else {
    const ClientScenario& mine =
        ClientScenarioOf(bits, kDatagrams ? tls::Transport::kDatagram : tls::Transport::kStream);
    end = std::make_unique<SomeEnd>(crypto, *mine.config, mine.options,
                                    ClientOperations(*mine.config), mine.end);
  }
  end->Start();
  return end;
}

}  // namespace merlon::fuzz
