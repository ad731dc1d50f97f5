// SPDX-License-Identifier: Apache-2.0
// What this CPU can do, asked once. False everywhere but on x86-64.
#pragma once

namespace merlon::crypto {

// AES-NI, PCLMULQDQ, SSSE3 and SSE4.1.
bool X86HasAesAndClmul();
// SHA-NI, SSSE3 and SSE4.1.
bool X86HasSha();
// AVX2, on a system that saves the YMM registers.
bool X86HasAvx2();
// AVX512F, on a system that saves the ZMM and mask registers.
bool X86HasAvx512();
// BMI2 (MULX) and ADX (ADCX, ADOX).
bool X86HasBmi2AndAdx();
bool X86HasRdseed();

}  // namespace merlon::crypto
