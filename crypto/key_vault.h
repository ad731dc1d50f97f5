// SPDX-License-Identifier: Apache-2.0
// What a KeyStore needs beyond its own memory, as interfaces: where persistent keys rest
// (crypto/storage has one), and whoever holds keys elsewhere and works with them there.
#pragma once
#include "crypto/base/result.h"
#include "crypto/key.h"

namespace merlon::crypto {

// What becomes of a persistent key that has the name of a new one.
enum class Existing : uint8_t { kRefuse, kReplace };

// Where persistent keys rest. attributes.name is a key name (IsKeyName).
class KeyVault {
 public:
  // When it says ok, the key stays. kKeyExists (misuse), kStorageFailure.
  virtual Result<void> Save(const KeyAttributes& attributes, Bytes material, Existing existing) = 0;
  // The material's size. kNoSuchKey, kNoSpace (misuse); kBadRecord, kRolledBack, kStorageFailure.
  virtual Result<size_t> Load(const KeyName& name, KeyAttributes& attributes,
                              MutableBytes material) = 0;
  // When it says ok, the key does not come back. kNoSuchKey, kStorageFailure.
  virtual Result<void> Erase(const KeyName& name) = 0;

 protected:
  ~KeyVault() = default;
};

// Keys that are elsewhere: in a token, in another process. They own a Location; a `reference` names
// one of them, in bytes of their own choice. Shared by threads.
class OpaqueKeys {
 public:
  // The public key (formats: key.h); gives its size. kNoSpace (misuse), kNoSuchKey, kUnreachable.
  virtual Result<size_t> PublicKey(Bytes reference, MutableBytes out) const = 0;
  // As SignAlgorithm::sign. kNotPermitted: the key's policy there; kNoSuchKey, kUnreachable.
  virtual Result<size_t> Sign(Bytes reference, SignAlg algorithm, Bytes message,
                              MutableBytes out) const = 0;

 protected:
  ~OpaqueKeys() = default;
};

}  // namespace merlon::crypto
