// SPDX-License-Identifier: Apache-2.0
#include "crypto/driver.h"

namespace merlon::crypto {
namespace {

bool Available(const Driver& driver) { return driver.available == nullptr || driver.available(); }

// The first algorithm that `matches`, in the list of each available driver that `list` picks.
template <class T, class List, class Matches>
const T* Find(absl::Span<const Driver* const> drivers, List list, Matches matches) {
  for (const Driver* driver : drivers) {
    if (!Available(*driver)) continue;
    for (const T* algorithm : driver->*list) {
      if (matches(*algorithm)) return algorithm;
    }
  }
  return nullptr;
}

}  // namespace

const HashAlgorithm* DriverTable::hash(HashId id) const {
  return Find<HashAlgorithm>(drivers_, &Driver::hashes, [&](auto& a) { return a.id == id; });
}
const XofAlgorithm* DriverTable::xof(XofId id) const {
  return Find<XofAlgorithm>(drivers_, &Driver::xofs, [&](auto& a) { return a.id == id; });
}
const CipherAlgorithm* DriverTable::cipher(CipherId id) const {
  return Find<CipherAlgorithm>(drivers_, &Driver::ciphers, [&](auto& a) { return a.id == id; });
}
const BlockDecryptAlgorithm* DriverTable::block_decrypt(CipherId id) const {
  return Find<BlockDecryptAlgorithm>(drivers_, &Driver::block_decrypts,
                                     [&](auto& a) { return a.id == id; });
}
const AeadAlgorithm* DriverTable::aead(AeadId id) const {
  return Find<AeadAlgorithm>(drivers_, &Driver::aeads, [&](auto& a) { return a.id == id; });
}
const KeyAgreementAlgorithm* DriverTable::key_agreement(GroupId id) const {
  return Find<KeyAgreementAlgorithm>(drivers_, &Driver::key_agreements,
                                     [&](auto& a) { return a.id == id; });
}
const KemAlgorithm* DriverTable::kem(KeyType key_type) const {
  return Find<KemAlgorithm>(drivers_, &Driver::kems,
                            [&](auto& a) { return a.key_type == key_type; });
}
const SignAlgorithm* DriverTable::sign(SignFamily family, KeyType key_type) const {
  return Find<SignAlgorithm>(drivers_, &Driver::signs,
                             [&](auto& a) { return a.family == family && a.key_type == key_type; });
}
const EncryptionAlgorithm* DriverTable::encryption(Permitted scheme, KeyType key_type) const {
  return Find<EncryptionAlgorithm>(drivers_, &Driver::encryptions, [&](auto& a) {
    return a.scheme == scheme && a.key_type == key_type;
  });
}
const SignAlgorithm* DriverTable::any_sign(KeyType key_type) const {
  return Find<SignAlgorithm>(drivers_, &Driver::signs,
                             [&](auto& a) { return a.key_type == key_type; });
}
const OpaqueKeys* DriverTable::owner(Location location) const {
  for (const Driver* driver : drivers_) {
    const bool owns = driver->keys != nullptr && driver->location == location;
    if (owns && location != kLocalStorage && Available(*driver)) return driver->keys;
  }
  return nullptr;
}

}  // namespace merlon::crypto
