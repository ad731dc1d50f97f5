// SPDX-License-Identifier: Apache-2.0
// The field of integers modulo 2^255 - 19 by MULX, ADCX and ADOX: four limbs of 64 bits, any value
// below 2^256 standing for itself modulo the prime. The portable twin is
// portable/asymmetric/field25519.h.
//
// Contract of all kernels: operands and results are any four limbs. Constant time: no branch, no
// index. They need BMI2 and ADX, and clobber rdx and the flags.
#pragma once
#include "crypto/drivers/portable/asymmetric/prime_field.h"
#include "crypto/drivers/x86/asymmetric/division_steps.h"

namespace merlon::crypto::field25519_adx {

using Element = ec::Words<4>;

inline constexpr Element kPrime = {0xffffffffffffffed, 0xffffffffffffffff, 0xffffffffffffffff,
                                   0x7fffffffffffffff};

// Products have eight limbs, of which the upper four come back 38-fold, as 2^256 = 38: that leaves
// at most 38 above the fourth limb, which comes back in the same way, and then a carry once in a
// while, behind which the lowest limb is small.
inline Element Multiply(const Element& a, const Element& b) {
  // (No operands of memory: unoptimised code has no registers for their addresses.)
  uint64_t r0, r1, r2, r3, r4, r5, r6, r7, low, high;
  asm("movq (%[b]), %%rdx\n\t"
      "mulxq (%[a]), %[r0], %[r1]\n\t"
      "mulxq 8(%[a]), %[low], %[r2]\n\t"
      "addq %[low], %[r1]\n\t"
      "mulxq 16(%[a]), %[low], %[r3]\n\t"
      "adcq %[low], %[r2]\n\t"
      "mulxq 24(%[a]), %[low], %[r4]\n\t"
      "adcq %[low], %[r3]\n\t"
      "adcq $0, %[r4]\n\t"
      "movq 8(%[b]), %%rdx\n\t"
      "xorl %k[r5], %k[r5]\n\t"
      "mulxq 0(%[a]), %[low], %[high]\n\t"
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
      "adcq $0, %[r5]\n\t"
      "movq 16(%[b]), %%rdx\n\t"
      "xorl %k[r6], %k[r6]\n\t"
      "mulxq 0(%[a]), %[low], %[high]\n\t"
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
      "adoxq %[high], %[r6]\n\t"
      "adcq $0, %[r6]\n\t"
      "movq 24(%[b]), %%rdx\n\t"
      "xorl %k[r7], %k[r7]\n\t"
      "mulxq 0(%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r3]\n\t"
      "adoxq %[high], %[r4]\n\t"
      "mulxq 8(%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r4]\n\t"
      "adoxq %[high], %[r5]\n\t"
      "mulxq 16(%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r5]\n\t"
      "adoxq %[high], %[r6]\n\t"
      "mulxq 24(%[a]), %[low], %[high]\n\t"
      "adcxq %[low], %[r6]\n\t"
      "adoxq %[high], %[r7]\n\t"
      "adcq $0, %[r7]\n\t"
      "movl $38, %%edx\n\t"
      "xorl %k[low], %k[low]\n\t"
      "mulxq %[r4], %[low], %[high]\n\t"
      "adcxq %[low], %[r0]\n\t"
      "adoxq %[high], %[r1]\n\t"
      "mulxq %[r5], %[low], %[high]\n\t"
      "adcxq %[low], %[r1]\n\t"
      "adoxq %[high], %[r2]\n\t"
      "mulxq %[r6], %[low], %[high]\n\t"
      "adcxq %[low], %[r2]\n\t"
      "adoxq %[high], %[r3]\n\t"
      "mulxq %[r7], %[low], %[high]\n\t"
      "adcxq %[low], %[r3]\n\t"
      "movl $0, %k[low]\n\t"
      "adoxq %[low], %[high]\n\t"
      "adcxq %[low], %[high]\n\t"
      "imulq %%rdx, %[high]\n\t"
      "addq %[high], %[r0]\n\t"
      "adcq $0, %[r1]\n\t"
      "adcq $0, %[r2]\n\t"
      "adcq $0, %[r3]\n\t"
      "sbbq %[low], %[low]\n\t"
      "andq %%rdx, %[low]\n\t"
      "addq %[low], %[r0]\n\t"
      : [r0] "=&r"(r0), [r1] "=&r"(r1), [r2] "=&r"(r2), [r3] "=&r"(r3), [r4] "=&r"(r4),
        [r5] "=&r"(r5), [r6] "=&r"(r6), [r7] "=&r"(r7), [low] "=&r"(low), [high] "=&r"(high)
      : [a] "r"(a.data()), [b] "r"(b.data())
      : "rdx", "cc", "memory");
  return {r0, r1, r2, r3};
}

inline Element Square(const Element& a) {
  uint64_t r0, r1, r2, r3, r4, r5, r6, r7, low, high;
  // The products of different limbs, doubled by one chain of carries while the other adds squares.
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
      "movl $38, %%edx\n\t"
      "xorl %k[low], %k[low]\n\t"
      "mulxq %[r4], %[low], %[high]\n\t"
      "adcxq %[low], %[r0]\n\t"
      "adoxq %[high], %[r1]\n\t"
      "mulxq %[r5], %[low], %[high]\n\t"
      "adcxq %[low], %[r1]\n\t"
      "adoxq %[high], %[r2]\n\t"
      "mulxq %[r6], %[low], %[high]\n\t"
      "adcxq %[low], %[r2]\n\t"
      "adoxq %[high], %[r3]\n\t"
      "mulxq %[r7], %[low], %[high]\n\t"
      "adcxq %[low], %[r3]\n\t"
      "movl $0, %k[low]\n\t"
      "adoxq %[low], %[high]\n\t"
      "adcxq %[low], %[high]\n\t"
      "imulq %%rdx, %[high]\n\t"
      "addq %[high], %[r0]\n\t"
      "adcq $0, %[r1]\n\t"
      "adcq $0, %[r2]\n\t"
      "adcq $0, %[r3]\n\t"
      "sbbq %[low], %[low]\n\t"
      "andq %%rdx, %[low]\n\t"
      "addq %[low], %[r0]\n\t"
      : [r0] "=&r"(r0), [r1] "=&r"(r1), [r2] "=&r"(r2), [r3] "=&r"(r3), [r4] "=&r"(r4),
        [r5] "=&r"(r5), [r6] "=&r"(r6), [r7] "=&r"(r7), [low] "=&r"(low), [high] "=&r"(high)
      : [a] "r"(a.data()), "m"(a)
      : "rdx", "cc");
  return {r0, r1, r2, r3};
}

