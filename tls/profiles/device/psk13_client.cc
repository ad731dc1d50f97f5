// SPDX-License-Identifier: Apache-2.0
// A TLS 1.3 client with one external PSK: X25519, AES-128-GCM, SHA-256. Holds neither X.509 nor RSA
// nor TLS 1.2.
#include "tls/profiles/psk13_client.h"

#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/sha256.h"
#include "tls/profiles/device/psk.h"
#include "tls/psk_operations.h"

namespace merlon::tls {
namespace {

constexpr CipherSuite kSuites[] = {
    {kTlsAes128GcmSha256, &crypto::kPortableAes128Gcm, &crypto::kPortableSha256}};
constexpr const NamedGroup* kGroups[] = {&kX25519};
constexpr const crypto::KeyAgreementAlgorithm* kAgreements[] = {&crypto::kPortableX25519};

Result<void> Run() {
  static crypto::CtrDrbg rng(crypto::kPortableAes256, board::kEntropy);
  static ClientConfig config;
  config.common.suites = kSuites;
  config.common.groups = kGroups;
  MERLON_ASSIGN_OR_RETURN(config.common.psks, board::LoadPsk());
  static std::array<uint8_t, 4096> storage, reassembly;
  static HandshakeCore<Psk13ClientProfile> core(config, ClientOptions{}, Transport::kStream,
                                                MutableBytes(storage), board::NewSeed(rng), Now{});
  static StreamConnection connection(core, MutableBytes(reassembly));
  static PskOperations operations(kAgreements, rng);
  return board::Serve(connection, operations);
}

}  // namespace
}  // namespace merlon::tls

int main() { return merlon::tls::Run().ok() ? 0 : 1; }
