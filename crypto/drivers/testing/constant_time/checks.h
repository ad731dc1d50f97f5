// SPDX-License-Identifier: Apache-2.0
// Each takes an algorithm through all that it does, with everything hidden that is secret in TLS.
// To be run under valgrind; what it finds is the result.
#pragma once
#include "crypto/aead.h"
#include "crypto/cipher.h"
#include "crypto/drivers/portable/asymmetric/bignum.h"
#include "crypto/hash.h"
#include "crypto/kem.h"
#include "crypto/key_agreement.h"
#include "crypto/sign.h"
#include "crypto/xof.h"

namespace merlon::crypto::testing {

// Keys, IV and plaintext are hidden; ciphertext, tags and additional data are public.
void RunAead(const AeadAlgorithm& aead);
// Keys and blocks.
void RunCipher(const CipherAlgorithm& cipher);
// The same of what makes the other direction.
void RunBlockDecrypt(const BlockDecryptAlgorithm& cipher);
// Counter mode, CMAC, and key wrapping there and back: keys, texts, what is wrapped.
void RunModes(const CipherAlgorithm& cipher, const BlockDecryptAlgorithm& decrypt);
// CBC's padding, right and wrong.
void RunCbc(const CipherAlgorithm& cipher, const BlockDecryptAlgorithm& decrypt);
// What RSA decryption finds below its padding, right and wrong.
void RunRsaPadding(const HashAlgorithm& hash);
// The key; samples are public.
void RunMask(const MaskAlgorithm& mask);
// The message.
void RunHash(const HashAlgorithm& hash);
// Input and output.
void RunXof(const XofAlgorithm& xof);
// HMAC, HKDF and the TLS 1.2 PRF: keys and what is derived.
void RunKeyDerivation(const HashAlgorithm& hash);
// AES-256 below CTR-DRBG: seed and output.
void RunCtrDrbg(const CipherAlgorithm& aes);
// Private keys and the shared secret; shares are public.
void RunKeyAgreement(const KeyAgreementAlgorithm& group);
// The private key, from which the public one is made: what signing multiplies with. (Signing ends
// with a look at the signature, which is public.)
void RunPublicKey(const SignAlgorithm& sign, size_t private_size);
// A prime factor of RSA, and what is raised to a power modulo it: what signing spends its time
// with.
void RunModularPower(const bignum::Kernel& kernel);
// Seeds, decapsulation keys, messages and secrets; ciphertexts and encapsulation keys are public.
void RunKem(const KemAlgorithm& kem);
// Seeds, expanded keys and randomness; messages, signatures and public keys are public.
void RunContextSign(const SignAlgorithm& algorithm);

// Leak on purpose: by an address, by a branch, and by a comparison that ends early.
void LeakByIndex();
void LeakByBranch();
void LeakByComparison();

}  // namespace merlon::crypto::testing
