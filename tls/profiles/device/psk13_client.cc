// SPDX-License-Identifier: Apache-2.0
// A TLS 1.3 client with one external PSK: X25519, AES-128-GCM, SHA-256. Holds neither X.509 nor RSA
// nor TLS 1.2.
#include "tls/profiles/psk13_client.h"

#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/sha256.h"
#include "tls/profiles/device/board.h"
#include "tls/psk_operations.h"

namespace merlon::tls {
namespace {

constexpr const crypto::HashAlgorithm* kHashes[] = {&crypto::kPortableSha256};
constexpr crypto::Driver kDriver = {.name = "device",
                                    .location = crypto::kLocalStorage,
                                    .available = nullptr,
                                    .hashes = kHashes,
                                    .ciphers = {},
                                    .aeads = {},
                                    .key_agreements = {},
                                    .signs = {}};
constexpr const crypto::Driver* kDrivers[] = {&kDriver};

constexpr CipherSuite kSuites[] = {
    {kTlsAes128GcmSha256, &crypto::kPortableAes128Gcm, &crypto::kPortableSha256}};
constexpr const NamedGroup* kGroups[] = {&kX25519};
constexpr const crypto::KeyAgreementAlgorithm* kAgreements[] = {&crypto::kPortableX25519};

Result<void> Run() {
  static crypto::InlineKeyStore<1, 32> keys{crypto::DriverTable(kDrivers)};
  static crypto::CtrDrbg rng(crypto::kPortableAes256, board::kEntropy);
  MERLON_ASSIGN_OR_RETURN(const crypto::BoundSecret bound, board::LoadPsk(*keys));
  static const crypto::BoundSecret psk = bound;
  static const ExternalPsk psks[] = {{.identity = AsBytes("device 1"), .secret = &psk}};

  static ClientConfig config;
  config.common.suites = kSuites;
  config.common.groups = kGroups;
  config.common.psks = psks;
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
