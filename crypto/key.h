// SPDX-License-Identifier: Apache-2.0
// What a key is, in PSA's words: type, policy, lifetime, and the handle that stands for it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "crypto/base/fixed_vector.h"
#include "crypto/hash.h"

namespace merlon::crypto {

// Material is in PSA's export formats: a symmetric key as its bytes; an EC private key as its
// big-endian scalar; an Ed25519 or Ed448 one as its 32 or 57 bytes (RFC 8032 s5.1.5, s5.2.5); an
// RSA private key as DER RSAPrivateKey (RFC 8017 A.1.2). A public key is an uncompressed point
// (EC), DER RSAPublicKey (RSA), or raw (Montgomery, Edwards). An ML-KEM key is its seed d | z of 64
// bytes, or the decapsulation key of FIPS 203; its public key is the encapsulation key. An ML-DSA
// key is its seed xi of 32 bytes, or the private key of FIPS 204.
enum class KeyType : uint8_t {
  kNone = 0,
  kSecret = 1,  // bytes for key derivation: external PSKs
  kAes = 2,     // 16, 24 or 32 bytes: ticket keys
  kEcP256 = 3,  // private key
  kEcP384 = 4,
  kRsa = 5,
  kEd25519 = 6,
  kRsaPss = 7,  // RSA, for PSS alone: id-RSASSA-PSS (RFC 4055 s3.1)
  kMlKem512 = 8,
  kMlKem768 = 9,
  kMlKem1024 = 10,
  kHmac = 11,  // bytes for message authentication, at least 16: cookie keys
  kEd448 = 14,
  kEcP521 = 15,
  kMlDsa44 = 16,
  kMlDsa65 = 17,
  kMlDsa87 = 18,
};

// What may be done with a key; bits.
enum class Usage : uint8_t {
  kNone = 0,
  kSign = 1,
  kDerive = 2,
  kEncrypt = 4,
  kDecrypt = 8,  // decapsulation too, as in PSA
  kExport = 16,  // private or secret bytes may leave; public keys always may
  kCopy = 32,    // KeyStore::Copy
};
constexpr Usage operator|(Usage a, Usage b) {
  return static_cast<Usage>(static_cast<uint8_t>(a) | static_cast<uint8_t>(b));
}
constexpr bool Allows(Usage policy, Usage wanted) {
  return (static_cast<uint8_t>(policy) & static_cast<uint8_t>(wanted)) ==
         static_cast<uint8_t>(wanted);
}
constexpr Usage operator&(Usage a, Usage b) {
  return static_cast<Usage>(static_cast<uint8_t>(a) & static_cast<uint8_t>(b));
}

// Where the bytes are: 0 is this process; opaque drivers own the other numbers.
struct Location {
  uint32_t value = 0;
  friend bool operator==(Location, Location) = default;
};
inline constexpr Location kLocalStorage{0};

enum class Lifetime : uint8_t { kVolatile = 0, kPersistent = 1 };

// What a persistent key is found by.
inline constexpr size_t kMaxKeyName = 32;
using KeyName = FixedBytes<kMaxKeyName>;
// 1 to kMaxKeyName letters, digits, '.', '_' and '-' of ASCII, a letter or digit first: so that a
// name is a file's wherever it comes from.
constexpr bool IsKeyName(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const bool mark = c == '.' || c == '_' || c == '-';
    if (!plain && (!mark || i == 0)) return false;
  }
  return !text.empty() && text.size() <= kMaxKeyName;
}

// Bytes of the largest keys: FIPS 204's, of ML-DSA-87.
inline constexpr size_t kMaxLatticePrivateSize = 4896, kMaxLatticePublicSize = 2592;

enum class SignFamily : uint8_t {
  kNone = 0,
  kEcdsa = 1,
  kRsaPkcs1 = 2,
  kRsaPss = 3,
  kEddsa = 4,
  kMlDsa44 = 5,  // FIPS 204, pure
  kMlDsa65 = 6,
  kMlDsa87 = 7,
};
// Signatures of the others name no hash: it is a part of the scheme (RFC 8032, FIPS 204).
constexpr bool NamesHash(SignFamily family) { return family < SignFamily::kEddsa; }

// A signature algorithm: family and hash (PSA_ALG_ECDSA(hash) and so on). In a key's policy, a
// SignFamily::kNone permits any that suits the key's type, and HashId::kNone any hash.
struct SignAlg {
  SignFamily family = SignFamily::kNone;
  HashId hash = HashId::kNone;
  friend bool operator==(SignAlg, SignAlg) = default;
};
constexpr bool Permits(SignAlg policy, SignAlg wanted) {
  return (policy.family == SignFamily::kNone || policy.family == wanted.family) &&
         (policy.hash == HashId::kNone || policy.hash == wanted.hash);
}

// What a key that does not sign is for: PSA's permitted algorithm. kAny permits whatever suits the
// type, but nothing of crypto/legacy (128 and above), which a key must name.
enum class Permitted : uint8_t {
  kAny = 0,
  kGcm = 1,
  kCtr = 2,
  kCmac = 3,
  kKeyWrap = 4,
  kKeyWrapPadded = 5,
  kRsaOaep = 6,
  kDerivation = 7,  // HKDF, PBKDF2, TLS's key schedules
  kSealedBlob = 8,
  kCbc = 128,
  kCbcPkcs7 = 129,
  kRsaPkcs1Decryption = 130,
};
constexpr bool Permits(Permitted policy, Permitted wanted) {
  return policy == wanted || (policy == Permitted::kAny && static_cast<uint8_t>(wanted) < 128);
}

struct KeyAttributes {
  KeyType type = KeyType::kNone;
  Permitted permitted = Permitted::kAny;
  uint16_t bits = 0;  // 0 at import: taken from the material
  Usage usage = Usage::kNone;
  SignAlg algorithm{};  // what signing keys are for
  Lifetime lifetime = Lifetime::kVolatile;
  Location location = kLocalStorage;
  KeyName name{};  // of a persistent key; others have none
};

// Names a key of one KeyStore. A handle whose key was destroyed stays stale for ever, also when the
// slot holds another key. The zero handle names nothing.
struct KeyHandle {
  uint32_t slot = 0;
  uint32_t generation = 0;
  friend bool operator==(KeyHandle, KeyHandle) = default;
};

}  // namespace merlon::crypto
