// SPDX-License-Identifier: Apache-2.0
// Hybrid Public Key Encryption (RFC 9180): base, PSK, authenticated, and both, over the groups and
// AEADs of any driver; and with ML-KEM alone (draft-ietf-hpke-pq), which cannot authenticate.
#pragma once
#include "crypto/aead.h"
#include "crypto/base/secret.h"
#include "crypto/driver.h"
#include "crypto/key_store.h"

namespace merlon::crypto {

// RFC 9180 s7.1; the last three of draft-ietf-hpke-pq.
enum class HpkeKem : uint16_t {
  kP256 = 0x0010,
  kP384 = 0x0011,
  kP521 = 0x0012,
  kX25519 = 0x0020,
  kX448 = 0x0021,
  kMlKem512 = 0x0040,
  kMlKem768 = 0x0041,
  kMlKem1024 = 0x0042,
};
enum class HpkeKdf : uint16_t { kHkdfSha256 = 1, kHkdfSha384 = 2, kHkdfSha512 = 3 };  // s7.2
enum class HpkeAead : uint16_t {                                                      // s7.3
  kAes128Gcm = 1,
  kAes256Gcm = 2,
  kChaCha20Poly1305 = 3,
  kExportOnly = 0xffff,
};

inline constexpr size_t kMaxHpkeEncSize = kMaxKemCiphertextSize;
inline constexpr size_t kHpkeMinPskSize = 32;  // s9.5

// A choice of the three, with the drivers' algorithms for them.
class HpkeSuite {
 public:
  // kUnsupported (misuse): unknown, or no driver has it.
  static Result<HpkeSuite> Find(const DriverTable& drivers, HpkeKem kem, HpkeKdf kdf,
                                HpkeAead aead);

  size_t enc_size() const;          // what the sender sends first
  size_t public_key_size() const;   // in the format of key.h: an uncompressed point, or raw
  size_t private_key_size() const;  // of what DeriveKeyPair makes
  size_t tag_size() const { return aead_ == nullptr ? 0 : aead_->tag_size; }
  // The key pair that `ikm` determines (s7.1.3), of the two sizes above; `ikm` has the entropy of a
  // private key. kMisuse: ML-KEM, whose private key is a seed itself.
  Result<void> DeriveKeyPair(Bytes ikm, MutableBytes private_key, MutableBytes public_key) const;

 private:
  friend class HpkeContext;
  HpkeSuite() = default;

  HpkeKem kem_id_{};
  HpkeKdf kdf_id_{};
  HpkeAead aead_id_{};
  // One of the first two.
  const KeyAgreementAlgorithm* group_ = nullptr;
  const KemAlgorithm* kem_ = nullptr;
  const HashAlgorithm* kem_hash_ = nullptr;  // of group_
  const HashAlgorithm* kdf_ = nullptr;
  const AeadAlgorithm* aead_ = nullptr;  // null: kExportOnly
  KeyType key_type_ = KeyType::kNone;    // of keys by handle
};

struct HpkeKeyPair {
  Bytes private_key{}, public_key{};
};
// What there may be beside the recipient's key: a PSK with its name (both or none), a sender who
// authenticates. The sender gives both halves of its key pair, the recipient the public one.
struct HpkeOptions {
  Bytes psk{}, psk_id{};
  HpkeKeyPair sender{};
};

// One direction from a sender to a recipient. Not movable; wiped when it dies.
class HpkeContext {
 public:
  HpkeContext() = default;
  HpkeContext(const HpkeContext&) = delete;
  HpkeContext& operator=(const HpkeContext&) = delete;

  // Writes enc_size bytes into `enc`. kBadPublicValue (Origin::kPeer): no valid public key; misuse:
  // options that do not go together, a PSK of fewer than 32 bytes; the generator's errors.
  Result<void> SetupSender(const HpkeSuite& suite, Bytes recipient, Bytes info,
                           const HpkeOptions& options, Rng& rng, MutableBytes enc);
  // The other end: of a key pair, and of a key of the store, which is of the suite's curve with
  // kDerive, or ML-KEM with kDecrypt. Errors as above, and the store's.
  Result<void> SetupRecipient(const HpkeSuite& suite, Bytes enc, HpkeKeyPair recipient, Bytes info,
                              const HpkeOptions& options);
  Result<void> SetupRecipient(const HpkeSuite& suite, Bytes enc, const KeyStore& store,
                              KeyHandle recipient, Bytes info, const HpkeOptions& options);

  // The next message, in its order; gives plaintext.size() + tag_size. `out` starts where the
  // plaintext does, or does not overlap it. kNoSpace, kMisuse (not set up, or for export only),
  // kAeadLimit.
  Result<size_t> Seal(Bytes ad, Bytes plaintext, MutableBytes out);
  // Gives the plaintext's size; `out` has room for all of the ciphertext, else kNoSpace. kBadMac
  // (Origin::kPeer): not the next message; then that is still awaited, and `out` is wiped.
  Result<size_t> Open(Bytes ad, Bytes ciphertext, MutableBytes out);
  // A secret that both have (s5.3), at most 255 hashes long, else kMisuse.
  Result<void> Export(Bytes exporter_context, MutableBytes out) const;

 private:
  Result<void> Schedule(const HpkeSuite& suite, Bytes shared_secret, Bytes info,
                        const HpkeOptions& options);
  Result<void> CheckNext(size_t needed, size_t room) const;

  AeadKey key_;
  uint64_t next_ = 0;
  const HashAlgorithm* kdf_ = nullptr;  // null: not set up
  std::array<uint8_t, 10> suite_id_{};
  Secret<kMaxHashSize> exporter_secret_;
};

// One message (s6.1): enc | ciphertext into `out`; gives its size. Errors as SetupSender and Seal.
Result<size_t> HpkeSeal(const HpkeSuite& suite, Bytes recipient, Bytes info,
                        const HpkeOptions& options, Bytes ad, Bytes plaintext, Rng& rng,
                        MutableBytes out);
// Opens what HpkeSeal made; gives the plaintext's size.
Result<size_t> HpkeOpen(const HpkeSuite& suite, HpkeKeyPair recipient, Bytes info,
                        const HpkeOptions& options, Bytes ad, Bytes sealed, MutableBytes out);

}  // namespace merlon::crypto
