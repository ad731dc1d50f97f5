// SPDX-License-Identifier: Apache-2.0
// P-256 whose coordinates are multiplied by MULX, ADCX and ADOX: the portable curve with another
// multiplication.
#pragma once
#include "crypto/drivers/portable/asymmetric/p256.h"

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

struct P256AdxCoordinatePrime : P256CoordinatePrime {
  static Words<4> Multiply(const Words<4>& a, const Words<4>& b) { return MultiplyP256Adx(a, b); }
};

struct P256AdxParameters : P256Parameters {
  using Coordinate = Residue<P256AdxCoordinatePrime>;
};

using P256Adx = Curve<P256AdxParameters>;

extern template class Residue<P256AdxCoordinatePrime>;
extern template class Curve<P256AdxParameters>;

}  // namespace merlon::crypto::ec
