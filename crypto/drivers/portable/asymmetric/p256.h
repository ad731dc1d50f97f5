// SPDX-License-Identifier: Apache-2.0
// The curve P-256 (SEC 2 s2.4.2): its two primes and its parameters. The arithmetic is
// prime_field.h's and curve.h's.
#pragma once
#include "crypto/drivers/portable/asymmetric/curve.h"

namespace merlon::crypto::ec {

struct P256CoordinatePrime {
  static constexpr size_t kLimbs = 4;
  static constexpr Words<4> kValue = {0xffffffffffffffff, 0x00000000ffffffff, 0,
                                      0xffffffff00000001};
  static constexpr Words<4> kOne = {1, 0xffffffff00000000, 0xffffffffffffffff, 0xfffffffe};
  static constexpr Words<4> kRSquared = {3, 0xfffffffbffffffff, 0xfffffffffffffffe, 0x4fffffffd};
  // -p^-1 modulo 2^64 is 1, and p + 1 has 2^96 for its low half, which leaves one multiplication.
  static void ReduceLimb(uint64_t t[6]) {
    const uint64_t m = t[0];
    t[0] = t[1] + (m << 32);
    uint64_t carry = (m >> 32) + static_cast<uint64_t>(t[0] < t[1]);
    t[1] = t[2] + carry;
    carry = static_cast<uint64_t>(t[1] < carry);
    t[2] = MultiplyAdd(m, kValue[3], t[3], &carry);
    t[3] = t[4] + carry;
    t[4] = t[5] + static_cast<uint64_t>(t[3] < carry);
  }
};
struct P256Order {
  static constexpr size_t kLimbs = 4;
  static constexpr Words<4> kValue = {0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff,
                                      0xffffffff00000000};
  static constexpr Words<4> kOne = {0x0c46353d039cdaaf, 0x4319055258e8617b, 0, 0xffffffff};
  static constexpr Words<4> kRSquared = {0x83244c95be79eea2, 0x4699799c49bd6fa6, 0x2845b2392b6bec59,
                                         0x66e12d94f3d95620};
  static void ReduceLimb(uint64_t t[6]) { ec::ReduceLimb<4>(kValue, 0xccd1c8aaee00bc4f, t); }
};

struct P256Parameters {
  using Coordinate = Residue<P256CoordinatePrime>;
  using Scalar = Residue<P256Order>;
  static constexpr size_t kBits = 256;
  static constexpr Words<4> kB = {0xd89cdf6229c4bddf, 0xacf005cd78843090, 0xe5a220abf7212ed6,
                                  0xdc30061d04874834};
  static constexpr TablePoint<4> kGenerator = {
      {0x79e730d418a9143c, 0x75ba95fc5fedb601, 0x79fb732b77622510, 0x18905f76a53755c6},
      {0xddf25357ce95560a, 0x8b4ab8e4ba19e45c, 0xd2e88688dd21f325, 0x8571ff1825885d85}};
  static constexpr size_t kTeeth = 4, kBlocks = 4;
  static const TablePoint<4> kComb[kBlocks][15];  // in p256_comb_table.cc
};

using P256 = Curve<P256Parameters>;

extern template class Residue<P256CoordinatePrime>;
extern template class Residue<P256Order>;
extern template class Curve<P256Parameters>;

}  // namespace merlon::crypto::ec
