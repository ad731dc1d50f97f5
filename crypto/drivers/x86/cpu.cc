// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/x86/cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace merlon::crypto {
namespace {

struct Features {
  bool aes_clmul = false, sha = false, avx2 = false, bmi2_adx = false, rdseed = false;
};

#if defined(__x86_64__)
// XCR0: the system saves XMM and YMM registers (Intel SDM, volume 1, s14.3). Only with OSXSAVE.
bool SavesYmm() {
  unsigned low, high;
  asm("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (low & 6) == 6;
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
  const bool ymm = (c & bit_OSXSAVE) != 0 && (c & bit_AVX) != 0 && SavesYmm();
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return found;
  found.sha = sse && (b & 1u << 29) != 0;
  found.avx2 = ymm && (b & bit_AVX2) != 0;
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
bool X86HasBmi2AndAdx() { return Detected().bmi2_adx; }
bool X86HasRdseed() { return Detected().rdseed; }

}  // namespace merlon::crypto
