// SPDX-License-Identifier: Apache-2.0
// Ed448 (RFC 8032 s5.2), pure and with an empty context: signing with hedged nonces and a check of
// the result, strict verifying without the cofactor, as ed25519.cc has it.
#include "crypto/drivers/portable/asymmetric/ed448.h"

#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/curve448.h"
#include "crypto/drivers/portable/asymmetric/wiped.h"
#include "crypto/drivers/portable/sha3.h"

namespace merlon::crypto {
namespace {

using curve448::kPointSize;
using curve448::Order;
using curve448::Point;
using curve448::Scalar;
using curve448::Words;

constexpr size_t kScalarSize = curve448::kSize;
constexpr size_t kHashSize = 2 * kPointSize;
constexpr size_t kSignatureSize = 2 * kPointSize;
constexpr uint16_t kBits = 448;

// SHAKE256(dom4(0, "") | parts, 114) as a number modulo the order of B.
Scalar HashToScalar(absl::Span<const Bytes> parts) {
  constexpr uint8_t kDom4[] = {'S', 'i', 'g', 'E', 'd', '4', '4', '8', 0, 0};
  Wiped<std::array<uint8_t, 3 * kScalarSize>> hash;  // what is beyond 114 bytes stays 0
  Xof xof(kPortableShake256);
  xof.Update(kDom4);
  for (Bytes part : parts) xof.Update(part);
  xof.Output(Slice(MutableBytes(*hash), 0, kHashSize));
  // By Horner: 2^448 is Montgomery's R.
  Wiped<Scalar> sum;
  for (size_t i = 3; i-- > 0;) {
    const Wiped<Words> words(curve448::Load(Slice(Bytes(*hash), i * kScalarSize, kScalarSize)));
    *sum = *sum * Scalar::FromMontgomery(Order::kRSquared) + Scalar::FromWords(*words);
  }
  return *sum;
}

// RFC 8032 s5.2.5, steps 1 to 3.
struct ExpandedKey {
  explicit ExpandedKey(Bytes private_key) {
    XofOf(kPortableShake256, private_key, MutableBytes(hash));
    hash[0] &= 252;
    hash[55] |= 128;
  }
  ExpandedKey(const ExpandedKey&) = delete;
  ExpandedKey& operator=(const ExpandedKey&) = delete;
  ~ExpandedKey() { WipeObject(hash); }
  Words scalar() const { return curve448::Load(Slice(Bytes(hash), 0, kScalarSize)); }
  Bytes prefix() const { return Slice(Bytes(hash), kPointSize, kPointSize); }
  std::array<uint8_t, kHashSize> hash;
};

void EncodeMultipleOfBase(const Words& scalar, MutableBytes out) {
  const Wiped<Point> point(curve448::Multiply(curve448::BasePoint(), scalar));
  curve448::Encode(*point, out);
}

Result<void> Verify(Bytes public_key, const HashAlgorithm*, Bytes message, Bytes signature) {
  Point point;
  if (!curve448::Decode(public_key, &point)) {
    return PeerError(Code::kBadKey, Alert::kBadCertificate);
  }
  const Error bad_signature = PeerError(Code::kBadSignature, Alert::kDecryptError);
  if (signature.size() != kSignatureSize) return bad_signature;
  const Bytes r = Slice(signature, 0, kPointSize);
  // s5.2.7 step 1: S "in the range 0 <= s < L"; else it could be changed by a multiple of L.
  const Words s = curve448::Load(Slice(signature, kPointSize, kScalarSize));
  if (signature.back() != 0 || ec::MaskIfLess(s, Order::kValue).bits == 0) return bad_signature;
  const Bytes parts[] = {r, public_key, message};
  // Does S * B - k * A encode to R?
  const Point sum =
      curve448::Add(curve448::Multiply(curve448::BasePoint(), s),
                    curve448::Multiply(curve448::Negate(point), HashToScalar(parts).ToWords()));
  std::array<uint8_t, kPointSize> encoded;
  curve448::Encode(sum, MutableBytes(encoded));
  if (Bytes(encoded) != r) return bad_signature;
  return {};
}

Result<size_t> Sign(Bytes private_key, const HashAlgorithm*, Bytes message, Rng& rng,
                    MutableBytes out) {
  Wiped<std::array<uint8_t, kPointSize>> additional;
  MERLON_TRY(rng.Fill(MutableBytes(*additional)));
  return SignEd448(private_key, message, *additional, out);
}

Result<size_t> PublicKey(Bytes private_key, MutableBytes out) {
  if (private_key.size() != kPointSize) return Misuse(Code::kBadKey);
  if (out.size() < kPointSize) return NoSpace();
  const ExpandedKey key(private_key);
  const Wiped<Words> scalar(key.scalar());
  EncodeMultipleOfBase(*scalar, Slice(out, 0, kPointSize));
  return kPointSize;
}

Result<uint16_t> CheckPrivate(Bytes private_key) {
  if (private_key.size() != kPointSize) return Misuse(Code::kBadKey);
  return kBits;
}

Result<size_t> Generate(uint16_t bits, Rng& rng, MutableBytes private_key) {
  if (bits != kBits) return Misuse(Code::kUnsupported);
  if (private_key.size() < kPointSize) return NoSpace();
  MERLON_TRY(rng.Fill(Slice(private_key, 0, kPointSize)));
  return kPointSize;
}

}  // namespace

Result<size_t> SignEd448(Bytes private_key, Bytes message, Bytes additional, MutableBytes out) {
  if (private_key.size() != kPointSize) return Misuse(Code::kBadKey);
  if (out.size() < kSignatureSize) return NoSpace();
  out = Slice(out, 0, kSignatureSize);
  const MutableBytes r = Slice(out, 0, kPointSize);
  const ExpandedKey key(private_key);
  const Wiped<Words> scalar(key.scalar());
  std::array<uint8_t, kPointSize> public_key;
  EncodeMultipleOfBase(*scalar, MutableBytes(public_key));

  const Bytes nonce_parts[] = {key.prefix(), additional, message};
  const Wiped<Scalar> nonce(HashToScalar(nonce_parts));
  const Wiped<Words> nonce_words(nonce->ToWords());
  EncodeMultipleOfBase(*nonce_words, r);
  const Bytes parts[] = {r, public_key, message};
  const Wiped<Scalar> product(HashToScalar(parts) * Scalar::FromWords(*scalar));
  curve448::Store((*nonce + *product).ToWords(), Slice(out, kPointSize, kScalarSize));
  out.back() = 0;

  // A fault in R, k or S that leaves would give the key away together with a good signature.
  if (!Verify(public_key, nullptr, message, out).ok()) {
    Wipe(out);
    return DriverError(Code::kFaultDetected);
  }
  return kSignatureSize;
}

constinit const SignAlgorithm kPortableEd448 = {
    .family = SignFamily::kEddsa,
    .key_type = KeyType::kEd448,
    .sign = Sign,
    .verify = Verify,
    .public_key = PublicKey,
    .check_private = CheckPrivate,
    .generate = Generate,
};

}  // namespace merlon::crypto
