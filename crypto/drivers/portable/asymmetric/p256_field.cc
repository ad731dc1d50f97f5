// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/p256_field.h"

#include "crypto/base/endian.h"

namespace merlon::crypto::p256 {

Words LoadBigEndian(Bytes bytes) {
  if (bytes.size() != 32) __builtin_trap();
  Words out;
  for (size_t i = 0; i < 4; ++i) {
    out[3 - i] = merlon::LoadBigEndian<uint64_t>(bytes.data() + 8 * i);
  }
  return out;
}

void StoreBigEndian(const Words& words, MutableBytes out) {
  if (out.size() != 32) __builtin_trap();
  for (size_t i = 0; i < 4; ++i) merlon::StoreBigEndian(words[3 - i], out.data() + 8 * i);
}

template <class Prime>
Residue<Prime> Residue<Prime>::Power(const Words& exponent) const {
  std::array<Residue, 16> powers;
  powers[0] = One();
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * *this;
  Residue out = One();
  for (int nibble = 63; nibble >= 0; --nibble) {
    for (int i = 0; i < 4; ++i) out = out.Square();
    const uint64_t digit = (exponent[nibble / 16] >> (4 * (nibble % 16))) & 15;
    if (digit != 0) out = out * powers[digit];
  }
  return out;
}

template <class Prime>
Residue<Prime> Residue<Prime>::Inverse() const {
  // Fermat; both primes' lowest limbs exceed 1, so that no borrow leaves them.
  Words exponent = Prime::kValue;
  exponent[0] -= 2;
  return Power(exponent);
}

template class Residue<CoordinatePrime>;
template class Residue<ScalarPrime>;

}  // namespace merlon::crypto::p256
