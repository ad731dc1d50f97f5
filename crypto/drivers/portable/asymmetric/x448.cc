// SPDX-License-Identifier: Apache-2.0
// X448 (RFC 7748 s5): the Montgomery ladder, as a key agreement.
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/curve448.h"
#include "crypto/drivers/portable/asymmetric/wiped.h"

namespace merlon::crypto {
namespace {

using curve448::Field;
using curve448::kSize;

constexpr std::array<uint8_t, kSize> kBasePoint = {5};

struct Ladder {
  Field x2, z2, x3, z3;
};

// One step (RFC 7748 s5): {x2, z2} doubles, {x3, z3} becomes the sum of both.
void Step(const Field& x1, const Field& a24, Ladder& l) {
  const Field a = l.x2 + l.z2, b = l.x2 - l.z2, aa = a.Square(), bb = b.Square(), e = aa - bb;
  const Field da = (l.x3 - l.z3) * a, cb = (l.x3 + l.z3) * b;
  l.x3 = (da + cb).Square();
  l.z3 = (da - cb).Square() * x1;
  l.x2 = aa * bb;
  l.z2 = e * (aa + a24 * e);
}

void Swap(Mask<uint64_t> mask, Field& a, Field& b) {
  const Field was = a;
  a = Field::Choose(mask, b, a);
  b = Field::Choose(mask, was, b);
}

// The X448 function: scalar * u, 56 bytes each. Values of p and more are taken modulo p.
void Multiply(Bytes scalar, Bytes u, MutableBytes out) {
  Wiped<curve448::Words> k(curve448::Load(scalar));
  (*k)[0] &= ~uint64_t{3};
  (*k)[6] |= uint64_t{1} << 63;
  const Field x1 = Field::FromWords(curve448::Load(u)), a24 = Field::FromWords({39081});
  Wiped<Ladder> l(Ladder{Field::One(), Field(), x1, Field::One()});
  uint64_t swapped = 0;
  for (size_t bit = 448; bit-- > 0;) {
    const uint64_t next = (*k)[bit / 64] >> bit % 64 & 1;
    const Mask<uint64_t> swap = MaskFromBit<uint64_t>(swapped ^ next);
    Swap(swap, l->x2, l->x3);
    Swap(swap, l->z2, l->z3);
    swapped = next;
    Step(x1, a24, *l);
  }
  // The lowest bit is clear: the two are in their places.
  curve448::Store((l->x2 * l->z2.Inverse()).ToWords(), out);
}

Result<void> Generate(Rng& rng, MutableBytes private_key, MutableBytes share) {
  if (private_key.size() != kSize || share.size() != kSize) return Misuse();
  MERLON_TRY(rng.Fill(private_key));
  Multiply(private_key, kBasePoint, share);
  return {};
}

Result<void> Agree(Bytes private_key, Bytes peer_share, MutableBytes secret) {
  if (private_key.size() != kSize || secret.size() != kSize) return Misuse();
  if (peer_share.size() != kSize) return IllegalParameter(Code::kBadPublicValue);
  Multiply(private_key, peer_share, secret);
  // RFC 7748 s6.2: all zeros, where the peer's value has a small order.
  constexpr std::array<uint8_t, kSize> kAllZero{};
  const bool zero = ConstantTimeEqual(secret, kAllZero);
  if (zero) return IllegalParameter(Code::kBadPublicValue);  // public: the verdict
  return {};
}

Result<void> Respond(Rng& rng, Bytes peer_share, MutableBytes share, MutableBytes secret) {
  Wiped<std::array<uint8_t, kSize>> private_key;
  MERLON_TRY(Generate(rng, MutableBytes(*private_key), share));
  return Agree(*private_key, peer_share, secret);
}

}  // namespace

constinit const KeyAgreementAlgorithm kPortableX448 = {
    .id = GroupId::kX448,
    .private_size = kSize,
    .initiator_share_size = kSize,
    .responder_share_size = kSize,
    .secret_size = kSize,
    .generate = Generate,
    .agree = Agree,
    .respond = Respond,
};

}  // namespace merlon::crypto
