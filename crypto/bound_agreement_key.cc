// SPDX-License-Identifier: Apache-2.0
#include "crypto/bound_agreement_key.h"

namespace merlon::crypto {
namespace {

GroupId GroupOf(KeyType type) {
  switch (type) {
    case KeyType::kEcP256:
      return GroupId::kSecp256r1;
    case KeyType::kEcP384:
      return GroupId::kSecp384r1;
    case KeyType::kEcP521:
      return GroupId::kSecp521r1;
    default:
      return GroupId::kNone;
  }
}

}  // namespace

Result<BoundAgreementKey> BoundAgreementKey::Bind(const KeyStore& store, KeyHandle key) {
  BoundAgreementKey bound;
  bound.store_ = &store;
  bound.key_ = key;
  MERLON_TRY(store.Opaque(key, Usage::kDerive));
  MERLON_ASSIGN_OR_RETURN(const KeyAttributes attributes, store.Attributes(key));
  bound.algorithm_ = store.drivers().key_agreement(GroupOf(attributes.type));
  if (bound.algorithm_ == nullptr) return Misuse(Code::kUnsupported);
  return bound;
}

Result<void> BoundAgreementKey::Agree(Bytes peer_public, MutableBytes secret) const {
  if (secret.size() != algorithm_->secret_size) return Misuse();
  MERLON_ASSIGN_OR_RETURN(const KeyStore::OpaqueKey opaque, store_->Opaque(key_, Usage::kDerive));
  if (opaque.keys == nullptr) {
    return store_->WithMaterial(key_, Usage::kDerive, [&](Bytes material, const KeyAttributes&) {
      return algorithm_->agree(material, peer_public, secret);
    });
  }
  MERLON_ASSIGN_OR_RETURN(const size_t size,
                          opaque.keys->Agree(opaque.reference, peer_public, secret));
  if (size == secret.size()) return {};
  Wipe(secret);
  return DriverError(Code::kFaultDetected);
}

Result<KeyCall> BoundAgreementKey::Start(Bytes peer_public) const {
  MERLON_ASSIGN_OR_RETURN(const KeyStore::OpaqueKey opaque, store_->Opaque(key_, Usage::kDerive));
  return opaque.Start({.kind = OpaqueWork::Kind::kAgree, .input = peer_public});
}

}  // namespace merlon::crypto
