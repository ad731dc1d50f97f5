// SPDX-License-Identifier: Apache-2.0
// Ed25519 (RFC 8032 s5.1): signing with hedged nonces and a check of the result, strict verifying.
//
// Verifying is without the cofactor: S * B = R + k * A exactly, one of the two that s5.1.7 step 3
// allows. R is compared as bytes, A and S must be canonical, so that no signature can be changed
// into another one. Public keys of small order are not refused: RFC 8032 has no such rule.
#include "crypto/drivers/portable/asymmetric/ed25519.h"

#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/edwards25519.h"
#include "crypto/drivers/portable/asymmetric/wiped.h"
#include "crypto/drivers/portable/sha512.h"

namespace merlon::crypto {
namespace {

using edwards25519::kSize;
using edwards25519::Point;
using edwards25519::Scalar;
using Words = ec::Words<4>;

constexpr size_t kSignatureSize = 2 * kSize;
constexpr uint16_t kBits = 255;

// SHA-512 of the parts, as a number modulo the order of B.
Scalar HashToScalar(absl::Span<const Bytes> parts) {
  Wiped<std::array<uint8_t, 64>> hash;
  Hasher hasher(kPortableSha512);
  for (Bytes part : parts) hasher.Update(part);
  hasher.Finish(MutableBytes(*hash));
  const Wiped<Words> low(edwards25519::LoadScalar(Slice(Bytes(*hash), 0, kSize)));
  const Wiped<Words> high(edwards25519::LoadScalar(Slice(Bytes(*hash), kSize, kSize)));
  // low + 2^256 high; 2^256 is Montgomery's R.
  return Scalar::FromWords(*low) +
         Scalar::FromWords(*high) * Scalar::FromMontgomery(edwards25519::Order::kRSquared);
}

// RFC 8032 s5.1.5, steps 1 to 3.
struct ExpandedKey {
  explicit ExpandedKey(Bytes private_key) {
    Hasher hasher(kPortableSha512);
    hasher.Update(private_key);
    hasher.Finish(MutableBytes(hash));
    hash[0] &= 248;
    hash[31] = static_cast<uint8_t>((hash[31] & 127) | 64);
  }
  ExpandedKey(const ExpandedKey&) = delete;
  ExpandedKey& operator=(const ExpandedKey&) = delete;
  ~ExpandedKey() { WipeObject(hash); }
  Words scalar() const { return edwards25519::LoadScalar(Slice(Bytes(hash), 0, kSize)); }
  Bytes prefix() const { return Slice(Bytes(hash), kSize, kSize); }
  std::array<uint8_t, 64> hash;
};

void EncodeMultipleOfBase(const Words& scalar, MutableBytes out) {
  const Wiped<Point> point(edwards25519::MultiplyBase(scalar));
  edwards25519::Encode(*point, out);
}

// Does S * B - k * A encode to R?
bool Holds(Bytes r, const Words& s, const Scalar& k, const Point& public_key) {
  const Point product =
      edwards25519::MultiplyVariableTime(edwards25519::Negate(public_key), k.ToWords());
  std::array<uint8_t, kSize> encoded;
  edwards25519::Encode(edwards25519::Add(edwards25519::MultiplyBase(s), product),
                       MutableBytes(encoded));
  return Bytes(encoded) == r;
}

Result<void> Verify(Bytes public_key, const HashAlgorithm*, Bytes message, Bytes signature) {
  Point point;
  if (!edwards25519::Decode(public_key, &point)) {
    return PeerError(Code::kBadKey, Alert::kBadCertificate);
  }
  const Error bad_signature = PeerError(Code::kBadSignature, Alert::kDecryptError);
  if (signature.size() != kSignatureSize) return bad_signature;
  const Bytes r = Slice(signature, 0, kSize);
  // s5.1.7 step 1: S "in the range 0 <= s < L"; else it could be changed by a multiple of L.
  const Words s = edwards25519::LoadScalar(Slice(signature, kSize, kSize));
  if (ec::MaskIfLess(s, edwards25519::Order::kValue).bits == 0) return bad_signature;
  const Bytes parts[] = {r, public_key, message};
  if (!Holds(r, s, HashToScalar(parts), point)) return bad_signature;
  return {};
}

Result<size_t> Sign(Bytes private_key, const HashAlgorithm*, Bytes message, Rng& rng,
                    MutableBytes out) {
  Wiped<std::array<uint8_t, kSize>> additional;
  MERLON_TRY(rng.Fill(MutableBytes(*additional)));
  return SignEd25519(private_key, message, *additional, out);
}

Result<size_t> PublicKey(Bytes private_key, MutableBytes out) {
  if (private_key.size() != kSize) return Misuse(Code::kBadKey);
  if (out.size() < kSize) return NoSpace();
  const ExpandedKey key(private_key);
  const Wiped<Words> scalar(key.scalar());
  EncodeMultipleOfBase(*scalar, Slice(out, 0, kSize));
  return kSize;
}

Result<uint16_t> CheckPrivate(Bytes private_key) {
  if (private_key.size() != kSize) return Misuse(Code::kBadKey);
  return kBits;
}

Result<size_t> Generate(uint16_t bits, Rng& rng, MutableBytes private_key) {
  if (bits != kBits) return Misuse(Code::kUnsupported);
  if (private_key.size() < kSize) return NoSpace();
  MERLON_TRY(rng.Fill(Slice(private_key, 0, kSize)));
  return kSize;
}

}  // namespace

Result<size_t> SignEd25519(Bytes private_key, Bytes message, Bytes additional, MutableBytes out) {
  if (private_key.size() != kSize) return Misuse(Code::kBadKey);
  if (out.size() < kSignatureSize) return NoSpace();
  const MutableBytes r = Slice(out, 0, kSize), s = Slice(out, kSize, kSize);
  const ExpandedKey key(private_key);
  const Wiped<Words> scalar(key.scalar());
  std::array<uint8_t, kSize> public_key;
  EncodeMultipleOfBase(*scalar, MutableBytes(public_key));

  const Bytes nonce_parts[] = {key.prefix(), additional, message};
  const Wiped<Scalar> nonce(HashToScalar(nonce_parts));
  const Wiped<Words> nonce_words(nonce->ToWords());
  EncodeMultipleOfBase(*nonce_words, r);
  const Bytes parts[] = {r, public_key, message};
  const Wiped<Scalar> product(HashToScalar(parts) * Scalar::FromWords(*scalar));
  edwards25519::StoreScalar((*nonce + *product).ToWords(), s);

  // A fault in R, k or S that leaves would give the key away together with a good signature.
  if (!Verify(public_key, nullptr, message, Slice(Bytes(out), 0, kSignatureSize)).ok()) {
    Wipe(Slice(out, 0, kSignatureSize));
    return DriverError(Code::kFaultDetected);
  }
  return kSignatureSize;
}

constinit const SignAlgorithm kPortableEd25519 = {
    .family = SignFamily::kEddsa,
    .key_type = KeyType::kEd25519,
    .sign = Sign,
    .verify = Verify,
    .public_key = PublicKey,
    .check_private = CheckPrivate,
    .generate = Generate,
};

}  // namespace merlon::crypto
