// SPDX-License-Identifier: Apache-2.0
#include "crypto/bound_cipher_key.h"

namespace merlon::crypto {
namespace {

// The attributes and size of a kAes key whose policy allows this.
Result<CipherId> CipherOf(const KeyStore& store, KeyHandle key, Usage usage, Permitted mode) {
  return store.WithMaterial(
      key, usage, [&](Bytes material, const KeyAttributes& attributes) -> Result<CipherId> {
        if (attributes.type != KeyType::kAes) return Misuse(Code::kUnsupported);
        if (!Permits(attributes.permitted, mode)) return Misuse(Code::kNotPermitted);
        return AesOf(material.size());
      });
}

}  // namespace

Result<BoundCtrKey> BoundCtrKey::Bind(const KeyStore& store, KeyHandle key) {
  MERLON_ASSIGN_OR_RETURN(const CipherId id,
                          CipherOf(store, key, Usage::kEncrypt | Usage::kDecrypt, Permitted::kCtr));
  BoundCtrKey bound;
  bound.store_ = &store;
  bound.key_ = key;
  bound.cipher_ = store.drivers().cipher(id);
  if (bound.cipher_ == nullptr) return Misuse(Code::kUnsupported);
  return bound;
}

Result<size_t> BoundCtrKey::Encrypt(Bytes plaintext, Rng& rng, MutableBytes out) const {
  const size_t size = kCipherBlockSize + plaintext.size();
  if (out.size() < size) return Misuse(Code::kNoSpace);
  const MutableBytes counter = Slice(out, 0, kCipherBlockSize);
  MERLON_TRY(rng.Fill(counter));
  std::optional<CtrCipher> operation;
  MERLON_TRY(Start(counter, operation));
  operation->Crypt(plaintext, Slice(out, kCipherBlockSize, plaintext.size()));
  return size;
}

Result<size_t> BoundCtrKey::Decrypt(Bytes ciphertext, MutableBytes out) const {
  if (ciphertext.size() < kCipherBlockSize) return DecodeError();
  const Bytes text = Slice(ciphertext, kCipherBlockSize);
  if (out.size() < text.size()) return Misuse(Code::kNoSpace);
  std::optional<CtrCipher> operation;
  MERLON_TRY(Start(Slice(ciphertext, 0, kCipherBlockSize), operation));
  operation->Crypt(text, Slice(out, 0, text.size()));
  return text.size();
}

Result<void> BoundCtrKey::Start(Bytes counter, std::optional<CtrCipher>& operation) const {
  if (counter.size() != kCipherBlockSize) return Misuse();
  return store_->WithMaterial(key_, Usage::kEncrypt,
                              [&](Bytes material, const KeyAttributes&) -> Result<void> {
                                operation.emplace(*cipher_, material, counter);
                                return {};
                              });
}

Result<BoundCmacKey> BoundCmacKey::Bind(const KeyStore& store, KeyHandle key) {
  MERLON_ASSIGN_OR_RETURN(const CipherId id, CipherOf(store, key, Usage::kSign, Permitted::kCmac));
  BoundCmacKey bound;
  bound.store_ = &store;
  bound.key_ = key;
  bound.cipher_ = store.drivers().cipher(id);
  if (bound.cipher_ == nullptr) return Misuse(Code::kUnsupported);
  return bound;
}

Result<void> BoundCmacKey::Compute(absl::Span<const Bytes> data, MutableBytes out) const {
  if (out.size() != kCmacSize) return Misuse();
  std::optional<Cmac> operation;
  MERLON_TRY(Start(operation));
  for (Bytes part : data) operation->Update(part);
  operation->Finish(out);
  return {};
}

Result<void> BoundCmacKey::Verify(absl::Span<const Bytes> data, Bytes tag) const {
  std::optional<Cmac> operation;
  MERLON_TRY(Start(operation));
  for (Bytes part : data) operation->Update(part);
  if (!operation->Verify(tag)) return PeerError(Code::kBadMac, Alert::kDecryptError);
  return {};
}

Result<void> BoundCmacKey::Start(std::optional<Cmac>& operation) const {
  return store_->WithMaterial(key_, Usage::kSign,
                              [&](Bytes material, const KeyAttributes&) -> Result<void> {
                                operation.emplace(*cipher_, material);
                                return {};
                              });
}

Result<BoundWrappingKey> BoundWrappingKey::Bind(KeyStore& store, KeyHandle key,
                                                WrapPadding padding) {
  const Permitted mode =
      padding == WrapPadding::kPadded ? Permitted::kKeyWrapPadded : Permitted::kKeyWrap;
  MERLON_ASSIGN_OR_RETURN(const CipherId id, CipherOf(store, key, Usage::kNone, mode));
  MERLON_ASSIGN_OR_RETURN(const KeyAttributes attributes, store.Attributes(key));
  BoundWrappingKey bound;
  bound.store_ = &store;
  bound.key_ = key;
  bound.padding_ = padding;
  const bool wraps = Allows(attributes.usage, Usage::kEncrypt),
             unwraps = Allows(attributes.usage, Usage::kDecrypt);
  if (!wraps && !unwraps) return Misuse(Code::kNotPermitted);
  if (wraps) bound.encrypt_ = store.drivers().cipher(id);
  if (unwraps) bound.decrypt_ = store.drivers().block_decrypt(id);
  if ((bound.encrypt_ == nullptr) == wraps || (bound.decrypt_ == nullptr) == unwraps) {
    return Misuse(Code::kUnsupported);
  }
  return bound;
}

Result<size_t> BoundWrappingKey::Wrap(KeyHandle key, MutableBytes out) const {
  if (encrypt_ == nullptr) return Misuse(Code::kNotPermitted);
  return store_->WithMaterial(
      key_, Usage::kEncrypt, [&](Bytes wrapping, const KeyAttributes&) -> Result<size_t> {
        return store_->WithMaterial(
            key, Usage::kExport, [&](Bytes material, const KeyAttributes&) -> Result<size_t> {
              return WrapKey(EncryptionKey(*encrypt_, wrapping), padding_, material, out);
            });
      });
}

Result<KeyHandle> BoundWrappingKey::Unwrap(const KeyAttributes& attributes, Bytes wrapped) const {
  if (decrypt_ == nullptr) return Misuse(Code::kNotPermitted);
  std::array<uint8_t, kMaxWrapped> room;
  const Result<size_t> size = store_->WithMaterial(
      key_, Usage::kDecrypt, [&](Bytes wrapping, const KeyAttributes&) -> Result<size_t> {
        return UnwrapKey(DecryptionKey(*decrypt_, wrapping), padding_, wrapped,
                         absl::MakeSpan(room));
      });
  if (!size.ok()) return size.error();  // `room` was wiped
  const Result<KeyHandle> imported = store_->Import(attributes, Slice(Bytes(room), 0, *size));
  WipeObject(room);
  return imported;
}

}  // namespace merlon::crypto
