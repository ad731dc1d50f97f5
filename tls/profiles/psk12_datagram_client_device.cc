// SPDX-License-Identifier: Apache-2.0
// A whole device that is a DTLS 1.2 client with one external PSK: AES-128-CCM_8, SHA-256, as CoAP
// wants it (RFC 7252 s9.1.3.1). The device job links it for a Cortex-M33 to learn what such a
// client costs, and that it holds neither X.509 nor RSA nor TLS 1.3. The board is four words of
// memory; a real one maps them to its serial port, its random generator and its key.
#include <array>
#include <cstring>

#include "crypto/bound_key.h"
#include "crypto/ctr_drbg.h"
#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/aes_ccm.h"
#include "crypto/drivers/portable/sha256.h"
#include "tls/datagram_connection.h"
#include "tls/profiles/psk12_datagram_client.h"
#include "tls/psk12_operations.h"

namespace merlon::tls {
namespace {

volatile uint32_t board_receive, board_length, board_transmit, board_random, board_key;

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
    {kTlsPskAes128Ccm8, &crypto::kPortableAes128Ccm8, &crypto::kPortableSha256, KeyExchange::kPsk}};

// The contract's loop, with a datagram for each byte of the board's length register. Gives what
// stopped it.
Error Serve(DatagramConnection& connection, Psk12Operations& operations) {
  static std::array<uint8_t, 1500> in, out;
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
    const size_t size = board_length % in.size();
    for (size_t i = 0; i < size; ++i) in[i] = static_cast<uint8_t>(board_receive);
    if (size != 0) {
      const Result<Received> got = connection.Receive(MutableBytes(in.data(), size), now);
      if (!got.ok()) return got.error();
    }
    const Result<void> due = connection.HandleTimeout(now);
    if (!due.ok()) return due.error();
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
  config.common.suites12 = kSuites;
  config.common.psks12 = psks;
  config.tickets = false;
  static std::array<uint8_t, 4096> storage, reassembly;
  Seed seed(32, [](MutableBytes out) { (void)rng.Fill(out); });
  static HandshakeCore<Psk12DatagramClientProfile> core(
      config, ClientOptions{}, Transport::kDatagram, MutableBytes(storage), std::move(seed), Now{});
  static DatagramConnection connection(core, MutableBytes(reassembly), DatagramOptions{});
  static Psk12Operations operations({}, rng);
  return Serve(connection, operations);
}

}  // namespace
}  // namespace merlon::tls

int main() { return merlon::tls::Run().ok() ? 0 : 1; }
