// SPDX-License-Identifier: Apache-2.0
#include "crypto/derive_key.h"

#include "crypto/base/secret.h"
#include "crypto/key_derivation.h"

namespace merlon::crypto {
namespace {

constexpr size_t kMaxMaterial = 132;  // bytes of the stream: twice those of P-521
// Two numbers above a curve's order in a row have a chance of 2^-64 on P-256, less on others.
constexpr size_t kCandidates = 2;

// Bytes of the stream that a key takes; 0: it is not derived.
size_t MaterialSize(const KeyAttributes& attributes) {
  switch (attributes.type) {
    case KeyType::kSecret:
    case KeyType::kAes:
    case KeyType::kHmac:
      return attributes.bits % 8 == 0 ? attributes.bits / 8 : 0;
    case KeyType::kEcP256:
    case KeyType::kEd25519:
    case KeyType::kMlDsa44:
    case KeyType::kMlDsa65:
    case KeyType::kMlDsa87:
      return 32;
    case KeyType::kEcP384:
      return 48;
    case KeyType::kEcP521:
      return 66;
    case KeyType::kEd448:
      return 57;
    case KeyType::kMlKem512:
    case KeyType::kMlKem768:
    case KeyType::kMlKem1024:
      return 64;
    default:
      return 0;
  }
}

bool IsNistCurve(KeyType type) {
  return type == KeyType::kEcP256 || type == KeyType::kEcP384 || type == KeyType::kEcP521;
}

// A number below 2^bits, and one more; without branches on it.
void ToScalar(MutableBytes number, KeyType type) {
  if (type == KeyType::kEcP521) number[0] &= 1;
  unsigned carry = 1;
  for (size_t i = number.size(); i-- > 0;) {
    carry += number[i];
    number[i] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
}

}  // namespace

Result<KeyHandle> DeriveKey(const Context& crypto, KeyHandle secret, const HkdfInputs& inputs,
                            const KeyAttributes& attributes) {
  MERLON_ASSIGN_OR_RETURN(const KeyAttributes from, crypto.keys.Attributes(secret));
  if (from.location != kLocalStorage)
    return crypto.keys.DeriveElsewhere(secret, inputs, attributes);
  const HashAlgorithm* hash = crypto.drivers.hash(inputs.hash);
  const size_t size = MaterialSize(attributes);
  if (hash == nullptr || size == 0 || size > kMaxMaterial) return Misuse(Code::kUnsupported);
  const bool nist = IsNistCurve(attributes.type);
  const size_t candidates = nist ? kCandidates : 1;
  Result<void> derived;
  const Secret<kMaxMaterial> stream(size * candidates, [&](MutableBytes out) {
    derived = crypto.keys.WithMaterial(
        secret, Usage::kDerive, [&](Bytes material, const KeyAttributes& from) -> Result<void> {
          if (from.type != KeyType::kSecret) return Misuse(Code::kUnsupported);
          if (!Permits(from.permitted, Permitted::kDerivation)) {
            return Misuse(Code::kNotPermitted);
          }
          const Secret<kMaxHashSize> extracted(hash->size, [&](MutableBytes prk) {
            HkdfExtract(*hash, inputs.salt, material, prk);
          });
          HkdfExpand(*hash, extracted.reveal(), absl::Span<const Bytes>(&inputs.info, 1), out);
          for (size_t i = 0; nist && i < candidates; ++i) {
            ToScalar(Slice(out, i * size, size), attributes.type);
          }
          return {};
        });
  });
  if (!derived.ok()) return derived.error();
  Result<KeyHandle> key = Misuse(Code::kBadKey);
  for (size_t i = 0; i < candidates; ++i) {
    key = crypto.keys.Import(attributes, Slice(stream.reveal(), i * size, size));
    if (key.ok() || key.error().code != Code::kBadKey) return key;
  }
  return key;
}

}  // namespace merlon::crypto
