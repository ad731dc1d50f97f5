// SPDX-License-Identifier: Apache-2.0
// A driver: constexpr algorithm objects under one name, or the owner of a location. And the table
// of drivers that an application gives: what it does not list is not linked.
#pragma once
#include <array>
#include <cstddef>

#include "absl/base/attributes.h"
#include "crypto/aead.h"
#include "crypto/cipher.h"
#include "crypto/encryption.h"
#include "crypto/hash.h"
#include "crypto/kem.h"
#include "crypto/key.h"
#include "crypto/key_agreement.h"
#include "crypto/opaque_keys.h"
#include "crypto/sign.h"
#include "crypto/xof.h"

namespace merlon::crypto {

// A transparent driver works on bytes: its location is kLocalStorage, and it has algorithms. An
// opaque driver owns another location, whose keys are worked with by `keys`: it has no algorithms.
struct Driver {
  const char* name;
  Location location;
  bool (*available)();  // asked when a table looks something up; e.g. the CPU's features
  absl::Span<const HashAlgorithm* const> hashes;
  absl::Span<const CipherAlgorithm* const> ciphers;
  absl::Span<const AeadAlgorithm* const> aeads;
  absl::Span<const KeyAgreementAlgorithm* const> key_agreements;
  absl::Span<const SignAlgorithm* const> signs;
  absl::Span<const XofAlgorithm* const> xofs = {};
  absl::Span<const KemAlgorithm* const> kems = {};
  absl::Span<const BlockDecryptAlgorithm* const> block_decrypts = {};
  absl::Span<const EncryptionAlgorithm* const> encryptions = {};
  const OpaqueKeys* keys = nullptr;
};

// Drivers in order of preference. Look-ups are for the time when a configuration is built or an
// operation answered, never for the record path. Null: no available driver has it.
class DriverTable {
 public:
  constexpr DriverTable() = default;
  constexpr explicit DriverTable(absl::Span<const Driver* const> drivers) : drivers_(drivers) {}

  const HashAlgorithm* hash(HashId id) const;
  const XofAlgorithm* xof(XofId id) const;
  const CipherAlgorithm* cipher(CipherId id) const;
  const BlockDecryptAlgorithm* block_decrypt(CipherId id) const;
  const AeadAlgorithm* aead(AeadId id) const;
  const KeyAgreementAlgorithm* key_agreement(GroupId id) const;
  const KemAlgorithm* kem(KeyType key_type) const;
  const SignAlgorithm* sign(SignFamily family, KeyType key_type) const;
  const EncryptionAlgorithm* encryption(Permitted scheme, KeyType key_type) const;
  // Any algorithm that works on keys of this type: for import checks and public keys.
  const SignAlgorithm* any_sign(KeyType key_type) const;
  // Who holds the keys of this location. Null: nobody here; kLocalStorage is the key store's own.
  const OpaqueKeys* owner(Location location) const;
  absl::Span<const Driver* const> drivers() const { return drivers_; }

 private:
  absl::Span<const Driver* const> drivers_;
};

// A table that is filled at run time: with what a program finds where it runs. The drivers, and
// this, outlive whatever table() was given to.
template <size_t kMaxDrivers>
class DriverList {
 public:
  // Behind those that are there. kNoSpace; kMisuse: its location has an owner. Misuse both.
  Result<void> Add(const Driver& driver) {
    if (table().owner(driver.location) != nullptr) return Misuse();
    if (size_ == kMaxDrivers) return Misuse(Code::kNoSpace);
    drivers_[size_++] = &driver;
    return {};
  }
  DriverTable table() const ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return DriverTable(absl::MakeConstSpan(drivers_.data(), size_));
  }

 private:
  std::array<const Driver*, kMaxDrivers> drivers_{};
  size_t size_ = 0;
};

}  // namespace merlon::crypto
