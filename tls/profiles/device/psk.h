// SPDX-License-Identifier: Apache-2.0
// What the programs with a PSK have in common: a driver of SHA-256 alone, and the key in flash.
#pragma once
#include "crypto/drivers/portable/sha256.h"
#include "tls/config.h"
#include "tls/profiles/device/board.h"

namespace merlon::tls::board {

inline constexpr const crypto::HashAlgorithm* kHashes[] = {&crypto::kPortableSha256};
inline constexpr crypto::Driver kDriver = {.name = "device",
                                           .location = crypto::kLocalStorage,
                                           .available = nullptr,
                                           .hashes = kHashes,
                                           .ciphers = {},
                                           .aeads = {},
                                           .key_agreements = {},
                                           .signs = {}};
inline constexpr const crypto::Driver* kDrivers[] = {&kDriver};

// The device's PSK, from flash into a key.
inline Result<absl::Span<const ExternalPsk>> LoadPsk() {
  static crypto::InlineKeyStore<1, 32> keys{crypto::DriverTable(kDrivers)};
  std::array<uint8_t, 32> bytes;
  crypto::KeyAttributes attributes;
  attributes.type = crypto::KeyType::kSecret;
  attributes.usage = crypto::Usage::kDerive;
  MERLON_ASSIGN_OR_RETURN(const crypto::KeyHandle handle,
                          keys->Import(attributes, ReadFlash(bytes)));
  Wipe(MutableBytes(bytes));
  MERLON_ASSIGN_OR_RETURN(const crypto::BoundSecret bound,
                          crypto::BoundSecret::Bind(*keys, handle));
  static const crypto::BoundSecret psk = bound;
  static const ExternalPsk psks[] = {{.identity = AsBytes("device 1"), .secret = &psk}};
  return absl::Span<const ExternalPsk>(psks);
}

}  // namespace merlon::tls::board
