// SPDX-License-Identifier: Apache-2.0
// ECDSA on P-256 (FIPS 186-5 s6.4): signing with hedged RFC 6979 nonces and a check of the result,
// verifying strict DER signatures.
#include "crypto/drivers/portable/asymmetric/ecdsa_p256.h"

#include "crypto/base/der.h"
#include "crypto/base/writer.h"
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/ecdsa_nonce.h"
#include "crypto/drivers/portable/asymmetric/p256_key.h"

namespace merlon::crypto {
namespace {

using p256::AffinePoint;
using p256::Coordinate;
using p256::JacobianPoint;
using p256::kPointSize;
using p256::kScalarSize;
using p256::Scalar;
using p256::Words;

struct Signature {
  Scalar r, s;
};

// True if the point's x coordinate, modulo n, is r. Compares with x * z^2 for the one or two values
// below p that r stands for, which saves an inversion.
bool HasX(const JacobianPoint& point, const Scalar& r) {
  if (point.z.IsZero().bits != 0) return false;
  const Coordinate z2 = point.z.Square();
  Words x = r.ToWords();
  if ((Coordinate::FromWords(x) * z2).Equals(point.x).bits != 0) return true;
  uint64_t carry = 0;
  for (int i = 0; i < 4; ++i) x[i] = AddCarry(x[i], p256::ScalarPrime::kValue[i], &carry);
  if (carry != 0 || p256::MaskIfLess(x, p256::CoordinatePrime::kValue).bits == 0) return false;
  return (Coordinate::FromWords(x) * z2).Equals(point.x).bits != 0;
}

// What a verifier would compute, (e / s) * G + (r / s) * Q, has the x coordinate r. As Q is d * G,
// that is ((e + r d) / s) * G, and the factor is k if s * k = e + r d, which saves the inversion.
// `d` is read from the key and k * G computed anew; that it is on the curve tells of faults in the
// table.
bool IsFaultless(Bytes private_key, const Scalar& e, const Words& k, const Signature& signature) {
  Wiped<Words> d;
  if (!p256::LoadPrivateKey(private_key, &*d)) return false;
  Wiped<Scalar> right(e + signature.r * Scalar::FromWords(*d));
  if ((signature.s * Scalar::FromWords(k)).Equals(*right).bits == 0) return false;
  Wiped<JacobianPoint> point(p256::MultiplyBase(k));
  return p256::IsOnCurve(*point) && HasX(*point, signature.r);
}

void WriteInteger(Writer& writer, const Scalar& value) {
  std::array<uint8_t, 32> bytes;
  p256::StoreBigEndian(value.ToWords(), MutableBytes(bytes));
  size_t skip = 0;
  while (skip < bytes.size() - 1 && bytes[skip] == 0) ++skip;
  writer.Int<1>(der::kInteger);
  writer.Prefixed<1>([&] {
    if ((bytes[skip] & 0x80) != 0) writer.Int<1>(0);
    writer.Raw(Slice(Bytes(bytes), skip));
  });
}

// RFC 3279 s2.2.3: Ecdsa-Sig-Value.
Result<size_t> WriteSignature(const Signature& signature, MutableBytes out) {
  Writer writer(out);
  writer.Int<1>(der::kSequence);
  writer.Prefixed<1>([&] {
    WriteInteger(writer, signature.r);
    WriteInteger(writer, signature.s);
  });
  return writer.Finish();
}

// FIPS 186-5 s6.4.2, step 1: both numbers in [1, n-1].
bool ReadInteger(DerReader& reader, Scalar* value) {
  Bytes magnitude;
  if (!reader.UnsignedInteger(&magnitude) || magnitude.size() > kScalarSize) return false;
  std::array<uint8_t, kScalarSize> padded{};
  const size_t skip = kScalarSize - magnitude.size();
  for (size_t i = 0; i < magnitude.size(); ++i) padded[skip + i] = magnitude[i];
  const Words words = p256::LoadBigEndian(padded);
  *value = Scalar::FromWords(words);
  return p256::IsValidScalar(words);
}

bool ReadSignature(Bytes der, Signature* signature) {
  DerReader outer(der), inner{Bytes()};
  return outer.Sequence(&inner) && outer.done() && ReadInteger(inner, &signature->r) &&
         ReadInteger(inner, &signature->s) && inner.done();
}

Result<size_t> Sign(Bytes private_key, const HashAlgorithm* hash, Bytes message, Rng& rng,
                    MutableBytes out) {
  if (hash == nullptr) return Misuse();
  Wiped<std::array<uint8_t, 32>> additional;
  MERLON_TRY(rng.Fill(MutableBytes(*additional)));
  return SignEcdsaP256(private_key, *hash, message, *additional, out);
}

Result<void> Verify(Bytes public_key, const HashAlgorithm* hash, Bytes message, Bytes signature) {
  if (hash == nullptr) return Misuse();
  const std::optional<AffinePoint> point = p256::DecodePoint(public_key);
  if (!point) return PeerError(Code::kBadKey, Alert::kBadCertificate);
  const Error bad_signature = PeerError(Code::kBadSignature, Alert::kDecryptError);
  Signature parsed;
  if (!ReadSignature(signature, &parsed)) return bad_signature;
  const Scalar e = Scalar::FromWords(LeftmostBits(HashOf(*hash, message).view()));
  const Scalar s_inverse = parsed.s.Inverse();
  const JacobianPoint sum =
      p256::AddVariableTime(p256::MultiplyBase((e * s_inverse).ToWords()),
                            p256::MultiplyVariableTime(*point, (parsed.r * s_inverse).ToWords()));
  if (!HasX(sum, parsed.r)) return bad_signature;
  return {};
}

Result<size_t> PublicKey(Bytes private_key, MutableBytes out) {
  if (out.size() < kPointSize) return NoSpace();
  MERLON_TRY(p256::WritePublicKey(private_key, Slice(out, 0, kPointSize)));
  return kPointSize;
}

Result<uint16_t> CheckPrivate(Bytes private_key) {
  Wiped<Words> d;
  if (!p256::LoadPrivateKey(private_key, &*d)) return Misuse(Code::kBadKey);
  return uint16_t{256};
}

Result<size_t> Generate(uint16_t bits, Rng& rng, MutableBytes private_key) {
  if (bits != 256) return Misuse(Code::kUnsupported);
  if (private_key.size() < kScalarSize) return NoSpace();
  MERLON_TRY(p256::GeneratePrivateKey(rng, Slice(private_key, 0, kScalarSize)));
  return kScalarSize;
}

}  // namespace

Result<size_t> SignEcdsaP256(Bytes private_key, const HashAlgorithm& hash, Bytes message,
                             Bytes additional, MutableBytes out) {
  Wiped<Words> d;
  if (!p256::LoadPrivateKey(private_key, &*d)) return Misuse(Code::kBadKey);
  const Digest digest = HashOf(hash, message);
  const Scalar e = Scalar::FromWords(LeftmostBits(digest.view()));
  EcdsaNonces nonces(hash, private_key, digest.view(), additional);
  for (;;) {
    Wiped<Words> k(nonces.Next());
    Wiped<JacobianPoint> point(p256::MultiplyBase(*k));
    Wiped<Scalar> k_inverse(Scalar::FromWords(*k).Inverse());
    Wiped<Scalar> secret(Scalar::FromWords(*d));
    Signature signature;
    signature.r = Scalar::FromWords(p256::AffineX(*point).ToWords());
    *secret = e + signature.r * *secret;
    signature.s = *k_inverse * *secret;
    // FIPS 186-5 s6.4.1, steps 8 and 11: start again, which happens once in 2^255.
    if ((signature.r.IsZero() | signature.s.IsZero()).bits != 0) continue;
    if (!IsFaultless(private_key, e, *k, signature)) return DriverError(Code::kFaultDetected);
    return WriteSignature(signature, out);
  }
}

const SignAlgorithm kPortableEcdsaP256 = {
    .family = SignFamily::kEcdsa,
    .key_type = KeyType::kEcP256,
    .sign = Sign,
    .verify = Verify,
    .public_key = PublicKey,
    .check_private = CheckPrivate,
    .generate = Generate,
};

}  // namespace merlon::crypto
