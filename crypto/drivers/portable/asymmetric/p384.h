// SPDX-License-Identifier: Apache-2.0
// The curve P-384 (SEC 2 s2.5.1): its two primes and its parameters. The arithmetic is
// prime_field.h's and curve.h's.
#pragma once
#include "crypto/drivers/portable/asymmetric/curve.h"

namespace merlon::crypto::ec {

struct P384CoordinatePrime {
  static constexpr size_t kLimbs = 6;
  static constexpr Words<6> kValue = {0x00000000ffffffff, 0xffffffff00000000, 0xfffffffffffffffe,
                                      0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff};
  static constexpr Words<6> kOne = {0xffffffff00000001, 0x00000000ffffffff, 0x0000000000000001,
                                    0x0000000000000000, 0x0000000000000000, 0x0000000000000000};
  static constexpr Words<6> kRSquared = {0xfffffffe00000001, 0x0000000200000000,
                                         0xfffffffe00000000, 0x0000000200000000,
                                         0x0000000000000001, 0x0000000000000000};
  static void ReduceLimb(uint64_t t[8]) { ec::ReduceLimb<6>(kValue, 0x100000001, t); }
};
struct P384Order {
  static constexpr size_t kLimbs = 6;
  static constexpr Words<6> kValue = {0xecec196accc52973, 0x581a0db248b0a77a, 0xc7634d81f4372ddf,
                                      0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff};
  static constexpr Words<6> kOne = {0x1313e695333ad68d, 0xa7e5f24db74f5885, 0x389cb27e0bc8d220,
                                    0x0000000000000000, 0x0000000000000000, 0x0000000000000000};
  static constexpr Words<6> kRSquared = {0x2d319b2419b409a9, 0xff3d81e5df1aa419,
                                         0xbc3e483afcb82947, 0xd40d49174aab1cc5,
                                         0x3fb05b7a28266895, 0x0c84ee012b39bf21};
  static void ReduceLimb(uint64_t t[8]) { ec::ReduceLimb<6>(kValue, 0x6ed46089e88fdc45, t); }
};

struct P384Parameters {
  using Coordinate = Residue<P384CoordinatePrime>;
  using Scalar = Residue<P384Order>;
  static constexpr size_t kBits = 384;
  static constexpr Words<6> kB = {0x081188719d412dcc, 0xf729add87a4c32ec, 0x77f2209b1920022e,
                                  0xe3374bee94938ae2, 0xb62b21f41f022094, 0xcd08114b604fbff9};
  static constexpr TablePoint<6> kGenerator = {
      {0x3dd0756649c0b528, 0x20e378e2a0d6ce38, 0x879c3afc541b4d6e, 0x6454868459a30eff,
       0x812ff723614ede2b, 0x4d3aadc2299e1513},
      {0x23043dad4b03a4fe, 0xa1bfa8bf7bb4a9ac, 0x8bade7562e83b050, 0xc6c3521968f4ffd9,
       0xdd8002263969a840, 0x2b78abc25a15c5e9}};
  static constexpr size_t kTeeth = 4, kBlocks = 4;
  static const TablePoint<6> kComb[kBlocks][15];  // in p384_comb_table.cc
};

using P384 = Curve<P384Parameters>;

extern template class Residue<P384CoordinatePrime>;
extern template class Residue<P384Order>;
extern template class Curve<P384Parameters>;

}  // namespace merlon::crypto::ec
