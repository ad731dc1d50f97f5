// SPDX-License-Identifier: Apache-2.0
#include "crypto/bound_decryption_key.h"

namespace merlon::crypto {

Result<BoundDecryptionKey> BoundDecryptionKey::Bind(const KeyStore& store, KeyHandle key,
                                                    Permitted scheme) {
  MERLON_TRY(store.Opaque(key, Usage::kDecrypt));
  MERLON_ASSIGN_OR_RETURN(const KeyAttributes attributes, store.Attributes(key));
  if (!Permits(attributes.permitted, scheme)) return Misuse(Code::kNotPermitted);
  BoundDecryptionKey bound;
  bound.store_ = &store;
  bound.key_ = key;
  bound.algorithm_ = store.drivers().encryption(scheme, attributes.type);
  if (bound.algorithm_ == nullptr) return Misuse(Code::kUnsupported);
  return bound;
}

Result<size_t> BoundDecryptionKey::Decrypt(const EncryptionParameters& parameters, Bytes ciphertext,
                                           Rng& rng, MutableBytes out) const {
  MERLON_ASSIGN_OR_RETURN(const KeyStore::OpaqueKey opaque, store_->Opaque(key_, Usage::kDecrypt));
  if (opaque.keys != nullptr) {
    return opaque.keys->Decrypt(opaque.reference, algorithm_->scheme, parameters, ciphertext, out);
  }
  return store_->WithMaterial(key_, Usage::kDecrypt, [&](Bytes material, const KeyAttributes&) {
    return algorithm_->decrypt(material, parameters, ciphertext, rng, out);
  });
}

Result<KeyCall> BoundDecryptionKey::Start(const EncryptionParameters& parameters,
                                          Bytes ciphertext) const {
  MERLON_ASSIGN_OR_RETURN(const KeyStore::OpaqueKey opaque, store_->Opaque(key_, Usage::kDecrypt));
  return opaque.Start({.kind = OpaqueWork::Kind::kDecrypt,
                       .input = ciphertext,
                       .scheme = algorithm_->scheme,
                       .parameters = parameters});
}

}  // namespace merlon::crypto
