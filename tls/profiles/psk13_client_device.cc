// SPDX-License-Identifier: Apache-2.0
// A whole device that is a TLS 1.3 client with one external PSK: X25519, AES-128-GCM, SHA-256. The
// device job links it for a Cortex-M33 to learn what such a client costs, and that it holds neither
// X.509 nor RSA. The board is four words of memory; a real one maps them to its serial port, its
// random generator and its key.
#include <array>
#include <cstring>

#include "crypto/bound_key.h"
#include "crypto/ctr_drbg.h"
#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/sha256.h"
#include "tls/profiles/psk13_client.h"
#include "tls/psk_operations.h"
#include "tls/stream_connection.h"

namespace merlon::tls {
namespace {

volatile uint32_t board_receive, board_transmit, board_random, board_key;

Result<void> FillFromBoard(MutableBytes out) {
  for (uint8_t& byte : out) byte = static_cast<uint8_t>(board_random);
  return {};
}
constexpr crypto::EntropySource kBoardEntropy = {"board", FillFromBoard};

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

// The contract's loop. Gives what stopped it.
Error Serve(StreamConnection& connection, PskOperations& operations) {
  static std::array<uint8_t, 2048> in, out;
  size_t held = 0;
  for (Now now{};; now.instant += Duration(1000)) {
    operations.Answer(connection, now);
    while (connection.PollEvent()) {
    }
    const Result<Transmit> sent = connection.PollTransmit(MutableBytes(out), now);
    for (size_t i = 0; sent.ok() && i < sent->size; ++i) board_transmit = out[i];
    if (connection.connected()) {
      const Result<Sealed> sealed = connection.Seal(AsBytes("21.5 C"), MutableBytes(out));
      for (size_t i = 0; sealed.ok() && i < sealed->written; ++i) board_transmit = out[i];
    }
    if (held < in.size()) in[held++] = static_cast<uint8_t>(board_receive);
    const Result<Received> got = connection.Receive(MutableBytes(in.data(), held), now);
    if (!got.ok()) return got.error();
    held -= got->consumed;
    memmove(in.data(), in.data() + got->consumed, held);
  }
}

// All that lives as long as the device is static: the stack is for calls.
Result<void> Run() {
  static crypto::InlineKeyStore<1, 32> keys{crypto::DriverTable(kDrivers)};
  static crypto::CtrDrbg rng(crypto::kPortableAes256, kBoardEntropy);
  std::array<uint8_t, 32> psk_bytes;
  for (uint8_t& byte : psk_bytes) byte = static_cast<uint8_t>(board_key);
  crypto::KeyAttributes attributes;
  attributes.type = crypto::KeyType::kSecret;
  attributes.usage = crypto::Usage::kDerive;
  MERLON_ASSIGN_OR_RETURN(const crypto::KeyHandle handle, keys->Import(attributes, psk_bytes));
  Wipe(MutableBytes(psk_bytes));
  MERLON_ASSIGN_OR_RETURN(const crypto::BoundSecret bound,
                          crypto::BoundSecret::Bind(*keys, handle));
  static const crypto::BoundSecret psk = bound;
  static const ExternalPsk psks[] = {{.identity = AsBytes("device 1"), .secret = &psk}};

  static ClientConfig config;
  config.common.suites = kSuites;
  config.common.groups = kGroups;
  config.common.psks = psks;
  static std::array<uint8_t, 4096> storage, reassembly;
  Seed seed(32, [](MutableBytes out) { (void)rng.Fill(out); });
  static HandshakeCore<Psk13ClientProfile> core(config, ClientOptions{}, Transport::kStream,
                                                MutableBytes(storage), std::move(seed), Now{});
  static StreamConnection connection(core, MutableBytes(reassembly));
  static PskOperations operations(kAgreements, rng);
  return Serve(connection, operations);
}

}  // namespace
}  // namespace merlon::tls

int main() { return merlon::tls::Run().ok() ? 0 : 1; }
