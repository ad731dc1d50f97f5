// SPDX-License-Identifier: Apache-2.0
// KeyStore: keys behind handles, in the caller's memory. Attributes and policy are checked here, at
// each use; bytes leave only by Export, and only where the policy allows it. Persistent keys rest
// in a KeyVault; of keys of other locations a slot holds what names them there, and their owner
// (opaque_keys.h) does the work.
#pragma once
#include <array>
#include <cstddef>

#include "absl/base/attributes.h"
#include "crypto/driver.h"
#include "crypto/key.h"
#include "crypto/key_call.h"
#include "crypto/key_vault.h"
#include "crypto/random.h"

namespace merlon::crypto {

// One key's place. Zero-initialise; then it is the store's.
struct KeySlot {
  uint32_t generation = 0;
  bool used = false;
  KeyAttributes attributes{};
  MutableBytes room{};                 // this slot's share of the store's memory
  size_t size = 0;                     // bytes of material, or of a reference, in it
  const OpaqueKeys* opaque = nullptr;  // whose keys the reference names
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
  ~KeyStore();  // wipes all, and destroys volatile keys of other locations

  // Where keys of Lifetime::kPersistent rest from now on; it outlives the store. Null: nowhere.
  void SetVault(KeyVault* vault) { vault_ = vault; }
  // The drivers from now on, among them whatever owns locations: for what a program finds where it
  // runs. Keys that are there keep their owners.
  void UseDrivers(DriverTable drivers) { drivers_ = drivers; }

  // Where attributes.location is not kLocalStorage, the driver that owns it does what follows; its
  // errors come beside, and kUnsupported (misuse) is what it does not offer, or that there is none.

  // Copies `material` (formats: key.h) after checking it. kTooManyKeys; kBadKey: malformed, or not
  // of the bits that the attributes name; kNoSpace: larger than a slot's share; kUnsupported: no
  // driver for the type, or a location or lifetime that is not this store's. All are misuse. Of a
  // persistent key also KeyVault::Save's errors, and kMisuse for what is not a name; `existing`
  // says what becomes of one that has the name, whose handle goes stale if it is replaced.
  Result<KeyHandle> Import(const KeyAttributes& attributes, Bytes material,
                           Existing existing = Existing::kRefuse);
  // Makes a key of attributes.bits (EC types imply them). Errors as in Import, and the generator's.
  Result<KeyHandle> Generate(const KeyAttributes& attributes, Rng& rng,
                             Existing existing = Existing::kRefuse);
  // A second key of the same material, whose policy is what the source's and `attributes` both
  // allow; a type or bits other than kNone and 0 must be the source's. Needs Usage::kCopy.
  // kNotPermitted: without it, or for an algorithm that the source is not for; else as in Import.
  Result<KeyHandle> Copy(KeyHandle source, const KeyAttributes& attributes,
                         Existing existing = Existing::kRefuse);
  // The persistent key of this name; the same handle while it is open. KeyVault::Load's errors,
  // kTooManyKeys.
  Result<KeyHandle> Open(const KeyName& name, Location location = kLocalStorage);
  // Takes a slot for a key that is at attributes.location already, which is not this store's, and
  // stays there (it counts as persistent): `keys` work with what `reference` names, and outlive the
  // store. Errors as in Import.
  Result<KeyHandle> Register(const KeyAttributes& attributes, Bytes reference,
                             const OpaqueKeys& keys);
  // Wipes the key, and removes a persistent one from where it rests, one of another location from
  // there. kStaleHandle, KeyVault::Erase's errors: then it is as it was.
  Result<void> Destroy(KeyHandle key);
  // The same for a persistent key by its name, open or not: also for what Open cannot read.
  Result<void> DestroyNamed(const KeyName& name);
  // Wipes this store's copy of a persistent key, or what names it elsewhere: the key stays where it
  // is, its handle goes stale. Of others nothing happens. kStaleHandle.
  Result<void> Purge(KeyHandle key);
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
    if ((*slot)->opaque != nullptr) return Misuse(Code::kUnsupported);
    return use(Bytes((*slot)->room.data(), (*slot)->size), (*slot)->attributes);
  }
  // Who works with the key, and with which reference. `keys` null: this store, by WithMaterial.
  struct OpaqueKey {
    const OpaqueKeys* keys = nullptr;
    Bytes reference;
    // Begins what `work` says, with this key. kUnsupported (misuse): it is this store's.
    Result<KeyCall> Start(OpaqueWork work) const;
  };
  Result<OpaqueKey> Opaque(KeyHandle key, Usage usage) const;
  // DeriveKey's (derive_key.h) way for a secret of another location.
  Result<KeyHandle> DeriveElsewhere(KeyHandle secret, const HkdfInputs& inputs,
                                    const KeyAttributes& attributes);
  const DriverTable& drivers() const { return drivers_; }

 private:
  Result<const KeySlot*> Find(KeyHandle key) const;
  Result<KeySlot*> FreeSlot();
  Result<KeySlot*> FreeSlot(const KeyAttributes& attributes);
  KeySlot* OpenSlot(const KeyName& name, Location location = kLocalStorage);
  template <class Make>
  Result<KeyHandle> MakeElsewhere(const KeyAttributes& attributes, Make make);
  Result<size_t> GenerateInto(MutableBytes room, const KeyAttributes& attributes, Rng& rng) const;
  Result<KeyHandle> Keep(KeySlot& slot, const KeyAttributes& attributes, Result<size_t> size,
                         Existing existing);
  KeyHandle Take(KeySlot& slot, const KeyAttributes& attributes, uint16_t bits, size_t size);
  KeyHandle HandleOf(const KeySlot& slot) const;
  static void Release(KeySlot& slot);

  DriverTable drivers_;
  absl::Span<KeySlot> slots_;
  KeyVault* vault_ = nullptr;
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
