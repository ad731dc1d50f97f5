// SPDX-License-Identifier: Apache-2.0
// Curves y^2 = x^3 - 3 x + b of prime order: decoding with validation, addition, multiplication by
// secret scalars in constant time, private keys. What schemes do with them (ECDH, ECDSA) is theirs;
// the definitions are in curve_impl.h, for the files that instantiate a curve.
#pragma once
#include <optional>

#include "crypto/base/result.h"
#include "crypto/drivers/portable/asymmetric/prime_field.h"
#include "crypto/random.h"

namespace merlon::crypto::ec {

// A point as constants hold it: affine coordinates in Montgomery form.
template <size_t kLimbs>
struct TablePoint {
  Words<kLimbs> x, y;
};

// A curve by its parameters: Coordinate and Scalar (a Residue each, of as many limbs), kBits (the
// size of both primes), kB and kGenerator (Montgomery form), and the comb: kTeeth teeth, which
// divide the bits of a scalar, in kBlocks blocks of kColumns columns. kComb[b][j - 1] is the sum,
// over the bits t that are set in j, of 2^(t kTooth + b kColumns) * G, for 0 < j < 2^kTeeth.
// Parameters of a driver that has room for it may have, as well, kWindowBits and kWindows[i][j -
// 1]: j * 2^(i kWindowBits) * G, for 0 < j <= 2^(kWindowBits - 1), over all bits and a carry.
template <class Parameters>
class Curve {
 public:
  using Coordinate = typename Parameters::Coordinate;
  using Scalar = typename Parameters::Scalar;
  using Words = typename Scalar::Words;
  static constexpr size_t kLimbs = Scalar::kLimbs;
  static constexpr size_t kBits = Parameters::kBits;
  static constexpr size_t kScalarSize = (kBits + 7) / 8;     // bytes; of a coordinate, too
  static constexpr size_t kPointSize = 1 + 2 * kScalarSize;  // uncompressed, SEC 1 s2.3.3
  static constexpr size_t kColumns = (kBits + Parameters::kTeeth * Parameters::kBlocks - 1) /
                                     (Parameters::kTeeth * Parameters::kBlocks);
  static constexpr size_t kTooth = kColumns * Parameters::kBlocks;  // bits
  static_assert(kTooth * Parameters::kTeeth <= 64 * kLimbs);
  static_assert(Coordinate::kLimbs == kLimbs);

  // A finite point of the curve. (0, 0), which is not on it, stands for infinity in tables.
  struct AffinePoint {
    Coordinate x, y;
  };
  // (x / z^2, y / z^3); infinity where z is 0.
  struct JacobianPoint {
    Coordinate x, y, z;

    static JacobianPoint Infinity() { return {Coordinate::One(), Coordinate::One(), Coordinate()}; }
    static JacobianPoint From(const AffinePoint& a) { return {a.x, a.y, Coordinate::One()}; }
  };
  static AffinePoint FromTable(const TablePoint<kLimbs>& point) {
    return {Coordinate::FromMontgomery(point.x), Coordinate::FromMontgomery(point.y)};
  }
  static AffinePoint Generator() { return FromTable(Parameters::kGenerator); }

  // Only uncompressed points that are on the curve: coordinates below p, y^2 = x^3 - 3x + b. The
  // cofactor is 1, so that is full validation (SEC 1 s3.2.2.1).
  static std::optional<AffinePoint> DecodePoint(Bytes bytes);
  // Of a finite point; kPointSize bytes.
  static void EncodePoint(const JacobianPoint& point, MutableBytes out);
  // True for every point that the functions below may give.
  static bool IsOnCurve(const JacobianPoint& point);
  // The x coordinate of a finite point.
  static Coordinate AffineX(const JacobianPoint& point);

  // Correct for all points: infinity doubles to infinity, and no point has order 2.
  static JacobianPoint Double(const JacobianPoint& a);
  // a + b in constant time, either or both may be infinity, and b may be -a; but not a finite a ==
  // b.
  static JacobianPoint AddDistinct(const JacobianPoint& a, const JacobianPoint& b);
  static JacobianPoint AddDistinct(const JacobianPoint& a, const AffinePoint& b);
  // a + b for all points; branches on them.
  static JacobianPoint AddVariableTime(const JacobianPoint& a, const JacobianPoint& b);

  // k * G and k * point for k below n, in constant time.
  static JacobianPoint MultiplyBase(const Words& k);
  static JacobianPoint Multiply(const AffinePoint& point, const Words& k);
  // k * point for k below n; its time depends on k and the point, which must be public.
  static JacobianPoint MultiplyVariableTime(const AffinePoint& point, const Words& k);

  // Private keys: kScalarSize big-endian bytes, for ECDH and ECDSA alike.
  // True if 1 <= k < n; constant time but for the outcome.
  static bool IsValidScalar(const Words& k);
  static Words LoadScalar(Bytes bytes) { return LoadBytes<kLimbs, kScalarSize>(bytes); }
  static void StoreScalar(const Words& words, MutableBytes out) {
    StoreBytes<kScalarSize>(words, out);
  }
  // Reads a private key; false if it is not one.
  [[nodiscard]] static bool LoadPrivateKey(Bytes private_key, Words* k);
  // A uniform private key (FIPS 186-5 A.2.2, by rejection).
  static Result<void> GeneratePrivateKey(Rng& rng, MutableBytes private_key);
  // kPointSize bytes. Misuse(kBadKey) if the private key is not one.
  static Result<void> WritePublicKey(Bytes private_key, MutableBytes out);

 private:
  template <size_t kDigits, size_t kHalf>
  static JacobianPoint MultiplyByWindows(const Words& k,
                                         const TablePoint<kLimbs> (&table)[kDigits][kHalf]);
};

}  // namespace merlon::crypto::ec
