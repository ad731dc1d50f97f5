// SPDX-License-Identifier: Apache-2.0
#include "crypto/bound_decryption_key.h"

namespace merlon::crypto {

Result<BoundDecryptionKey> BoundDecryptionKey::Bind(const KeyStore& store, KeyHandle key,
                                                    Permitted scheme) {
  using Bound = Result<BoundDecryptionKey>;
  return store.WithMaterial(
      key, Usage::kDecrypt, [&](Bytes, const KeyAttributes& attributes) -> Bound {
        if (!Permits(attributes.permitted, scheme)) return Misuse(Code::kNotPermitted);
        BoundDecryptionKey bound;
        bound.store_ = &store;
        bound.key_ = key;
        bound.algorithm_ = store.drivers().encryption(scheme, attributes.type);
        if (bound.algorithm_ == nullptr) return Misuse(Code::kUnsupported);
        return bound;
      });
}

Result<size_t> BoundDecryptionKey::Decrypt(const EncryptionParameters& parameters, Bytes ciphertext,
                                           Rng& rng, MutableBytes out) const {
  return store_->WithMaterial(key_, Usage::kDecrypt, [&](Bytes material, const KeyAttributes&) {
    return algorithm_->decrypt(material, parameters, ciphertext, rng, out);
  });
}

}  // namespace merlon::crypto
