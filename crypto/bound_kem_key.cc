// SPDX-License-Identifier: Apache-2.0
#include "crypto/bound_kem_key.h"

namespace merlon::crypto {

Result<BoundKemKey> BoundKemKey::Bind(const KeyStore& store, KeyHandle key) {
  BoundKemKey bound;
  bound.store_ = &store;
  bound.key_ = key;
  return store.WithMaterial(key, Usage::kDecrypt,
                            [&](Bytes, const KeyAttributes& attributes) -> Result<BoundKemKey> {
                              bound.kem_ = store.drivers().kem(attributes.type);
                              if (bound.kem_ == nullptr) return Misuse(Code::kUnsupported);
                              return bound;
                            });
}

Result<void> BoundKemKey::Decapsulate(Bytes ciphertext, MutableBytes secret) const {
  return store_->WithMaterial(key_, Usage::kDecrypt, [&](Bytes material, const KeyAttributes&) {
    return kem_->decapsulate(material, ciphertext, secret);
  });
}

}  // namespace merlon::crypto