// a * 121666.
inline Element MultiplySmall(const Element& a) {
  uint64_t r0, r1, r2, r3, low, high;
  asm("movl $121666, %%edx\n\t"
      "mulxq (%[a]), %[r0], %[r1]\n\t"
      "mulxq 8(%[a]), %[low], %[r2]\n\t"
      "addq %[low], %[r1]\n\t"
      "mulxq 16(%[a]), %[low], %[r3]\n\t"
      "adcq %[low], %[r2]\n\t"
      "mulxq 24(%[a]), %[low], %[high]\n\t"
      "adcq %[low], %[r3]\n\t"
      "adcq $0, %[high]\n\t"
      "imulq $38, %[high]\n\t"
      "addq %[high], %[r0]\n\t"
      "adcq $0, %[r1]\n\t"
      "adcq $0, %[r2]\n\t"
      "adcq $0, %[r3]\n\t"
      "sbbq %[low], %[low]\n\t"
      "andl $38, %k[low]\n\t"
      "addq %[low], %[r0]"
      : [r0] "=&r"(r0), [r1] "=&r"(r1), [r2] "=&r"(r2), [r3] "=&r"(r3), [low] "=&r"(low),
        [high] "=&r"(high)
      : [a] "r"(a.data()), "m"(a)
      : "rdx", "cc");
  return {r0, r1, r2, r3};
}

