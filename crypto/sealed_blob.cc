// SPDX-License-Identifier: Apache-2.0
#include "crypto/sealed_blob.h"

#include <cstring>

#include "crypto/aead.h"
#include "crypto/base/secret.h"
#include "crypto/base/writer.h"
#include "crypto/key_derivation.h"

namespace merlon::crypto {
namespace {

constexpr uint8_t kHeader[kBlobSaltAt] = {'M', 'B', 1, 1};
constexpr size_t kLeastKey = 32;  // bytes
constexpr std::string_view kInfo = "merlon sealed blob";

Error NotOurs() { return PeerError(Code::kBadMac, Alert::kDecryptError); }

// Binds the AEAD of one blob.
Result<void> Bind(const Context& crypto, KeyHandle key, Usage usage, Bytes salt, AeadKey& aead) {
  const HashAlgorithm* sha256 = crypto.drivers.hash(HashId::kSha256);
  const AeadAlgorithm* gcm = crypto.drivers.aead(AeadId::kAes256Gcm);
  if (sha256 == nullptr || gcm == nullptr) return Misuse(Code::kUnsupported);
  return crypto.keys.WithMaterial(
      key, usage, [&](Bytes material, const KeyAttributes& attributes) -> Result<void> {
        if (attributes.type != KeyType::kSecret || material.size() < kLeastKey) {
          return Misuse(Code::kUnsupported);
        }
        if (!Permits(attributes.permitted, Permitted::kSealedBlob)) {
          return Misuse(Code::kNotPermitted);
        }
        const Secret<kMaxHashSize> extracted(
            sha256->size, [&](MutableBytes prk) { HkdfExtract(*sha256, salt, material, prk); });
        const Bytes info[] = {AsBytes(kInfo), Bytes(kHeader)};
        const Secret<kMaxAeadKeySize + kAeadIvSize> keys(
            kMaxAeadKeySize + kAeadIvSize,
            [&](MutableBytes out) { HkdfExpand(*sha256, extracted.reveal(), info, out); });
        aead.Bind(*gcm, Slice(keys.reveal(), 0, kMaxAeadKeySize),
                  Slice(keys.reveal(), kMaxAeadKeySize));
        return {};
      });
}

}  // namespace

Result<size_t> SealBlob(const Context& crypto, KeyHandle key, Bytes context, Bytes plaintext,
                        MutableBytes out) {
  if (out.size() < kBlobOverhead || out.size() - kBlobOverhead < plaintext.size()) {
    return Misuse(Code::kNoSpace);
  }
  const MutableBytes salt = Slice(out, kBlobSaltAt, kBlobSaltSize);
  MERLON_TRY(crypto.rng.Fill(salt));
  AeadKey aead;
  MERLON_TRY(Bind(crypto, key, Usage::kEncrypt, salt, aead));
  memcpy(out.data(), kHeader, sizeof(kHeader));
  aead.SealScatter(0, context, absl::Span<const Bytes>(&plaintext, 1), {},
                   Slice(out, kBlobSaltAt + kBlobSaltSize, plaintext.size() + kBlobTagSize));
  return plaintext.size() + kBlobOverhead;
}

Result<size_t> OpenBlob(const Context& crypto, KeyHandle key, Bytes context, Bytes blob,
                        MutableBytes out) {
  if (blob.size() < kBlobOverhead || Slice(blob, 0, kBlobSaltAt) != Bytes(kHeader)) {
    return NotOurs();
  }
  AeadKey aead;
  MERLON_TRY(Bind(crypto, key, Usage::kDecrypt, Slice(blob, kBlobSaltAt, kBlobSaltSize), aead));
  const Bytes body = Slice(blob, kBlobSaltAt + kBlobSaltSize);
  if (out.size() < body.size()) return Misuse(Code::kNoSpace);
  const MutableBytes work = Slice(out, 0, body.size());
  memmove(work.data(), body.data(), body.size());
  if (!aead.OpenInPlace(0, context, work)) return NotOurs();
  return body.size() - kBlobTagSize;
}

}  // namespace merlon::crypto
