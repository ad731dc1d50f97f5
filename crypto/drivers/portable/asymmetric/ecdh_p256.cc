// SPDX-License-Identifier: Apache-2.0
// ECDH on P-256 (SEC 1 s3.3.1, RFC 9846 s4.2.8.2 and s7.4.2): shares are uncompressed points, the
// secret is the x coordinate.
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/p256_key.h"

namespace merlon::crypto {
namespace {

using p256::kPointSize;
using p256::kScalarSize;

Result<void> Generate(Rng& rng, MutableBytes private_key, MutableBytes share) {
  if (private_key.size() != kScalarSize || share.size() != kPointSize) return Misuse();
  MERLON_TRY(p256::GeneratePrivateKey(rng, private_key));
  return p256::WritePublicKey(private_key, share);
}

Result<void> Agree(Bytes private_key, Bytes peer_share, MutableBytes secret) {
  if (secret.size() != kScalarSize) return Misuse();
  Wiped<p256::Words> k;
  if (!p256::LoadPrivateKey(private_key, &*k)) return Misuse(Code::kBadKey);
  // RFC 9846 s4.2.8.2: "Peers MUST validate each other's public value Q by ensuring that the point
  // is a valid point on the elliptic curve", and only uncompressed points exist.
  const std::optional<p256::AffinePoint> peer = p256::DecodePoint(peer_share);
  if (!peer) return IllegalParameter(Code::kBadPublicValue);
  // Never infinity: the group has prime order n and 0 < k < n.
  Wiped<p256::JacobianPoint> shared(p256::Multiply(*peer, *k));
  Wiped<p256::Words> x(p256::AffineX(*shared).ToWords());
  p256::StoreBigEndian(*x, secret);
  return {};
}

Result<void> Respond(Rng& rng, Bytes peer_share, MutableBytes share, MutableBytes secret) {
  Wiped<std::array<uint8_t, kScalarSize>> private_key;
  MERLON_TRY(Generate(rng, MutableBytes(*private_key), share));
  return Agree(*private_key, peer_share, secret);
}

}  // namespace

const KeyAgreementAlgorithm kPortableP256 = {
    .id = GroupId::kSecp256r1,
    .private_size = kScalarSize,
    .initiator_share_size = kPointSize,
    .responder_share_size = kPointSize,
    .secret_size = kScalarSize,
    .generate = Generate,
    .agree = Agree,
    .respond = Respond,
};

}  // namespace merlon::crypto
