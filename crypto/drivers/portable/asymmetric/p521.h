// SPDX-License-Identifier: Apache-2.0
// The curve P-521 (SEC 2 s2.6.1): its two primes and its parameters. The arithmetic is
// prime_field.h's and curve.h's.
#pragma once
#include "crypto/drivers/portable/asymmetric/curve.h"

namespace merlon::crypto::ec {

struct P521CoordinatePrime {
  static constexpr size_t kLimbs = 9;
  static constexpr Words<9> kValue = {0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
                                      0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
                                      0xffffffffffffffff, 0xffffffffffffffff, 0x00000000000001ff};
  static constexpr Words<9> kOne = {uint64_t{1} << 55};
  static constexpr Words<9> kRSquared = {0, uint64_t{1} << 46};
  // -p^-1 modulo 2^64 is 1, and p + 1 is 2^521: no multiplication.
  static void ReduceLimb(uint64_t t[11]) {
    const uint64_t m = t[0];
    for (size_t i = 0; i < 7; ++i) t[i] = t[i + 1];
    uint64_t carry = 0;
    t[7] = AddCarry(t[8], m << 9, &carry);
    t[8] = AddCarry(t[9], m >> 55, &carry);
    t[9] = t[10] + carry;
  }
};
struct P521Order {
  static constexpr size_t kLimbs = 9;
  static constexpr Words<9> kValue = {0xbb6fb71e91386409, 0x3bb5c9b8899c47ae, 0x7fcc0148f709a5d0,
                                      0x51868783bf2f966b, 0xfffffffffffffffa, 0xffffffffffffffff,
                                      0xffffffffffffffff, 0xffffffffffffffff, 0x00000000000001ff};
  static constexpr Words<9> kOne = {0xfb80000000000000, 0x28a2482470b763cd, 0x17e2251b23bb31dc,
                                    0xca4019ff5b847b2d, 0x02d73cbc3e206834, 0x0000000000000000,
                                    0x0000000000000000, 0x0000000000000000, 0x0000000000000000};
  static constexpr Words<9> kRSquared = {
      0x137cd04dcf15dd04, 0xf707badce5547ea3, 0x12a78d38794573ff,
      0xd3721ef557f75e06, 0xdd6e23d82e49c7db, 0xcff3d142b7756e3e,
      0x5bcc6d61a8e567bc, 0x2d8e03d1492d0d45, 0x000000000000003d};
  static void ReduceLimb(uint64_t t[11]) { ec::ReduceLimb<9>(kValue, 0x1d2f5ccd79a995c7, t); }
};

struct P521Parameters {
  using Coordinate = Residue<P521CoordinatePrime>;
  using Scalar = Residue<P521Order>;
  static constexpr size_t kBits = 521;
  static constexpr Words<9> kB = {0x8014654fae586387, 0x78f7a28fea35a81f, 0x839ab9efc41e961a,
                                  0xbd8b29605e9dd8df, 0xf0ab0c9ca8f63f49, 0xf9dc5a44c8c77884,
                                  0x77516d392dccd98a, 0x0fc94d10d05b42a0, 0x000000000000004d};
  static constexpr TablePoint<9> kGenerator = {
      {0xb331a16381adc101, 0x4dfcbf3f18e172de, 0x6f19a459e0c2b521, 0x947f0ee093d17fd4,
       0xdd50a5af3bf7f3ac, 0x90fc1457b035a69e, 0x214e32409c829fda, 0xe6cf1f65b311cada,
       0x0000000000000074},
      {0x28460e4a5a9e268e, 0x20445f4a3b4fe8b3, 0xb09a9e3843513961, 0x2062a85c809fd683,
       0x164bf7394caf7a13, 0x340bd7de8b939f33, 0xeccc7aa224abcda2, 0x022e452fda163e8d,
       0x00000000000001e0}};
  static constexpr size_t kTeeth = 4, kBlocks = 4;
  static const TablePoint<9> kComb[kBlocks][15];  // in p521_comb_table.cc
};

using P521 = Curve<P521Parameters>;

extern template class Residue<P521CoordinatePrime>;
extern template class Residue<P521Order>;
extern template class Curve<P521Parameters>;

}  // namespace merlon::crypto::ec
