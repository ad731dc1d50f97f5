// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/x86/cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace merlon::crypto {
namespace {

struct Features {
  bool aes_clmul = false, sha = false, avx2 = false, avx512 = false, bmi2_adx = false;
  bool rdseed = false;
};

#if defined(__x86_64__)
// XCR0: what the system saves (Intel SDM, volume 1, s13.3): bits 1 and 2 for XMM and YMM registers,
// 5 to 7 for mask and ZMM registers as well. Only with OSXSAVE.
unsigned SavedState() {
  unsigned low, high;
  asm("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}
#endif

// Intel SDM, volume 2, CPUID: leaf 1, and leaf 7 subleaf 0. General and XMM registers every x86-64
// system saves.
Features Detect() {
  Features found;
#if defined(__x86_64__)
  unsigned a, b, c, d;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return found;
  const bool sse = (c & bit_SSSE3) != 0 && (c & bit_SSE4_1) != 0;
  found.aes_clmul = sse && (c & bit_AES) != 0 && (c & bit_PCLMUL) != 0;
  const bool avx = (c & bit_OSXSAVE) != 0 && (c & bit_AVX) != 0;
  const unsigned saved = avx ? SavedState() : 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return found;
  found.sha = sse && (b & 1u << 29) != 0;
  found.avx2 = (saved & 0x06) == 0x06 && (b & bit_AVX2) != 0;
  found.avx512 = (saved & 0xe6) == 0xe6 && found.avx2 && (b & bit_AVX512F) != 0;
  found.bmi2_adx = (b & bit_BMI2) != 0 && (b & bit_ADX) != 0;
  found.rdseed = (b & bit_RDSEED) != 0;
#endif
  return found;
}

const Features& Detected() {
  static const Features features = Detect();
  return features;
}

}  // namespace

bool X86HasAesAndClmul() { return Detected().aes_clmul; }
bool X86HasSha() { return Detected().sha; }
bool X86HasAvx2() { return Detected().avx2; }
bool X86HasAvx512() { return Detected().avx512; }
bool X86HasBmi2AndAdx() { return Detected().bmi2_adx; }
bool X86HasRdseed() { return Detected().rdseed; }

}  // namespace merlon::crypto
