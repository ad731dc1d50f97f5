// SPDX-License-Identifier: Apache-2.0
// The x86-64 drivers: algorithms by special instructions. Each group that a CPU may lack alone is a
// driver of its own. On other CPUs they exist, hold nothing and are not available.
#pragma once
#include "crypto/driver.h"

namespace merlon::crypto {

// AES, AES-GCM and AES-CCM by AES-NI and PCLMULQDQ.
extern const Driver kX86Driver;
// SHA-256 by SHA-NI, which came to CPUs later.
extern const Driver kX86ShaDriver;
// ChaCha20-Poly1305, ML-KEM and ML-DSA by AVX2.
extern const Driver kX86Avx2Driver;
// ChaCha20-Poly1305 by AVX-512; before the one by AVX2.
extern const Driver kX86Avx512Driver;
// X25519MLKEM768 by both; before the one by AVX2 alone.
extern const Driver kX86Avx2AdxDriver;
// X25519, ECDH and ECDSA on P-256, and RSA signatures, by MULX, ADCX and ADOX.
extern const Driver kX86AdxDriver;

}  // namespace merlon::crypto
