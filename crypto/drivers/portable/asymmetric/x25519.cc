// SPDX-License-Identifier: Apache-2.0
// X25519 (RFC 7748): the Montgomery ladder.
#include "crypto/drivers/portable/asymmetric/x25519.h"

#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/field25519.h"
#include "crypto/drivers/portable/asymmetric/wiped.h"

namespace merlon::crypto {
namespace {

using field25519::Tight;

constexpr size_t kSize = kX25519Size;
constexpr uint8_t kBase[kSize] = {9};

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
void X25519Multiply(Bytes scalar, Bytes u, MutableBytes out) {
  Wiped<Ladder> state;
  Ladder& l = *state;
  X25519Clamp(scalar, l.scalar);

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

struct Function {
  static void Multiply(Bytes scalar, Bytes u, MutableBytes out) { X25519Multiply(scalar, u, out); }
  static void MultiplyBase(Bytes scalar, MutableBytes out) { X25519Multiply(scalar, kBase, out); }
};

}  // namespace

constinit const KeyAgreementAlgorithm kPortableX25519 = X25519<Function>::Algorithm();

}  // namespace merlon::crypto
