// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/driver.h"

#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/aes_ccm.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/asymmetric/rsa_oaep.h"
#include "crypto/drivers/portable/chacha20_poly1305.h"
#include "crypto/drivers/portable/lattice/ml_dsa.h"
#include "crypto/drivers/portable/lattice/ml_kem.h"
#include "crypto/drivers/portable/lattice/ml_kem_hybrid.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/portable/sha3.h"
#include "crypto/drivers/portable/sha512.h"

namespace merlon::crypto {
namespace {

constexpr const HashAlgorithm* kHashes[] = {
    &kPortableSha256,   &kPortableSha384,   &kPortableSha512,   &kPortableSha224,
    &kPortableSha3_224, &kPortableSha3_256, &kPortableSha3_384, &kPortableSha3_512};
constexpr const XofAlgorithm* kXofs[] = {&kPortableShake128, &kPortableShake256};
constexpr const CipherAlgorithm* kCiphers[] = {&kPortableAes128, &kPortableAes192,
                                               &kPortableAes256};
constexpr const BlockDecryptAlgorithm* kBlockDecrypts[] = {
    &kPortableAes128Decrypt, &kPortableAes192Decrypt, &kPortableAes256Decrypt};
constexpr const AeadAlgorithm* kAeads[] = {
    &kPortableAes128Gcm, &kPortableAes256Gcm,  &kPortableChaCha20Poly1305, &kPortableAes128Ccm,
    &kPortableAes256Ccm, &kPortableAes128Ccm8, &kPortableAes256Ccm8,       &kPortableAes192Gcm,
    &kPortableAes192Ccm, &kPortableAes192Ccm8};
constexpr const KeyAgreementAlgorithm* kKeyAgreements[] = {
    &kPortableX25519, &kPortableX448, &kPortableP256,
    &kPortableP384,   &kPortableP521, &kPortableX25519MlKem768};
constexpr const SignAlgorithm* kSigns[] = {
    &kPortableEcdsaP256, &kPortableEcdsaP384, &kPortableEcdsaP521,  &kPortableEd448,
    &kPortableEd25519,   &kPortableRsaPss,    &kPortableRsaPssKeys, &kPortableRsaPkcs1,
    &kPortableMlDsa44,   &kPortableMlDsa65,   &kPortableMlDsa87};
constexpr const EncryptionAlgorithm* kEncryptions[] = {&kPortableRsaOaep};
constexpr const KemAlgorithm* kKems[] = {&kPortableMlKem512, &kPortableMlKem768,
                                         &kPortableMlKem1024};

}  // namespace

constinit const Driver kPortableDriver = {
    .name = "portable",
    .location = kLocalStorage,
    .available = nullptr,
    .hashes = kHashes,
    .ciphers = kCiphers,
    .aeads = kAeads,
    .key_agreements = kKeyAgreements,
    .signs = kSigns,
    .xofs = kXofs,
    .kems = kKems,
    .block_decrypts = kBlockDecrypts,
    .encryptions = kEncryptions,
};

}  // namespace merlon::crypto
