// SPDX-License-Identifier: Apache-2.0
// RFC 9258: how an external PSK becomes PSKs of TLS 1.3, one for each protocol and hash. So one
// secret may serve several of them, and none can be used for another. The secret stays behind its
// handle.
#pragma once
#include <optional>

#include "crypto/bound_key.h"
#include "tls/config.h"

namespace merlon::tls {

// IANA "TLS KDF Identifiers" (RFC 9258 s10).
inline constexpr uint16_t kHkdfSha256 = 0x0001, kHkdfSha384 = 0x0002;
// Of HKDF with this hash; 0: it has none.
uint16_t KdfOf(crypto::HashId hash);

// What stands for an imported PSK in a ClientHello (s5.1).
struct ImportedIdentity {
  Bytes external_identity;       // 1 to 65535 bytes: by what its owners know the PSK
  Bytes context;                 // what else they agreed on; may be empty
  uint16_t target_protocol = 0;  // 0x0304, also for QUIC, or 0xfefc for DTLS 1.3
  uint16_t target_kdf = 0;

  // Borrows from `encoded`. kIllegalValue (Origin::kPeer): it is none.
  static Result<ImportedIdentity> Decode(Bytes encoded);
  size_t EncodedSize() const;
  // Gives the size. kNoSpace: `out` is too small, or a field too long.
  Result<size_t> Encode(MutableBytes out) const;
};

// A PSK imported for one protocol and one hash: an ExternalPsk with all that it points to but its
// identity. Not movable.
class ImportedPsk {
 public:
  ImportedPsk() = default;
  ImportedPsk(const ImportedPsk&) = delete;

  // `identity` encodes an ImportedIdentity with `target`'s KDF, and outlives this, as `keys` do.
  // `hash` is that of the external PSK: SHA-256 where none was agreed on. Errors as of
  // BoundSecret::Bind; kIllegalValue: the identity is none, or of another protocol or KDF.
  Result<void> Import(const crypto::KeyStore& keys, crypto::KeyHandle key,
                      const crypto::HashAlgorithm& hash, const crypto::HashAlgorithm& target,
                      Bytes identity);
  // After Import.
  ExternalPsk psk() const;

 private:
  crypto::Digest identity_hash_;
  crypto::SecretDerivation derivation_;
  std::optional<crypto::BoundSecret> secret_;
  Bytes identity_;
  crypto::HashId target_hash_{};
  uint16_t target_protocol_ = 0;
};

}  // namespace merlon::tls
