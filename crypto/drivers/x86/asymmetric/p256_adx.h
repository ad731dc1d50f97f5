// SPDX-License-Identifier: Apache-2.0
// P-256 whose coordinates are multiplied by MULX, ADCX and ADOX: the portable curve with other
// kernels for its field.
#pragma once
#include "crypto/drivers/portable/asymmetric/p256.h"
#include "crypto/drivers/x86/asymmetric/division_steps.h"

namespace merlon::crypto::ec {

// a * b / 2^256 modulo p, fully reduced; one operand may be any 256-bit value, the other is below
// p. The contract and the twin is Residue<P256CoordinatePrime>'s multiplication. Constant time: no
// branch, no index. Needs BMI2 and ADX. Clobbers rdx and the flags.
inline Words<4> MultiplyP256Adx(const Words<4>& a, const Words<4>& b) {
  uint64_t r0, r1, r2, r3, r4, r5, low, high;
  // Six registers go round: four limbs of the sum, one above them, and the one that a reduction
  // frees, which becomes the next top. Rows add by two chains of carries (ADCX, ADOX); reductions
  // are P256CoordinatePrime::ReduceLimb.
  asm("movq (%[b]), %%rdx\n\t"
      "mulxq (%[a]), %[r0], %[r1]\n\t"
      "mulxq 8(%[a]), %[low], %[r2]\n\t"
      "addq %[low], %[r1]\n\t"
      "mulxq 16(%[a]), %[low], %[r3]\n\t"
      "adcq %[low], %[r2]\n\t"
      "mulxq 24(%[a]), %[low], %[r4]\n\t"
      "adcq %[low], %[r3]\n\t"
      "adcq $0, %[r4]\n\t"
      "xorl %k[r5], %k[r5]\n\t"
      "movq %[r0], %%rdx\n\t"
      "mulxq %[p3], %[low], %[high]\n\t"
      "movq %%rdx, %[r0]\n\t"
      "shlq $32, %%rdx\n\t"
      "shrq $32, %[r0]\n\t"
      "addq %%rdx, %[r1]\n\t"
      "adcq %[r0], %[r2]\n\t"
      "adcq %[low], %[r3]\n\t"
      "adcq %[high], %[r4]\n\t"
      "adcq $0, %[r5]\n\t"
      "xorl %k[r0], %k[r0]\n\t"
      "movq 8(%[b]), %%rdx\n\t"
      "mulxq (%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r1]\n\t"
      "adoxq %[high], %[r2]\n\t"
      "mulxq 8(%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r2]\n\t"
      "adoxq %[high], %[r3]\n\t"
      "mulxq 16(%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r3]\n\t"
      "adoxq %[high], %[r4]\n\t"
      "mulxq 24(%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r4]\n\t"
      "adoxq %[high], %[r5]\n\t"
      "adcxq %[r0], %[r5]\n\t"
      "adoxq %[r0], %[r0]\n\t"
      "adcq $0, %[r0]\n\t"
      "movq %[r1], %%rdx\n\t"
      "mulxq %[p3], %[low], %[high]\n\t"
      "movq %%rdx, %[r1]\n\t"
      "shlq $32, %%rdx\n\t"
      "shrq $32, %[r1]\n\t"
      "addq %%rdx, %[r2]\n\t"
      "adcq %[r1], %[r3]\n\t"
      "adcq %[low], %[r4]\n\t"
      "adcq %[high], %[r5]\n\t"
      "adcq $0, %[r0]\n\t"
      "xorl %k[r1], %k[r1]\n\t"
      "movq 16(%[b]), %%rdx\n\t"
      "mulxq (%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r2]\n\t"
      "adoxq %[high], %[r3]\n\t"
      "mulxq 8(%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r3]\n\t"
      "adoxq %[high], %[r4]\n\t"
      "mulxq 16(%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r4]\n\t"
      "adoxq %[high], %[r5]\n\t"
      "mulxq 24(%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r5]\n\t"
      "adoxq %[high], %[r0]\n\t"
      "adcxq %[r1], %[r0]\n\t"
      "adoxq %[r1], %[r1]\n\t"
      "adcq $0, %[r1]\n\t"
      "movq %[r2], %%rdx\n\t"
      "mulxq %[p3], %[low], %[high]\n\t"
      "movq %%rdx, %[r2]\n\t"
      "shlq $32, %%rdx\n\t"
      "shrq $32, %[r2]\n\t"
      "addq %%rdx, %[r3]\n\t"
      "adcq %[r2], %[r4]\n\t"
      "adcq %[low], %[r5]\n\t"
      "adcq %[high], %[r0]\n\t"
      "adcq $0, %[r1]\n\t"
      "xorl %k[r2], %k[r2]\n\t"
      "movq 24(%[b]), %%rdx\n\t"
      "mulxq (%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r3]\n\t"
      "adoxq %[high], %[r4]\n\t"
      "mulxq 8(%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r4]\n\t"
      "adoxq %[high], %[r5]\n\t"
      "mulxq 16(%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r5]\n\t"
      "adoxq %[high], %[r0]\n\t"
      "mulxq 24(%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r0]\n\t"
      "adoxq %[high], %[r1]\n\t"
      "adcxq %[r2], %[r1]\n\t"
      "adoxq %[r2], %[r2]\n\t"
      "adcq $0, %[r2]\n\t"
      "movq %[r3], %%rdx\n\t"
      "mulxq %[p3], %[low], %[high]\n\t"
      "movq %%rdx, %[r3]\n\t"
      "shlq $32, %%rdx\n\t"
      "shrq $32, %[r3]\n\t"
      "addq %%rdx, %[r4]\n\t"
      "adcq %[r3], %[r5]\n\t"
      "adcq %[low], %[r0]\n\t"
      "adcq %[high], %[r1]\n\t"
      "adcq $0, %[r2]\n\t"
      "movq %[r4], %[low]\n\t"
      "movq %[r5], %[high]\n\t"
      "movq %[r0], %%rdx\n\t"
      "movq %[r1], %[r3]\n\t"
      "subq $-1, %[low]\n\t"
      "sbbq %[p1], %[high]\n\t"
      "sbbq $0, %%rdx\n\t"
      "sbbq %[p3], %[r3]\n\t"
      "sbbq $0, %[r2]\n\t"
      "cmovncq %[low], %[r4]\n\t"
      "cmovncq %[high], %[r5]\n\t"
      "cmovncq %%rdx, %[r0]\n\t"
      "cmovncq %[r3], %[r1]\n\t"
      : [r0] "=&r"(r0), [r1] "=&r"(r1), [r2] "=&r"(r2), [r3] "=&r"(r3), [r4] "=&r"(r4),
        [r5] "=&r"(r5), [low] "=&r"(low), [high] "=&r"(high)
      : [a] "r"(a.data()), [b] "r"(b.data()), [p1] "rm"(P256CoordinatePrime::kValue[1]),
        [p3] "rm"(P256CoordinatePrime::kValue[3]), "m"(a), "m"(b)
      : "rdx", "cc");
  return {r4, r5, r0, r1};
}

// a * a / 2^256 modulo p, fully reduced, as a is. The contract of MultiplyP256Adx else.
inline Words<4> SquareP256Adx(const Words<4>& a) {
  uint64_t r0, r1, r2, r3, r4, r5, r6, r7, low, high;
  // The six products of different limbs; doubled by one chain of carries (ADCX) while the other
  // (ADOX) adds the squares. Then four reductions of the low half, whose registers go round, and
  // the high half.
  asm("movq (%[a]), %%rdx\n\t"
      "mulxq 8(%[a]), %[r1], %[r2]\n\t"
      "mulxq 16(%[a]), %[low], %[r3]\n\t"
      "addq %[low], %[r2]\n\t"
      "mulxq 24(%[a]), %[low], %[r4]\n\t"
      "adcq %[low], %[r3]\n\t"
      "adcq $0, %[r4]\n\t"
      "movq 8(%[a]), %%rdx\n\t"
      "xorl %k[r5], %k[r5]\n\t"
      "mulxq 16(%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r3]\n\t"
      "adoxq %[high], %[r4]\n\t"
      "mulxq 24(%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r4]\n\t"
      "adoxq %[high], %[r5]\n\t"
      "adcq $0, %[r5]\n\t"
      "movq 16(%[a]), %%rdx\n\t"
      "mulxq 24(%[a]), %[low], %[r6]\n\t"
      "addq %[low], %[r5]\n\t"
      "adcq $0, %[r6]\n\t"
      "xorl %k[r7], %k[r7]\n\t"
      "movq (%[a]), %%rdx\n\t"
      "mulxq %%rdx, %[r0], %[low]\n\t"
      "adcxq %[r1], %[r1]\n\t"
      "adoxq %[low], %[r1]\n\t"
      "movq 8(%[a]), %%rdx\n\t"
      "mulxq %%rdx, %[low], %[high]\n\t"
      "adcxq %[r2], %[r2]\n\t"
      "adoxq %[low], %[r2]\n\t"
      "adcxq %[r3], %[r3]\n\t"
      "adoxq %[high], %[r3]\n\t"
      "movq 16(%[a]), %%rdx\n\t"
      "mulxq %%rdx, %[low], %[high]\n\t"
      "adcxq %[r4], %[r4]\n\t"
      "adoxq %[low], %[r4]\n\t"
      "adcxq %[r5], %[r5]\n\t"
      "adoxq %[high], %[r5]\n\t"
      "movq 24(%[a]), %%rdx\n\t"
      "mulxq %%rdx, %[low], %[high]\n\t"
      "adcxq %[r6], %[r6]\n\t"
      "adoxq %[low], %[r6]\n\t"
      "adcxq %[r7], %[r7]\n\t"
      "adoxq %[high], %[r7]\n\t"
      "movq %[r0], %%rdx\n\t"
      "mulxq %[p3], %[low], %[high]\n\t"
      "shlq $32, %[r0]\n\t"
      "shrq $32, %%rdx\n\t"
      "addq %[r0], %[r1]\n\t"
      "adcq %%rdx, %[r2]\n\t"
      "adcq %[low], %[r3]\n\t"
      "adcq $0, %[high]\n\t"
      "movq %[high], %[r0]\n\t"
      "movq %[r1], %%rdx\n\t"
      "mulxq %[p3], %[low], %[high]\n\t"
      "shlq $32, %[r1]\n\t"
      "shrq $32, %%rdx\n\t"
      "addq %[r1], %[r2]\n\t"
      "adcq %%rdx, %[r3]\n\t"
      "adcq %[low], %[r0]\n\t"
      "adcq $0, %[high]\n\t"
      "movq %[high], %[r1]\n\t"
      "movq %[r2], %%rdx\n\t"
      "mulxq %[p3], %[low], %[high]\n\t"
      "shlq $32, %[r2]\n\t"
      "shrq $32, %%rdx\n\t"
      "addq %[r2], %[r3]\n\t"
      "adcq %%rdx, %[r0]\n\t"
      "adcq %[low], %[r1]\n\t"
      "adcq $0, %[high]\n\t"
      "movq %[high], %[r2]\n\t"
      "movq %[r3], %%rdx\n\t"
      "mulxq %[p3], %[low], %[high]\n\t"
      "shlq $32, %[r3]\n\t"
      "shrq $32, %%rdx\n\t"
      "addq %[r3], %[r0]\n\t"
      "adcq %%rdx, %[r1]\n\t"
      "adcq %[low], %[r2]\n\t"
      "adcq $0, %[high]\n\t"
      "movq %[high], %[r3]\n\t"
      "xorl %%edx, %%edx\n\t"
      "addq %[r0], %[r4]\n\t"
      "adcq %[r1], %[r5]\n\t"
      "adcq %[r2], %[r6]\n\t"
      "adcq %[r3], %[r7]\n\t"
      "adcq $0, %%rdx\n\t"
      "movq %[r4], %[r0]\n\t"
      "movq %[r5], %[r1]\n\t"
      "movq %[r6], %[r2]\n\t"
      "movq %[r7], %[r3]\n\t"
      "subq $-1, %[r0]\n\t"
      "sbbq %[p1], %[r1]\n\t"
      "sbbq $0, %[r2]\n\t"
      "sbbq %[p3], %[r3]\n\t"
      "sbbq $0, %%rdx\n\t"
      "cmovncq %[r0], %[r4]\n\t"
      "cmovncq %[r1], %[r5]\n\t"
      "cmovncq %[r2], %[r6]\n\t"
      "cmovncq %[r3], %[r7]\n\t"
      : [r0] "=&r"(r0), [r1] "=&r"(r1), [r2] "=&r"(r2), [r3] "=&r"(r3), [r4] "=&r"(r4),
        [r5] "=&r"(r5), [r6] "=&r"(r6), [r7] "=&r"(r7), [low] "=&r"(low), [high] "=&r"(high)
      : [a] "r"(a.data()), [p1] "rm"(P256CoordinatePrime::kValue[1]),
        [p3] "rm"(P256CoordinatePrime::kValue[3]), "m"(a)
      : "rdx", "cc");
  return {r4, r5, r6, r7};
}

// a + b and a - b modulo p, both below p, and so the result. Constant time; any x86-64.
inline Words<4> AddP256(const Words<4>& a, const Words<4>& b) {
  uint64_t r0 = a[0], r1 = a[1], r2 = a[2], r3 = a[3], t0, t1, t2, t3, top;
  asm("xorl %k[top], %k[top]\n\t"
      "addq %[b0], %[r0]\n\t"
      "adcq %[b1], %[r1]\n\t"
      "adcq %[b2], %[r2]\n\t"
      "adcq %[b3], %[r3]\n\t"
      "adcq $0, %[top]\n\t"
      "movq %[r0], %[t0]\n\t"
      "movq %[r1], %[t1]\n\t"
      "movq %[r2], %[t2]\n\t"
      "movq %[r3], %[t3]\n\t"
      "subq $-1, %[t0]\n\t"
      "sbbq %[p1], %[t1]\n\t"
      "sbbq $0, %[t2]\n\t"
      "sbbq %[p3], %[t3]\n\t"
      "sbbq $0, %[top]\n\t"
      "cmovncq %[t0], %[r0]\n\t"
      "cmovncq %[t1], %[r1]\n\t"
      "cmovncq %[t2], %[r2]\n\t"
      "cmovncq %[t3], %[r3]"
      : [r0] "+&r"(r0), [r1] "+&r"(r1), [r2] "+&r"(r2), [r3] "+&r"(r3), [t0] "=&r"(t0),
        [t1] "=&r"(t1), [t2] "=&r"(t2), [t3] "=&r"(t3), [top] "=&r"(top)
      : [b0] "rm"(b[0]), [b1] "rm"(b[1]), [b2] "rm"(b[2]), [b3] "rm"(b[3]),
        [p1] "rm"(P256CoordinatePrime::kValue[1]), [p3] "rm"(P256CoordinatePrime::kValue[3])
      : "cc");
  return {r0, r1, r2, r3};
}
inline Words<4> SubtractP256(const Words<4>& a, const Words<4>& b) {
  uint64_t r0 = a[0], r1 = a[1], r2 = a[2], r3 = a[3], mask, p1, p3;
  // The prime, where it borrows: its limbs are the mask, half of it, 0, and the last.
  asm("subq %[b0], %[r0]\n\t"
      "sbbq %[b1], %[r1]\n\t"
      "sbbq %[b2], %[r2]\n\t"
      "sbbq %[b3], %[r3]\n\t"
      "sbbq %[mask], %[mask]\n\t"
      "movl %k[mask], %k[p1]\n\t"
      "movq %[top], %[p3]\n\t"
      "andq %[mask], %[p3]\n\t"
      "addq %[mask], %[r0]\n\t"
      "adcq %[p1], %[r1]\n\t"
      "adcq $0, %[r2]\n\t"
      "adcq %[p3], %[r3]"
      : [r0] "+&r"(r0), [r1] "+&r"(r1), [r2] "+&r"(r2), [r3] "+&r"(r3), [mask] "=&r"(mask),
        [p1] "=&r"(p1), [p3] "=&r"(p3)
      : [b0] "rm"(b[0]), [b1] "rm"(b[1]), [b2] "rm"(b[2]), [b3] "rm"(b[3]),
        [top] "rm"(P256CoordinatePrime::kValue[3])
      : "cc");
  return {r0, r1, r2, r3};
}

struct P256AdxCoordinatePrime : P256CoordinatePrime {
  static Words<4> Multiply(const Words<4>& a, const Words<4>& b) { return MultiplyP256Adx(a, b); }
  static Words<4> Square(const Words<4>& a) { return SquareP256Adx(a); }
  static constexpr DivisionSteps kSteps{kValue};
  static Words<4> Inverse(const Words<4>& a) { return kSteps.Invert(a); }
  static Words<4> Add(const Words<4>& a, const Words<4>& b) { return AddP256(a, b); }
  static Words<4> Subtract(const Words<4>& a, const Words<4>& b) { return SubtractP256(a, b); }
};
struct P256AdxOrder : P256Order {
  static constexpr DivisionSteps kSteps{kValue};
  static Words<4> Inverse(const Words<4>& a) { return kSteps.Invert(a); }
};

struct P256AdxParameters : P256Parameters {
  using Coordinate = Residue<P256AdxCoordinatePrime>;
  using Scalar = Residue<P256AdxOrder>;
  static constexpr size_t kWindowBits = 5;
  static const TablePoint<4> kWindows[52][16];  // in p256_window_table.cc
};

using P256Adx = Curve<P256AdxParameters>;

extern template class Residue<P256AdxCoordinatePrime>;
extern template class Residue<P256AdxOrder>;
extern template class Curve<P256AdxParameters>;

}  // namespace merlon::crypto::ec