// A carry out of four limbs comes back as 38; that may carry again, and then leaves a small lowest
// limb.
inline Element Add(const Element& a, const Element& b) {
  uint64_t r0 = a[0], r1 = a[1], r2 = a[2], r3 = a[3], fold;
  asm("addq %[b0], %[r0]\n\t"
      "adcq %[b1], %[r1]\n\t"
      "adcq %[b2], %[r2]\n\t"
      "adcq %[b3], %[r3]\n\t"
      "sbbq %[fold], %[fold]\n\t"
      "andl $38, %k[fold]\n\t"
      "addq %[fold], %[r0]\n\t"
      "adcq $0, %[r1]\n\t"
      "adcq $0, %[r2]\n\t"
      "adcq $0, %[r3]\n\t"
      "sbbq %[fold], %[fold]\n\t"
      "andl $38, %k[fold]\n\t"
      "addq %[fold], %[r0]"
      : [r0] "+&r"(r0), [r1] "+&r"(r1), [r2] "+&r"(r2), [r3] "+&r"(r3), [fold] "=&r"(fold)
      : [b0] "rm"(b[0]), [b1] "rm"(b[1]), [b2] "rm"(b[2]), [b3] "rm"(b[3])
      : "cc");
  return {r0, r1, r2, r3};
}
inline Element Subtract(const Element& a, const Element& b) {
  uint64_t r0 = a[0], r1 = a[1], r2 = a[2], r3 = a[3], fold;
  asm("subq %[b0], %[r0]\n\t"
      "sbbq %[b1], %[r1]\n\t"
      "sbbq %[b2], %[r2]\n\t"
      "sbbq %[b3], %[r3]\n\t"
      "sbbq %[fold], %[fold]\n\t"
      "andl $38, %k[fold]\n\t"
      "subq %[fold], %[r0]\n\t"
      "sbbq $0, %[r1]\n\t"
      "sbbq $0, %[r2]\n\t"
      "sbbq $0, %[r3]\n\t"
      "sbbq %[fold], %[fold]\n\t"
      "andl $38, %k[fold]\n\t"
      "subq %[fold], %[r0]"
      : [r0] "+&r"(r0), [r1] "+&r"(r1), [r2] "+&r"(r2), [r3] "+&r"(r3), [fold] "=&r"(fold)
      : [b0] "rm"(b[0]), [b1] "rm"(b[1]), [b2] "rm"(b[2]), [b3] "rm"(b[3])
      : "cc");
  return {r0, r1, r2, r3};
}

// The value below the prime.
inline Element Reduce(const Element& a) {
  // Without bit 255, and 19 for it: below 2^255 + 19. The prime is subtracted where that leaves no
  // borrow.
  Element low = a;
  low[3] &= ~uint64_t{0} >> 1;
  uint64_t carry, borrow;
  low = ec::Add(low, {19 * (a[3] >> 63)}, &carry);
  const Element less = ec::Subtract(low, kPrime, &borrow);
  return ec::Select(MaskFromBit(borrow), low, less);
}

// The inverse, below the prime; 0 for 0.
inline Element Invert(const Element& a) {
  static constexpr ec::DivisionSteps kSteps{kPrime};
  return kSteps.Invert(Reduce(a));
}

inline void ConditionalSwap(Mask<uint64_t> mask, Element& a, Element& b) {
  const uint64_t bits = ValueBarrier(mask.bits);
  for (size_t i = 0; i < 4; ++i) {
    const uint64_t difference = (a[i] ^ b[i]) & bits;
    a[i] ^= difference;
    b[i] ^= difference;
  }
}

}  // namespace merlon::crypto::field25519_adx
