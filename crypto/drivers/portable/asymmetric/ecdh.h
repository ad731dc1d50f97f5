// SPDX-License-Identifier: Apache-2.0
// ECDH (SEC 1 s3.3.1, RFC 9846 s4.2.8.2 and s7.4.2) on any curve: shares are uncompressed points,
// the secret is the x coordinate.
#pragma once
#include "crypto/drivers/portable/asymmetric/curve.h"
#include "crypto/drivers/portable/asymmetric/wiped.h"
#include "crypto/key_agreement.h"

namespace merlon::crypto {

template <class Curve>
class Ecdh {
 public:
  static constexpr KeyAgreementAlgorithm Algorithm(GroupId id) {
    return {.id = id,
            .private_size = Curve::kScalarSize,
            .initiator_share_size = Curve::kPointSize,
            .responder_share_size = Curve::kPointSize,
            .secret_size = Curve::kScalarSize,
            .generate = Generate,
            .agree = Agree,
            .respond = Respond};
  }

 private:
  static Result<void> Generate(Rng& rng, MutableBytes private_key, MutableBytes share) {
    if (private_key.size() != Curve::kScalarSize || share.size() != Curve::kPointSize) {
      return Misuse();
    }
    MERLON_TRY(Curve::GeneratePrivateKey(rng, private_key));
    return Curve::WritePublicKey(private_key, share);
  }

  static Result<void> Agree(Bytes private_key, Bytes peer_share, MutableBytes secret) {
    if (secret.size() != Curve::kScalarSize) return Misuse();
    Wiped<typename Curve::Words> k;
    const bool valid = Curve::LoadPrivateKey(private_key, &*k);
    if (!valid) return Misuse(Code::kBadKey);  // public: that it is a key
    // RFC 9846 s4.2.8.2: "Peers MUST validate each other's public value Q by ensuring that the
    // point is a valid point on the elliptic curve", and only uncompressed points exist.
    const std::optional<typename Curve::AffinePoint> peer = Curve::DecodePoint(peer_share);
    if (!peer) return IllegalParameter(Code::kBadPublicValue);
    // Never infinity: the group has prime order n and 0 < k < n.
    Wiped<typename Curve::JacobianPoint> shared(Curve::Multiply(*peer, *k));
    Wiped<typename Curve::Words> x(Curve::AffineX(*shared).ToWords());
    Curve::StoreScalar(*x, secret);
    return {};
  }

  static Result<void> Respond(Rng& rng, Bytes peer_share, MutableBytes share, MutableBytes secret) {
    Wiped<std::array<uint8_t, Curve::kScalarSize>> private_key;
    MERLON_TRY(Generate(rng, MutableBytes(*private_key), share));
    return Agree(*private_key, peer_share, secret);
  }
};

}  // namespace merlon::crypto
