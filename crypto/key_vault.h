// SPDX-License-Identifier: Apache-2.0
// KeyVault: where the persistent keys of a KeyStore rest (crypto/storage has one). Those who hold
// keys elsewhere are opaque_keys.h's.
#pragma once
#include "crypto/base/result.h"
#include "crypto/key.h"
#include "crypto/opaque_keys.h"

namespace merlon::crypto {

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

}  // namespace merlon::crypto
