// SPDX-License-Identifier: Apache-2.0
// The definitions of ecdsa.h and ecdsa_nonce.h.
#pragma once
#include "crypto/drivers/portable/asymmetric/ecdsa.h"
#include "crypto/drivers/portable/asymmetric/wiped.h"
#include "crypto/mac.h"

namespace merlon::crypto {

// The leftmost kBits bits of a digest, all of a shorter one: bits2int (RFC 6979 s2.3.2), and what
// FIPS 186-5 s6.4.1 takes for e. Not reduced.
template <class Curve>
typename Curve::Words LeftmostBits(Bytes digest) {
  std::array<uint8_t, Curve::kScalarSize> padded{};
  const size_t size = digest.size() < padded.size() ? digest.size() : padded.size();
  memcpy(padded.data() + padded.size() - size, digest.data(), size);
  // Where the order has no whole number of bytes, it has more of them than any digest.
  static_assert(Curve::kBits % 8 == 0 || Curve::kScalarSize > kMaxHashSize);
  return Curve::LoadScalar(padded);
}

template <class Curve>
EcdsaNonces<Curve>::EcdsaNonces(const HashAlgorithm& hash, Bytes private_key, Bytes digest,
                                Bytes additional)
    : hash_(hash) {
  // RFC 6979 s3.2, steps b to g; bits2octets reduces the digest modulo n.
  key_.fill(0);
  value_.fill(1);
  std::array<uint8_t, Curve::kScalarSize> reduced;
  Curve::StoreScalar(Curve::Scalar::FromWords(LeftmostBits<Curve>(digest)).ToWords(),
                     MutableBytes(reduced));
  for (const uint8_t round : {0, 1}) {
    const Bytes parts[] = {Bytes(&round, 1), private_key, reduced, additional};
    Mix(parts);
  }
}

template <class Curve>
EcdsaNonces<Curve>::~EcdsaNonces() {
  WipeObject(key_);
  WipeObject(value_);
}

template <class Curve>
typename Curve::Words EcdsaNonces<Curve>::Next() {
  // Step h. An output that is out of range tells nothing of the one that is used.
  for (;;) {
    if (!first_) {
      const uint8_t zero = 0;
      const Bytes part(&zero, 1);
      Mix(absl::Span<const Bytes>(&part, 1));
    }
    first_ = false;
    Wiped<std::array<uint8_t, Curve::kScalarSize>> bytes;
    for (size_t have = 0; have < bytes->size();) {
      Step();
      const size_t rest = bytes->size() - have;
      const size_t size = rest < value().size() ? rest : value().size();
      memcpy(bytes->data() + have, value().data(), size);
      have += size;
    }
    typename Curve::Words k = Curve::LoadScalar(*bytes);
    // The leftmost bits (s2.3.2), where the bytes have more than the order.
    if constexpr (constexpr int kSpare = 8 * Curve::kScalarSize - Curve::kBits; kSpare != 0) {
      for (size_t i = 0; i < k.size(); ++i) {
        k[i] = k[i] >> kSpare | (i + 1 < k.size() ? k[i + 1] << (64 - kSpare) : 0);
      }
    }
    if (Curve::IsValidScalar(k)) return k;
  }
}

template <class Curve>
void EcdsaNonces<Curve>::Mix(absl::Span<const Bytes> parts) {
  constexpr size_t kMost = 4;
  if (parts.size() > kMost) __builtin_trap();
  std::array<Bytes, 1 + kMost> all = {value()};
  std::copy(parts.begin(), parts.end(), all.begin() + 1);
  HmacOf(hash_, key(), absl::Span<const Bytes>(all.data(), 1 + parts.size()), key());
  Step();
}

template <class Curve>
void EcdsaNonces<Curve>::Step() {
  const Bytes part = value();
  HmacOf(hash_, key(), absl::Span<const Bytes>(&part, 1), value());
}

// True if the point's x coordinate, modulo n, is r. Compares with x * z^2 for the one or two values
// below p that r stands for, which saves an inversion.
template <class Curve>
bool Ecdsa<Curve>::HasX(const JacobianPoint& point, const Scalar& r) {
  if (point.z.IsZero().bits != 0) return false;
  const Coordinate z2 = point.z.Square();
  Words x = r.ToWords();
  if ((Coordinate::FromWords(x) * z2).Equals(point.x).bits != 0) return true;
  uint64_t carry;
  x = ec::Add(x, Scalar::Modulus::kValue, &carry);
  if (carry != 0 || ec::MaskIfLess(x, Coordinate::Modulus::kValue).bits == 0) return false;
  return (Coordinate::FromWords(x) * z2).Equals(point.x).bits != 0;
}

// What a verifier would compute, (e / s) * G + (r / s) * Q, has the x coordinate r. As Q is d * G,
// that is ((e + r d) / s) * G, and the factor is k if s * k = e + r d, which saves the inversion.
// `d` is read from the key and k * G computed anew; that it is on the curve tells of faults in the
// table.
template <class Curve>
bool Ecdsa<Curve>::IsFaultless(Bytes private_key, const Scalar& e, const Words& k,
                               const Signature& signature) {
  Wiped<Words> d;
  if (!Curve::LoadPrivateKey(private_key, &*d)) return false;
  Wiped<Scalar> right(e + signature.r * Scalar::FromWords(*d));
  if ((signature.s * Scalar::FromWords(k)).Equals(*right).bits == 0) return false;
  Wiped<JacobianPoint> point(Curve::MultiplyBase(k));
  return Curve::IsOnCurve(*point) && HasX(*point, signature.r);
}

template <class Curve>
void Ecdsa<Curve>::WriteInteger(Writer& writer, const Scalar& value) {
  std::array<uint8_t, Curve::kScalarSize> bytes;
  Curve::StoreScalar(value.ToWords(), MutableBytes(bytes));
  size_t skip = 0;
  while (skip < bytes.size() - 1 && bytes[skip] == 0) ++skip;
  writer.Int<1>(der::kInteger);
  writer.Prefixed<1>([&] {
    if ((bytes[skip] & 0x80) != 0) writer.Int<1>(0);
    writer.Raw(Slice(Bytes(bytes), skip));
  });
}

// RFC 3279 s2.2.3: Ecdsa-Sig-Value.
template <class Curve>
Result<size_t> Ecdsa<Curve>::WriteSignature(const Signature& signature, MutableBytes out) {
  Writer writer(out);
  writer.Int<1>(der::kSequence);
  if constexpr (kMaxContents < 128) {
    writer.Prefixed<1>([&] {
      WriteInteger(writer, signature.r);
      WriteInteger(writer, signature.s);
    });
    return writer.Finish();
  }
  std::array<uint8_t, kMaxContents> contents;
  Writer inner(MutableBytes{contents});
  WriteInteger(inner, signature.r);
  WriteInteger(inner, signature.s);
  if (inner.size() >= 128) writer.Int<1>(0x81);
  writer.Int<1>(inner.size());
  writer.Raw(Slice(Bytes(contents), 0, inner.size()));
  return writer.Finish();
}

// FIPS 186-5 s6.4.2, step 1: both numbers in [1, n-1].
template <class Curve>
bool Ecdsa<Curve>::ReadInteger(DerReader& reader, Scalar* value) {
  Bytes magnitude;
  if (!reader.UnsignedInteger(&magnitude) || magnitude.size() > Curve::kScalarSize) return false;
  std::array<uint8_t, Curve::kScalarSize> padded{};
  const size_t skip = Curve::kScalarSize - magnitude.size();
  for (size_t i = 0; i < magnitude.size(); ++i) padded[skip + i] = magnitude[i];
  const Words words = Curve::LoadScalar(padded);
  *value = Scalar::FromWords(words);
  return Curve::IsValidScalar(words);
}

template <class Curve>
bool Ecdsa<Curve>::ReadSignature(Bytes der, Signature* signature) {
  DerReader outer(der), inner{Bytes()};
  return outer.Sequence(&inner) && outer.done() && ReadInteger(inner, &signature->r) &&
         ReadInteger(inner, &signature->s) && inner.done();
}

template <class Curve>
Result<size_t> Ecdsa<Curve>::Sign(Bytes private_key, const HashAlgorithm* hash, Bytes message,
                                  Rng& rng, MutableBytes out) {
  if (hash == nullptr) return Misuse();
  Wiped<std::array<uint8_t, 32>> additional;
  MERLON_TRY(rng.Fill(MutableBytes(*additional)));
  return SignWith(private_key, *hash, message, *additional, out);
}

template <class Curve>
Result<void> Ecdsa<Curve>::Verify(Bytes public_key, const HashAlgorithm* hash, Bytes message,
                                  Bytes signature) {
  const std::optional<AffinePoint> point = Curve::DecodePoint(public_key);
  if (!point) return PeerError(Code::kBadKey, Alert::kBadCertificate);
  return VerifyWith([&](const Words& k) { return Curve::MultiplyVariableTime(*point, k); }, hash,
                    message, signature);
}

template <class Curve>
template <class MultiplyKey>
Result<void> Ecdsa<Curve>::VerifyWith(MultiplyKey multiply, const HashAlgorithm* hash,
                                      Bytes message, Bytes signature) {
  if (hash == nullptr) return Misuse();
  const Error bad_signature = PeerError(Code::kBadSignature, Alert::kDecryptError);
  Signature parsed;
  if (!ReadSignature(signature, &parsed)) return bad_signature;
  const Scalar e = Scalar::FromWords(LeftmostBits<Curve>(HashOf(*hash, message).view()));
  const Scalar s_inverse = parsed.s.Inverse();
  const JacobianPoint sum = Curve::AddVariableTime(Curve::MultiplyBase((e * s_inverse).ToWords()),
                                                   multiply((parsed.r * s_inverse).ToWords()));
  if (!HasX(sum, parsed.r)) return bad_signature;
  return {};
}

template <class Curve>
Result<size_t> Ecdsa<Curve>::PublicKey(Bytes private_key, MutableBytes out) {
  if (out.size() < Curve::kPointSize) return NoSpace();
  MERLON_TRY(Curve::WritePublicKey(private_key, Slice(out, 0, Curve::kPointSize)));
  return Curve::kPointSize;
}

template <class Curve>
Result<uint16_t> Ecdsa<Curve>::CheckPrivate(Bytes private_key) {
  Wiped<Words> d;
  if (!Curve::LoadPrivateKey(private_key, &*d)) return Misuse(Code::kBadKey);
  return static_cast<uint16_t>(Curve::kBits);
}

template <class Curve>
Result<size_t> Ecdsa<Curve>::Generate(uint16_t bits, Rng& rng, MutableBytes private_key) {
  if (bits != Curve::kBits) return Misuse(Code::kUnsupported);
  if (private_key.size() < Curve::kScalarSize) return NoSpace();
  MERLON_TRY(Curve::GeneratePrivateKey(rng, Slice(private_key, 0, Curve::kScalarSize)));
  return Curve::kScalarSize;
}

template <class Curve>
Result<size_t> Ecdsa<Curve>::SignWith(Bytes private_key, const HashAlgorithm& hash, Bytes message,
                                      Bytes additional, MutableBytes out) {
  Wiped<Words> d;
  if (!Curve::LoadPrivateKey(private_key, &*d)) return Misuse(Code::kBadKey);
  const Digest digest = HashOf(hash, message);
  const Scalar e = Scalar::FromWords(LeftmostBits<Curve>(digest.view()));
  EcdsaNonces<Curve> nonces(hash, private_key, digest.view(), additional);
  for (;;) {
    Wiped<Words> k(nonces.Next());
    Wiped<JacobianPoint> point(Curve::MultiplyBase(*k));
    Wiped<Scalar> k_inverse(Scalar::FromWords(*k).Inverse());
    Wiped<Scalar> secret(Scalar::FromWords(*d));
    Signature signature;
    signature.r = Scalar::FromWords(Curve::AffineX(*point).ToWords());
    *secret = e + signature.r * *secret;
    signature.s = *k_inverse * *secret;
    // FIPS 186-5 s6.4.1, steps 8 and 11: start again, which happens once in 2^255.
    if ((signature.r.IsZero() | signature.s.IsZero()).bits != 0) continue;
    if (!IsFaultless(private_key, e, *k, signature)) return DriverError(Code::kFaultDetected);
    return WriteSignature(signature, out);
  }
}

}  // namespace merlon::crypto
