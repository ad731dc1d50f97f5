// SPDX-License-Identifier: Apache-2.0
// The table of primitives that are watched for leaks, a line each. .ci/constant_time runs them.
//
//   constant_time        lists them: driver, tab, primitive
//   constant_time N      runs the N-th of the list; 77: this CPU, or valgrind, cannot
#include <cstdio>
#include <cstdlib>

#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/aes_ccm.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/chacha20.h"
#include "crypto/drivers/portable/chacha20_poly1305.h"
#include "crypto/drivers/portable/lattice/ml_dsa.h"
#include "crypto/drivers/portable/lattice/ml_kem.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/portable/sha3.h"
#include "crypto/drivers/portable/sha512.h"
#include "crypto/drivers/testing/constant_time/checks.h"
#include "crypto/drivers/x86/aes.h"
#include "crypto/drivers/x86/aes_ccm.h"
#include "crypto/drivers/x86/aes_gcm.h"
#include "crypto/drivers/x86/asymmetric/algorithms.h"
#include "crypto/drivers/x86/asymmetric/bignum_adx.h"
#include "crypto/drivers/x86/chacha20_poly1305.h"
#include "crypto/drivers/x86/cpu.h"
#include "crypto/drivers/x86/lattice/algorithms.h"
#include "crypto/drivers/x86/sha256.h"
#include "crypto/legacy/sha1.h"

