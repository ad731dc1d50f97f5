// SPDX-License-Identifier: Apache-2.0
// What every driver's algorithms must do, as googletest expectations: known answers, and the duties
// that the interface states (parts, in place, batches, wiped output). For tests of drivers, also
// those outside this repository.
#pragma once
#include "crypto/aead.h"
#include "crypto/cipher.h"
#include "crypto/hash.h"

namespace merlon::crypto::testing {

// FIPS 180-4 examples, and the duties. SHA-3 is in conformance_sha3.h.
void CheckHash(const HashAlgorithm& hash);
// What every hash owes: any split of a message gives the same; a copy forks; Finish restarts.
void CheckHashDuties(const HashAlgorithm& hash);
// All cases in Wycheproof's NAME_test.json; gives their number, 0 where the vectors are absent.
int CheckHmacWycheproof(const HashAlgorithm& hash, const char* name);
int CheckHkdfWycheproof(const HashAlgorithm& hash, const char* name);
// PBKDF2 under the same; cases until they have cost 32768 iterations.
int CheckPbkdf2Wycheproof(const HashAlgorithm& hash, const char* name);
// FIPS 197 appendix C; several blocks are each on their own; in place.
void CheckCipher(const CipherAlgorithm& cipher);
// The same backwards, and the inverse of `cipher`.
void CheckBlockDecrypt(const BlockDecryptAlgorithm& decrypt, const CipherAlgorithm& cipher);
// Counter mode over it: SP 800-38A F.5; any split of a text gives the same; carries.
void CheckCtr(const CipherAlgorithm& cipher);
// CMAC over it: SP 800-38B's examples (RFC 4493 s4); any split of a message gives the same.
void CheckCmac(const CipherAlgorithm& cipher);
// Key wrapping over both: RFC 3394 s4, RFC 5649 s6; wrong sizes; forgeries are refused and wiped.
void CheckKeyWrap(const CipherAlgorithm& cipher, const BlockDecryptAlgorithm& decrypt);
// All cases of Wycheproof's aes_cmac, aes_wrap and aes_kwp with this key size.
int CheckCmacWycheproof(const CipherAlgorithm& cipher);
int CheckKeyWrapWycheproof(const CipherAlgorithm& cipher, const BlockDecryptAlgorithm& decrypt,
                           bool padded);
// RFC 9001 A.2 for AES-128; and the same as the cipher.
void CheckMask(const MaskAlgorithm& mask, const CipherAlgorithm& cipher);
// RFC 9001 A.5, and as much of a block as a mask is of RFC 8439 s2.3.2.
void CheckChaCha20Mask(const MaskAlgorithm& mask);
// What every AEAD owes: nonces; parts; in place; batches; forgeries wiped.
void CheckAeadDuties(const AeadAlgorithm& aead);
// Known answers of the GCM specification, and the duties.
void CheckAesGcm(const AeadAlgorithm& aead);
// Known answers of RFC 8439, and the duties.
void CheckChaCha20Poly1305(const AeadAlgorithm& aead);
// Known answers of SP 800-38C and Wycheproof, with tags of 16 or 8 bytes, and the duties.
void CheckAesCcm(const AeadAlgorithm& aead);
// All cases in Wycheproof's NAME_test.json with this key size, tag size and a nonce of 96 bits;
// gives their number, 0 where the vectors are absent.
int CheckWycheproof(const AeadAlgorithm& aead, const char* name);

// Both seal and open the same on random keys, sizes, parts and additional data.
void CheckSameAead(const AeadAlgorithm& a, const AeadAlgorithm& b, uint64_t seed, int rounds);
void CheckSameHash(const HashAlgorithm& a, const HashAlgorithm& b, uint64_t seed, int rounds);
void CheckSameCipher(const CipherAlgorithm& a, const CipherAlgorithm& b, uint64_t seed, int rounds);

}  // namespace merlon::crypto::testing
