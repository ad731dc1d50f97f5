// SPDX-License-Identifier: Apache-2.0
// ECDSA (FIPS 186-5 s6.4) on any curve: signing with hedged RFC 6979 nonces and a check of the
// result, verifying strict DER signatures. The definitions are in ecdsa_impl.h, for the files that
// instantiate a curve; what users take are the objects of algorithms.h.
#pragma once
#include "crypto/base/der.h"
#include "crypto/base/result.h"
#include "crypto/base/writer.h"
#include "crypto/drivers/portable/asymmetric/ecdsa_nonce.h"
#include "crypto/sign.h"

namespace merlon::crypto {

template <class Curve>
class PreparedEcdsa;

template <class Curve>
class Ecdsa {
 public:
  // Two INTEGERs, with a byte in front each where the top bit may be set; and the SEQUENCE.
  static constexpr size_t kMaxContents =
      2 * (2 + (Curve::kBits % 8 == 0 ? 1 : 0) + Curve::kScalarSize);
  static constexpr size_t kMaxSignatureSize = (kMaxContents < 128 ? 2 : 3) + kMaxContents;

  static constexpr SignAlgorithm Algorithm(KeyType type,
                                           const PreparedVerification* prepared = nullptr) {
    return {.family = SignFamily::kEcdsa,
            .key_type = type,
            .sign = Sign,
            .verify = Verify,
            .public_key = PublicKey,
            .check_private = CheckPrivate,
            .generate = Generate,
            .prepared = prepared};
  }

  // Signs with the nonces of RFC 6979 and `additional` mixed into them; deterministic where it is
  // empty. Gives the size of the DER signature. Misuse(kBadKey), kFaultDetected, kNoSpace.
  static Result<size_t> SignWith(Bytes private_key, const HashAlgorithm& hash, Bytes message,
                                 Bytes additional, MutableBytes out);

 private:
  friend class PreparedEcdsa<Curve>;
  using Words = typename Curve::Words;
  using Coordinate = typename Curve::Coordinate;
  using Scalar = typename Curve::Scalar;
  using AffinePoint = typename Curve::AffinePoint;
  using JacobianPoint = typename Curve::JacobianPoint;
  struct Signature {
    Scalar r, s;
  };

  static Result<size_t> Sign(Bytes private_key, const HashAlgorithm* hash, Bytes message, Rng& rng,
                             MutableBytes out);
  static Result<void> Verify(Bytes public_key, const HashAlgorithm* hash, Bytes message,
                             Bytes signature);
  // `multiply` gives the product of the public key with a factor.
  template <class MultiplyKey>
  static Result<void> VerifyWith(MultiplyKey multiply, const HashAlgorithm* hash, Bytes message,
                                 Bytes signature);
  static Result<size_t> PublicKey(Bytes private_key, MutableBytes out);
  static Result<uint16_t> CheckPrivate(Bytes private_key);
  static Result<size_t> Generate(uint16_t bits, Rng& rng, MutableBytes private_key);

  static bool HasX(const JacobianPoint& point, const Scalar& r);
  static bool IsFaultless(Bytes private_key, const Scalar& e, const Words& k,
                          const Signature& signature);
  static void WriteInteger(Writer& writer, const Scalar& value);
  static Result<size_t> WriteSignature(const Signature& signature, MutableBytes out);
  static bool ReadInteger(DerReader& reader, Scalar* value);
  static bool ReadSignature(Bytes der, Signature* signature);
};

}  // namespace merlon::crypto
