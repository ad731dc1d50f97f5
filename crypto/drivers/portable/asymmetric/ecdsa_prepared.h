// SPDX-License-Identifier: Apache-2.0
// ECDSA verification with a public key that was prepared: a comb of its multiples takes the place
// of most doublings. For drivers that have room for it (PreparedVerification in sign.h); the rest
// of verifying is ecdsa.h's.
#pragma once
#include <array>
#include <cstring>

#include "crypto/drivers/portable/asymmetric/curve_impl.h"
#include "crypto/drivers/portable/asymmetric/ecdsa_impl.h"

namespace merlon::crypto {

template <class Curve>
class PreparedEcdsa {
 public:
  static Result<void> Prepare(Bytes public_key, MutableBytes prepared) {
    const std::optional<AffinePoint> point = Curve::DecodePoint(public_key);
    if (!point) return PeerError(Code::kBadKey, Alert::kBadCertificate);
    if (prepared.size() != sizeof(Comb)) return Misuse();
    Comb comb;
    Fill(*point, comb);
    memcpy(prepared.data(), &comb, sizeof(Comb));
    return {};
  }

  // As Ecdsa::Verify.
  static Result<void> Verify(Bytes prepared, const HashAlgorithm* hash, Bytes message,
                             Bytes signature) {
    if (prepared.size() != sizeof(Comb)) return Misuse();
    return Ecdsa<Curve>::VerifyWith([&](const Words& k) { return Multiply(prepared.data(), k); },
                                    hash, message, signature);
  }

 private:
  using Words = typename Curve::Words;
  using Coordinate = typename Curve::Coordinate;
  using AffinePoint = typename Curve::AffinePoint;
  using JacobianPoint = typename Curve::JacobianPoint;

  // As the comb of the generator in curve.h, four teeth in four blocks: comb[b][j - 1] is the sum,
  // over the bits t that are set in j, of 2^(t kTooth + b kColumns) * point.
  static constexpr size_t kTeeth = 4, kBlocks = 4, kSums = (1 << kTeeth) - 1;
  static constexpr size_t kColumns = (Curve::kBits + kTeeth * kBlocks - 1) / (kTeeth * kBlocks);
  static constexpr size_t kTooth = kColumns * kBlocks;
  static_assert(kTooth * kTeeth <= 64 * Curve::kLimbs);
  using Comb = std::array<std::array<ec::TablePoint<Curve::kLimbs>, kSums>, kBlocks>;

  static void Fill(const AffinePoint& point, Comb& comb) {
    std::array<JacobianPoint, kBlocks * kSums> sums;
    JacobianPoint power = JacobianPoint::From(point);
    for (size_t tooth = 0; tooth < kTeeth; ++tooth) {
      for (size_t block = 0; block < kBlocks; ++block) {
        JacobianPoint* const row = &sums[block * kSums];
        const size_t bit = size_t{1} << tooth;
        row[bit - 1] = power;
        for (size_t j = 1; j < bit; ++j) {
          row[bit + j - 1] = Curve::AddVariableTime(row[j - 1], power);
        }
        for (size_t i = 0; i < kColumns; ++i) power = Curve::Double(power);
      }
    }
    // One inversion for all (Montgomery's trick). No sum is infinite: each factor is below n.
    std::array<Coordinate, kBlocks * kSums> before;
    Coordinate product = Coordinate::One();
    for (size_t i = 0; i < sums.size(); ++i) {
      before[i] = product;
      product = product * sums[i].z;
    }
    Coordinate inverse = product.Inverse();
    for (size_t i = sums.size(); i-- > 0;) {
      const Coordinate z = inverse * before[i], z2 = z.Square();
      inverse = inverse * sums[i].z;
      comb[i / kSums][i % kSums] = {(sums[i].x * z2).montgomery(),
                                    (sums[i].y * z2 * z).montgomery()};
    }
  }

  // k * point, as Curve::MultiplyBase, but its time depends on k, which is public.
  static JacobianPoint Multiply(const uint8_t* comb, const Words& k) {
    JacobianPoint sum = JacobianPoint::Infinity();
    for (size_t i = kColumns; i-- > 0;) {
      if (i != kColumns - 1) sum = Curve::Double(sum);
      for (size_t block = 0; block < kBlocks; ++block) {
        size_t column = 0;
        for (size_t tooth = 0; tooth < kTeeth; ++tooth) {
          column |= ec::curve_internal::Bit(k, tooth * kTooth + block * kColumns + i) << tooth;
        }
        if (column == 0) continue;
        ec::TablePoint<Curve::kLimbs> addend;
        memcpy(&addend, comb + (block * kSums + column - 1) * sizeof(addend), sizeof(addend));
        sum = Curve::AddDistinct(sum, Curve::FromTable(addend));
      }
    }
    return sum;
  }

 public:
  static constexpr PreparedVerification kOperations = {
      .size = sizeof(Comb), .prepare = Prepare, .verify = Verify};
};

}  // namespace merlon::crypto
