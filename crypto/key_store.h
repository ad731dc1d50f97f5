// SPDX-License-Identifier: Apache-2.0
// KeyStore: keys behind handles, in the caller's memory. Attributes and policy are checked here, at
// each use; bytes leave only by Export, and only where the policy allows it.
#pragma once
#include <array>
#include <cstddef>

#include "absl/base/attributes.h"
#include "crypto/driver.h"
#include "crypto/key.h"
#include "crypto/random.h"

namespace merlon::crypto {

// One key's place. Zero-initialise; then it is the store's.
struct KeySlot {
  uint32_t generation = 0;
  bool used = false;
  KeyAttributes attributes{};
  MutableBytes room{};  // this slot's share of the store's memory
  size_t size = 0;      // bytes of material in it
};

// Slots and bytes are the caller's, for the life of the store. Creating and destroying keys is not
// thread-safe against use; using keys from several threads is.
class KeyStore {
 public:
  // `memory` is divided evenly among the slots. RSA-4096 needs 2,400 bytes a slot.
  KeyStore(DriverTable drivers, absl::Span<KeySlot> slots ABSL_ATTRIBUTE_LIFETIME_BOUND,
           MutableBytes memory ABSL_ATTRIBUTE_LIFETIME_BOUND);
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;
  ~KeyStore();  // wipes all

  // Copies `material` (formats: key.h) after checking it. kTooManyKeys; kBadKey: malformed, or not
  // of the bits that the attributes name; kNoSpace: larger than a slot's share; kUnsupported: no
  // driver for the type, or a location or lifetime that is not this store's. All are misuse.
  Result<KeyHandle> Import(const KeyAttributes& attributes, Bytes material);
  // Makes a key of attributes.bits (EC types imply them). Errors as in Import, and the generator's.
  Result<KeyHandle> Generate(const KeyAttributes& attributes, Rng& rng);
  // Wipes the key. kStaleHandle.
  Result<void> Destroy(KeyHandle key);
  Result<KeyAttributes> Attributes(KeyHandle key) const;
  // The public key (formats: key.h); gives its size.
  Result<size_t> PublicKey(KeyHandle key, MutableBytes out) const;
  // Private or secret bytes; kNotPermitted without Usage::kExport. Gives their size.
  Result<size_t> Export(KeyHandle key, MutableBytes out) const;

  // Lets `use(Bytes material, const KeyAttributes&)` work on the bytes, if the policy allows
  // `usage`. For drivers and crypto operations alone: nothing above crypto/ calls it.
  template <class Use>
  auto WithMaterial(KeyHandle key, Usage usage, Use use) const
      -> decltype(use(Bytes(), KeyAttributes())) {
    Result<const KeySlot*> slot = Find(key);
    if (!slot.ok()) return slot.error();
    if (!Allows((*slot)->attributes.usage, usage)) return Misuse(Code::kNotPermitted);
    return use(Bytes((*slot)->room.data(), (*slot)->size), (*slot)->attributes);
  }
  const DriverTable& drivers() const { return drivers_; }

 private:
  Result<const KeySlot*> Find(KeyHandle key) const;
  Result<KeySlot*> FreeSlot(const KeyAttributes& attributes);
  Result<size_t> GenerateInto(MutableBytes room, const KeyAttributes& attributes, Rng& rng) const;
  KeyHandle Take(KeySlot& slot, const KeyAttributes& attributes, uint16_t bits, size_t size);
  static void Release(KeySlot& slot);

  DriverTable drivers_;
  absl::Span<KeySlot> slots_;
};

// A store together with its memory.
template <size_t kSlots, size_t kBytesPerKey = 2400>
class InlineKeyStore {
 public:
  explicit InlineKeyStore(DriverTable drivers)
      : store_(drivers, absl::MakeSpan(slots_), absl::MakeSpan(memory_)) {}
  KeyStore& operator*() { return store_; }
  KeyStore* operator->() { return &store_; }

 private:
  std::array<KeySlot, kSlots> slots_{};
  std::array<uint8_t, kSlots * kBytesPerKey> memory_{};
  KeyStore store_;
};

}  // namespace merlon::crypto
