// SPDX-License-Identifier: Apache-2.0
#include "crypto/legacy/bound_cbc_key.h"

namespace merlon::crypto {

Result<BoundCbcKey> BoundCbcKey::Bind(const KeyStore& store, KeyHandle key, CbcPadding padding) {
  const Permitted mode = padding == CbcPadding::kNone ? Permitted::kCbc : Permitted::kCbcPkcs7;
  const auto bind = [&](Bytes material, const KeyAttributes& attributes) -> Result<BoundCbcKey> {
    if (attributes.type != KeyType::kAes) return Misuse(Code::kUnsupported);
    if (!Permits(attributes.permitted, mode)) return Misuse(Code::kNotPermitted);
    BoundCbcKey bound;
    bound.store_ = &store;
    bound.key_ = key;
    bound.padding_ = padding;
    const CipherId id = AesOf(material.size());
    bound.encrypt_ = store.drivers().cipher(id);
    bound.decrypt_ = store.drivers().block_decrypt(id);
    if (bound.encrypt_ == nullptr || bound.decrypt_ == nullptr) return Misuse(Code::kUnsupported);
    return bound;
  };
  return store.WithMaterial(key, Usage::kNone, bind);
}

Result<size_t> BoundCbcKey::Encrypt(Bytes plaintext, Rng& rng, MutableBytes out) const {
  if (out.size() < kCipherBlockSize) return Misuse(Code::kNoSpace);
  const MutableBytes iv = Slice(out, 0, kCipherBlockSize), rest = Slice(out, kCipherBlockSize);
  MERLON_TRY(rng.Fill(iv));
  std::optional<CbcEncryption> operation;
  MERLON_TRY(Start(iv, operation));
  MERLON_ASSIGN_OR_RETURN(const size_t size, operation->Update(plaintext, rest));
  MERLON_ASSIGN_OR_RETURN(const size_t last, operation->Finish(Slice(rest, size)));
  return kCipherBlockSize + size + last;
}

Result<size_t> BoundCbcKey::Decrypt(Bytes ciphertext, MutableBytes out) const {
  if (ciphertext.size() < kCipherBlockSize) return DecodeError();
  std::optional<CbcDecryption> operation;
  MERLON_TRY(Start(Slice(ciphertext, 0, kCipherBlockSize), operation));
  MERLON_ASSIGN_OR_RETURN(const size_t size,
                          operation->Update(Slice(ciphertext, kCipherBlockSize), out));
  MERLON_ASSIGN_OR_RETURN(const size_t last, operation->Finish(Slice(out, size)));
  return size + last;
}

Result<void> BoundCbcKey::Start(Bytes iv, std::optional<CbcEncryption>& operation) const {
  if (iv.size() != kCipherBlockSize) return Misuse();
  return store_->WithMaterial(key_, Usage::kEncrypt,
                              [&](Bytes material, const KeyAttributes&) -> Result<void> {
                                operation.emplace(*encrypt_, material, iv, padding_);
                                return {};
                              });
}

Result<void> BoundCbcKey::Start(Bytes iv, std::optional<CbcDecryption>& operation) const {
  if (iv.size() != kCipherBlockSize) return Misuse();
  return store_->WithMaterial(key_, Usage::kDecrypt,
                              [&](Bytes material, const KeyAttributes&) -> Result<void> {
                                operation.emplace(*decrypt_, material, iv, padding_);
                                return {};
                              });
}

}  // namespace merlon::crypto