namespace merlon::crypto::testing {
namespace {

// Valgrind executes MULX, ADCX and ADOX wherever it has AVX2, but says of BMI2 and ADX that they
// are not there.
constexpr auto ValgrindHasAdx = X86HasAvx2;

struct Primitive {
  const char* driver;  // "leaky": must be reported
  const char* name;
  bool (*available)();  // null: everywhere
  void (*run)();
};

constexpr Primitive kPrimitives[] = {
    {"leaky", "index", nullptr, LeakByIndex},
    {"leaky", "branch", nullptr, LeakByBranch},
    {"leaky", "comparison", nullptr, LeakByComparison},
    {"portable", "AES-128", nullptr, [] { RunCipher(kPortableAes128); }},
    {"portable", "AES-192", nullptr, [] { RunCipher(kPortableAes192); }},
    {"portable", "AES-256", nullptr, [] { RunCipher(kPortableAes256); }},
    {"portable", "AES-128 decryption", nullptr, [] { RunBlockDecrypt(kPortableAes128Decrypt); }},
    {"portable", "AES-192 decryption", nullptr, [] { RunBlockDecrypt(kPortableAes192Decrypt); }},
    {"portable", "AES-256 decryption", nullptr, [] { RunBlockDecrypt(kPortableAes256Decrypt); }},
    {"portable", "AES-128 CTR, CMAC, KW", nullptr,
     [] { RunModes(kPortableAes128, kPortableAes128Decrypt); }},
    {"portable", "AES-256 CTR, CMAC, KW", nullptr,
     [] { RunModes(kPortableAes256, kPortableAes256Decrypt); }},
    {"portable", "RSA OAEP and PKCS#1", nullptr, [] { RunRsaPadding(kPortableSha256); }},
    {"legacy", "AES-128-CBC", nullptr, [] { RunCbc(kPortableAes128, kPortableAes128Decrypt); }},
    {"portable", "AES-128 mask", nullptr, [] { RunMask(kPortableAes128Mask); }},
    {"portable", "AES-256 mask", nullptr, [] { RunMask(kPortableAes256Mask); }},
    {"portable", "ChaCha20 mask", nullptr, [] { RunMask(kPortableChaCha20Mask); }},
    {"portable", "AES-128-GCM", nullptr, [] { RunAead(kPortableAes128Gcm); }},
    {"portable", "AES-192-GCM", nullptr, [] { RunAead(kPortableAes192Gcm); }},
    {"portable", "AES-192-CCM", nullptr, [] { RunAead(kPortableAes192Ccm); }},
    {"portable", "AES-256-GCM", nullptr, [] { RunAead(kPortableAes256Gcm); }},
    {"portable", "AES-128-CCM", nullptr, [] { RunAead(kPortableAes128Ccm); }},
    {"portable", "AES-256-CCM", nullptr, [] { RunAead(kPortableAes256Ccm); }},
    {"portable", "AES-128-CCM_8", nullptr, [] { RunAead(kPortableAes128Ccm8); }},
    {"portable", "AES-256-CCM_8", nullptr, [] { RunAead(kPortableAes256Ccm8); }},
    {"portable", "ChaCha20-Poly1305", nullptr, [] { RunAead(kPortableChaCha20Poly1305); }},
    {"portable", "SHA-224", nullptr, [] { RunHash(kPortableSha224); }},
    {"portable", "SHA-256", nullptr, [] { RunHash(kPortableSha256); }},
    {"portable", "SHA-384", nullptr, [] { RunHash(kPortableSha384); }},
    {"portable", "SHA-512", nullptr, [] { RunHash(kPortableSha512); }},
    {"portable", "SHA3-224", nullptr, [] { RunHash(kPortableSha3_224); }},
    {"portable", "SHA3-256", nullptr, [] { RunHash(kPortableSha3_256); }},
    {"portable", "SHA3-384", nullptr, [] { RunHash(kPortableSha3_384); }},
    {"portable", "SHA3-512", nullptr, [] { RunHash(kPortableSha3_512); }},
    {"portable", "SHAKE128", nullptr, [] { RunXof(kPortableShake128); }},
    {"portable", "SHAKE256", nullptr, [] { RunXof(kPortableShake256); }},
    {"portable", "powers of RSA", nullptr, [] { RunModularPower(bignum::kPortableKernel); }},
    {"portable", "X448", nullptr, [] { RunKeyAgreement(kPortableX448); }},
    {"portable", "Ed448 public key", nullptr, [] { RunPublicKey(kPortableEd448, 57); }},
    {"portable", "ECDH P-521", nullptr, [] { RunKeyAgreement(kPortableP521); }},
    {"portable", "ML-KEM-512", nullptr, [] { RunKem(kPortableMlKem512); }},
    {"portable", "ML-KEM-768", nullptr, [] { RunKem(kPortableMlKem768); }},
    {"portable", "ML-KEM-1024", nullptr, [] { RunKem(kPortableMlKem1024); }},
    {"portable", "ML-DSA-44", nullptr, [] { RunContextSign(kPortableMlDsa44); }},
    {"portable", "ML-DSA-65", nullptr, [] { RunContextSign(kPortableMlDsa65); }},
    {"portable", "ML-DSA-87", nullptr, [] { RunContextSign(kPortableMlDsa87); }},
    {"portable", "HMAC, HKDF, PRF, SHA-256", nullptr, [] { RunKeyDerivation(kPortableSha256); }},
    {"portable", "HMAC, HKDF, PRF, SHA-384", nullptr, [] { RunKeyDerivation(kPortableSha384); }},
    {"legacy", "SHA-1", nullptr, [] { RunHash(kPortableSha1); }},
    {"portable", "CTR-DRBG", nullptr, [] { RunCtrDrbg(kPortableAes256); }},
#if defined(__x86_64__)
    {"x86", "AES-128", X86HasAesAndClmul, [] { RunCipher(kX86Aes128); }},
    {"x86", "AES-256", X86HasAesAndClmul, [] { RunCipher(kX86Aes256); }},
    {"x86", "AES-128 mask", X86HasAesAndClmul, [] { RunMask(kX86Aes128Mask); }},
    {"x86", "AES-256 mask", X86HasAesAndClmul, [] { RunMask(kX86Aes256Mask); }},
    {"x86", "AES-128-GCM", X86HasAesAndClmul, [] { RunAead(kX86Aes128Gcm); }},
    {"x86", "AES-256-GCM", X86HasAesAndClmul, [] { RunAead(kX86Aes256Gcm); }},
    {"x86", "AES-128-CCM", X86HasAesAndClmul, [] { RunAead(kX86Aes128Ccm); }},
    {"x86", "AES-256-CCM", X86HasAesAndClmul, [] { RunAead(kX86Aes256Ccm); }},
    {"x86", "AES-128-CCM_8", X86HasAesAndClmul, [] { RunAead(kX86Aes128Ccm8); }},
    {"x86", "AES-256-CCM_8", X86HasAesAndClmul, [] { RunAead(kX86Aes256Ccm8); }},
    {"x86", "CTR-DRBG", X86HasAesAndClmul, [] { RunCtrDrbg(kX86Aes256); }},
    {"x86-avx2", "ChaCha20 mask", X86HasAvx2, [] { RunMask(kX86ChaCha20Mask); }},
    {"x86-avx2", "ChaCha20-Poly1305", X86HasAvx2, [] { RunAead(kX86ChaCha20Poly1305); }},
    {"x86-avx2", "ML-KEM-512", X86HasAvx2, [] { RunKem(kX86MlKem512); }},
    {"x86-avx2", "ML-KEM-768", X86HasAvx2, [] { RunKem(kX86MlKem768); }},
    {"x86-avx2", "ML-KEM-1024", X86HasAvx2, [] { RunKem(kX86MlKem1024); }},
    {"x86-avx2", "ML-DSA-44", X86HasAvx2, [] { RunContextSign(kX86MlDsa44); }},
    {"x86-avx2", "ML-DSA-65", X86HasAvx2, [] { RunContextSign(kX86MlDsa65); }},
    {"x86-avx2", "ML-DSA-87", X86HasAvx2, [] { RunContextSign(kX86MlDsa87); }},
    {"x86-avx512", "ChaCha20-Poly1305", X86HasAvx512, [] { RunAead(kX86Avx512ChaCha20Poly1305); }},
    {"x86-adx", "X25519", ValgrindHasAdx, [] { RunKeyAgreement(kX86X25519); }},
    {"x86-adx", "ECDH P-256", ValgrindHasAdx, [] { RunKeyAgreement(kX86P256); }},
    {"x86-adx", "ECDSA P-256 public key", ValgrindHasAdx, [] { RunPublicKey(kX86EcdsaP256, 32); }},
    {"x86-adx", "powers of RSA", ValgrindHasAdx, [] { RunModularPower(bignum::kAdxKernel); }},
    {"x86-sha", "SHA-256", X86HasSha, [] { RunHash(kX86Sha256); }},
#endif
};

int Main(int argc, char** argv) {
  constexpr size_t kCount = sizeof(kPrimitives) / sizeof(kPrimitives[0]);
  if (argc < 2) {
    for (const Primitive& p : kPrimitives) printf("%s\t%s\n", p.driver, p.name);
    return 0;
  }
  const size_t index = strtoul(argv[1], nullptr, 10);
  if (index >= kCount) return 2;
  const Primitive& primitive = kPrimitives[index];
  if (primitive.available != nullptr && !primitive.available()) return 77;
  primitive.run();
  return 0;
}

}  // namespace
}  // namespace merlon::crypto::testing

int main(int argc, char** argv) { return merlon::crypto::testing::Main(argc, argv); }
