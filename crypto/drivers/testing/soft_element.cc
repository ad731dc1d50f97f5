// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/testing/soft_element.h"

#include <algorithm>
#include <cstring>

#include "crypto/bound_agreement_key.h"
#include "crypto/bound_decryption_key.h"
#include "crypto/bound_key.h"
#include "crypto/derive_key.h"

namespace merlon::crypto::testing {
namespace {

// What a key is inside: one of a store's own.
KeyAttributes Inside(const KeyAttributes& attributes) {
  KeyAttributes inside = attributes;
  inside.location = kLocalStorage;
  inside.lifetime = Lifetime::kVolatile;
  inside.name = {};
  return inside;
}

}  // namespace

size_t SoftElement::calls() const {
  return static_cast<size_t>(std::count_if(calls_.begin(), calls_.end(),
                                           [](const Call& call) { return call.number != 0; }));
}

Result<void> SoftElement::Step() const {
  if (fail_at_ == 0) return {};
  --fail_at_;
  if (fail_at_ != 0) return {};
  failed_ = true;
  return DriverError(Code::kUnreachable);
}

Result<KeyHandle> SoftElement::At(Bytes reference) const {
  MERLON_TRY(Step());
  for (const Held& held : held_) {
    if (held.reference == AsText(reference)) return held.handle;
  }
  return DriverError(Code::kNoSuchKey);
}

const SoftElement::Held* SoftElement::Named(const KeyName& name) const {
  if (name.view().empty()) return nullptr;
  const auto at =
      std::find_if(held_.begin(), held_.end(), [&](const Held& held) { return held.name == name; });
  return at == held_.end() ? nullptr : &*at;
}

Result<size_t> SoftElement::Keep(Result<KeyHandle> made, KeyAttributes& attributes,
                                 Existing existing, MutableBytes reference) const {
  if (!made.ok()) return made.error();
  const Held* old = Named(attributes.name);
  const std::string name = "#" + std::to_string(next_++);
  if (reference.size() < name.size() || (old != nullptr && existing == Existing::kRefuse)) {
    MERLON_TRY(keys_->Destroy(*made));
    return Misuse(old != nullptr ? Code::kKeyExists : Code::kNoSpace);
  }
  if (old != nullptr) MERLON_TRY(Destroy(AsBytes(std::string(old->reference))));
  held_.push_back({name, attributes.name, *made});
  attributes.bits = keys_->Attributes(*made)->bits;
  std::copy(name.begin(), name.end(), reference.begin());
  return name.size();
}

Result<size_t> SoftElement::PublicKey(Bytes reference, MutableBytes out) const {
  MERLON_ASSIGN_OR_RETURN(const KeyHandle key, At(reference));
  const Result<size_t> size = keys_->PublicKey(key, out);
  if (!size.ok() && size.error().code == Code::kNoSpace) return Misuse(Code::kNoSpace);
  return size;
}

Result<size_t> SoftElement::Import(KeyAttributes& attributes, Bytes material, Existing existing,
                                   MutableBytes reference) const {
  MERLON_TRY(Step());
  return Keep(keys_->Import(Inside(attributes), material), attributes, existing, reference);
}

Result<size_t> SoftElement::Generate(KeyAttributes& attributes, Existing existing,
                                     MutableBytes reference) const {
  MERLON_TRY(Step());
  return Keep(keys_->Generate(Inside(attributes), rng_), attributes, existing, reference);
}

Result<size_t> SoftElement::Derive(Bytes secret, const HkdfInputs& inputs,
                                   KeyAttributes& attributes, MutableBytes reference) const {
  MERLON_ASSIGN_OR_RETURN(const KeyHandle key, At(secret));
  const Context crypto{*keys_, keys_->drivers(), rng_};
  return Keep(DeriveKey(crypto, key, inputs, Inside(attributes)), attributes, Existing::kRefuse,
              reference);
}

Result<size_t> SoftElement::Find(const KeyName& name, KeyAttributes& attributes,
                                 MutableBytes reference) const {
  MERLON_TRY(Step());
  const Held* held = Named(name);
  if (held == nullptr) return DriverError(Code::kNoSuchKey);
  if (reference.size() < held->reference.size()) return Misuse(Code::kNoSpace);
  MERLON_ASSIGN_OR_RETURN(attributes, keys_->Attributes(held->handle));
  std::copy(held->reference.begin(), held->reference.end(), reference.begin());
  return held->reference.size();
}

Result<void> SoftElement::Destroy(Bytes reference) const {
  MERLON_ASSIGN_OR_RETURN(const KeyHandle key, At(reference));
  MERLON_TRY(keys_->Destroy(key));
  std::erase_if(held_, [&](const Held& held) { return held.handle == key; });
  return {};
}

Result<size_t> SoftElement::Sign(Bytes reference, SignAlg algorithm, Bytes message,
                                 MutableBytes out) const {
  MERLON_ASSIGN_OR_RETURN(const KeyHandle key, At(reference));
  MERLON_ASSIGN_OR_RETURN(const auto bound, BoundSigningKey::Bind(*keys_, key, algorithm));
  if (out.size() < bound.max_signature_size()) return Misuse(Code::kNoSpace);
  return bound.Sign(message, rng_, out);
}

Result<size_t> SoftElement::Decrypt(Bytes reference, Permitted scheme,
                                    const EncryptionParameters& parameters, Bytes ciphertext,
                                    MutableBytes out) const {
  MERLON_ASSIGN_OR_RETURN(const KeyHandle key, At(reference));
  MERLON_ASSIGN_OR_RETURN(const auto bound, BoundDecryptionKey::Bind(*keys_, key, scheme));
  return bound.Decrypt(parameters, ciphertext, rng_, out);
}

Result<size_t> SoftElement::Agree(Bytes reference, Bytes peer_public, MutableBytes secret) const {
  MERLON_ASSIGN_OR_RETURN(const KeyHandle key, At(reference));
  MERLON_ASSIGN_OR_RETURN(const auto bound, BoundAgreementKey::Bind(*keys_, key));
  if (secret.size() < bound.secret_size()) return Misuse(Code::kNoSpace);
  MERLON_TRY(bound.Agree(peer_public, Slice(secret, 0, bound.secret_size())));
  return bound.secret_size();
}

Result<size_t> SoftElement::Do(const OpaqueWork& work, MutableBytes out) const {
  switch (work.kind) {
    case OpaqueWork::Kind::kSign:
      return Sign(work.reference, work.algorithm, work.input, out);
    case OpaqueWork::Kind::kDecrypt:
      return Decrypt(work.reference, work.scheme, work.parameters, work.input, out);
    case OpaqueWork::Kind::kAgree:
      return Agree(work.reference, work.input, out);
  }
  return Misuse(Code::kUnsupported);
}

Result<OpaqueCall> SoftElement::Start(const OpaqueWork& work) const {
  const auto free =
      std::find_if(calls_.begin(), calls_.end(), [](const Call& call) { return call.number == 0; });
  if (free == calls_.end()) return Misuse(Code::kTooManyKeys);
  free->result.assign(8192, 0);
  free->size = Do(work, absl::MakeSpan(free->result));
  // What fails at once is not taken on.
  if (!free->size.ok() && free->size.error().origin == Origin::kDriver) return free->size.error();
  free->delay = delay_;
  free->number = next_++;
  return OpaqueCall{free->number};
}

Result<std::optional<size_t>> SoftElement::Resume(OpaqueCall call, MutableBytes out) const {
  for (Call& at : calls_) {
    if (at.number == 0 || at.number != call.number) continue;
    if (at.delay-- > 0) return std::optional<size_t>();
    if (at.size.ok() && out.size() < *at.size) return Misuse(Code::kNoSpace);
    at.number = 0;
    MERLON_TRY(Step());
    if (!at.size.ok()) return at.size.error();
    if (*at.size != 0) memcpy(out.data(), at.result.data(), *at.size);
    return std::optional<size_t>(*at.size);
  }
  return Misuse();
}

void SoftElement::Cancel(OpaqueCall call) const {
  for (Call& at : calls_) {
    if (at.number == call.number) at.number = 0;
  }
}

}  // namespace merlon::crypto::testing
