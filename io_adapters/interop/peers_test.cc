// SPDX-License-Identifier: Apache-2.0
// Merlon with libraries of Debian, by way of small programs (peers/).
#include <stdlib.h>

#include "io_adapters/interop/rows.h"

namespace merlon::interop {
namespace {

std::string Given(const char* name) {
  const char* words = getenv(name);
  return words == nullptr ? "" : words;
}

const std::vector<Peer>& Peers() {
  static const std::vector<Peer> peers = {
      {.name = "OpenSSL 3.0",
       .id = "Openssl",
       .command = [] { return Given("OPENSSL_PEER"); },
       .versions = {Version::kTls13, Version::kTls12, Version::kDtls12},
       .can = kAlpn | kResumption | kTellsResumption | kGroups | kCookies | kKeyUpdates |
              kVerification | kClientCertificates | kPsks13 | kPsks12 | kMtu | kDiscards12 |
              kEd25519Keys | kNoEd25519Dtls},
      {.name = "GnuTLS 3.7",
       .id = "Gnutls",
       .command = [] { return Given("GNUTLS_PEER"); },
       .versions = {Version::kTls13, Version::kTls12, Version::kDtls12},
       .can = kAlpn | kResumption | kTellsResumption | kGroups | kCookies | kKeyUpdates |
              kVerification | kClientCertificates | kPsks13 | kPsks12 | kMtu | kDiscards12 |
              kEd25519Keys},
      {.name = "wolfSSL 5.5",
       .id = "Wolfssl55",
       .command = [] { return Given("WOLFSSL_PEER"); },
       .versions = {Version::kTls13, Version::kTls12, Version::kDtls12},
       .can = kAlpn | kResumption | kTellsResumption | kGroups | kKeyUpdates | kVerification |
              kClientCertificates | kPsks13 | kPsks12 | kDiscards12 | kEd25519Keys | kPsk12OnP256 |
              kNoPskAlert13},
      {.name = "Mbed TLS 2.28",
       .id = "Mbedtls",
       .command = [] { return Given("MBEDTLS_PEER"); },
       .versions = {Version::kTls12, Version::kDtls12},
       .can = kAlpn | kResumption | kTellsResumption | kGroups | kCookies | kVerification |
              kClientCertificates | kPsks12 | kMtu},
      {.name = "Go 1.19",
       .id = "Go119",
       .command = [] { return Given("GO_PEER"); },
       .versions = {Version::kTls13, Version::kTls12},
       .can = kAlpn | kResumption | kTellsResumption | kGroups | kVerification |
              kClientCertificates | kPlainMaster12 | kEd25519Keys},
      {.name = "Java 17",
       .id = "Java",
       .command = [] { return Given("JAVA_PEER"); },
       .versions = {Version::kTls13, Version::kTls12},
       .can = kAlpn | kResumption | kGroups | kKeyUpdates | kVerification | kClientCertificates |
              kSlowStart | kEd25519Keys},
  };
  return peers;
}

class DebianPeer : public PeerRow {};
INSTANTIATE_TEST_SUITE_P(Rows, DebianPeer, testing::ValuesIn(RowsOf(Peers())),
                         [](const auto& test) { return NameOf(test.param); });
TEST_P(DebianPeer, Meets) { Meet(); }

}  // namespace
}  // namespace merlon::interop
