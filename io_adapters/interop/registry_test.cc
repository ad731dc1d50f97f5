// SPDX-License-Identifier: Apache-2.0
// Merlon with peers that Debian has not, or only older: registry/build_peers makes them. They speak
// DTLS 1.3 over UDP.
#include <stdlib.h>

#include "io_adapters/interop/rows.h"

namespace merlon::interop {
namespace {

std::string Built(const char* name) {
  const char* folder = getenv("MERLON_REGISTRY_PEERS");
  return folder == nullptr ? "" : std::string(folder) + "/" + name;
}

const std::vector<Peer>& Peers() {
  static const std::vector<Peer> peers = {
      {.name = "wolfSSL 5.9.4",
       .id = "Wolfssl594",
       .command = [] { return Built("wolfssl_peer"); },
       .versions = {Version::kDtls13, Version::kTls13, Version::kDtls12, Version::kTls12},
       .can = kAlpn | kResumption | kTellsResumption | kGroups | kCookies | kKeyUpdates |
              kVerification | kClientCertificates | kPsks13 | kPsks12 | kMtu | kDiscards12 |
              kEd25519Keys | kHybridGroup},
      // Takes any chain, and always has a certificate.
      {.name = "dimpl 0.9.0",
       .id = "Dimpl",
       .command = [] { return Built("dimpl_peer"); },
       .versions = {Version::kDtls13, Version::kDtls12},
       .can = kGroups | kCookies | kOwnKeyUpdates | kAlwaysIdentified | kClientCertificates | kMtu |
              kNoRsa},
      {.name = "Go 1.26",
       .id = "Go126",
       .command = [] { return Built("go_peer"); },
       .versions = {Version::kTls13, Version::kTls12},
       .can = kAlpn | kResumption | kTellsResumption | kGroups | kVerification |
              kClientCertificates | kEd25519Keys | kHybridGroup},
  };
  return peers;
}

class RegistryPeer : public PeerRow {};
INSTANTIATE_TEST_SUITE_P(Rows, RegistryPeer, testing::ValuesIn(RowsOf(Peers())),
                         [](const auto& test) { return NameOf(test.param); });
TEST_P(RegistryPeer, Meets) { Meet(); }

}  // namespace
}  // namespace merlon::interop
