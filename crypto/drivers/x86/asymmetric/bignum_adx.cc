// SPDX-License-Identifier: Apache-2.0
// bignum.h's kernel by MULX, ADCX and ADOX.
//
// Rows of products are added eight limbs at a time, then four, two and one: ADCX adds what is
// there, ADOX the upper half of the product before. Constant time: branches and addresses depend on
// sizes alone. The pieces read and write the limbs that their name says, at `t` and at `a`, and
// clobber the flags; the portable twin is bignum.cc.
#if defined(__x86_64__)

#include "crypto/drivers/x86/asymmetric/bignum_adx.h"

#include "crypto/base/wide_multiply.h"

namespace merlon::crypto::bignum {
namespace {

// t += a * b + carry; the carry out.
inline uint64_t AddEight(uint64_t* t, const uint64_t* a, uint64_t b, uint64_t carry) {
  uint64_t low, high, zero;
  asm volatile(
      "xorl %k[zero], %k[zero]\n\t"
      "mulxq 0(%[a]), %[low], %[high]\n\t"
      "adcxq 0(%[t]), %[low]\n\t"
      "adoxq %[carry], %[low]\n\t"
      "movq %[low], 0(%[t])\n\t"
      "mulxq 8(%[a]), %[low], %[carry]\n\t"
      "adcxq 8(%[t]), %[low]\n\t"
      "adoxq %[high], %[low]\n\t"
      "movq %[low], 8(%[t])\n\t"
      "mulxq 16(%[a]), %[low], %[high]\n\t"
      "adcxq 16(%[t]), %[low]\n\t"
      "adoxq %[carry], %[low]\n\t"
      "movq %[low], 16(%[t])\n\t"
      "mulxq 24(%[a]), %[low], %[carry]\n\t"
      "adcxq 24(%[t]), %[low]\n\t"
      "adoxq %[high], %[low]\n\t"
      "movq %[low], 24(%[t])\n\t"
      "mulxq 32(%[a]), %[low], %[high]\n\t"
      "adcxq 32(%[t]), %[low]\n\t"
      "adoxq %[carry], %[low]\n\t"
      "movq %[low], 32(%[t])\n\t"
      "mulxq 40(%[a]), %[low], %[carry]\n\t"
      "adcxq 40(%[t]), %[low]\n\t"
      "adoxq %[high], %[low]\n\t"
      "movq %[low], 40(%[t])\n\t"
      "mulxq 48(%[a]), %[low], %[high]\n\t"
      "adcxq 48(%[t]), %[low]\n\t"
      "adoxq %[carry], %[low]\n\t"
      "movq %[low], 48(%[t])\n\t"
      "mulxq 56(%[a]), %[low], %[carry]\n\t"
      "adcxq 56(%[t]), %[low]\n\t"
      "adoxq %[high], %[low]\n\t"
      "movq %[low], 56(%[t])\n\t"
      "adcxq %[zero], %[carry]\n\t"
      "adoxq %[zero], %[carry]\n\t"
      : [carry] "+&r"(carry), [low] "=&r"(low), [high] "=&r"(high), [zero] "=&r"(zero)
      : [a] "r"(a), [t] "r"(t), "d"(b)
      : "cc", "memory");
  return carry;
}
inline uint64_t AddFour(uint64_t* t, const uint64_t* a, uint64_t b, uint64_t carry) {
  uint64_t low, high, zero;
  asm volatile(
      "xorl %k[zero], %k[zero]\n\t"
      "mulxq 0(%[a]), %[low], %[high]\n\t"
      "adcxq 0(%[t]), %[low]\n\t"
      "adoxq %[carry], %[low]\n\t"
      "movq %[low], 0(%[t])\n\t"
      "mulxq 8(%[a]), %[low], %[carry]\n\t"
      "adcxq 8(%[t]), %[low]\n\t"
      "adoxq %[high], %[low]\n\t"
      "movq %[low], 8(%[t])\n\t"
      "mulxq 16(%[a]), %[low], %[high]\n\t"
      "adcxq 16(%[t]), %[low]\n\t"
      "adoxq %[carry], %[low]\n\t"
      "movq %[low], 16(%[t])\n\t"
      "mulxq 24(%[a]), %[low], %[carry]\n\t"
      "adcxq 24(%[t]), %[low]\n\t"
      "adoxq %[high], %[low]\n\t"
      "movq %[low], 24(%[t])\n\t"
      "adcxq %[zero], %[carry]\n\t"
      "adoxq %[zero], %[carry]\n\t"
      : [carry] "+&r"(carry), [low] "=&r"(low), [high] "=&r"(high), [zero] "=&r"(zero)
      : [a] "r"(a), [t] "r"(t), "d"(b)
      : "cc", "memory");
  return carry;
}
inline uint64_t AddTwo(uint64_t* t, const uint64_t* a, uint64_t b, uint64_t carry) {
  uint64_t low, high, zero;
  asm volatile(
      "xorl %k[zero], %k[zero]\n\t"
      "mulxq 0(%[a]), %[low], %[high]\n\t"
      "adcxq 0(%[t]), %[low]\n\t"
      "adoxq %[carry], %[low]\n\t"
      "movq %[low], 0(%[t])\n\t"
      "mulxq 8(%[a]), %[low], %[carry]\n\t"
      "adcxq 8(%[t]), %[low]\n\t"
      "adoxq %[high], %[low]\n\t"
      "movq %[low], 8(%[t])\n\t"
      "adcxq %[zero], %[carry]\n\t"
      "adoxq %[zero], %[carry]\n\t"
      : [carry] "+&r"(carry), [low] "=&r"(low), [high] "=&r"(high), [zero] "=&r"(zero)
      : [a] "r"(a), [t] "r"(t), "d"(b)
      : "cc", "memory");
  return carry;
}

// The same of any size.
inline uint64_t AddRow(uint64_t* t, const uint64_t* a, size_t size, uint64_t b, uint64_t carry) {
  for (; size >= 8; size -= 8, t += 8, a += 8) carry = AddEight(t, a, b, carry);
  if ((size & 4) != 0) {
    carry = AddFour(t, a, b, carry);
    t += 4;
    a += 4;
  }
  if ((size & 2) != 0) {
    carry = AddTwo(t, a, b, carry);
    t += 2;
    a += 2;
  }
  if ((size & 1) != 0) *t = MultiplyAdd(*a, b, *t, &carry);
  return carry;
}

void Multiply(const uint64_t* a, const uint64_t* b, size_t size, uint64_t* out) {
  for (size_t i = 0; i < size; ++i) out[i] = 0;
  for (size_t i = 0; i < size; ++i) out[size + i] = AddRow(out + i, a, size, b[i], 0);
}

void Square(const uint64_t* a, size_t size, uint64_t* out) {
  // The products of different limbs once, doubled, and the squares.
  for (size_t i = 0; i < size; ++i) out[i] = 0;
  for (size_t i = 0; i < size; ++i) {
    out[size + i] = AddRow(out + 2 * i + 1, a + i + 1, size - i - 1, a[i], 0);
  }
  uint64_t carry = 0, shifted = 0;
  for (size_t i = 0; i < size; ++i) {
    const uint64_t low = out[2 * i], high = out[2 * i + 1];
    const Wide64 square = MultiplyWide(a[i], a[i]);
    out[2 * i] = AddCarry(low << 1 | shifted, square.low, &carry);
    out[2 * i + 1] = AddCarry(high << 1 | low >> 63, square.high, &carry);
    shifted = high >> 63;
  }
}

uint64_t Reduce(const uint64_t* modulus, uint64_t negated_inverse, size_t size, uint64_t* t) {
  uint64_t top = 0;
  for (size_t i = 0; i < size; ++i) {
    const uint64_t above = AddRow(t + i, modulus, size, t[i] * negated_inverse, 0);
    t[i + size] = AddCarry(t[i + size], above, &top);
  }
  return top;
}

}  // namespace

constinit const Kernel kAdxKernel = {Multiply, Square, Reduce};

}  // namespace merlon::crypto::bignum

#endif
