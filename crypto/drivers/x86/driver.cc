// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/x86/driver.h"

#include "crypto/drivers/x86/aes.h"
#include "crypto/drivers/x86/aes_ccm.h"
#include "crypto/drivers/x86/aes_gcm.h"
#include "crypto/drivers/x86/asymmetric/algorithms.h"
#include "crypto/drivers/x86/chacha20_poly1305.h"
#include "crypto/drivers/x86/cpu.h"
#include "crypto/drivers/x86/lattice/algorithms.h"
#include "crypto/drivers/x86/sha256.h"

namespace merlon::crypto {
namespace {

#if defined(__x86_64__)
constexpr const HashAlgorithm* kHashes[] = {&kX86Sha256};
constexpr const CipherAlgorithm* kCiphers[] = {&kX86Aes128, &kX86Aes256};
constexpr const AeadAlgorithm* kAeads[] = {&kX86Aes128Gcm, &kX86Aes256Gcm,  &kX86Aes128Ccm,
                                           &kX86Aes256Ccm, &kX86Aes128Ccm8, &kX86Aes256Ccm8};
constexpr const AeadAlgorithm* kAvx2Aeads[] = {&kX86ChaCha20Poly1305};
constexpr const AeadAlgorithm* kAvx512Aeads[] = {&kX86Avx512ChaCha20Poly1305};
constexpr const KeyAgreementAlgorithm* kKeyAgreements[] = {&kX86X25519, &kX86P256};
constexpr const SignAlgorithm* kSigns[] = {&kX86EcdsaP256, &kX86RsaPss, &kX86RsaPssKeys,
                                           &kX86RsaPkcs1};
constexpr const KeyAgreementAlgorithm* kAvx2KeyAgreements[] = {&kX86X25519MlKem768};
constexpr const KeyAgreementAlgorithm* kAvx2AdxKeyAgreements[] = {&kX86AdxX25519MlKem768};
constexpr const SignAlgorithm* kAvx2Signs[] = {&kX86MlDsa44, &kX86MlDsa65, &kX86MlDsa87};
constexpr const KemAlgorithm* kAvx2Kems[] = {&kX86MlKem512, &kX86MlKem768, &kX86MlKem1024};
#else
constexpr absl::Span<const HashAlgorithm* const> kHashes;
constexpr absl::Span<const CipherAlgorithm* const> kCiphers;
constexpr absl::Span<const AeadAlgorithm* const> kAeads, kAvx2Aeads, kAvx512Aeads;
constexpr absl::Span<const KeyAgreementAlgorithm* const> kKeyAgreements, kAvx2KeyAgreements,
    kAvx2AdxKeyAgreements;
constexpr absl::Span<const SignAlgorithm* const> kSigns, kAvx2Signs;
constexpr absl::Span<const KemAlgorithm* const> kAvx2Kems;
#endif

}  // namespace

constinit const Driver kX86Driver = {
    .name = "x86",
    .location = kLocalStorage,
    .available = X86HasAesAndClmul,
    .hashes = {},
    .ciphers = kCiphers,
    .aeads = kAeads,
    .key_agreements = {},
    .signs = {},
};

constinit const Driver kX86ShaDriver = {
    .name = "x86-sha",
    .location = kLocalStorage,
    .available = X86HasSha,
    .hashes = kHashes,
    .ciphers = {},
    .aeads = {},
    .key_agreements = {},
    .signs = {},
};

constinit const Driver kX86Avx2Driver = {
    .name = "x86-avx2",
    .location = kLocalStorage,
    .available = X86HasAvx2,
    .hashes = {},
    .ciphers = {},
    .aeads = kAvx2Aeads,
    .key_agreements = kAvx2KeyAgreements,
    .signs = kAvx2Signs,
    .kems = kAvx2Kems,
};

constinit const Driver kX86Avx512Driver = {
    .name = "x86-avx512",
    .location = kLocalStorage,
    .available = X86HasAvx512,
    .hashes = {},
    .ciphers = {},
    .aeads = kAvx512Aeads,
    .key_agreements = {},
    .signs = {},
};

constinit const Driver kX86Avx2AdxDriver = {
    .name = "x86-avx2-adx",
    .location = kLocalStorage,
    .available = [] { return X86HasAvx2() && X86HasBmi2AndAdx(); },
    .hashes = {},
    .ciphers = {},
    .aeads = {},
    .key_agreements = kAvx2AdxKeyAgreements,
    .signs = {},
};

constinit const Driver kX86AdxDriver = {
    .name = "x86-adx",
    .location = kLocalStorage,
    .available = X86HasBmi2AndAdx,
    .hashes = {},
    .ciphers = {},
    .aeads = {},
    .key_agreements = kKeyAgreements,
    .signs = kSigns,
};

}  // namespace merlon::crypto
