// SPDX-License-Identifier: Apache-2.0
#include "crypto/key_store.h"

#include <cstring>

namespace merlon::crypto {
namespace {

// Sizes that a type implies; 0 where the caller must say.
uint16_t ImpliedBits(KeyType type) {
  switch (type) {
    case KeyType::kEcP256:
      return 256;
    case KeyType::kEcP384:
      return 384;
    case KeyType::kEcP521:
      return 521;
    case KeyType::kEd25519:
      return 255;
    case KeyType::kEd448:
      return 448;
    default:
      return 0;
  }
}

bool IsSymmetric(KeyType type) {
  return type == KeyType::kSecret || type == KeyType::kAes || type == KeyType::kHmac;
}

// Bits of symmetric material, or kBadKey.
Result<uint16_t> CheckSymmetric(KeyType type, size_t size) {
  const size_t least = type == KeyType::kHmac ? 16 : 1;
  const bool valid =
      type == KeyType::kAes ? size == 16 || size == 24 || size == 32 : size >= least && size < 8192;
  if (!valid) return Misuse(Code::kBadKey);
  return static_cast<uint16_t>(size * 8);
}

// Bits of the material, whatever its type; kBadKey if it is not what the attributes say.
Result<uint16_t> Check(const DriverTable& drivers, const KeyAttributes& attributes,
                       Bytes material) {
  Result<uint16_t> bits = Misuse(Code::kUnsupported);
  if (IsSymmetric(attributes.type)) {
    bits = CheckSymmetric(attributes.type, material.size());
  } else if (const SignAlgorithm* sign = drivers.any_sign(attributes.type);
             sign != nullptr && sign->check_private != nullptr) {
    bits = sign->check_private(material);
  } else if (const KemAlgorithm* kem = drivers.kem(attributes.type); kem != nullptr) {
    bits = kem->check_private(material);
  }
  if (bits.ok() && attributes.bits != 0 && attributes.bits != *bits) return Misuse(Code::kBadKey);
  return bits;
}

}  // namespace

KeyStore::KeyStore(DriverTable drivers, absl::Span<KeySlot> slots, MutableBytes memory)
    : drivers_(drivers), slots_(slots) {
  if (slots.empty()) return;
  const size_t share = memory.size() / slots.size();
  for (size_t i = 0; i < slots.size(); ++i) {
    slots[i].used = false;
    slots[i].room = Slice(memory, i * share, share);
  }
}

KeyStore::~KeyStore() {
  for (KeySlot& slot : slots_) {
    if (slot.used && slot.attributes.lifetime == Lifetime::kVolatile && slot.opaque != nullptr) {
      (void)slot.opaque->Destroy(Slice(Bytes(slot.room), 0, slot.size));  // nobody is left to tell
    }
    Release(slot);
  }
}

Result<KeyHandle> KeyStore::Import(const KeyAttributes& attributes, Bytes material,
                                   Existing existing) {
  if (attributes.location != kLocalStorage) {
    return MakeElsewhere(attributes,
                         [&](const OpaqueKeys& keys, KeyAttributes& made, MutableBytes reference) {
                           return keys.Import(made, material, existing, reference);
                         });
  }
  MERLON_ASSIGN_OR_RETURN(KeySlot * slot, FreeSlot(attributes));
  MERLON_TRY(Check(drivers_, attributes, material));
  if (material.size() > slot->room.size()) return Misuse(Code::kNoSpace);
  memcpy(slot->room.data(), material.data(), material.size());
  return Keep(*slot, attributes, material.size(), existing);
}

Result<KeyHandle> KeyStore::Generate(const KeyAttributes& attributes, Rng& rng, Existing existing) {
  if (attributes.location != kLocalStorage) {
    return MakeElsewhere(attributes,
                         [&](const OpaqueKeys& keys, KeyAttributes& made, MutableBytes reference) {
                           return keys.Generate(made, existing, reference);
                         });
  }
  MERLON_ASSIGN_OR_RETURN(KeySlot * slot, FreeSlot(attributes));
  return Keep(*slot, attributes, GenerateInto(slot->room, attributes, rng), existing);
}

Result<KeyHandle> KeyStore::Copy(KeyHandle source, const KeyAttributes& attributes,
                                 Existing existing) {
  return WithMaterial(source, Usage::kCopy,
                      [&](Bytes material, const KeyAttributes& from) -> Result<KeyHandle> {
                        KeyAttributes narrowed = attributes;
                        if (attributes.type == KeyType::kNone) narrowed.type = from.type;
                        if (attributes.bits == 0) narrowed.bits = from.bits;
                        if (narrowed.type != from.type || narrowed.bits != from.bits)
                          return Misuse(Code::kBadKey);
                        narrowed.usage = attributes.usage & from.usage;
                        if (attributes.permitted == Permitted::kAny)
                          narrowed.permitted = from.permitted;
                        if (attributes.algorithm.family == SignFamily::kNone) {
                          narrowed.algorithm.family = from.algorithm.family;
                        }
                        if (attributes.algorithm.hash == HashId::kNone) {
                          narrowed.algorithm.hash = from.algorithm.hash;
                        }
                        if (!Permits(from.permitted, narrowed.permitted) ||
                            !Permits(from.algorithm, narrowed.algorithm)) {
                          return Misuse(Code::kNotPermitted);
                        }
                        return Import(narrowed, material, existing);
                      });
}

Result<KeyHandle> KeyStore::DeriveElsewhere(KeyHandle secret, const HkdfInputs& inputs,
                                            const KeyAttributes& attributes) {
  MERLON_ASSIGN_OR_RETURN(const OpaqueKey from, Opaque(secret, Usage::kDerive));
  MERLON_ASSIGN_OR_RETURN(const KeyAttributes policy, Attributes(secret));
  if (!Permits(policy.permitted, Permitted::kDerivation)) return Misuse(Code::kNotPermitted);
  // The bytes of what is derived would have to come here, or to go to another owner.
  if (from.keys == nullptr || attributes.location != policy.location) {
    return Misuse(Code::kUnsupported);
  }
  return MakeElsewhere(attributes,
                       [&](const OpaqueKeys&, KeyAttributes& made, MutableBytes reference) {
                         return from.keys->Derive(from.reference, inputs, made, reference);
                       });
}

// Has the owner of attributes.location `make` a key, and takes a slot for it.
template <class Make>
Result<KeyHandle> KeyStore::MakeElsewhere(const KeyAttributes& attributes, Make make) {
  const OpaqueKeys* keys = drivers_.owner(attributes.location);
  if (keys == nullptr) return Misuse(Code::kUnsupported);
  const bool persistent = attributes.lifetime == Lifetime::kPersistent;
  if (persistent != IsKeyName(AsText(attributes.name.view()))) return Misuse();
  MERLON_ASSIGN_OR_RETURN(KeySlot * slot, FreeSlot());
  KeyAttributes made = attributes;
  const Result<size_t> size = make(*keys, made, slot->room);
  if (!size.ok()) {
    Release(*slot);
    return size.error();
  }
  made.location = attributes.location;
  made.lifetime = attributes.lifetime;
  made.name = attributes.name;
  // One that was replaced.
  if (KeySlot* open = persistent ? OpenSlot(attributes.name, attributes.location) : nullptr;
      open != nullptr) {
    Release(*open);
  }
  slot->opaque = keys;
  return Take(*slot, made, made.bits, *size);
}

Result<KeyHandle> KeyStore::Open(const KeyName& name, Location location) {
  if (!IsKeyName(AsText(name.view()))) return Misuse();
  if (const KeySlot* open = OpenSlot(name, location); open != nullptr) return HandleOf(*open);
  if (location != kLocalStorage) {
    return MakeElsewhere({.lifetime = Lifetime::kPersistent, .location = location, .name = name},
                         [&](const OpaqueKeys& keys, KeyAttributes& found, MutableBytes reference) {
                           return keys.Find(name, found, reference);
                         });
  }
  if (vault_ == nullptr) return Misuse(Code::kUnsupported);
  MERLON_ASSIGN_OR_RETURN(KeySlot * slot, FreeSlot());
  KeyAttributes attributes;
  const Result<size_t> size = vault_->Load(name, attributes, slot->room);
  const Result<uint16_t> bits =
      size.ok() ? Check(drivers_, attributes, Slice(Bytes(slot->room), 0, *size)) : size.error();
  if (!bits.ok()) {
    Release(*slot);
    return bits.error();
  }
  return Take(*slot, attributes, *bits, *size);
}

Result<KeyHandle> KeyStore::Register(const KeyAttributes& attributes, Bytes reference,
                                     const OpaqueKeys& keys) {
  if (attributes.location == kLocalStorage) return Misuse(Code::kUnsupported);
  MERLON_ASSIGN_OR_RETURN(KeySlot * slot, FreeSlot());
  if (reference.size() > slot->room.size()) return Misuse(Code::kNoSpace);
  if (!reference.empty()) memcpy(slot->room.data(), reference.data(), reference.size());
  slot->opaque = &keys;
  const KeyHandle key = Take(*slot, attributes, attributes.bits, reference.size());
  slot->attributes.lifetime = Lifetime::kPersistent;
  return key;
}

// What is in the slot's room becomes a key, and is kept where its attributes say; or is wiped.
Result<KeyHandle> KeyStore::Keep(KeySlot& slot, const KeyAttributes& attributes,
                                 Result<size_t> size, Existing existing) {
  Result<uint16_t> bits = size.ok() ? Result<uint16_t>(uint16_t{0}) : size.error();
  if (size.ok()) {
    const Bytes material = Slice(Bytes(slot.room), 0, *size);
    bits = Check(drivers_, attributes, material);
    if (bits.ok() && attributes.lifetime == Lifetime::kPersistent) {
      KeyAttributes whole = attributes;
      whole.bits = *bits;
      if (const Result<void> saved = vault_->Save(whole, material, existing); !saved.ok()) {
        bits = saved.error();
      } else if (KeySlot* replaced = OpenSlot(attributes.name); replaced != nullptr) {
        Release(*replaced);
      }
    }
  }
  if (!bits.ok()) {
    Release(slot);
    return bits.error();
  }
  return Take(slot, attributes, *bits, *size);
}

Result<size_t> KeyStore::GenerateInto(MutableBytes room, const KeyAttributes& attributes,
                                      Rng& rng) const {
  const uint16_t bits = attributes.bits != 0 ? attributes.bits : ImpliedBits(attributes.type);
  if (IsSymmetric(attributes.type)) {
    if (bits % 8 != 0) return Misuse(Code::kBadKey);
    MERLON_TRY(CheckSymmetric(attributes.type, bits / 8));
    if (room.size() < bits / 8u) return Misuse(Code::kNoSpace);
    MERLON_TRY(rng.Fill(Slice(room, 0, bits / 8)));
    return size_t{bits} / 8;
  }
  if (const KemAlgorithm* kem = drivers_.kem(attributes.type); kem != nullptr) {
    if (room.size() < kem->seed_size) return Misuse(Code::kNoSpace);
    MERLON_TRY(rng.Fill(Slice(room, 0, kem->seed_size)));
    return size_t{kem->seed_size};
  }
  const SignAlgorithm* sign = drivers_.any_sign(attributes.type);
  if (sign == nullptr || sign->generate == nullptr) return Misuse(Code::kUnsupported);
  return sign->generate(bits, rng, room);
}

Result<void> KeyStore::Destroy(KeyHandle key) {
  MERLON_ASSIGN_OR_RETURN(const KeySlot* slot, Find(key));
  if (slot->opaque != nullptr) {
    MERLON_TRY(slot->opaque->Destroy(Slice(Bytes(slot->room), 0, slot->size)));
  } else if (slot->attributes.lifetime == Lifetime::kPersistent) {
    return DestroyNamed(KeyName(slot->attributes.name));
  }
  Release(slots_[key.slot]);
  return {};
}

Result<void> KeyStore::DestroyNamed(const KeyName& name) {
  if (!IsKeyName(AsText(name.view()))) return Misuse();
  if (vault_ == nullptr) return Misuse(Code::kUnsupported);
  MERLON_TRY(vault_->Erase(name));
  if (KeySlot* open = OpenSlot(name); open != nullptr) Release(*open);
  return {};
}

Result<void> KeyStore::Purge(KeyHandle key) {
  MERLON_ASSIGN_OR_RETURN(const KeySlot* slot, Find(key));
  if (slot->attributes.lifetime == Lifetime::kPersistent) Release(slots_[key.slot]);
  return {};
}

Result<KeyAttributes> KeyStore::Attributes(KeyHandle key) const {
  MERLON_ASSIGN_OR_RETURN(const KeySlot* slot, Find(key));
  return slot->attributes;
}

Result<size_t> KeyStore::PublicKey(KeyHandle key, MutableBytes out) const {
  MERLON_ASSIGN_OR_RETURN(const OpaqueKey opaque, Opaque(key, Usage::kNone));
  if (opaque.keys != nullptr) return opaque.keys->PublicKey(opaque.reference, out);
  return WithMaterial(key, Usage::kNone,
                      [&](Bytes material, const KeyAttributes& attributes) -> Result<size_t> {
                        const KemAlgorithm* kem = drivers_.kem(attributes.type);
                        if (kem != nullptr) return kem->public_key(material, out);
                        const SignAlgorithm* sign = drivers_.any_sign(attributes.type);
                        if (sign == nullptr || sign->public_key == nullptr) {
                          return Misuse(Code::kUnsupported);
                        }
                        return sign->public_key(material, out);
                      });
}

Result<size_t> KeyStore::Export(KeyHandle key, MutableBytes out) const {
  return WithMaterial(key, Usage::kExport,
                      [&](Bytes material, const KeyAttributes&) -> Result<size_t> {
                        if (out.size() < material.size()) return Misuse(Code::kNoSpace);
                        memcpy(out.data(), material.data(), material.size());
                        return material.size();
                      });
}

Result<const KeySlot*> KeyStore::Find(KeyHandle key) const {
  if (key.generation == 0 || key.slot >= slots_.size()) return Misuse(Code::kStaleHandle);
  const KeySlot& slot = slots_[key.slot];
  if (!slot.used || slot.generation != key.generation) return Misuse(Code::kStaleHandle);
  return &slot;
}

Result<KeyStore::OpaqueKey> KeyStore::Opaque(KeyHandle key, Usage usage) const {
  MERLON_ASSIGN_OR_RETURN(const KeySlot* slot, Find(key));
  if (!Allows(slot->attributes.usage, usage)) return Misuse(Code::kNotPermitted);
  if (slot->opaque == nullptr) return OpaqueKey();
  return OpaqueKey{slot->opaque, Bytes(slot->room.data(), slot->size)};
}

Result<KeyCall> KeyStore::OpaqueKey::Start(OpaqueWork work) const {
  if (keys == nullptr) return Misuse(Code::kUnsupported);
  work.reference = reference;
  return KeyCall::Start(*keys, work);
}

Result<KeySlot*> KeyStore::FreeSlot() {
  for (KeySlot& slot : slots_) {
    // A slot whose generations are spent is not used again: an old handle would come to life.
    if (!slot.used && slot.generation != UINT32_MAX) return &slot;
  }
  return Misuse(Code::kTooManyKeys);
}

// For a new key of these attributes, in this store's memory.
Result<KeySlot*> KeyStore::FreeSlot(const KeyAttributes& attributes) {
  const bool persistent = attributes.lifetime == Lifetime::kPersistent;
  if (persistent && vault_ == nullptr) return Misuse(Code::kUnsupported);
  if (persistent != IsKeyName(AsText(attributes.name.view()))) return Misuse();
  return FreeSlot();
}

// Where the persistent key of this name is; null: it is not open.
KeySlot* KeyStore::OpenSlot(const KeyName& name, Location location) {
  for (KeySlot& slot : slots_) {
    const bool persistent = slot.attributes.lifetime == Lifetime::kPersistent;
    const bool there = slot.attributes.location == location && slot.attributes.name == name;
    if (slot.used && persistent && there) return &slot;
  }
  return nullptr;
}

KeyHandle KeyStore::Take(KeySlot& slot, const KeyAttributes& attributes, uint16_t bits,
                         size_t size) {
  slot.generation += 1;
  slot.used = true;
  slot.attributes = attributes;
  slot.attributes.bits = bits;
  slot.size = size;
  return HandleOf(slot);
}

KeyHandle KeyStore::HandleOf(const KeySlot& slot) const {
  return {static_cast<uint32_t>(&slot - slots_.data()), slot.generation};
}

void KeyStore::Release(KeySlot& slot) {
  Wipe(slot.room);
  slot.used = false;
  slot.attributes = {};
  slot.opaque = nullptr;
  slot.size = 0;
}

}  // namespace merlon::crypto
