// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/x86/cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace merlon::crypto {
namespace {

struct Features {
  bool aes_clmul = false, sha = false, bmi2_adx = false;
};

// Intel SDM, volume 2, CPUID: leaf 1, and leaf 7 subleaf 0. All of it works on the general and
// the XMM registers, which every x86-64 system saves.
Features Detect() {
  Features found;
#if defined(__x86_64__)
  unsigned a, b, c, d;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return found;
  const bool sse = (c & bit_SSSE3) != 0 && (c & bit_SSE4_1) != 0;
  found.aes_clmul = sse && (c & bit_AES) != 0 && (c & bit_PCLMUL) != 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return found;
  found.sha = sse && (b & 1u << 29) != 0;
  found.bmi2_adx = (b & bit_BMI2) != 0 && (b & bit_ADX) != 0;
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
bool X86HasBmi2AndAdx() { return Detected().bmi2_adx; }

}  // namespace merlon::crypto
