// SPDX-License-Identifier: Apache-2.0
// X25519 (RFC 7748) by MULX and ADX: the ladder for a peer's share; one's own share is the base
// point's multiple on the birationally equivalent curve edwards25519 (s4.1), whose multiples are in
// a table.
#if defined(__x86_64__)

#include "crypto/drivers/portable/asymmetric/edwards25519.h"
#include "crypto/drivers/portable/asymmetric/x25519.h"
#include "crypto/drivers/x86/asymmetric/algorithms.h"
#include "crypto/drivers/x86/asymmetric/field25519_adx.h"

namespace merlon::crypto {
namespace field25519_adx {
namespace {

struct Ladder {
  uint8_t scalar[kX25519Size];
  Element x2, z2, x3, z3;
};

// One step of the ladder (RFC 7748 s5): {x2, z2} doubles, {x3, z3} becomes the sum of both. With bb
// in place of aa, the constant is one more: aa + 121665 e = bb + 121666 e.
void Step(const Element& x1, Ladder& l) {
  const Element a = Add(l.x2, l.z2), b = Subtract(l.x2, l.z2);
  const Element da = Multiply(Subtract(l.x3, l.z3), a);
  const Element cb = Multiply(Add(l.x3, l.z3), b);
  const Element aa = Square(a), bb = Square(b);
  const Element e = Subtract(aa, bb);
  l.x3 = Square(Add(da, cb));
  l.z3 = Multiply(Square(Subtract(da, cb)), x1);
  l.x2 = Multiply(aa, bb);
  l.z2 = Multiply(e, Add(bb, MultiplySmall(e)));
}

void MultiplyByLadder(Bytes scalar, Bytes u, MutableBytes out) {
  Wiped<Ladder> state;
  Ladder& l = *state;
  X25519Clamp(scalar, l.scalar);
  Element x1 = edwards25519::LoadScalar(u);
  x1[3] &= ~uint64_t{0} >> 1;
  l.x2 = l.z3 = {1};
  l.x3 = x1;
  uint64_t swapped = 0;
  for (size_t bit = 255; bit-- > 0;) {
    const uint64_t next = (l.scalar[bit / 8] >> (bit % 8)) & 1;
    const Mask<uint64_t> swap = MaskFromBit<uint64_t>(swapped ^ next);
    ConditionalSwap(swap, l.x2, l.x3);
    ConditionalSwap(swap, l.z2, l.z3);
    swapped = next;
    Step(x1, l);
  }
  // The last bit of a scalar is 0: nothing is left to swap.
  edwards25519::StoreScalar(Reduce(Multiply(l.x2, Invert(l.z2))), out);
}

Element FromLimbs(const field25519::Tight& a) {
  Wiped<std::array<uint8_t, kX25519Size>> bytes;
  field25519::Encode(a, MutableBytes(*bytes));
  return edwards25519::LoadScalar(*bytes);
}

// u = (1 + y) / (1 - y). The multiple is never the identity: a scalar is a multiple of 8, and below
// 8 times the base point's order.
void MultiplyByTable(Bytes scalar, MutableBytes out) {
  Wiped<std::array<uint8_t, kX25519Size>> clamped;
  X25519Clamp(scalar, clamped->data());
  const Wiped<ec::Words<4>> k(edwards25519::LoadScalar(*clamped));
  const Wiped<edwards25519::Point> point(edwards25519::MultiplyBase(*k));
  const Wiped<Element> y(FromLimbs(point->y)), z(FromLimbs(point->z));
  edwards25519::StoreScalar(Reduce(Multiply(Add(*z, *y), Invert(Subtract(*z, *y)))), out);
}

struct Function {
  static constexpr auto Multiply = MultiplyByLadder;
  static constexpr auto MultiplyBase = MultiplyByTable;
};

}  // namespace
}  // namespace field25519_adx

constinit const KeyAgreementAlgorithm kX86X25519 = X25519<field25519_adx::Function>::Algorithm();

}  // namespace merlon::crypto

#endif
