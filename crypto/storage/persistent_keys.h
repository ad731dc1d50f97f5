// SPDX-License-Identifier: Apache-2.0
// PersistentKeys: keys at rest as sealed records in a Storage (format: docs/crypto.md). Which
// version of a key counts is decided here; whether a record survives a crash is the Storage's.
#pragma once
#include <array>

#include "crypto/context.h"
#include "crypto/sealed_blob.h"
#include "crypto/storage/storage.h"

namespace merlon::crypto {

// Give it to KeyStore::SetVault; then keys of Lifetime::kPersistent rest here. Not thread-safe.
class PersistentKeys final : public KeyVault {
 public:
  // `store_key`, of crypto.keys, is what SealBlob takes, with kEncrypt and kDecrypt. All outlive
  // it.
  PersistentKeys(const Context& crypto, KeyHandle store_key,
                 Storage& storage ABSL_ATTRIBUTE_LIFETIME_BOUND)
      : crypto_(crypto), store_key_(store_key), storage_(storage) {}

  Result<void> Save(const KeyAttributes& attributes, Bytes material, Existing existing) override;
  Result<size_t> Load(const KeyName& name, KeyAttributes& attributes,
                      MutableBytes material) override;
  Result<void> Erase(const KeyName& name) override;

  // What KeyStore::Attributes would say, without a slot. As Load.
  Result<KeyAttributes> Attributes(const KeyName& name);
  // As Storage. Of a name that is there Load may say kNoSuchKey: a key whose destruction a crash
  // cut short.
  Result<KeyName> NameAt(size_t index) { return storage_.NameAt(index); }

 private:
  static constexpr size_t kHeaderSize = 21;
  static constexpr size_t kMaxRecord =
      kHeaderSize + kMaxKeyName + kBlobOverhead + kMaxLatticePrivateSize;

  struct Record {
    KeyAttributes attributes;
    uint64_t version;
    MutableBytes material;  // in record_
  };
  Result<Record> ReadRecord(const KeyName& name);
  Result<Record> ReadCurrent(const KeyName& name);

  const Context crypto_;
  const KeyHandle store_key_;
  Storage& storage_;
  std::array<uint8_t, kMaxRecord> record_;
};

}  // namespace merlon::crypto
