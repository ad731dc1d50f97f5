// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/rsa_key.h"

#include "crypto/base/der.h"
#include "crypto/base/writer.h"

namespace merlon::crypto {
namespace {

using bignum::ConstLimbs;
using bignum::kMaxLimbs;
using bignum::Limbs;

bool LoadPublicNumbers(Bytes n, Bytes e, RsaPublicKey* key, const bignum::Kernel& kernel) {
  std::array<uint64_t, kMaxLimbs> limbs;
  const size_t size = (n.size() + 7) / 8;
  if (size > kMaxLimbs || !bignum::Load(n, Limbs(limbs.data(), size))) return false;
  const size_t bits = bignum::BitLength(ConstLimbs(limbs.data(), size));
  if (bits < 2048 || bits > 4096 || (limbs[0] & 1) == 0) return false;
  uint64_t exponent;
  if (!bignum::Load(e, Limbs(&exponent, 1))) return false;
  // Larger exponents only make verification slow, and no one has them.
  if (exponent < 3 || exponent >> 33 != 0 || (exponent & 1) == 0) return false;
  key->n = bignum::Modulus(ConstLimbs(limbs.data(), size), bits, kernel);
  key->e = exponent;
  return true;
}

bool LoadPrime(Bytes magnitude, size_t size, bignum::Modulus* out, const bignum::Kernel& kernel) {
  Wiped<RsaPrivateKey::Half> limbs;
  if (magnitude.size() != 8 * size || !bignum::Load(magnitude, Limbs(limbs->data(), size))) {
    return false;
  }
  if (((*limbs)[size - 1] >> 63 & (*limbs)[0] & 1) == 0) return false;
  out->Set(ConstLimbs(limbs->data(), size), 64 * size, kernel);
  return true;
}

bool LoadBelow(Bytes magnitude, const bignum::Modulus& limit, RsaPrivateKey::Half* out) {
  const Limbs limbs(out->data(), limit.size());
  return bignum::Load(magnitude, limbs) && bignum::MaskIfLess(limbs, limit.value()).bits != 0;
}

// RFC 8017 A.1.2: the eight numbers of a two-prime key, in their order.
struct PrivateNumbers {
  Bytes n, e, d, p, q, dp, dq, q_inverse;
};
bool ReadPrivateNumbers(Bytes der, PrivateNumbers* out) {
  DerReader outer(der), inner{Bytes()};
  uint32_t version;
  if (!outer.Sequence(&inner) || !outer.done()) return false;
  if (!inner.SmallInteger(&version) || version != 0) return false;
  for (Bytes* number :
       {&out->n, &out->e, &out->d, &out->p, &out->q, &out->dp, &out->dq, &out->q_inverse}) {
    if (!inner.UnsignedInteger(number)) return false;
  }
  return inner.done();
}

// value * factor = 1 modulo prime - 1; and the private exponent modulo prime - 1 is `value`.
bool IsExponentFor(const bignum::Modulus& prime, const RsaPrivateKey::Half& value, uint64_t e,
                   ConstLimbs d) {
  const size_t half = prime.size();
  struct Scratch {
    RsaPrivateKey::Half order, remainder;
    std::array<uint64_t, kMaxLimbs / 2 + 1> product;
  };
  Wiped<Scratch> scratch;
  const Limbs order(scratch->order.data(), half), remainder(scratch->remainder.data(), half),
      product(scratch->product.data(), half + 1);
  bignum::Assign(prime.value(), order);
  order[0] -= 1;  // the prime is odd
  const ConstLimbs exponent(value.data(), half);
  bignum::Multiply(exponent, ConstLimbs(&e, 1), product);
  bignum::Remainder(product, order, remainder);
  Wiped<RsaPrivateKey::Half> one;
  (*one)[0] = 1;
  const bool inverse = bignum::MaskIfEqual(remainder, ConstLimbs(one->data(), half)).bits != 0;
  bignum::Remainder(d, order, remainder);
  return inverse && bignum::MaskIfEqual(remainder, exponent).bits != 0;
}

void WriteHeader(Writer& writer, uint8_t tag, size_t length) {
  writer.Int<1>(tag);
  if (length >= 0x100) {
    writer.Int<1>(0x82);
    writer.Int<2>(length);
  } else {
    if (length >= 0x80) writer.Int<1>(0x81);
    writer.Int<1>(length);
  }
}

// Of an INTEGER's contents: a zero byte goes in front of a set top bit.
size_t IntegerSize(Bytes magnitude) { return magnitude.size() + (magnitude[0] >> 7); }
size_t HeaderSize(size_t length) { return length >= 0x100 ? 4 : length >= 0x80 ? 3 : 2; }

void WriteInteger(Writer& writer, Bytes magnitude) {
  WriteHeader(writer, der::kInteger, IntegerSize(magnitude));
  if ((magnitude[0] & 0x80) != 0) writer.Int<1>(0);
  writer.Raw(magnitude);
}

}  // namespace

bool LoadRsaPublicKey(Bytes der, RsaPublicKey* key, const bignum::Kernel& kernel) {
  DerReader outer(der), inner{Bytes()};
  Bytes n, e;
  if (!outer.Sequence(&inner) || !outer.done()) return false;
  if (!inner.UnsignedInteger(&n) || !inner.UnsignedInteger(&e) || !inner.done()) return false;
  return LoadPublicNumbers(n, e, key, kernel);
}

bool LoadRsaPrivateKey(Bytes der, RsaPrivateKey* key, const bignum::Kernel& kernel) {
  PrivateNumbers numbers;
  if (!ReadPrivateNumbers(der, &numbers)) return false;
  if (!LoadPublicNumbers(numbers.n, numbers.e, &key->pub, kernel)) return false;
  if (key->pub.n.bits() % 128 != 0) return false;
  const size_t size = key->pub.n.size();
  return LoadPrime(numbers.p, size / 2, &key->p, kernel) &&
         LoadPrime(numbers.q, size / 2, &key->q, kernel) &&
         LoadBelow(numbers.dp, key->p, &key->dp) && LoadBelow(numbers.dq, key->q, &key->dq) &&
         LoadBelow(numbers.q_inverse, key->p, &key->q_inverse) &&
         bignum::Load(numbers.d, Limbs(key->d.data(), size));
}

bool IsConsistent(const RsaPrivateKey& key) {
  const size_t half = key.half();
  const ConstLimbs d(key.d.data(), 2 * half);
  Wiped<std::array<uint64_t, kMaxLimbs>> storage;
  const Limbs product(storage->data(), 2 * half);
  bignum::Multiply(key.p.value(), key.q.value(), product);
  if (bignum::MaskIfEqual(product, key.pub.n.value()).bits == 0) return false;
  // q_inverse * q is 1 modulo p: with one factor in Montgomery form the product is plain.
  Wiped<RsaPrivateKey::Half> inverse_storage, one;
  const Limbs inverse(inverse_storage->data(), half);
  key.p.ToMontgomery(ConstLimbs(key.q_inverse.data(), half), inverse);
  key.p.Multiply(key.q.value(), inverse, inverse);
  (*one)[0] = 1;
  if (bignum::MaskIfEqual(inverse, ConstLimbs(one->data(), half)).bits == 0) return false;
  return IsExponentFor(key.p, key.dp, key.pub.e, d) && IsExponentFor(key.q, key.dq, key.pub.e, d);
}

Result<size_t> WriteRsaPrivateKey(const RsaPrivateKey& key, MutableBytes out) {
  const size_t half = key.half();
  const ConstLimbs numbers[] = {key.pub.n.value(),
                                ConstLimbs(&key.pub.e, 1),
                                ConstLimbs(key.d.data(), 2 * half),
                                key.p.value(),
                                key.q.value(),
                                ConstLimbs(key.dp.data(), half),
                                ConstLimbs(key.dq.data(), half),
                                ConstLimbs(key.q_inverse.data(), half)};
  // DER leaves leading zeros out, so how many there are cannot be kept secret.
  Wiped<std::array<uint8_t, kMaxRsaBytes>> storage;
  const auto magnitude = [&](ConstLimbs number) {
    const size_t size = (bignum::BitLength(number) + 7) / 8;
    const MutableBytes bytes(storage->data(), size);
    bignum::Store(number, bytes);
    return Bytes(bytes);
  };
  size_t length = 3;  // the version
  for (ConstLimbs number : numbers) {
    const size_t size = IntegerSize(magnitude(number));
    length += HeaderSize(size) + size;
  }
  Writer writer(out);
  WriteHeader(writer, der::kSequence, length);
  constexpr uint8_t kVersion[] = {der::kInteger, 1, 0};
  writer.Raw(kVersion);
  for (ConstLimbs number : numbers) WriteInteger(writer, magnitude(number));
  return writer.Finish();
}

Result<size_t> WriteRsaPublicKey(Bytes private_key, MutableBytes out) {
  PrivateNumbers numbers;
  if (!ReadPrivateNumbers(private_key, &numbers) || numbers.n.empty() || numbers.e.empty()) {
    return Misuse(Code::kBadKey);
  }
  const size_t n_size = IntegerSize(numbers.n), e_size = IntegerSize(numbers.e);
  Writer writer(out);
  WriteHeader(writer, der::kSequence, HeaderSize(n_size) + n_size + HeaderSize(e_size) + e_size);
  WriteInteger(writer, numbers.n);
  WriteInteger(writer, numbers.e);
  return writer.Finish();
}

Result<uint16_t> CheckRsaPrivateKey(Bytes private_key) {
  Wiped<RsaPrivateKey> key;
  if (!LoadRsaPrivateKey(private_key, &*key) || !IsConsistent(*key)) {
    return Misuse(Code::kBadKey);
  }
  return static_cast<uint16_t>(key->pub.n.bits());
}

}  // namespace merlon::crypto
