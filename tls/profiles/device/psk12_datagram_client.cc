// SPDX-License-Identifier: Apache-2.0
// A DTLS 1.2 client with one external PSK: AES-128-CCM_8, SHA-256, as CoAP wants it (RFC 7252
// s9.1.3.1). Holds neither X.509 nor RSA nor TLS 1.3.
#include "tls/profiles/psk12_datagram_client.h"

#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/aes_ccm.h"
#include "crypto/drivers/portable/sha256.h"
#include "tls/profiles/device/psk.h"
#include "tls/psk12_operations.h"

namespace merlon::tls {
namespace {

constexpr CipherSuite kSuites[] = {
    {kTlsPskAes128Ccm8, &crypto::kPortableAes128Ccm8, &crypto::kPortableSha256, KeyExchange::kPsk}};

Result<void> Run() {
  static crypto::CtrDrbg rng(crypto::kPortableAes256, board::kEntropy);
  static ClientConfig config;
  config.common.suites12 = kSuites;
  MERLON_ASSIGN_OR_RETURN(config.common.psks12, board::LoadPsk());
  config.tickets = false;
  static std::array<uint8_t, 4096> storage, reassembly;
  static HandshakeCore<Psk12DatagramClientProfile> core(config, ClientOptions{},
                                                        Transport::kDatagram, MutableBytes(storage),
                                                        board::NewSeed(rng), Now{});
  static DatagramConnection connection(core, MutableBytes(reassembly), DatagramOptions{});
  static Psk12Operations operations({}, rng);
  return board::Serve(connection, operations);
}

}  // namespace
}  // namespace merlon::tls

int main() { return merlon::tls::Run().ok() ? 0 : 1; }
