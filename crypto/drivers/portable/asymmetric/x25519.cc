// SPDX-License-Identifier: Apache-2.0
// X25519 (RFC 7748): the Montgomery ladder, as a key agreement.
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/field25519.h"
#include "crypto/drivers/portable/asymmetric/wiped.h"

namespace merlon::crypto {
namespace {

using field25519::Tight;

constexpr size_t kSize = 32;
constexpr uint8_t kBasePoint[kSize] = {9};

struct Ladder {
  uint8_t scalar[kSize];
  Tight x2, z2, x3, z3;
};

// One step of the ladder (RFC 7748 s5): {x2, z2} doubles, {x3, z3} becomes the sum of both.
void Step(const Tight& x1, Ladder& l) {
  const auto a = l.x2 + l.z2;
  const auto b = l.x2 - l.z2;
  const Tight aa = Square(a);
  const Tight bb = Square(b);
  const auto e = aa - bb;
  const Tight da = (l.x3 - l.z3) * a;
  const Tight cb = (l.x3 + l.z3) * b;
  l.x3 = Square(da + cb);
  l.z3 = Square(da - cb) * x1;
  l.x2 = aa * bb;
  l.z2 = e * (aa + MultiplySmall(e, 121665));
}

// The X25519 function of RFC 7748 s5: scalar * u, 32 bytes each.
void Multiply(Bytes scalar, Bytes u, MutableBytes out) {
  Wiped<Ladder> state;
  Ladder& l = *state;
  for (size_t i = 0; i < kSize; ++i) l.scalar[i] = scalar[i];
  l.scalar[0] &= 248;
  l.scalar[31] = static_cast<uint8_t>((l.scalar[31] & 127) | 64);

  const Tight x1 = field25519::Decode(u);
  l.x2 = field25519::kOne;
  l.z2 = field25519::kZero;
  l.x3 = x1;
  l.z3 = field25519::kOne;
  uint64_t swapped = 0;
  for (int bit = 254; bit >= 0; --bit) {
    const uint64_t next = (l.scalar[bit / 8] >> (bit % 8)) & 1;
    const Mask<uint64_t> swap = MaskFromBit<uint64_t>(swapped ^ next);
    ConditionalSwap(swap, l.x2, l.x3);
    ConditionalSwap(swap, l.z2, l.z3);
    swapped = next;
    Step(x1, l);
  }
  const Mask<uint64_t> swap = MaskFromBit<uint64_t>(swapped);
  ConditionalSwap(swap, l.x2, l.x3);
  ConditionalSwap(swap, l.z2, l.z3);
  l.x2 = l.x2 * Invert(l.z2);
  field25519::Encode(l.x2, out);
}

Result<void> Generate(Rng& rng, MutableBytes private_key, MutableBytes share) {
  if (private_key.size() != kSize || share.size() != kSize) return Misuse();
  MERLON_TRY(rng.Fill(private_key));
  Multiply(private_key, kBasePoint, share);
  return {};
}

Result<void> Agree(Bytes private_key, Bytes peer_share, MutableBytes secret) {
  if (private_key.size() != kSize || secret.size() != kSize) return Misuse();
  // RFC 9846 s7.4.2: the peer's value is refused when it cannot be one, and when all it does is to
  // make the secret zero (RFC 7748 s6.1: it had a small order).
  if (peer_share.size() != kSize) return IllegalParameter(Code::kBadPublicValue);
  Multiply(private_key, peer_share, secret);
  constexpr uint8_t kAllZero[kSize] = {};
  if (ConstantTimeEqual(secret, kAllZero)) return IllegalParameter(Code::kBadPublicValue);
  return {};
}

Result<void> Respond(Rng& rng, Bytes peer_share, MutableBytes share, MutableBytes secret) {
  Wiped<std::array<uint8_t, kSize>> private_key;
  MERLON_TRY(Generate(rng, MutableBytes(*private_key), share));
  return Agree(*private_key, peer_share, secret);
}

}  // namespace

const KeyAgreementAlgorithm kPortableX25519 = {
    .id = GroupId::kX25519,
    .private_size = kSize,
    .initiator_share_size = kSize,
    .responder_share_size = kSize,
    .secret_size = kSize,
    .generate = Generate,
    .agree = Agree,
    .respond = Respond,
};

}  // namespace merlon::crypto
